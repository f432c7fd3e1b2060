"""The score is 100 · precision · coverage, and the gates follow it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.claims import Binding, Claim, ClaimKind, Grounding, Judged, Verdict
from grounding.citations import citations
from grounding.coverage import Coverage, coverage
from grounding.score import gate, score

ALL = Coverage(10, 10)


def judged(kind: ClaimKind, verdict: Verdict, **claim: Any) -> Judged:
    return Judged(Claim("C", kind, **claim), verdict)


def test_all_supported_and_covered_is_a_hundred() -> None:
    assert score([judged("quantity", "supported")], ALL).score == 100.0


def test_weights_follow_what_is_at_stake() -> None:
    found = score([judged("absence", "unverified"), judged("quantity", "supported"), judged("entity", "supported")], ALL)
    assert found.precision == 0.5
    assert found.score == 50.0


@pytest.mark.parametrize(("hedge", "expected"), [("likely", 100.0), ("", 0.0)])
def test_a_consistent_cause_counts_only_when_hedged(hedge: Any, expected: float) -> None:
    assert score([judged("causal", "consistent", hedge=hedge)], ALL).score == expected


def test_coverage_scales_the_score() -> None:
    assert score([judged("quantity", "supported")], Coverage(9, 10)).score == 90.0


@pytest.mark.parametrize("claims", [[], [judged("quantity", "out-of-scope")], [judged("quantity", "supported", materiality="low")]])
def test_nothing_checkable_has_no_score(claims: list[Judged]) -> None:
    assert score(claims, ALL).score is None


def test_what_was_removed_is_counted_from_the_draft() -> None:
    draft = score([judged("quantity", "supported"), judged("quantity", "contradicted")], ALL)
    published = score([judged("quantity", "supported")], ALL, draft)
    assert (published.score, published.draft_score, published.claims_removed) == (100.0, 50.0, 1)


@pytest.mark.parametrize(
    ("value", "coverage", "verdicts", "chat", "unattended"),
    [
        (96.0, 1.0, {}, "pass", "pass"),
        (90.0, 1.0, {}, "pass", "revise"),
        (96.0, 0.97, {}, "pass", "revise"),
        (80.0, 1.0, {}, "flag", "revise"),
        (60.0, 1.0, {}, "revise", "revise"),
        (96.0, 0.9, {}, "revise", "revise"),
        (99.0, 1.0, {"contradicted": 1}, "revise", "revise"),
        (None, None, {}, "flag", "revise"),
    ],
)
def test_gates(value: float | None, coverage: float | None, verdicts: dict[str, int], chat: str, unattended: str) -> None:
    found = Grounding(value, value, None, coverage, 1, 0, verdicts)
    assert (gate(found), gate(found, "unattended")) == (chat, unattended)


def made(kind: ClaimKind, verdict: Verdict, row: int, **more: Any) -> Judged:
    slots = {"subject": {"service": f"s{row}"}, "value": row}
    return judged(kind, verdict, slots=slots, bind=(Binding("E1", f"rows[{row}].errors"),), text=f"s{row} had {row} errors.", **more)


KINDS: tuple[ClaimKind, ...] = ("quantity", "entity", "absence", "trend")
VERDICTS: tuple[Verdict, ...] = ("supported", "contradicted", "unverified", "text-supported")
DRAFTS = st.lists(st.builds(made, st.sampled_from(KINDS), st.sampled_from(VERDICTS), st.integers(0, 5)))
PADDING = st.lists(st.sampled_from(("low", "same", "tautology")), max_size=8)


def padded(draft: list[Judged], padding: list[str]) -> list[Judged]:
    """The draft with claims that hold and say nothing."""
    held = [one for one in draft if one.verdict == "supported"]
    tautology = judged("entity", "supported", slots={"subject": {"service": "s1"}, "attribute": "service", "value": "s1"}, text="s1 is s1.")
    extra = {
        "low": [made("quantity", "supported", 9, materiality="low")],
        "same": [replace(one, claim=replace(one.claim, id="D", text="Said again.")) for one in held[:1]],
        "tautology": [tautology],
    }
    return [*draft, *(one for kind in padding for one in extra[kind])]


@given(DRAFTS, PADDING)
@settings(max_examples=60, deadline=None)
def test_padding_raises_nothing(draft: list[Judged], padding: list[str]) -> None:
    more = padded(draft, padding)
    before, after = score(draft, coverage(draft, {})), score(more, coverage(more, {}))
    assert (after.score or 0.0) <= (before.score or 0.0) + 1e-9
    assert after.score is None or before.score is not None


@given(DRAFTS)
@settings(max_examples=60, deadline=None)
def test_nothing_true_that_is_added_lowers_the_score_and_nothing_false_raises_it(draft: list[Judged]) -> None:
    here = score(draft, ALL).score
    true, false = (
        score([*draft, made("quantity", "supported", 7)], ALL).score,
        score([*draft, made("quantity", "contradicted", 7)], ALL).score,
    )
    assert true is not None
    assert false is not None
    assert false <= (100.0 if here is None else here) <= max(true, here or 0.0)


def test_citations_that_a_claim_does_not_need_cost_precision() -> None:
    both = (Binding("E1", "rows[0].errors"), Binding("E2", "rows[0].errors"))
    claims = [
        judged("comparison", "supported", bind=both),
        judged("quantity", "supported", bind=both),
        judged("quantity", "contradicted", bind=both[:1]),
    ]
    needs_both = claims[0].claim

    def holds(claim: Claim) -> bool:
        cited = {binding.evidence for binding in claim.bind}
        return cited == {"E1", "E2"} if claim.kind == needs_both.kind else "E1" in cited

    found = citations(claims, holds)
    assert found.precision == pytest.approx(3 / 5)
    assert found.recall == pytest.approx(2 / 3)


def test_without_citations_there_is_no_precision() -> None:
    found = citations([judged("text", "unverified")], lambda _: True)
    assert (found.precision, found.recall) == (None, 0.0)
    assert citations([], lambda _: True).recall is None
