"""SSH: attempts, invalid users and log-ins counted from an auth.log.

Attempts are `Failed password` lines, times N for "message repeated N times"; `Failed none` and `Invalid user` are counted apart.
Brute force: at least five attempts or five invalid users, and more of them than accepted log-ins. It succeeded when an account was logged
into that the same source had failed for at least five times in the hour before.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from evals.facts import Absent, Expectation, Extreme, Fact, Found, Moment, Named, Value
from evals.truth.source import Source

LINE = re.compile(r"(?P<at>\w{3} +\d+ [\d:]{8}) \S+ sshd\[\d+\]: (?P<text>.*)")
REPEATED = re.compile(r"message repeated (\d+) times: \[ ?(.*)\]$")
FAILED = re.compile(r"Failed (?P<how>\S+) for (?P<user>.*) from (?P<ip>\S+) port \d+")
ACCEPTED = re.compile(r"Accepted (?P<how>\S+) for (?P<user>.*?) from (?P<ip>\S+) port \d+")
INVALID = re.compile(r"(?:Invalid|Illegal) user (?P<user>.*?) from (?P<ip>\S+?)(?: port \d+)?$")
ENOUGH = 5
FAILURE_WORDS = ("fail", "attempt", "guess", "password")
LOGIN_WORDS = ("accept", "login", "log", "success")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing sshd said, `times` times."""

    kind: str
    ip: str
    user: str
    at: datetime
    times: int


@dataclass(slots=True)
class Sums:
    """What one source did."""

    attempts: int = 0
    invalid: int = 0
    accepted: int = 0

    @property
    def is_brute_force(self) -> bool:
        """The definition in this module's docstring."""
        return (self.attempts >= ENOUGH and self.attempts > self.accepted) or (self.invalid >= ENOUGH and self.invalid > self.accepted)


def events(source: Source) -> list[Event]:
    """Everything that counts, in file order; a December before a January means the year turned."""
    found: list[Event] = []
    year, month = source.year, 0
    for line in source.lines("auth"):
        if not (matched := LINE.match(line)):
            continue
        at = datetime.strptime(f"{year} {matched['at']}", "%Y %b %d %H:%M:%S").replace(tzinfo=UTC)
        if at.month < month:
            year += 1
            at = at.replace(year=year)
        month = at.month
        found += _event(matched["text"], at)
    return found


def _event(text: str, at: datetime) -> list[Event]:
    repeated = REPEATED.match(text)
    times, text = (int(repeated[1]), repeated[2]) if repeated else (1, text)
    if failed := FAILED.match(text):
        user = re.sub(r"^invalid user ", "", failed["user"]).strip()
        return [Event("attempt" if failed["how"] == "password" else f"failed_{failed['how']}", failed["ip"], user, at, times)]
    if accepted := ACCEPTED.match(text):
        return [Event("accepted", accepted["ip"], accepted["user"], at, times)]
    if invalid := INVALID.match(text):
        return [Event("invalid", invalid["ip"], invalid["user"].strip(), at, times)]
    return []


def _sums(found: Iterable[Event]) -> dict[str, Sums]:
    sums: dict[str, Sums] = defaultdict(Sums)
    for event in found:
        of = sums[event.ip]
        of.attempts += event.times if event.kind == "attempt" else 0
        of.invalid += event.times if event.kind == "invalid" else 0
        of.accepted += event.times if event.kind == "accepted" else 0
    return sums


def _count(found: Iterable[Event], kind: str, key: str = "ip") -> Counter[str]:
    counts: Counter[str] = Counter()
    for event in found:
        if event.kind == kind:
            counts[getattr(event, key)] += event.times
    return counts


def break_ins(source: Source) -> Expectation:
    """Every source of brute force with its count and whether it got in; an ordinary operator is no finding."""
    found = events(source)
    sums = _sums(found)
    guilty = sorted((ip for ip, of in sums.items() if of.is_brute_force), key=lambda ip: -sums[ip].attempts)
    innocent = [ip for ip, of in sums.items() if not of.is_brute_force and of.accepted]
    required = tuple(_finding(ip, sums[ip], found) for ip in guilty)
    return Expectation(required, tuple(Found(ip, ("brute_force",)) for ip in innocent))


def _finding(ip: str, of: Sums, found: list[Event]) -> Found:
    entered = _entered(ip, found)
    return Found(
        ip,
        ("brute_force",),
        count=of.attempts if of.attempts >= ENOUGH else None,
        succeeded=bool(entered),
        accounts=tuple(sorted({event.user for event in entered})),
    )


def _entered(ip: str, found: list[Event]) -> list[Event]:
    """Log-ins from a source to an account that it failed for at least five times in the hour before."""
    mine = [event for event in found if event.ip == ip]
    return [event for event in mine if event.kind == "accepted" and _failures_before(event, mine) >= ENOUGH]


def _failures_before(login: Event, mine: list[Event]) -> int:
    failed = [event for event in mine if event.kind == "attempt" and event.user == login.user]
    return sum(event.times for event in failed if timedelta(0) <= login.at - event.at <= timedelta(hours=1))


def successful_guess(source: Source) -> Expectation:
    """The sources of brute force that got in, for which account, and when."""
    found = events(source)
    sums = _sums(found)
    facts: list[Fact] = []
    innocent: list[Fact] = []
    for ip, of in sums.items():
        entered = _entered(ip, found) if of.is_brute_force else []
        if entered:
            facts += [Found(ip, ("brute_force",), succeeded=True, accounts=(entered[0].user,)), Moment((ip,), entered[0].at)]
        if of.is_brute_force and not entered:
            innocent.append(Found(ip, ("brute_force",), succeeded=True))
    return Expectation(tuple(facts), tuple(innocent))


def total_attempts(source: Source) -> Expectation:
    """How many password attempts failed in all."""
    return Expectation((Value((), FAILURE_WORDS, _count(events(source), "attempt").total()),))


def attempts_of(source: Source) -> Expectation:
    """How many attempts one source made."""
    ip = source.params["client"]
    return Expectation((Value((ip,), FAILURE_WORDS, _count(events(source), "attempt")[ip]),))


def busiest_source(source: Source) -> Expectation:
    """The source with the most attempts, and how many."""
    (ip, count), *_ = _count(events(source), "attempt").most_common(1)
    return Expectation((Extreme(ip, ("client", "source", "address", "ip"), FAILURE_WORDS), Value((ip,), FAILURE_WORDS, count)))


def top_accounts(source: Source) -> Expectation:
    """The account that most attempts were for, and how many."""
    (user, count), *_ = _count(events(source), "attempt", "user").most_common(1)
    return Expectation((Extreme(user, ("user", "account"), FAILURE_WORDS), Value((user,), FAILURE_WORDS, count)))


def accepted(source: Source) -> Expectation:
    """How often each account logged in."""
    counts = _count(events(source), "accepted", "user")
    return Expectation(tuple(Value((user,), LOGIN_WORDS, count) for user, count in counts.most_common(4)))


def accepted_of(source: Source) -> Expectation:
    """How often one account logged in; never, when it never did."""
    user = source.params["user"]
    count = _count(events(source), "accepted", "user")[user]
    return Expectation((Value((user,), LOGIN_WORDS, count) if count else Absent((user,), LOGIN_WORDS),))


def invalid_users(source: Source) -> Expectation:
    """The sources that named most accounts that are not there."""
    counts = _count(events(source), "invalid").most_common()
    ahead = [(ip, count) for ip, count in counts[:2] if count > counts[2][1]]
    return Expectation(tuple(Value((ip,), ("invalid", "unknown"), count) for ip, count in ahead))


def first_and_last(source: Source) -> Expectation:
    """When one source's first and last attempt failed."""
    ip = source.params["client"]
    times = [event.at for event in events(source) if event.ip == ip and event.kind == "attempt"]
    return Expectation((Moment((ip,), min(times), "first"), Moment((ip,), max(times), "last")))


def accounts_tried_by(source: Source) -> Expectation:
    """The accounts that one source tried most."""
    ip = source.params["client"]
    users = _count((event for event in events(source) if event.ip == ip), "attempt", "user")
    return Expectation(tuple(Named(user) for user, _ in users.most_common(1)))
