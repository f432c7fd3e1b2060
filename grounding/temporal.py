"""Temporal: an event's time is its cell at the printed precision, an order needs a gap the data can resolve."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from domain.claims import Binding, Claim
from domain.window import rfc3339
from grounding import derive, metrics, operands, relations, subjects, units, vocabulary, windows
from grounding.cells import instant, number, read_time
from grounding.derive import Operand
from grounding.operands import EvidenceById
from grounding.outcomes import Outcome, contradicted, first_problem, supported, unverified
from grounding.paths import BoundCell, is_series, key_names

_EVENTS = frozenset({"event", "first", "then"})
_META = ("metric", "column", "attribute", "what", "event")
_RELATIONS = {
    **dict.fromkeys(("before", "precedes", "preceded", "earlier", "first", ""), "before"),
    **dict.fromkeys(("after", "follows", "followed", "later"), "after"),
    "within": "within",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """An event's recomputed instant and the cells it came from."""

    at: datetime
    cells: tuple[BoundCell, ...]


def check(claim: Claim, evidence: EvidenceById) -> Outcome:
    """Whether an event was at that time, or two events stand in that order."""
    given = [event for name in ("first", "then", "event") if (event := _cell_of(claim.slots.get(name)))]
    bindings = tuple(given) or claim.bound("value") + claim.bound("series") + claim.bound("baseline")
    if not bindings:
        return unverified("unbound: no cell is cited")
    slots = {name: _flat(_row_event(value, evidence)) if name in _EVENTS else value for name, value in claim.slots.items()}
    claim = replace(claim, slots=slots)
    if "first" in claim.slots and "then" in claim.slots:
        return _order_outcome(claim, bindings, evidence)
    if "at" in claim.slots:
        return _at_outcome(claim, bindings, evidence)
    return unverified("the claim gives neither event and at, nor first and then")


def _cell_of(event: Any) -> Binding | None:
    """The cell that an event is given as: {evidence, path}."""
    if not isinstance(event, Mapping) or not isinstance(event.get("path"), str) or not isinstance(event.get("evidence"), str):
        return None
    return Binding(event["evidence"], event["path"])


def _row_event(event: Any, evidence: EvidenceById) -> Any:
    """An event given as a cell, as what the cell's row is about."""
    binding = _cell_of(event)
    found = operands.operand(binding, evidence) if binding else None
    if not isinstance(found, Operand) or not found.cells or is_series(found.binding.path):
        return event
    row, rest = found.cells[0].row or {}, {name: value for name, value in event.items() if name not in {"evidence", "path"}}
    return {**{name: row.get(name) for name in key_names(found.cells[0].evidence)}, **rest}


def _flat(event: Any) -> Any:
    """An event written as {subject: {…}, metric, threshold} with its keys on one level."""
    if not isinstance(event, Mapping) or not isinstance(event.get("subject"), Mapping):
        return event
    return {**event["subject"], **{name: value for name, value in event.items() if name != "subject"}}


def _at_outcome(claim: Claim, bindings: Sequence[Binding], evidence: EvidenceById) -> Outcome:
    event = claim.slots.get("event", claim.slots.get("subject"))
    found = operands.operands(bindings[:1], evidence)
    if isinstance(found, Outcome):
        return found
    moment = _moment(event, found[0], claim)
    if isinstance(moment, Outcome):
        return moment
    printed = read_time(claim.slots["at"])
    correction = replace(claim, slots={**claim.slots, "at": rfc3339(moment.at)}, text="")
    if printed is None or not printed.zoned:
        return unverified(f"at {claim.slots['at']!r} is not a time with a zone", correction)
    if not printed.shows(moment.at):
        return contradicted(f"recomputed: {rfc3339(moment.at)}", correction)
    return supported()


def _moment(event: Any, found: Operand, claim: Claim) -> Moment | Outcome:
    """When an event was: the bound time cell, or the first time its series exceeds the event's threshold."""
    cells = found.cells
    if is_series(found.binding.path):
        cells = tuple(cell for cell in cells if not isinstance(subjects.named_keys(event, cell), Outcome))
    if not cells:
        return unverified("no bound row is about the event")
    problem = _event_problem(event, cells, found, claim)
    if problem:
        return problem
    at = _at(event, cells, found)
    return at if isinstance(at, Outcome) else Moment(at, cells)


def _at(event: Any, cells: Sequence[BoundCell], found: Operand) -> datetime | Outcome:
    if is_series(found.binding.path):
        return _exceeded(event, cells, found)
    at = instant(cells[0].value)
    return at or unverified(f"{cells[0].column.name!r} holds {cells[0].value!r}, not a time")


def _exceeded(event: Any, cells: Sequence[BoundCell], found: Operand) -> datetime | Outcome:
    threshold = number(event.get("threshold")) if isinstance(event, Mapping) else None
    problem = operands.incomplete((found,))
    if threshold is None or problem:
        return problem or unverified("a series needs a threshold to have a time")
    unit = units.unit_of(cells[0].column.unit, cells[0].column.agg)
    level = units.convert(float(threshold), units.claimed_unit(event.get("unit"), unit), unit)
    at = derive.first_above(cells, level) if level is not None else None
    return at or contradicted(f"{cells[0].column.name!r} never exceeds {threshold}")


def _event_problem(event: Any, cells: Sequence[BoundCell], found: Operand, claim: Claim) -> Outcome | None:
    cell, series = cells[0], is_series(found.binding.path)
    return first_problem(
        partial(windows.window_problem, claim.slots.get("window"), cell),
        partial(_name_problem, event, cell, claim),
        partial(_about_problem, event, cells, claim),
        partial(metrics.metric_problem, _metric_of(event), cell, claim) if series else (lambda: None),
    )


def _metric_of(event: Any) -> Any:
    """The metric that an event is told of, which has to be the series."""
    return event.get("metric") if isinstance(event, Mapping) else None


def _about_problem(event: Any, cells: Sequence[BoundCell], claim: Claim) -> Outcome | None:
    """An event may name its row, or just the column of evidence that has one row."""
    subject = event
    if isinstance(event, Mapping):
        subject = {key: value for key, value in event.items() if key not in _META or key in key_names(cells[0].evidence)}
        subject = subject.get("subject", subject) or claim.slots.get("subject") or ""
    elif metrics.is_named(str(event), cells[0].column):
        subject = claim.slots.get("subject") or ""
    return subjects.subject_problem(subject, cells, claim.slots.get("window"))


def _name_problem(event: Any, cell: BoundCell, claim: Claim) -> Outcome | None:
    if not isinstance(event, Mapping):
        return _opposed(str(event or ""), cell)
    name = next((event[key] for key in _META if event.get(key) and key not in key_names(cell.evidence)), None)
    if name is None or str(name) == str(cell.evidence.params.get("event")):
        return None
    exact = metrics.is_named(str(name), cell.column)
    rival = any(metrics.is_named(str(name), one) for one in cell.evidence.columns)
    if exact or not rival:
        return None if exact else _opposed(str(name), cell)
    return metrics.metric_problem(name, cell, claim)


def _opposed(text: str, cell: BoundCell) -> Outcome | None:
    """Objects when an event called first is bound to a column called last, and the like."""
    if vocabulary.are_opposed(vocabulary.stems(text), metrics.column_stems(cell.column)):
        return contradicted(f"the cell bound is {cell.column.name!r}, not {text!r}")
    return None


def _order_outcome(claim: Claim, bindings: Sequence[Binding], evidence: EvidenceById) -> Outcome:
    found = operands.operands(bindings, evidence)
    if isinstance(found, Outcome):
        return found
    pair = _assigned(claim, found)
    if isinstance(pair, Outcome):
        return pair
    relation = _RELATIONS.get(str(claim.slots.get("relation", "")).strip().lower())
    if relation is None:
        return unverified(f"relation {claim.slots.get('relation')!r} is not known")
    return _relation_outcome(claim, relation, *pair)


def _assigned(claim: Claim, found: Sequence[Operand]) -> tuple[Moment, Moment] | Outcome:
    """Each event with its cell: in the order bound, or the other way round where only that fits."""
    first, then = claim.slots["first"], claim.slots["then"]
    left, right = found[0], found[-1]
    if len(found) == 1 and not is_series(left.binding.path):
        return unverified("an order needs two cells")
    problem: Outcome | None = None
    for one, other in ((left, right), (right, left)):
        early, late = _moment(first, one, claim), _moment(then, other, claim)
        if not isinstance(early, Outcome) and not isinstance(late, Outcome):
            return early, late
        problem = problem or (early if isinstance(early, Outcome) else late)  # type: ignore[assignment]
    return problem or unverified("the events are not those of the cells")


def _relation_outcome(claim: Claim, relation: str, first: Moment, then: Moment) -> Outcome:
    gap = (then.at - first.at).total_seconds()
    if relation == "within":
        return _within_outcome(claim, gap)
    forward = gap if relation == "before" else -gap
    step = max(cell.evidence.step_s for cell in (*first.cells, *then.cells))
    if abs(gap) <= step:
        return unverified(f"the events are {abs(gap):g} s apart, the data has steps of {step} s")
    if forward < 0:
        return contradicted(f"recomputed: {rfc3339(first.at)} and {rfc3339(then.at)}")
    return _gap_problem(claim, abs(gap)) or supported()


def _within_outcome(claim: Claim, gap: float) -> Outcome:
    limit = number(claim.slots.get("gap_s"))
    if limit is None:
        return unverified("within needs gap_s")
    return supported() if 0 <= gap <= float(limit) else contradicted(f"recomputed: {gap:g} s apart")


def _gap_problem(claim: Claim, gap: float) -> Outcome | None:
    claimed = claim.slots.get("gap_s")
    if claimed is None:
        return None
    value = number(claimed)
    if value is not None and units.agrees(value, gap, about=relations.op_of(claim.slots.get("op")) == "≈"):
        return None
    mended = int(gap) if gap.is_integer() else round(gap, 3)
    return contradicted(f"recomputed: {gap:g} s apart", replace(claim, slots={**claim.slots, "gap_s": mended}, text=""))
