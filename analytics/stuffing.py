"""Credential stuffing: leaked passwords tried at a web log-in, many accounts and few tries each."""

from collections.abc import Sequence

from analytics.flags import Flag, moment, ranked
from domain.evidence import Row
from domain.findings import Entity, Finding

TECHNIQUE = "T1110.004"


def credential_stuffing(rows: Sequence[Row]) -> tuple[Flag, ...]:
    """A finding for each program at one log-in route (rows of `credential_stuffing`), the gravest first.

    `accounts` are those opened; `succeeded` is None where no address is known, since a guesser and the owner look alike then.
    """
    return ranked(Flag(index, _finding(row), _telling(row)) for index, row in enumerate(rows) if row["is_stuffing"])


def _finding(row: Row) -> Finding:
    names = ("service", "route", "attempts", "failed", "failed_share", "addresses", "tries_per_account", "agent")
    return Finding(
        id="",
        desk="security",
        kind="credential_stuffing",
        entity=Entity("user_agent", row["agent"]) if row["agent"] else Entity("route", row["route"]),
        count=row["attempts"],
        severity="critical" if row["accounts_opened"] else "high",
        succeeded=bool(row["accounts_opened"]) if row["addresses"] else None,
        accounts=tuple(row["opened"]),
        first_seen=moment(row["first_seen"]),
        last_seen=moment(row["last_seen"]),
        technique=TECHNIQUE,
        details={**{name: row[name] for name in names}, "accounts_tried": row["accounts"], "accounts_opened": row["accounts_opened"]},
    )


def _telling(row: Row) -> tuple[str, ...]:
    shown = ("accounts_opened", "opened", "failed", "accounts_failed", "addresses")
    return tuple(name for name in shown if row[name])
