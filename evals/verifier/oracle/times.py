"""Whether an event was then, two events stand in that order, a series moves so."""

import math
import statistics
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from scipy.stats import spearmanr

from evals.verifier.oracle import numbers
from evals.verifier.oracle.amounts import bound
from evals.verifier.oracle.cells import Cell, is_whole
from evals.verifier.oracle.frame import agg_truth, metric_truth, moment, same, subject_truth, window_truth
from evals.verifier.oracle.truths import Doc, Sources, Truth, both, of

_META = frozenset({"metric", "threshold", "unit", "event", "what", "column", "attribute"})
_RELATIONS = {"earlier": "before", "later": "after"}
_TRENDS = {"increasing": "rising", "decreasing": "falling", "stable": "steady", "surge": "spike", "dip": "drop"}
_FEWEST = 8
_CLEAR, _LEVEL = 0.10, 0.02  # shares of the level: a clear change, and none
_SURE = 1e-4
_DAYS = 2
_BRIEF, _LASTS = 0.08, 0.4  # shares of the points that are as far out: a moment, and no longer one
_FAR, _NEAR = 10.0, 4.0  # robust deviations: an outlier, and none


def temporal(claim: Doc, sources: Sources) -> Truth:
    """Whether an event was at that time, or two stand in that order."""
    groups = bound(claim, sources)
    slots = claim["slots"]
    if groups is None:
        return "false"
    if "at" in slots:
        return _at(slots, groups[0])
    return _order(slots, groups) if "first" in slots and "then" in slots else "open"


def _at(slots: Doc, cells: Sequence[Cell]) -> Truth:
    event = slots.get("event", slots.get("subject"))
    actual = _moment(event, cells)
    said, step = _printed(str(slots["at"]))
    if actual is None or said is None:
        return "false"
    shown = said <= actual < said + step or (step <= timedelta(seconds=1) and abs(actual - said) <= step / 2)
    return both([of(shown), _event_truth(event, cells, slots), window_truth(slots.get("window"), cells[:1])])


def _printed(text: str) -> tuple[datetime | None, timedelta]:
    """A time with its zone, and the size of the last unit printed."""
    clock = text.replace(" UTC", "Z")[11:].rstrip("Z").split("+")[0].split("-")[0]
    fraction = clock.partition(".")[2]
    step = timedelta(minutes=1) if clock.count(":") == 1 else timedelta(seconds=1)
    return moment(text), timedelta(seconds=10.0 ** -len(fraction)) if fraction else step


def _event_truth(event: Any, cells: Sequence[Cell], slots: Doc) -> Truth:
    if not isinstance(event, dict):
        return "open" if event else "true"
    who = {name: value for name, value in event.items() if name not in _META}
    named = metric_truth(event.get("metric"), cells[0])
    if len(cells) > 1:
        return both([named, of(all(_fits(who, cell) for cell in cells))])
    return both([named, subject_truth(who, cells, slots.get("window"))])


def _fits(who: Doc, cell: Cell) -> bool:
    return all(same(cell.row[name] if name in cell.row else cell.doc["params"].get(name), value) for name, value in who.items())


def _moment(event: Any, cells: Sequence[Cell]) -> datetime | None:
    if len(cells) == 1 and not (isinstance(event, dict) and "threshold" in event):
        return moment(cells[0].value)
    limit = event.get("threshold") if isinstance(event, dict) else None
    name = _time_name(cells[0].doc)
    if limit is None or not name or not is_whole(cells[0].doc):
        return None
    above = [moment(cell.row.get(name)) for cell in cells if (numbers.decimal(cell.value) or Decimal(0)) > Decimal(repr(limit))]
    return min((at for at in above if at), default=None)


def _time_name(doc: Doc) -> str:
    return next((one["name"] for one in doc["columns"] if one.get("type") == "time"), "")


def _order(slots: Doc, groups: Sequence[Sequence[Cell]]) -> Truth:
    if len(groups) != len(("first", "then")):
        return "open"
    ways = [_ordered(slots, groups[0], groups[1]), _ordered(slots, groups[1], groups[0])]
    return "true" if "true" in ways else "open" if "open" in ways else "false"


def _ordered(slots: Doc, early: Sequence[Cell], late: Sequence[Cell]) -> Truth:
    first, then = _moment(slots["first"], early), _moment(slots["then"], late)
    if first is None or then is None:
        return "false"
    gap = (then - first).total_seconds()
    relation = _RELATIONS.get(str(slots.get("relation")), str(slots.get("relation")))
    step = max(cell.doc["window"].get("step_s") or 0 for cell in (*early, *late))
    held = {"before": gap > step, "after": -gap > step, "within": 0 <= gap <= (slots.get("gap_s") or 0)}.get(relation)
    if held is None:
        return "open"
    said = slots.get("gap_s")
    exact = relation == "within" or said is None or numbers.equal(said, abs(Decimal(repr(gap))), exact=False)
    return both([of(held), of(exact), _event_truth(slots["first"], early, slots), _event_truth(slots["then"], late, slots)])


def trend(claim: Doc, sources: Sources) -> Truth:
    """Whether a series clearly moves, or clearly does not; what lies between is open."""
    groups = bound(claim, sources)
    if groups is None:
        return "false"
    slots, cells = claim["slots"], groups[0]
    values = [float(cell.value) for cell in cells if numbers.decimal(cell.value) is not None]
    word = str(slots.get("direction"))
    if len(values) < _FEWEST or not is_whole(cells[0].doc):
        return "false"
    frame = [metric_truth(slots.get("metric"), cells[0]), agg_truth(slots.get("agg"), cells[0]), window_truth(slots.get("window"), cells)]
    who = _series_subject(slots.get("subject"), cells)
    return both([*frame, who, _moves(_TRENDS.get(word, word), values, cells[0]), _magnitude(slots, values, cells[0])])


def _series_subject(subject: Any, cells: Sequence[Cell]) -> Truth:
    doc = cells[0].doc
    times = [moment(cell.row.get(_time_name(doc))) for cell in cells]
    if None in times or times != sorted(set(times)):  # type: ignore[type-var]
        return "false"
    if isinstance(subject, dict):
        return of(all(_fits(subject, cell) and all(name in cell.row or name in doc["params"] for name in subject) for cell in cells))
    return "open" if not subject else subject_truth(subject, cells)


def _moves(word: str, values: Sequence[float], cell: Cell) -> Truth:
    if word in {"spike", "drop"}:
        return _outlier(word, values)
    flat = _without_season(values, cell)
    third = max(2, len(flat) // 3)
    level = abs(statistics.median(values)) or 1.0
    change = (statistics.median(flat[-third:]) - statistics.median(flat[:third])) / level
    sure = bool(spearmanr(range(len(flat)), flat).pvalue < _SURE) if len(set(flat)) > 1 else False
    moving = abs(change) > _CLEAR and sure
    if word == "steady":
        wide = (max(flat) - min(flat)) / level
        return "false" if moving else "true" if abs(change) < _LEVEL and wide < 2 * _LEVEL else "open"
    if word not in {"rising", "falling"}:
        return "open"
    sign = 1 if word == "rising" else -1
    if moving:
        return of(change * sign > 0)
    return "false" if abs(change) < _LEVEL else "open"


def _outlier(word: str, values: Sequence[float]) -> Truth:
    middle = statistics.median(values)
    spread = 1.4826 * statistics.median(abs(value - middle) for value in values)
    far = (max(values) - middle if word == "spike" else middle - min(values)) / (spread or abs(middle) * _CLEAR / 2 or 1.0)
    peak = max(abs(value - middle) for value in values)
    lasting = sum(abs(value - middle) > peak / 2 for value in values) / len(values)
    if far < _NEAR or lasting > _LASTS:
        return "false"
    return "true" if far > _FAR and lasting < _BRIEF else "open"


def _without_season(values: Sequence[float], cell: Cell) -> list[float]:
    """The means of the hours of the day taken out, where the series covers two days or more."""
    step = cell.doc["window"].get("step_s") or 0
    period = round(86_400 / step) if step else 0
    if period <= 1 or len(values) < _DAYS * period:
        return list(values)
    whole = len(values) // period * period
    tail = values[len(values) - whole :]
    days = [statistics.fmean(tail[at : at + period]) for at in range(0, whole, period)]
    own = [statistics.fmean(tail[at * period + place] - days[at] for at in range(len(days))) for place in range(period)]
    return [value - own[index % period] for index, value in enumerate(tail)]


def _magnitude(slots: Doc, values: Sequence[float], cell: Cell) -> Truth:
    said = slots.get("magnitude")
    if said is None:
        return "true"
    gap = abs(values[-1] - values[0])
    unit = slots.get("unit") or cell.unit
    actual: Decimal | None = Decimal(repr(gap))
    if unit == "%" and cell.unit != "%":
        actual = Decimal(repr(100 * gap / abs(values[0]))) if values[0] else None
    elif unit != cell.unit:
        actual = numbers.converted(Decimal(repr(gap)), "pp" if cell.unit == "%" else cell.unit, unit)
    return of(actual is not None and math.isfinite(float(said)) and numbers.equal(abs(said), actual, exact=False))
