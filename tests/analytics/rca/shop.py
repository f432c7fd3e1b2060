"""A little shop to observe: front calls orders, orders calls store; every series is made here, so that the truth is known."""

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from analytics.rca.observed import CallRow, GaugeRow, Message, MessageRow, Observed, RequestRow

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTES = 60
BEGINS, ENDS = 30, 45
CHAIN = (("", "", "front", "GET /"), ("front", "GET /", "orders", "POST /orders"), ("orders", "POST /orders", "store", "INSERT"))
Made = Callable[[int], int]


def during(minute: int) -> bool:
    """Whether the trouble is on."""
    return BEGINS <= minute < ENDS


def calls(
    *,
    own_ms: Callable[[str, int], float] = lambda _service, _minute: 10.0,
    own_errors: Callable[[str, int], int] = lambda _service, _minute: 0,
    made: Callable[[str, int], int] = lambda _service, _minute: 20,
    errors: Callable[[str, int], int] = lambda _service, _minute: 0,
) -> Iterator[CallRow]:
    """The three links, minute by minute; durations scatter by a tenth."""
    chance = Random(7)
    for minute in range(MINUTES):
        for caller, operation, service, name in CHAIN:
            n = made(service, minute)
            if not n:
                continue
            logs = [math.log1p(own_ms(service, minute) * chance.uniform(0.9, 1.1)) for _ in range(n)]
            own = own_errors(service, minute)
            failed = max(own, errors(service, minute))
            total = n * own_ms(service, minute)
            yield CallRow(minute, caller, operation, service, name, n, failed, own, sum(logs), sum(one**2 for one in logs), total, total)


def gauge(service: str, name: str, unit: str, value: Callable[[int], float]) -> Iterator[GaugeRow]:
    """A gauge, minute by minute."""
    return (GaugeRow(minute, service, name, value(minute), unit) for minute in range(MINUTES))


def said(
    name: str, service: str, text: str, count: Made, *, names: tuple[str, ...] = (), severity: int = 17
) -> tuple[Message, list[MessageRow]]:
    """A message with its counts."""
    rows = [MessageRow(minute, name, n) for minute in range(MINUTES) if (n := count(minute))]
    return Message(name, service, name.upper(), severity, names, text), rows


def requests(service: str, **counts: Made) -> Iterator[RequestRow]:
    """A service's requests as its log tells them: 40 a minute, of which some as `counts` says."""
    names = ("failed", "refused", "refused_users", "missing", "missing_paths")
    for minute in range(MINUTES):
        failed, refused, users, missing, paths = (counts[name](minute) if name in counts else 0 for name in names)
        yield RequestRow(minute, service, 40 + refused + missing, failed, refused, users, missing, paths)


def observed(rows: Iterable[CallRow] | None = None, *, told: Iterable[RequestRow] = (), first: int = 0, **more: Any) -> Observed:
    """All of it, as one hour: `messages` as `said` gives them, `gauges` as series, and `changes`."""
    said_so, series = more.get("messages", ()), more.get("gauges", ())
    return Observed(
        START,
        timedelta(minutes=1),
        MINUTES,
        first,
        calls=tuple(calls() if rows is None else rows),
        messages=tuple(row for _, counted in said_so for row in counted),
        known=tuple(message for message, _ in said_so),
        requests=tuple(told),
        gauges=tuple(row for points in series for row in points),
        changes=more.get("changes", ()),
    )
