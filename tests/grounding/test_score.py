"""The score is 100 · precision · coverage, and the gates follow it."""

from typing import Any

import pytest

from domain.claims import Claim, ClaimKind, Grounding, Judged, Verdict
from grounding.coverage import Coverage
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
