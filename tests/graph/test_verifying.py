"""A verifier that crashes, hangs or is flooded publishes nothing that it did not judge."""

import time
from collections.abc import Mapping, Sequence

import pytest

from domain.analysis import Analysis, Question, Trigger
from domain.claims import Claim, Judged
from domain.evidence import Evidence
from domain.window import Window
from graph.answering import published
from graph.context import Verify
from graph.verifying import MOST_CLAIMS, recomputed
from grounding.knowledge import Knowledge
from grounding.verifier import verify
from tests.graph.world import END, START, count_claim, errors_evidence, run_context, world

QUESTION = Question("Which services have errors?")
SOURCE = errors_evidence("E1", Window(START, END))
CLAIM, OTHER = count_claim(SOURCE, 0, 42, "C1"), count_claim(SOURCE, 1, 7, "C2")


async def analysed(broken: Verify) -> Analysis:
    return await world(check=broken).analyst.analyse(QUESTION)


def crashing(value: int) -> Verify:
    """A verifier with a defect that claims of this value hit."""

    def judge(claims: Sequence[Claim], evidence: Mapping[str, Evidence], knowledge: Knowledge) -> tuple[Judged, ...]:
        if any(claim.slots.get("value") == value for claim in claims):
            raise KeyError("a defect")
        return verify(claims, evidence, knowledge)

    return judge


def hanging(claims: Sequence[Claim], evidence: Mapping[str, Evidence], knowledge: Knowledge) -> tuple[Judged, ...]:
    time.sleep(0.3)
    return verify(claims, evidence, knowledge)


async def test_a_claim_the_verifier_crashes_on_is_removed_and_the_others_stay() -> None:
    analysis = await analysed(crashing(42))
    assert [entry.claim.slots["value"] for entry in analysis.claims] == [7]
    assert "KeyError" in analysis.removed_claims[0].reason
    assert any("verifier failed on 1 claim" in note for note in analysis.notes)
    assert "the verifier failed on it" in analysis.answer_markdown


async def test_a_verifier_that_does_not_finish_publishes_nothing_and_says_so() -> None:
    context = run_context(hanging)
    judged = await recomputed(context, [CLAIM, CLAIM], within_s=0.05)
    assert [entry.verdict for entry in judged] == ["unverified", "unverified"]
    assert "did not finish" in judged[0].reason
    assert "failed on 2 claims" in context.ledger.verifier_failed


async def test_no_more_claims_are_checked_than_an_answer_may_have() -> None:
    context = run_context(verify)
    judged = await recomputed(context, [CLAIM] * (MOST_CLAIMS + 3))
    assert [entry.verdict for entry in judged[-4:]] == ["supported", *["unverified"] * 3]
    assert any("3 claims were not checked" in note for note in context.ledger.notes)


@pytest.mark.parametrize(("trigger", "left"), [("question", [7]), ("schedule", [])])
async def test_nobody_is_there_to_question_a_briefing_so_nothing_is_published_after_a_crash(trigger: Trigger, left: list[int]) -> None:
    context = run_context(crashing(42), trigger)
    judged = await recomputed(context, [CLAIM, OTHER])
    assert [entry.claim.slots["value"] for entry in published(context, judged)] == left
