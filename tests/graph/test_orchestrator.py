"""What holds of every run, whatever a judge says."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from domain.analysis import Budget, Question
from domain.errors import NothingFoundError, WrongUseError
from domain.ids import ThreadId
from domain.tasks import PlanAnswer, PlannedCall, ReviseAnswer, RouteAnswer, WordAnswer
from graph.events import Event
from graph.orchestrator import build
from tests.graph.world import FakeTools, ScriptedJudge, World, world

GOLDEN = Path(__file__).parents[1] / "golden/orchestrator.mmd"
QUESTION = Question("Which services have errors?")


def test_the_drawing_of_the_graph_is_the_golden_one() -> None:
    assert build().get_graph(xray=True).draw_mermaid() == GOLDEN.read_text("utf-8")


async def test_true_claims_are_published_with_their_evidence() -> None:
    analysis = await world().analyst.analyse(QUESTION)
    assert [(entry.claim.id, entry.verdict) for entry in analysis.claims] == [("C1", "supported"), ("C2", "supported")]
    assert analysis.grounding.score == pytest.approx(100.0)
    assert analysis.evidence[0].uid.endswith("_E1")
    assert (analysis.status, analysis.final_decision) == ("ok", "answered")


async def test_a_wrong_number_is_corrected_before_it_is_published_and_marked() -> None:
    analysis = await world(tools=FakeTools(claimed=(43, 7))).analyst.analyse(QUESTION)
    assert sorted(entry.claim.slots["value"] for entry in analysis.claims) == [7, 42]
    assert "43" not in analysis.answer_markdown
    mended = next(entry for entry in analysis.as_json()["claims"] if entry["slots"]["value"] == 42)
    assert (mended["corrected"], mended["corrected_from"], "42" in mended["text"]) == (True, {"value": 43}, True)
    assert [line for line in analysis.answer_markdown.splitlines() if "42" in line and "corrected" in line]
    assert analysis.grounding.draft_score is not None
    assert analysis.grounding.draft_score < 100


async def test_what_code_cannot_correct_is_removed_and_told() -> None:
    analysis = await world(tools=FakeTools(cited="rows[9].errors")).analyst.analyse(QUESTION)
    assert [entry.claim.slots["value"] for entry in analysis.claims] == [42]
    assert [(entry.claim.slots["value"], entry.verdict) for entry in analysis.removed_claims] == [(7, "unverified")]
    assert analysis.grounding.claims_removed == 1
    assert "1 removed" in analysis.answer_markdown


async def test_a_headline_that_says_more_than_the_claims_is_not_printed() -> None:
    judge = ScriptedJudge({"word": lambda _: WordAnswer("Checkout had 99 errors because of the database.")})
    analysis = await world(judge).analyst.analyse(QUESTION)
    assert analysis.headline == analysis.claims[0].claim.text


async def test_nothing_that_holds_is_insufficient_evidence() -> None:
    analysis = await world(tools=FakeTools(claimed=(7,), cited="rows[9].errors")).analyst.analyse(QUESTION)
    assert (analysis.final_decision, analysis.claims) == ("insufficient", ())
    assert analysis.grounding.score is None
    assert "Errors by service" in analysis.headline


async def test_a_tool_that_refuses_is_a_gap_not_an_exception() -> None:
    analysis = await world(tools=FakeTools(refusal="no such filter")).analyst.analyse(QUESTION)
    assert analysis.could_not_check == ("errors: no such filter",)
    assert analysis.final_decision == "insufficient"


async def test_a_question_about_something_else_is_refused_without_a_look() -> None:
    made = world(ScriptedJudge({"route": lambda _: RouteAnswer(())}))
    analysis = await made.analyst.analyse(Question("Who wrote Hamlet?"))
    assert (analysis.final_decision, made.tools.calls) == ("refused", [])


async def test_a_service_nothing_is_stored_of_is_no_data_and_not_everybodys_numbers() -> None:
    made = world()
    analysis = await made.analyst.analyse(Question("How many errors did the billing service have?"))
    assert (analysis.final_decision, made.tools.calls) == ("insufficient", [])
    assert "'billing'" in analysis.headline
    assert "checkout" in analysis.could_not_check[0]


async def test_a_name_that_filtered_nothing_is_told() -> None:
    analysis = await world().analyst.analyse(Question("What went wrong with warehouse?"))
    assert any("'warehouse'" in note and "nothing was filtered" in note for note in analysis.notes)
    assert not [note for note in (await world().analyst.analyse(Question("What went wrong with checkout?"))).notes if "filtered" in note]


async def test_two_desks_look_in_parallel_and_both_are_published() -> None:
    made = world(ScriptedJudge({"route": lambda _: RouteAnswer(("sre", "security"))}), FakeTools(seconds=0.2))
    analysis = await made.analyst.analyse(QUESTION)
    assert [item.id for item in analysis.evidence] == ["E1", "E2"]
    assert analysis.usage.tool_ms < 350


async def test_a_desk_that_breaks_is_a_gap_and_the_other_is_published() -> None:
    made = world(ScriptedJudge({"route": lambda _: RouteAnswer(("sre", "security"))}), FakeTools(broken_for="E1"))
    analysis = await made.analyst.analyse(QUESTION)
    assert [item.id for item in analysis.evidence] == ["E2"]
    assert any("sre desk" in text and "ZeroDivisionError" in text for text in analysis.could_not_check)
    assert analysis.claims


async def test_a_forced_desk_is_not_routed() -> None:
    analysis = await world(ScriptedJudge({"route": lambda _: RouteAnswer(("sre",))})).analyst.analyse(replace(QUESTION, desk="security"))
    assert analysis.desks == ("security",)


async def test_a_slow_tool_ends_in_a_partial_answer_inside_the_budget() -> None:
    made = world(tools=FakeTools(seconds=30), budget=Budget(seconds=0.5))
    async with asyncio.timeout(5):
        analysis = await made.analyst.analyse(QUESTION)
    assert analysis.status == "partial"
    assert any("used up" in text for text in analysis.could_not_check)


async def test_past_the_token_budget_the_house_decides() -> None:
    made = world(ScriptedJudge(model="dear", tokens=1_000), budget=Budget(tokens=1_500))
    analysis = await made.analyst.analyse(QUESTION)
    assert analysis.usage.input_tokens == 2_000
    assert any("budget" in note for note in analysis.notes)


async def test_the_number_of_tool_calls_is_bounded() -> None:
    many = ScriptedJudge({"plan": lambda _: PlanAnswer(tuple(PlannedCall(f"errors{number}") for number in range(40)))})
    made = world(many, budget=Budget(tool_calls=3))
    await made.analyst.analyse(QUESTION)
    assert len(made.tools.calls) == 3


async def test_revision_ends_after_two_rounds() -> None:
    rounds: list[int] = []

    def revise(_payload: object) -> ReviseAnswer:
        rounds.append(1)
        return ReviseAnswer((PlannedCall("errors"),))

    made = world(ScriptedJudge({"revise": revise}), FakeTools(claimed=(42, 7), cited="rows[9].errors"))
    await made.analyst.analyse(QUESTION)
    assert len(rounds) == 2
    assert len(made.tools.calls) == 3


async def test_events_carry_verdicts_before_any_text() -> None:
    events: list[Event] = []
    await world().analyst.analyse(QUESTION, events.append)
    names = [event.name for event in events]
    assert names[0] == "route"
    assert names[-1] == "final"
    assert names.index("verdict") < names.index("token")
    assert {"tool", "evidence", "claim"} <= set(names)


async def test_a_run_is_one_trace_with_a_span_for_each_decision_and_tool() -> None:
    made = world()
    analysis = await made.analyst.analyse(QUESTION)
    spans = made.traces.spans(analysis.trace_id)
    operations = [span["attributes"]["gen_ai.operation.name"] for span in spans]
    assert operations.count("invoke_workflow") == 1
    assert operations.count("chat") == 4
    assert {"invoke_agent", "execute_tool"} <= set(operations)
    assert len([span for span in spans if not span["parent_span_id"]]) == 1


async def test_a_run_and_its_evidence_are_stored() -> None:
    made = world()
    analysis = await made.analyst.analyse(QUESTION)
    stored = await made.state.run(analysis.run_id)
    assert stored is not None
    assert stored.status == "ok"
    assert stored.document["headline"] == analysis.headline
    assert await made.state.evidence(analysis.evidence[0].uid)


async def test_a_follow_up_sees_the_earlier_turn() -> None:
    seen: list[tuple[str, ...]] = []

    def route(payload: object) -> RouteAnswer:
        seen.append(tuple(turn.question for turn in getattr(payload, "turns", ())))
        return RouteAnswer(("sre",))

    made = world(ScriptedJudge({"route": route}))
    first = await made.analyst.analyse(QUESTION)
    await made.analyst.analyse(Question("and only for cart?", thread_id=ThreadId(first.thread_id)))
    assert seen == [(), (QUESTION.text,)]


async def test_a_failed_run_is_marked_failed() -> None:
    def broken(_payload: object) -> RouteAnswer:
        raise ZeroDivisionError

    made = world(ScriptedJudge({"route": broken}))
    with pytest.raises(ZeroDivisionError):
        await made.analyst.analyse(QUESTION)
    assert [run.status for run in await made.state.runs()] == ["failed"]


@pytest.mark.parametrize("text", ["", "   ", "x" * 5_000])
async def test_an_empty_or_endless_question_is_wrong_use(text: str) -> None:
    with pytest.raises(WrongUseError):
        await world().analyst.analyse(Question(text))


async def test_an_unknown_desk_is_named_with_the_known_ones() -> None:
    with pytest.raises(WrongUseError, match=r"'finance'.*sre, security"):
        await world().analyst.analyse(replace(QUESTION, desk="finance"))


async def test_an_empty_store_says_what_to_do() -> None:
    made: World = world(empty=True)
    with pytest.raises(NothingFoundError, match="watchfloor ingest"):
        await made.analyst.analyse(QUESTION)
