"""Every limit of a run ends in a partial answer that says which one it was."""

import asyncio

import pytest

from domain.analysis import Analysis, Budget, Question
from domain.tasks import AnswerT, Decision, RouteAnswer, Task
from tests.graph.world import FakeTools, ScriptedJudge, world

ASKED = Question("Which services have errors?")


async def asked(model: str, budget: Budget, tokens: int = 1_000, tools: FakeTools | None = None) -> Analysis:
    return await world(ScriptedJudge(model=model, tokens=tokens), tools, budget).analyst.analyse(ASKED)


async def test_a_priced_model_costs_what_its_tokens_cost() -> None:
    analysis = await asked("dear", Budget())
    assert analysis.usage.input_tokens == 4_000  # route, plan, select, word
    assert analysis.usage.cost_usd == pytest.approx(0.4)
    assert (analysis.status, analysis.final_decision) == ("ok", "answered")
    assert not any("price" in note for note in analysis.notes)


async def test_past_the_money_the_house_decides_and_the_answer_is_partial() -> None:
    analysis = await asked("dear", Budget(usd=0.15))
    assert analysis.usage.cost_usd == pytest.approx(0.2)  # the decision that passes the limit is the last one paid for
    assert (analysis.status, analysis.final_decision) == ("partial", "partial")
    assert "The run's budget of 0.15 USD was used up; the house judge decided the rest." in analysis.notes
    assert "the rest: the run's budget of 0.15 USD was used up" in analysis.could_not_check
    assert [claim.verdict for claim in analysis.claims] == ["supported", "supported"]


async def test_without_money_a_priced_model_is_never_asked_and_a_free_one_is() -> None:
    assert (await asked("dear", Budget(usd=0))).usage.input_tokens == 0
    free = await asked("free-7b", Budget(usd=0))
    assert (free.usage.input_tokens, free.usage.cost_usd, free.status) == (4_000, 0.0, "ok")


async def test_an_unknown_price_is_said_once_and_holds_nothing() -> None:
    analysis = await asked("unheard-of", Budget(usd=0.000_001))
    said = [note for note in analysis.notes if "price of the model 'unheard-of' is not known" in note]
    assert len(said) == 1
    assert (analysis.status, analysis.usage.cost_usd, analysis.usage.input_tokens) == ("ok", 0.0, 4_000)


async def test_the_house_costs_nothing_and_needs_no_price() -> None:
    analysis = await asked("house", Budget(usd=0), tokens=0)
    assert (analysis.status, analysis.usage.cost_usd) == ("ok", 0.0)
    assert not any("budget" in note or "price" in note for note in analysis.notes)


@pytest.mark.parametrize(
    ("budget", "limit"),
    [(Budget(tokens=1_500), "1,500 tokens"), (Budget(tool_calls=1), "1 tool calls"), (Budget(seconds=0.5), "0.5 s")],
)
async def test_whatever_is_used_up_is_named(budget: Budget, limit: str) -> None:
    judge = ScriptedJudge({"route": lambda _: RouteAnswer(("sre", "security"))}, model="free", tokens=1_000)
    analysis = await world(judge, FakeTools(seconds=30 if budget.seconds < 1 else 0), budget).analyst.analyse(ASKED)
    assert (analysis.status, analysis.final_decision) == ("partial", "partial" if analysis.claims else "insufficient")
    assert any(limit in gap for gap in analysis.could_not_check), analysis.could_not_check


class _Hanging(ScriptedJudge):
    """Never answers."""

    async def decide(self, task: Task[AnswerT]) -> Decision[AnswerT]:
        await asyncio.sleep(60)
        raise AssertionError(task.name)


async def test_a_model_that_hangs_is_left_when_the_time_is_over() -> None:
    analysis = await world(_Hanging(model="free"), budget=Budget(seconds=0.3)).analyst.analyse(ASKED)
    assert analysis.status == "partial"
    assert "The run's budget of 0.3 s was used up; the house judge decided the rest." in analysis.notes


async def test_a_question_without_limits_has_those_of_the_settings() -> None:
    made = world(ScriptedJudge(model="dear", tokens=1_000), budget=Budget(usd=0.15))
    assert made.analyst.budget.usd == 0.15
    whole = await made.analyst.analyse(Question("Which services have errors?", budget=Budget(usd=5.0)))
    assert whole.status == "ok"
    assert whole.usage.cost_usd == pytest.approx(0.4)
