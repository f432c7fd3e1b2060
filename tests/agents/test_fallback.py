"""A run goes on when its model does not."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

from agents.fallback import FallbackJudge
from agents.house.judge import HouseJudge
from domain.calls import Filters, ToolSpec
from domain.claims import Claim
from domain.errors import JudgeAnswerError, JudgeUnavailableError
from domain.tasks import (
    Decision,
    DeskCard,
    Failure,
    PlanAnswer,
    PlannedCall,
    PlanPayload,
    ReviseAnswer,
    RevisePayload,
    RouteAnswer,
    RoutePayload,
    SelectAnswer,
    SelectPayload,
    Task,
    TokenUsage,
    WordAnswer,
    WordPayload,
)
from domain.window import Window

AnswerT = TypeVar("AnswerT")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
DESKS = (DeskCard("sre", "Errors and latency.", ("Which routes fail?",)), DeskCard("security", "Break-ins.", ("Who broke in?",)))
MENU = (
    ToolSpec("failing_routes", "Which routes fail most?", ("service", "limit"), ("sre",), ("failing", "routes")),
    ToolSpec("latency", "How slow is each route?", ("service", "route"), ("sre",), ("slow", "latency")),
    ToolSpec("gone", "?", (), ("sre",), available=False),
)
CLAIMS = (Claim("E1.1", "quantity", text="/cart failed 31 times."), Claim("E1.2", "quantity", text="/pay failed 2 times."))


class RepliesJudge:
    """Gives replies in order; an exception is raised."""

    model = "tiny"

    def __init__(self, *replies: object) -> None:
        self.replies = list(replies)
        self.asked = 0

    async def decide(self, task: Task[AnswerT]) -> Decision[AnswerT]:
        del task
        self.asked += 1
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return Decision(cast("AnswerT", reply), self.model, TokenUsage(10, 5), prompt_version="1")


def route(question: str = "Which routes fail?") -> Task[RouteAnswer]:
    return Task("route", RoutePayload(question, DESKS), RouteAnswer)


def select() -> Task[SelectAnswer]:
    return Task("select", SelectPayload("Which routes fail?", CLAIMS), SelectAnswer)


def plan(*suggested: PlannedCall) -> Task[PlanAnswer]:
    payload = PlanPayload(
        "Which 3 routes of checkout fail?", "sre", Window(NOW - timedelta(hours=1), NOW), MENU, ("checkout",), suggested, max_calls=2
    )
    return Task("plan", payload, PlanAnswer)


def pair(*replies: object) -> tuple[FallbackJudge, RepliesJudge]:
    model = RepliesJudge(*replies)
    return FallbackJudge(model, HouseJudge()), model


async def answered(task: Task[Any], reply: object) -> Decision[Any]:
    return await pair(reply)[0].decide(task)


async def test_a_good_answer_is_the_models() -> None:
    decision = await answered(select(), SelectAnswer(("E1.2",)))
    assert (decision.answer.claims, decision.model, decision.fallback, decision.note) == (("E1.2",), "tiny", False, "")


async def test_once_the_model_is_gone_the_house_decides_the_rest_of_the_run() -> None:
    judge, model = pair(JudgeUnavailableError("connection refused"))
    first, second = await judge.decide(select()), await judge.decide(route())
    assert model.asked == 1
    assert (first.model, first.fallback, second.model, second.fallback, judge.model) == ("house", True, "house", True, "house")
    assert "connection refused" in first.note
    assert first.answer.claims == ("E1.1", "E1.2")


async def test_a_bad_answer_costs_only_its_own_task() -> None:
    judge, model = pair(JudgeAnswerError("prose"), SelectAnswer(("E1.1",)))
    first, second = await judge.decide(route()), await judge.decide(select())
    assert (first.model, first.fallback, first.answer.desks) == ("house", True, ("sre",))
    assert (second.model, second.fallback, model.asked) == ("tiny", False, 2)


async def test_what_was_not_offered_is_dropped() -> None:
    assert (await answered(select(), SelectAnswer(("E9.9", "E1.2", "E1.2")))).answer.claims == ("E1.2",)
    assert (await answered(route(), RouteAnswer(cast("Any", ("sales", "sre"))))).answer.desks == ("sre",)


async def test_when_nothing_offered_is_left_the_house_decides_and_the_tokens_count() -> None:
    decision = await answered(select(), SelectAnswer(("E9.9",)))
    assert (decision.model, decision.fallback, decision.usage.input_tokens) == ("house", True, 10)
    assert "named nothing that was offered" in decision.note


async def test_not_about_operations_needs_the_rules_agreement() -> None:
    assert (await answered(route(), RouteAnswer(()))).answer.desks == ("sre",)
    foreign = await answered(route("What is the capital of France?"), RouteAnswer(()))
    assert (foreign.answer.desks, foreign.model) == ((), "tiny")


async def test_planned_tools_get_their_filters_from_the_question() -> None:
    invented = PlannedCall("latency", Filters(service="payment", route="/etc/passwd"))
    calls = (await answered(plan(), PlanAnswer((PlannedCall("gone"), PlannedCall("drop_table"), invented)))).answer.calls
    assert calls == (PlannedCall("latency", Filters(service="checkout")),)


async def test_the_call_that_code_ranks_first_is_always_made() -> None:
    best = PlannedCall("failing_routes", Filters(service="checkout", limit=3))
    calls = (await answered(plan(best), PlanAnswer((PlannedCall("latency"),)))).answer.calls
    assert calls == (PlannedCall("latency", Filters(service="checkout")), best)
    assert (await answered(plan(best), PlanAnswer((PlannedCall("failing_routes"),)))).answer.calls == (best,)


async def test_only_offered_tools_are_called_in_a_revision_and_without_filters_of_the_models() -> None:
    failures = (Failure(CLAIMS[0], "contradicted", "32"), Failure(CLAIMS[1], "unverified", "no cell"))
    task = Task("revise", RevisePayload("?", failures, MENU), ReviseAnswer)
    reply = ReviseAnswer((PlannedCall("gone"), PlannedCall("latency", Filters(service="x"))))
    assert (await answered(task, reply)).answer == ReviseAnswer((PlannedCall("latency"),))


async def test_an_empty_or_endless_headline_is_not_kept() -> None:
    task = Task("word", WordPayload("Which routes fail?", CLAIMS), WordAnswer)
    assert (await answered(task, WordAnswer("  "))).fallback
    assert (await answered(task, WordAnswer("x" * 1000))).fallback
    assert (await answered(task, WordAnswer("/cart  failed\n31 times."))).answer.headline == "/cart failed 31 times."
