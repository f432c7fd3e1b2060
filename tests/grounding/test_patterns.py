"""Shapes of unverified claims."""

from grounding.patterns import patterns, reason_class

SOURCES = {"E1": "ssh_by_source"}


def judged(reason: str, verdict: str = "unverified", path: str = "rows[3].attempts") -> dict[str, object]:
    return {"kind": "quantity", "verdict": verdict, "reason": reason, "text": reason, "bind": [{"evidence": "E1", "path": path}]}


def test_reasons_that_differ_in_values_alone_are_one_class() -> None:
    first = reason_class("the subject fits 2 rows of E1, the claim is bound to 1: 'root' since 2026-03-01T00:00:00Z")
    assert first == reason_class("the subject fits 14 rows of E12, the claim is bound to 3: 'a b' since 2025-01-01T10:00:01Z")
    assert first != reason_class("unbound: no cell is cited")


def test_the_most_frequent_shape_comes_first_and_supported_claims_only_count_in_the_share() -> None:
    claims = [
        judged("rows[3] is missing"),
        judged("rows[7] is missing", path="rows[7].attempts"),
        judged("unbound"),
        judged("", "supported"),
    ]
    first, second = patterns([(one, SOURCES) for one in claims])
    assert (first.n, first.share, first.shape.source, first.shape.column) == (2, 0.5, "ssh_by_source", "attempts")
    assert second.shape.reason == "unbound"
    assert first.as_json()["example"] == "rows[3] is missing"


def test_a_claim_without_binding_has_a_shape_too() -> None:
    (only,) = patterns([({"kind": "text", "verdict": "contradicted", "reason": "x"}, {})])
    assert (only.shape.source, only.shape.column) == ("", "")
