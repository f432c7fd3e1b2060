"""Evidence made by hand for the briefer's tests: a night of two hours, and the two hours before."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.evidence import Column, Evidence
from domain.window import Window, rfc3339

START = datetime(2026, 3, 1, 2, tzinfo=UTC)
PERIOD = Window(START, START + timedelta(hours=2))
BEFORE = Window(START - timedelta(hours=2), START)
SERVICE = Column("service", trust="external", label="service")


def clock(minute: int) -> str:
    """So many minutes into the period."""
    return rfc3339(START + timedelta(minutes=minute))


def evidence(
    name: str, template: str, window: Window = PERIOD, rows: Sequence[dict[str, Any]] = (), columns: Sequence[Column] = (), **fields: Any
) -> Evidence:
    """One answer with something in scope."""
    known = {"scope_rows": 1_000, **fields}
    return Evidence(name, "metric", template, window, tuple(columns), tuple(rows), len(rows), **known)


def requests(name: str, count: int, failed: int, window: Window = PERIOD, p95: float = 200.0) -> Evidence:
    """So many requests of users, and how many failed."""
    totals = {
        "user_requests": count, "failed_user_requests": failed, "share_of_failed_user_requests": failed / count, "p95_user_wait_ms": p95,
    }  # fmt: skip
    return evidence(name, "user_requests", window, aggregates=totals)


def stored(name: str, window: Window) -> Evidence:
    """What is stored of a window from its first minute on."""
    return evidence(name, "data_overview", window, [{"service": "gateway", "first_seen": rfc3339(window.start + timedelta(minutes=1))}])


def spells(name: str, *told: tuple[str, int, int, int]) -> Evidence:
    """Spells of failure: service, first and last minute, failures."""
    rows = [
        {"service": service, "began_at": clock(first), "ended_at": clock(last), "failures": failures, "events": 2 * failures}
        for service, first, last, failures in told
    ]
    return evidence(name, "failing_spells", rows=rows)


def calls(name: str, *links: tuple[str, str]) -> Evidence:
    """Who calls whom."""
    return evidence(name, "call_graph", rows=[{"caller": caller, "callee": callee} for caller, callee in links])
