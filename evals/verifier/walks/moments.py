"""Times, orders, first exceedances and trends read off rows."""

import statistics
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from domain.claims import Claim
from domain.evidence import Column
from evals.verifier.walks.places import Place, is_number, printed

_FEWEST = 8
_DIRECTIONS = ("rising", "falling", "steady", "spike", "drop")


def temporals(place: Place) -> Iterator[Claim]:
    """When a row's moment was, which of two came first, and when a series first passed a level."""
    rows = place.nameable()
    for column in [one for one in place.evidence.columns if one.type == "time" and one.role != "key"]:
        known = [row for row in rows if _at(place, row, column)]
        for row in place.some(known, 2):
            event = {**place.subject(row), "metric": column.name}
            slots = {"event": event, "at": place.rows[row][column.name], **place.window()}
            yield Claim(f"m{row}.{column.name}", "temporal", slots, (place.bound(place.path(row, column)),))
        if len(known) > 1:
            yield from _order(place, column, *place.dice.sample(known, 2))
    yield from _exceedances(place)


def _at(place: Place, row: int, column: Column) -> datetime | None:
    value = place.rows[row].get(column.name)
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None


def _order(place: Place, column: Column, left: int, right: int) -> Iterator[Claim]:
    one, other = _at(place, left, column), _at(place, right, column)
    assert one is not None
    assert other is not None
    gap = (other - one).total_seconds()
    if abs(gap) <= place.evidence.step_s:
        return
    slots: dict[str, Any] = {
        "first": {**place.subject(left), "metric": column.name},
        "then": {**place.subject(right), "metric": column.name},
    }
    slots["relation"] = "before" if gap > 0 else "after"
    slots |= {"gap_s": int(abs(gap)) if gap.is_integer() else round(abs(gap), 3)} if place.dice.random() < 1 / 2 else {}
    yield Claim(
        f"o{left}-{right}", "temporal", slots, (place.bound(f"rows[{left}].{column.name}"), place.bound(f"rows[{right}].{column.name}"))
    )


def series(place: Place) -> list[Column]:
    """The measures of evidence that is one series in time, ten points or more."""
    evidence = place.evidence
    times = [column for column in evidence.columns if column.type == "time"]
    if len(times) != 1 or evidence.step_s <= 0 or len(place.rows) < _FEWEST or not place.is_whole:
        return []
    moments = [str(row.get(times[0].name)) for row in place.rows]
    if moments != sorted(set(moments)):
        return []
    return [column for column in place.measures("integer", "number") if all(is_number(row.get(column.name)) for row in place.rows)]


def _keyed(place: Place) -> dict[str, Any]:
    """What all rows of a series have in common besides their time."""
    columns = [column for column in place.evidence.columns if column.role == "key" and column.type != "time"]
    return {column.name: place.rows[0][column.name] for column in columns if len({str(row.get(column.name)) for row in place.rows}) == 1}


def _exceedances(place: Place) -> Iterator[Claim]:
    time = next((column.name for column in place.evidence.columns if column.type == "time"), "")
    for column in place.some(series(place), 1):
        values = [row[column.name] for row in place.rows]
        level = printed(statistics.quantiles(values, n=10)[-1], place.dice)
        above = [row for row in place.rows if row[column.name] > level]
        subject = _keyed(place) or {name: value for name, value in place.evidence.params.items() if value and name != "limit"}
        if above:
            event = {**subject, "metric": column.name, "threshold": level}
            slots = {"event": event, "at": above[0][time], **place.window()}
            yield Claim(f"x.{column.name}", "temporal", slots, (place.bound(f"rows[*].{column.name}", "series"),))


def trends(place: Place) -> Iterator[Claim]:
    """Every direction of a series; the oracle keeps the true ones."""
    subject: Any = _keyed(place) or {name: value for name, value in place.evidence.params.items() if value and name != "limit"} or "all"
    for column in place.some(series(place), 4):
        for word in _DIRECTIONS:
            slots = {"subject": subject, "metric": column.name, "direction": word, **place.window()}
            slots |= {} if column.agg in {"", "none"} else {"agg": column.agg}
            yield Claim(f"n{word}.{column.name}", "trend", slots, (place.bound(f"rows[*].{column.name}", "series"),))
