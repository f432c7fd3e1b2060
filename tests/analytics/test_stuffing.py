from typing import Any

from analytics.stuffing import credential_stuffing

TIMES = {"first_seen": "2026-03-01T10:00:00Z", "last_seen": "2026-03-01T11:00:00Z"}


def program(**cells: Any) -> dict[str, Any]:
    """A program that tried 200 accounts twice each and opened two."""
    counts = {"attempts": 400, "failed": 396, "failed_share": 99.0, "accounts": 200, "accounts_failed": 198, "addresses": 40}
    opened = {"tries_per_account": 2.0, "accounts_opened": 2, "opened": ["ann", "bob"], "is_stuffing": True}
    return {"service": "web", "route": "/login", "agent": "okhttp/4", **counts, **opened, **TIMES, **cells}


def test_a_program_that_opened_accounts_is_critical_and_they_are_named() -> None:
    (flag,) = credential_stuffing([program()])
    found = flag.finding
    assert (found.entity.type, found.entity.value, found.count, found.technique) == ("user_agent", "okhttp/4", 400, "T1110.004")
    assert (found.succeeded, found.severity, found.accounts) == (True, "critical", ("ann", "bob"))
    assert flag.rests_on[:2] == ("accounts_opened", "opened")


def test_a_program_that_opened_nothing_failed() -> None:
    (flag,) = credential_stuffing([program(accounts_opened=0, opened=[])])
    assert (flag.finding.succeeded, flag.finding.severity) == (False, "high")
    assert "opened" not in flag.rests_on


def test_without_addresses_nobody_can_tell_who_got_in() -> None:
    (flag,) = credential_stuffing([program(agent="", addresses=0, accounts_opened=0, opened=[])])
    assert (flag.finding.succeeded, flag.finding.entity.type, flag.finding.entity.value) == (None, "route", "/login")


def test_what_the_evidence_does_not_call_stuffing_is_none() -> None:
    assert credential_stuffing([program(is_stuffing=False)]) == ()
