"""The house decides every task by rules."""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from agents.house.judge import HouseJudge
from domain.calls import Filters, ToolSpec
from domain.claims import Claim
from domain.tasks import (
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
    Turn,
    WordAnswer,
    WordPayload,
)
from domain.window import Window
from tests.agents.questions import NONSENSE
from tools.registry import Registry

AnswerT = TypeVar("AnswerT")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(hours=1), NOW)
SRE = DeskCard("sre", "Errors, latency, traffic, deploys and other changes.", ("Which services have errors?", "Which routes are slow?"))
SECURITY = DeskCard(
    "security", "Log-ins, break-in attempts, scanners.", ("Who tried to break in over SSH?", "Which clients look like scanners?")
)


def menu() -> tuple[ToolSpec, ...]:
    return tuple(template.spec() for template in Registry.load().templates.values())


async def decided(task: Task[AnswerT], judge: HouseJudge | None = None) -> AnswerT:
    return (await (judge or HouseJudge(menu())).decide(task)).answer


async def routed(question: str, judge: HouseJudge | None = None, turns: tuple[Turn, ...] = ()) -> tuple[str, ...]:
    return (await decided(Task("route", RoutePayload(question, (SRE, SECURITY), ("checkout",), turns), RouteAnswer), judge)).desks


async def test_each_kind_of_question_goes_to_its_desk() -> None:
    assert await routed("Which routes fail most?") == ("sre",)
    assert await routed("Who is brute forcing us over SSH?") == ("security",)


async def test_a_question_of_both_kinds_goes_to_both_desks() -> None:
    assert set(await routed("Which routes are slowest, and which clients look like scanners?")) == {"sre", "security"}


async def test_a_general_question_goes_to_the_sre_desk() -> None:
    assert await routed("What's going on?") == ("sre",)


async def test_what_is_not_about_operations_goes_nowhere() -> None:
    assert [question for question in NONSENSE if await routed(question)] == []


async def test_without_a_menu_the_cards_decide() -> None:
    bare = HouseJudge()
    assert await routed("Which services have the most errors?", bare) == ("sre",)
    assert await routed("Did anyone break in over SSH?", bare) == ("security",)
    assert await routed("What is the capital of France?", bare) == ()


async def test_a_follow_up_goes_where_its_question_went() -> None:
    assert await routed("and yesterday?", turns=(Turn("Who is brute forcing us over SSH?", "…"),)) == ("security",)


async def test_a_plan_is_what_code_suggests_cut_to_size() -> None:
    suggested = tuple(PlannedCall(f"tool{number}") for number in range(9))
    payload = PlanPayload("anything", "sre", WINDOW, (), suggested=suggested, max_calls=3)
    assert (await decided(Task("plan", payload, PlanAnswer))).calls == suggested[:3]


async def test_without_suggestions_the_plan_comes_from_the_menu() -> None:
    payload = PlanPayload("Which routes of checkout fail most?", "sre", WINDOW, menu(), ("checkout",))
    first = (await decided(Task("plan", payload, PlanAnswer))).calls[0]
    assert first == PlannedCall("failing_routes", Filters(service="checkout"))


async def test_selection_wording_and_revision_are_decided() -> None:
    claims = (Claim("E1.1", "quantity", text="/cart failed 31 times."), Claim("E1.2", "quantity", text="/pay failed 2 times."))
    assert (await decided(Task("select", SelectPayload("Which routes fail?", claims), SelectAnswer))).claims == ("E1.1", "E1.2")
    assert "31 times" in (await decided(Task("word", WordPayload("Which routes fail?", claims), WordAnswer))).headline
    failures = (Failure(claims[0], "contradicted", "32"), Failure(claims[1], "unverified", "no cell"))
    assert await decided(Task("revise", RevisePayload("Which routes fail?", failures), ReviseAnswer)) == ReviseAnswer()


async def test_the_house_says_who_it_is() -> None:
    decision = await HouseJudge().decide(Task("word", WordPayload("?", ()), WordAnswer))
    assert (decision.model, decision.fallback, decision.answer.headline) == ("house", False, "")
