"""Log-ins at the web page, from the access log: who tried, how often, and who got in.

The attack is what the program named in `truth.json` sent. An account was opened where that program was let in.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from evals.facts import Edge, Either, Expectation, Fact, Found, Moment, Named, Value
from evals.truth.access import FIRST_FAILURE
from evals.truth.source import Source

LINE = re.compile(
    r'(?P<ip>\S+) \S+ (?P<user>\S+) \[(?P<at>[^\]]+)\] "POST /login(?:\?\S*)? [^"]*" (?P<status>\d{3}) \S+ "[^"]*" "(?P<agent>[^"]*)"'
)
STUFFING = ("credential_stuffing",)
EDGE_S = 60.0


@dataclass(frozen=True, slots=True)
class Try:
    """One log-in attempt."""

    at: datetime
    ip: str
    user: str
    agent: str
    is_accepted: bool


@dataclass(frozen=True)
class Attack:
    """The attempts of one program."""

    program: str
    tries: tuple[Try, ...]

    @cached_property
    def opened(self) -> tuple[str, ...]:
        """The accounts it got into."""
        return tuple(sorted({one.user for one in self.tries if one.is_accepted}))

    @property
    def failed(self) -> int:
        """How many attempts failed."""
        return sum(not one.is_accepted for one in self.tries)


def tries(source: Source) -> list[Try]:
    """Every attempt of the access log."""
    return [_try(found) for line in source.lines("access") if (found := LINE.match(line))]


def attack(source: Source) -> Expectation:
    """The program, how often it tried, and the accounts it opened."""
    seen = _attack(source)
    return Expectation((Found(seen.program, STUFFING, count=len(seen.tries), succeeded=bool(seen.opened), accounts=seen.opened),))


def size(source: Source) -> Expectation:
    """How many attempts, accounts and addresses there were."""
    seen = _attack(source)
    subject = (seen.program,)
    accounts, addresses = len({one.user for one in seen.tries}), len({one.ip for one in seen.tries})
    return Expectation((
        Value(subject, ("attempt", "tr"), len(seen.tries)),
        Value(subject, ("account",), accounts),
        Value(subject, ("address", "client", "source"), addresses),
    ))  # fmt: skip


def opened(source: Source) -> Expectation:
    """The accounts that were opened, each by name, and how many."""
    seen = _attack(source)
    return Expectation((*(Named(user) for user in seen.opened), Value((seen.program,), ("open", "account"), len(seen.opened))))


def times(source: Source) -> Expectation:
    """The first and the last attempt, to a minute."""
    seen = _attack(source)
    at = [one.at for one in seen.tries]
    return Expectation((_edge(seen.program, min(at), "first"), _edge(seen.program, max(at), "last")))


def _edge(program: str, at: datetime, edge: Edge) -> Fact:
    """Said of the program, or of the route it tried."""
    return Either((Moment((program,), at, edge, EDGE_S), Moment(("/login",), at, "at", EDGE_S)))


def _attack(source: Source) -> Attack:
    program = next(_entity(label) for label in source.labels() if label["kind"] in STUFFING)
    return Attack(program, tuple(one for one in tries(source) if one.agent == program))


def _entity(label: dict[str, Any]) -> str:
    return str(label["expected_findings"][0]["entity"]["value"])


def _try(found: re.Match[str]) -> Try:
    at = datetime.strptime(found["at"], "%d/%b/%Y:%H:%M:%S %z").astimezone(UTC)
    return Try(at, found["ip"], found["user"], found["agent"], int(found["status"]) < FIRST_FAILURE)
