"""Password guessing over SSH: which sources did it, in which manner, and whether one proves to have got in."""

from collections.abc import Iterable, Sequence
from typing import Any

from analytics.flags import Flag, moment, ranked
from domain.evidence import Row
from domain.findings import Entity, Finding, Severity

MIN_TRIES = 5
MANY_TRIES, VERY_MANY_TRIES = 50, 500
SPRAYED_ACCOUNTS, SPRAYED_TRIES = 5, 3
STUFFED_ACCOUNTS, STUFFED_TRIES = 20, 1.2
MIN_SHARED_SOURCES = 5
GUESSING, SPRAYING, STUFFING, VALID_ACCOUNTS = "T1110.001", "T1110.003", "T1110.004", "T1078"


def is_brute_force(attempts: int, invalid_users: int, accepted: int) -> bool:
    """Five failed passwords or five unknown users, and more of them than accepted log-ins: a person who mistypes gets in more often."""
    tries = max(attempts, invalid_users)
    return tries >= MIN_TRIES and tries > accepted


def technique(tries: int, accounts: int) -> str:
    """The MITRE ATT&CK technique: guessing at few accounts, spraying over several, or trying a list of pairs once each."""
    each = tries / max(accounts, 1)
    if accounts >= STUFFED_ACCOUNTS and each <= STUFFED_TRIES:
        return STUFFING
    return SPRAYING if accounts >= SPRAYED_ACCOUNTS and each <= SPRAYED_TRIES else GUESSING


def brute_force(rows: Sequence[Row]) -> tuple[Flag, ...]:
    """A finding for each source (rows of `ssh_logins_by_source`) that guessed passwords, the gravest first.

    `succeeded` is True only where a password log-in was accepted at the end of a machine-like burst (ten failures or more for
    that very account, or ten over five accounts, within the hour); None where one followed fewer failures, as a person's would.
    """
    return ranked(
        _brute_force(index, row)
        for index, row in enumerate(rows)
        if is_brute_force(row["attempts"], row["invalid_users"], row["accepted"]) or row["broke_in_at"]
    )


def _brute_force(index: int, row: Row) -> Flag:
    tries = max(row["attempts"], row["invalid_users"])
    succeeded = _succeeded(row)
    finding = Finding(
        id="",
        desk="security",
        kind="brute_force",
        entity=Entity("ip", row["source"]),
        count=row["attempts"],
        severity=_severity(tries, succeeded),
        succeeded=succeeded,
        accounts=tuple(row["accounts"]),
        first_seen=moment(row["first_seen"]),
        last_seen=moment(row["last_seen"]),
        technique=technique(tries, row["accounts_tried"]),
        details={**{name: row[name] for name in ("attempts", "invalid_users", "failed_none", "accepted")}, **_success(row)},
    )
    return Flag(index, finding, tuple(_telling(row, succeeded)))


def _succeeded(row: Row) -> bool | None:
    if row["broke_in_at"]:
        return True
    return None if row["logins_after_failures"] else False


def _success(row: Row) -> dict[str, Any]:
    if not row["broke_in_at"]:
        return {"success": None}
    return {"success": {"account": row["broke_in_account"], "at": row["broke_in_at"], "failures_before": row["failures_before"]}}


def _severity(tries: int, succeeded: bool | None) -> Severity:
    if succeeded:
        return "critical"
    if tries >= VERY_MANY_TRIES:
        return "high"
    return "medium" if succeeded is None or tries >= MANY_TRIES else "low"


def _telling(row: Row, succeeded: bool | None) -> Iterable[str]:
    if succeeded:
        yield from ("broke_in_at", "broke_in_account", "failures_before")
    yield from (name for name in ("attempts", "invalid_users", "accepted") if row[name])


def shared_accounts(rows: Sequence[Row]) -> tuple[Flag, ...]:
    """Accounts (rows of `ssh_logins_by_account`) that let in many addresses by password: the password is known to many."""
    return ranked(_shared_account(index, row) for index, row in enumerate(rows) if row["password_sources"] >= MIN_SHARED_SOURCES)


def _shared_account(index: int, row: Row) -> Flag:
    finding = Finding(
        id="",
        desk="security",
        kind="shared_account",
        entity=Entity("account", row["account"]),
        count=row["accepted_by_password"],
        severity="medium",
        succeeded=None,
        accounts=(row["account"],),
        first_seen=moment(row["first_accepted"]),
        last_seen=moment(row["last_accepted"]),
        technique=VALID_ACCOUNTS,
        details={"addresses": row["password_sources"], "accepted_by_password": row["accepted_by_password"]},
    )
    return Flag(index, finding, ("password_sources", "accepted_by_password"))
