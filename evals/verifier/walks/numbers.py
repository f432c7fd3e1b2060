"""Quantities and comparisons read off rows and totals."""

from collections.abc import Callable, Iterator
from typing import Any

from domain.claims import Claim
from domain.evidence import Column
from evals.verifier.walks.places import Place, columns_beside, is_number, printed, said

_COUNTS = frozenset({"count", "sum"})
_MOST_ROWS = 3
_FEWEST = 2
_ONE_IN, _BOUNDS = 8, 3
_LARGEST = 10_000.0


def quantities(place: Place) -> Iterator[Claim]:
    """Cells of rows, totals, sums over whole lists, numbers of rows."""
    columns = place.measures("integer", "number")
    for row in place.some(place.nameable(), _MOST_ROWS):
        for column in place.some([one for one in columns if place.has_number(row, one)], 2):
            yield _of_row(place, row, column)
    yield from _totals(place)
    yield from _over_all(place, columns)


def _slots(place: Place, column: Column, value: float, subject: Any) -> dict[str, Any]:
    exact = isinstance(value, int) and place.evidence.sampled and column.unit == "1"
    slots = {"subject": subject, "metric": column.name, "agg": column.agg, "op": "≈" if exact else "=", "value": printed(value, place.dice)}
    return {name: one for name, one in slots.items() if name != "agg" or one not in {"", "none"}} | {"unit": column.unit} | place.window()


def _of_row(place: Place, row: int, column: Column) -> Claim:
    value = place.rows[row][column.name]
    slots = _relaxed(_slots(place, column, value, place.subject(row)), value, place)
    return Claim(f"q{row}.{column.name}", "quantity", slots, (place.bound(place.path(row, column)),))


def _relaxed(slots: dict[str, Any], value: float, place: Place) -> dict[str, Any]:
    """Some claims say a bound instead of the value."""
    kind = place.dice.randrange(_ONE_IN)
    if slots["op"] != "=" or kind >= _BOUNDS or value <= 0:
        return slots
    low, high = (value * 0.8, value * 1.25)
    low, high = (int(low), int(high) + 1) if isinstance(value, int) else (float(f"{low:.4g}"), float(f"{high:.4g}"))
    return {**slots, **({"op": "≥", "value": low}, {"op": "<", "value": high}, {"op": "between", "value": [low, high]})[kind]}


def _totals(place: Place) -> Iterator[Claim]:
    evidence = place.evidence
    params = {name: value for name, value in evidence.params.items() if value and name != "limit"}
    for name in place.some([name for name, value in evidence.aggregates.items() if is_number(value)], 2):
        column = evidence.column(name)
        slots = {
            "subject": params or "all",
            "metric": name,
            "op": "=",
            "value": printed(evidence.aggregates[name], place.dice),
            **place.window(),
        }
        slots |= {"unit": column.unit, "agg": column.agg} if column and column.agg not in {"", "none"} else {}
        if not (evidence.sampled and isinstance(evidence.aggregates[name], int)):
            yield Claim(f"t{name}", "quantity", slots, (place.bound(f"aggregates.{name}"),))


def _over_all(place: Place, columns: list[Column]) -> Iterator[Claim]:
    rows = place.rows
    if not place.is_whole or len(rows) < _FEWEST or place.evidence.sampled or place.evidence.params:
        return
    for column in place.some([one for one in columns if all(is_number(row.get(one.name)) for row in rows)], 2):
        values = [row[column.name] for row in rows]
        ways: list[tuple[str, float]] = [("max", max(values)), ("min", min(values))]
        ways += [("sum", sum(values))] if column.agg in _COUNTS and all(isinstance(value, int) for value in values) else []
        how, value = place.dice.choice(ways)
        slots = {"subject": "all", "metric": column.name, "agg": how, "op": "=", "value": printed(value, place.dice), "unit": column.unit}
        yield Claim(f"d{how}{column.name}", "quantity", slots | place.window(), (place.bound(f"rows[*].{column.name}"),), derive=how)


def comparisons(place: Place) -> Iterator[Claim]:
    """Two rows of one measure, and now against before."""
    columns = place.measures("integer", "number")
    for column in place.some(columns, 2):
        rows = [row for row in place.nameable() if place.has_number(row, column)]
        if len(rows) > 1:
            yield _versus(place, column, *place.dice.sample(rows, 2))
    for now, before in columns_beside(place.evidence)[:2]:
        for row in place.some([row for row in place.nameable() if place.has_number(row, now) and place.has_number(row, before)], 2):
            yield _change(place, row, now, before)


def _versus(place: Place, column: Column, left: int, right: int) -> Claim:
    one, other = place.rows[left][column.name], place.rows[right][column.name]
    slots = {"subject": place.subject(left), "other": place.subject(right), "metric": column.name, **_agg(column)}
    slots |= place.dice.choice(_MEASURES)(one, other, column, place) or _direction(one, other, column, place)
    bind = (place.bound(place.path(left, column)), place.bound(place.path(right, column), "baseline"))
    return Claim(f"v{left}-{right}.{column.name}", "comparison", slots | place.window(), bind)


def _agg(column: Column) -> dict[str, str]:
    return {} if column.agg in {"", "none"} else {"agg": column.agg}


def _change(place: Place, row: int, now: Column, before: Column) -> Claim:
    one, other = place.rows[row][now.name], place.rows[row][before.name]
    slots = {"subject": place.subject(row), "metric": now.name, **_agg(now)}
    slots |= place.dice.choice(_MEASURES)(one, other, now, place) or _direction(one, other, now, place)
    assert place.evidence.baseline_window is not None
    slots |= {"window": said(place.evidence.window), "baseline_window": said(place.evidence.baseline_window)}
    bind = (place.bound(place.path(row, now)), place.bound(place.path(row, before), "baseline"))
    return Claim(f"c{row}.{now.name}", "comparison", slots, bind)


def _direction(one: float, other: float, _column: Column, _place: Place) -> dict[str, Any]:
    return {"op": "equal" if one == other else "higher" if one > other else "lower"}


def _ratio(one: float, other: float, _column: Column, place: Place) -> dict[str, Any]:
    return (
        {"op": "ratio", "value": round(one / other, place.dice.choice((1, 2, 3))), "unit": "1"}
        if other and 1 <= one / other < _LARGEST
        else {}
    )


def _difference(one: float, other: float, column: Column, place: Place) -> dict[str, Any]:
    is_share = column.unit == "%" or column.agg in {"ratio", "rate"}
    if is_share and column.unit != "%":
        return {}
    gap = one - other
    return {
        "op": "difference",
        "value": gap if isinstance(gap, int) else printed(gap, place.dice),
        "unit": "pp" if is_share else column.unit,
    }


def _percent(one: float, other: float, _column: Column, place: Place) -> dict[str, Any]:
    change = 100 * (one - other) / abs(other) if other else 0.0
    return {"op": "pct_change", "value": round(change, place.dice.choice((1, 2))), "unit": "%"} if 1 < abs(change) < _LARGEST else {}


def _word(one: float, other: float, _column: Column, _place: Place) -> dict[str, Any]:
    ratio = one / other if other else 0.0
    for word, low, high in (("doubled", 1.92, 2.08), ("tripled", 2.9, 3.1), ("halved", 0.48, 0.52)):
        if low <= ratio <= high:
            return {"op": word}
    return {}


_MEASURES: tuple[Callable[[float, float, Column, Place], dict[str, Any]], ...] = (_direction, _ratio, _difference, _percent, _word)
