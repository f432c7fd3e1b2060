"""An evidence made for measuring, and true claims about it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.claims import Binding, Claim
from domain.evidence import Column, Evidence
from domain.window import Window, rfc3339

START = datetime(2026, 3, 2, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(days=1))
SHOWN_WINDOW = {"start": rfc3339(WINDOW.start), "end": rfc3339(WINDOW.end)}
COLUMNS = (
    Column("service", label="service", trust="platform"),
    Column("requests", "integer", agg="sum", role="measure", label="requests", phrase="{subject} had {value} requests"),
    Column("p95_ms", "number", "ms", "p95", role="measure", label="p95 latency", phrase="the p95 latency of {subject} is {value}"),
    Column("first_seen", "time", role="time", label="first request", phrase="{subject} was first seen at {value}"),
)


def evidence(rows: int, name: str = "E1") -> Evidence:
    """A table of services with a count, a latency and a time each; requests fall from row to row."""
    return Evidence(
        id=name,
        tool="metric",
        template="requests_by_service",
        window=WINDOW,
        columns=COLUMNS,
        rows=tuple(_row(number, rows) for number in range(rows)),
        rows_total=rows,
        scope_rows=rows * 1_000,
        aggregates={"requests": sum(int(_row(number, rows)["requests"]) for number in range(rows)), "errors": 0},
        title="Requests by service",
    )


def _row(number: int, rows: int) -> dict[str, Any]:
    return {
        "service": f"service-{number:03}",
        "requests": 1_000 + 37 * (rows - number),
        "p95_ms": 20.25 + 3.5 * number,
        "first_seen": rfc3339(START + timedelta(minutes=number)),
    }


def claims(source: Evidence) -> Iterator[Claim]:
    """True claims about the table, kind after kind, two or three a row."""
    yield _most(source)
    for number in range(len(source.rows)):
        yield _count(source, number)
        yield _latency(source, number)
        if number:
            yield _higher(source, number)


def _subject(source: Evidence, number: int) -> dict[str, Any]:
    return {"service": source.rows[number]["service"]}


def _count(source: Evidence, number: int) -> Claim:
    slots = {"subject": _subject(source, number), "metric": "requests", "agg": "sum", "op": "=", "unit": "1", "window": SHOWN_WINDOW}
    return _claim(source, f"{number}.count", "quantity", {**slots, "value": source.rows[number]["requests"]}, f"rows[{number}].requests")


def _latency(source: Evidence, number: int) -> Claim:
    slots = {"subject": _subject(source, number), "metric": "p95_ms", "agg": "p95", "op": "=", "unit": "ms", "window": SHOWN_WINDOW}
    return _claim(source, f"{number}.latency", "quantity", {**slots, "value": source.rows[number]["p95_ms"]}, f"rows[{number}].p95_ms")


def _higher(source: Evidence, number: int) -> Claim:
    slots = {"subject": _subject(source, number - 1), "metric": "requests", "agg": "sum", "op": "higher", "window": SHOWN_WINDOW}
    bind = (Binding(source.id, f"rows[{number - 1}].requests"), Binding(source.id, f"rows[{number}].requests", "baseline"))
    return Claim(f"{source.id}.{number}.higher", "comparison", {**slots, "other": _subject(source, number)}, bind)


def _most(source: Evidence) -> Claim:
    slots = {"subject": "all", "attribute": "service", "value": source.rows[0]["service"], "quantifier": "most", "by": "requests"}
    return _claim(source, "most", "entity", {**slots, "window": SHOWN_WINDOW}, "rows[0].service")


def _claim(source: Evidence, name: str, kind: Any, slots: dict[str, Any], path: str) -> Claim:
    return Claim(f"{source.id}.{name}", kind, slots, (Binding(source.id, path),))
