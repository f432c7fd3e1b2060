"""Findings and their severities."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.findings import SEVERITY_ORDER, Entity, Finding, Severity, worst

SEVERITIES: st.SearchStrategy[list[Severity]] = st.lists(st.sampled_from(SEVERITY_ORDER))


def test_severities_are_ranked_from_none_to_critical() -> None:
    assert SEVERITY_ORDER == ("none", "low", "medium", "high", "critical")


@given(SEVERITIES)
def test_the_worst_is_one_of_them_and_none_is_above_it(severities: list[Severity]) -> None:
    found = worst(tuple(severities))
    assert found in (severities or ["none"])
    assert all(SEVERITY_ORDER.index(one) <= SEVERITY_ORDER.index(found) for one in severities)


@given(SEVERITIES, SEVERITIES)
def test_the_worst_of_all_is_the_worst_of_the_worst(some: list[Severity], others: list[Severity]) -> None:
    assert worst((*some, *others)) == worst((worst(tuple(some)), worst(tuple(others))))


def test_nothing_found_is_nothing_wrong() -> None:
    assert worst(()) == "none"


def test_a_finding_as_a_document() -> None:
    seen = datetime(2026, 3, 1, 10, tzinfo=UTC)
    finding = Finding(
        "F1", "security", "brute_force", Entity("ip", "203.0.113.7"), 157, "high",
        succeeded=True, accounts=("root",), first_seen=seen, technique="T1110.001", claims=("C3",), evidence=("E2",),
    )  # fmt: skip
    document = json.loads(json.dumps(finding.as_json()))
    assert document == {
        "id": "F1", "desk": "security", "kind": "brute_force", "entity": {"type": "ip", "value": "203.0.113.7"}, "count": 157,
        "succeeded": True, "accounts": ["root"], "first_seen": "2026-03-01T10:00:00Z", "last_seen": None, "technique": "T1110.001",
        "saving": None, "severity": "high", "claims": ["C3"], "evidence": ["E2"], "details": {},
    }  # fmt: skip


def test_what_is_not_known_of_a_finding_is_null_not_empty_text() -> None:
    document = Finding("F1", "sre", "new_error", Entity("service", "cart"), 1).as_json()
    assert (document["technique"], document["succeeded"], document["saving"]) == (None, None, None)
