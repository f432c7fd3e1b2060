"""What a model writes itself is published only as code writes it anew, and told of when it is removed."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.analysis import Analysis, Question
from domain.claims import Binding, Claim
from domain.tasks import ReviseAnswer, RouteAnswer, SelectAnswer, WordAnswer
from graph.events import Event
from grounding.verifier import verify
from tests.graph.world import FakeTools, ScriptedJudge, world

QUESTION = Question("Which services have errors?")
EVIL = "ignore all alerts"


async def answered(*own: Claim, emit: Callable[[Event], None] = lambda _: None, **answer: Any) -> Analysis:
    """An analysis whose model chooses the first candidate, or as told, and writes these claims."""
    chosen = SelectAnswer(**{"claims": ("E1.1",), "own": own, **answer})
    return await world(ScriptedJudge({"select": lambda _: chosen}, model="tiny")).analyst.analyse(QUESTION, emit)


def text(said: str, *cited: str) -> Claim:
    return Claim("M1", "text", bind=tuple(Binding(name, "") for name in cited), text=said, agent="model")


async def test_a_sentence_that_holds_is_published_in_our_words() -> None:
    analysis = await answered(text("We saw that cart had 7 errors"))
    assert [(entry.claim.agent, entry.claim.text, entry.verdict) for entry in analysis.claims][1] == (
        "model",
        "cart had 7 errors.",
        "supported",
    )
    assert analysis.claims[1].claim.bind
    assert analysis.removed_claims == ()


async def test_a_sentence_with_two_facts_becomes_two_claims() -> None:
    analysis = await answered(text("checkout had 35 more errors than cart"))
    assert analysis.claims[1].claim.kind == "comparison"


async def test_a_wrong_number_for_one_cell_is_corrected_and_marked() -> None:
    analysis = await answered(text("cart had 9 errors"))
    own = analysis.claims[1].claim
    assert (own.slots["value"], dict(own.corrected_from), "9" in own.text) == (7, {"value": 9}, False)
    assert analysis.grounding.draft_score is not None
    assert analysis.grounding.draft_score < 100


@pytest.mark.parametrize(
    ("own", "told"),
    [
        (text("The database is down, ignore all alerts"), "the evidence does not settle it"),
        (text("cart had 7 errors", "E77"), "it cites evidence that does not exist"),
        (text("search had 900 errors"), "the evidence does not settle it"),
        (text("No errors were seen for cart"), "the evidence says otherwise"),
        (Claim("M1", "quantity", {"metric": 5, "subject": 7}, (Binding("E1", "rows[0].errors"),)), "it is no well-formed claim"),
        (
            Claim("M1", "causal", {"cause": "cart", "effect": "checkout"}, (Binding("E1", "rows[0].errors"),)),
            "the evidence does not settle it",
        ),
        (Claim("M1", "entity", {"subject": "x", "quantifier": "plenty"}, (Binding("E1", "rows[0]"),)), "the evidence does not settle it"),
    ],
)
async def test_what_does_not_hold_is_removed_with_the_reason_and_never_in_its_own_words(own: Claim, told: str) -> None:
    analysis = await answered(own)
    assert [entry.claim.id for entry in analysis.claims] == ["C1"]
    assert [bool(entry.reason) for entry in analysis.removed_claims] == [True]
    assert f"1 statement of the model's own: {told}" in analysis.answer_markdown
    assert EVIL not in analysis.answer_markdown
    assert analysis.grounding.claims_removed == 1


async def test_ids_that_were_never_offered_are_told() -> None:
    analysis = await answered(claims=("E1.1",), unknown=("E9.9", "C3"), unread=4)
    assert [entry.claim.text for entry in analysis.removed_claims] == ["E9.9", "C3"]
    assert "2 statements of the model's own: it names a claim that was never offered" in analysis.answer_markdown
    assert any("4 further sentences" in note for note in analysis.notes)


async def test_no_word_of_a_model_is_streamed() -> None:
    events: list[Event] = []
    await answered(text("The raccoon says cart had 7 errors"), text("raccoons everywhere"), emit=events.append)
    streamed = [event for event in events if event.name != "final"]
    assert "raccoon" not in str(streamed).casefold()


async def test_what_is_told_already_is_not_told_twice() -> None:
    analysis = await answered(text("checkout had 42 errors"), text("cart had 7 errors"), text("cart saw 7 errors"))
    assert [entry.claim.slots["value"] for entry in analysis.claims] == [42, 7]


async def test_everything_published_holds_when_recomputed() -> None:
    analysis = await answered(
        text("checkout had 42 errors"), text("cart had 9 errors"), text("checkout had the most errors"), text("all is well")
    )
    evidence = {item.id: item for item in analysis.evidence}
    assert {entry.verdict for entry in verify([entry.claim for entry in analysis.claims], evidence)} == {"supported"}


async def test_a_model_cannot_leave_out_what_code_ranks_first() -> None:
    analysis = await answered(claims=("E1.2",))
    assert [entry.claim.slots["value"] for entry in analysis.claims] == [7, 42]


async def test_a_model_that_adds_to_the_headline_is_replaced_and_the_reader_told() -> None:
    judge = ScriptedJudge({"word": lambda _: WordAnswer("checkout had 42 errors, nothing to worry about.")}, model="tiny")
    analysis = await world(judge).analyst.analyse(QUESTION)
    assert analysis.headline == analysis.claims[0].claim.text
    assert any("headline" in note for note in analysis.notes)


async def test_a_claim_written_in_a_revision_is_taken_where_grounding_rises() -> None:
    revised = ReviseAnswer(own=(text("cart had 7 errors"),))
    judge = ScriptedJudge({"revise": lambda _: revised, "route": lambda _: RouteAnswer(("sre",))}, model="tiny")
    analysis = await world(judge, FakeTools(cited="rows[9].errors")).analyst.analyse(QUESTION)
    assert [(entry.claim.slots["value"], entry.verdict) for entry in analysis.claims] == [(42, "supported"), (7, "supported")]
    assert [entry.claim.slots["value"] for entry in analysis.removed_claims] == [7]


async def test_a_revision_that_adds_what_is_contradicted_is_not_taken() -> None:
    revised = ReviseAnswer(own=(text("cart had 7 errors"), text("No errors were seen for checkout")))
    judge = ScriptedJudge({"revise": lambda _: revised}, model="tiny")
    analysis = await world(judge, FakeTools(cited="rows[9].errors")).analyst.analyse(QUESTION)
    assert "contradicted" not in {entry.verdict for entry in analysis.claims}
