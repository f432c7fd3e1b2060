from typing import Any

import pytest

from analytics.logins import GUESSING, SPRAYING, STUFFING, brute_force, is_brute_force, shared_accounts, technique


def source(address: str = "203.0.113.9", **cells: Any) -> dict[str, Any]:
    zero = dict.fromkeys(("attempts", "invalid_users", "failed_none", "accepted", "accounts_tried", "logins_after_failures"), 0)
    times = {"first_seen": "2026-03-01T10:00:00Z", "last_seen": "2026-03-01T11:00:00Z"}
    none: dict[str, Any] = {"accounts": [], "broke_in_at": None, "broke_in_account": "", "failures_before": None}
    return {"source": address, **zero, **times, **none, **cells}


@pytest.mark.parametrize(
    ("attempts", "invalid_users", "accepted", "expected"),
    [
        (5, 0, 0, True),
        (4, 4, 0, False),
        (0, 5, 0, True),
        (11, 0, 174, False),
        (157, 0, 47, True),
        (5, 0, 5, False),
        (2, 60, 10, True),
    ],
)
def test_brute_force_needs_five_tries_and_more_of_them_than_log_ins(
    attempts: int, invalid_users: int, accepted: int, expected: bool
) -> None:
    assert is_brute_force(attempts, invalid_users, accepted) is expected


@pytest.mark.parametrize(
    ("tries", "accounts", "expected"),
    [(100, 1, GUESSING), (100, 20, GUESSING), (12, 6, SPRAYING), (8, 4, GUESSING), (40, 38, STUFFING), (0, 0, GUESSING)],
)
def test_the_technique_follows_from_tries_an_account(tries: int, accounts: int, expected: str) -> None:
    assert technique(tries, accounts) == expected


def test_a_source_without_enough_tries_is_no_finding() -> None:
    assert brute_force([source(attempts=4), source(attempts=6, accepted=9), source(failed_none=50)]) == ()


def test_success_is_claimed_only_where_a_burst_ended_in_a_log_in() -> None:
    proven = source("a", attempts=30, accepted=1, broke_in_at="2026-03-01T10:30:00Z", broke_in_account="root", failures_before=29)
    doubtful = source("b", attempts=6, accepted=1, logins_after_failures=1)
    unrelated = source("c", attempts=30, accepted=1)
    found = {flag.finding.entity.value: flag.finding for flag in brute_force([doubtful, unrelated, proven])}
    assert [found[name].succeeded for name in "abc"] == [True, None, False]
    assert found["a"].details["success"] == {"account": "root", "at": "2026-03-01T10:30:00Z", "failures_before": 29}
    assert found["b"].details["success"] is None
    assert [found[name].severity for name in "abc"] == ["critical", "medium", "low"]


def test_the_gravest_comes_first_and_keeps_its_row() -> None:
    rows = [source("many", attempts=900), source("few", attempts=9), source("in", attempts=20, broke_in_at="2026-03-01T10:30:00Z")]
    assert [(flag.row, flag.finding.severity) for flag in brute_force(rows)] == [(2, "critical"), (0, "high"), (1, "low")]


def test_only_numbers_that_are_not_zero_are_rested_on() -> None:
    (flag,) = brute_force([source(invalid_users=58)])
    assert flag.rests_on == ("invalid_users",)
    assert flag.finding.count == 0
    assert flag.finding.details["invalid_users"] == 58


def test_an_account_that_many_addresses_use_by_password_is_a_finding() -> None:
    times = {"first_accepted": "2026-03-01T10:00:00Z", "last_accepted": None}
    rows = [
        {"account": "test", "password_sources": 11, "accepted_by_password": 75, **times},
        {"account": "ann", "password_sources": 2, "accepted_by_password": 900, **times},
    ]
    (flag,) = shared_accounts(rows)
    assert (flag.finding.kind, flag.finding.entity.value, flag.finding.count) == ("shared_account", "test", 75)
    assert flag.finding.last_seen is None
