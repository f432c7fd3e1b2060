"""Quantity: a number is recomputed from its cells and must be equal at its printed precision, in its unit."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from domain.claims import Claim
from domain.evidence import Column
from grounding import metrics, operands, relations, subjects, units, vocabulary, windows
from grounding.cells import Number, number
from grounding.operands import EvidenceById, Measured
from grounding.outcomes import Outcome, contradicted, first_problem, supported, unverified
from grounding.paths import key_names
from grounding.units import Unit

PAIR = 2
SIGNIFICANT = 4


def check(claim: Claim, evidence: EvidenceById) -> Outcome:
    """Whether the bound number is what the claim says; its correction has the recomputed value."""
    found = operands.measured(claim, evidence)
    if isinstance(found, Outcome):
        return found
    return frame_problem(claim, found) or value_outcome(claim, found)


def frame_problem(claim: Claim, found: Measured) -> Outcome | None:
    """Objects when subject, window, aggregation or metric are not those of the cells."""
    slots, cell = claim.slots, found.cells[0]
    windows_of = (partial(windows.window_problem, slots.get("window"), each) for each in found.cells)
    named = _derived_frame_problem if found.derived else _plain_frame_problem
    return first_problem(
        partial(subjects.subject_problem, slots.get("subject"), found.cells, slots.get("window")),
        *windows_of,
        partial(named, claim, found),
        partial(_stray_slot_problem, claim, cell),
    )


def _plain_frame_problem(claim: Claim, found: Measured) -> Outcome | None:
    return metrics.agg_problem(claim.slots.get("agg"), found.column) or metrics.metric_problem(
        claim.slots.get("metric"), found.cells[0], claim
    )


def _derived_frame_problem(claim: Claim, found: Measured) -> Outcome | None:
    """A derived number is named after what it is derived from or how."""
    said = units.agg_of(claim.slots.get("agg"))
    columns = {cell.column.name: cell.column for cell in found.cells}.values()
    stated = {found.derived, *(units.agg_of(column.agg) for column in columns)}
    if found.derived == "sum" and stated & {"count", "sum", "none"}:
        stated |= {"count", "sum"}
    if found.amount.unit.dimension == "fraction":
        stated |= {"ratio", "rate"}
    if said and said not in stated:
        return contradicted(f"{found.derived!r} over {', '.join(column.name for column in columns)} is not a {said}")
    return _derived_metric_problem(str(claim.slots.get("metric") or ""), found, list(columns))


def _derived_metric_problem(name: str, found: Measured, columns: Sequence[Column]) -> Outcome | None:
    """The metric named is one of the columns by name, or in words that fit none of the others better."""
    words = vocabulary.stems(name)
    if found.derived == "count" and _counts_keys(name, found):
        return None
    if not words or any(metrics.is_named(name, column) for column in columns):
        return None
    others = [column for cell in found.cells[:1] for column in metrics.measures(cell.evidence) if column not in columns]
    rival = next((column for column in others if metrics.is_named(name, column)), None)
    if rival:
        return contradicted(f"the derivation is over {columns[0].name!r}, not {name!r}")
    named = frozenset().union(*(metrics.column_stems(column) for column in columns))
    if not words & (named | {found.derived}) or any(words <= metrics.column_stems(column) for column in others if not words <= named):
        return unverified(f"metric {name!r} is not what the derivation is over")
    return None


def _counts_keys(name: str, found: Measured) -> bool:
    """Whether rows are counted as the things of a key column, each of which stands in one row only."""
    source = found.cells[0].evidence
    keys = [column for column in source.columns if column.name in key_names(source)]
    key = next((one for one in keys if metrics.is_named(name, one) or subjects.is_every_key(name, replace(source, columns=(one,)))), None)
    values = [str((cell.row or {}).get(key.name)) for cell in found.cells] if key else []
    return bool(values) and len(set(values)) == len(values)


def _stray_slot_problem(claim: Claim, cell: Any) -> Outcome | None:
    """A slot named like a column or a filter of the evidence must be as there."""
    known = {"subject", "metric", "agg", "op", "value", "unit", "window", "direction", "magnitude", "threshold", "time"}
    for name, value in claim.slots.items():
        if name in known or isinstance(value, dict | list):
            continue
        stated = (cell.row or {}).get(name, cell.evidence.params.get(name, value))
        if isinstance(stated, str) and str(value) != stated and name in {*key_names(cell.evidence), *cell.evidence.params}:
            return contradicted(f"{name} is {stated!r}, not {value!r}")
    return None


def value_outcome(claim: Claim, found: Measured) -> Outcome:
    """Compares the value slot with what was recomputed."""
    op = relations.op_of(claim.slots.get("op"))
    unit = units.claimed_unit(claim.slots.get("unit"), found.amount.unit)
    claimed = _claimed(claim.slots.get("value"), op)
    if op is None or claimed is None:
        what = f"op {claim.slots.get('op')!r} is not known" if op is None else f"value {claim.slots.get('value')!r} is not a number"
        return unverified(what, corrected(claim, found, None))
    actual = units.convert(found.amount.value, found.amount.unit, unit)
    if actual is None:
        reason = f"{found.column.name!r} is in {found.amount.unit.name!r}, which {unit.name!r} does not measure"
        return contradicted(reason, corrected(claim, found, None))
    if not relations.holds(op, claimed, actual, exact=found.exact):
        shown = f"{show(actual)} {unit.name}" if unit.name != "1" else show(actual)
        return contradicted(f"recomputed: {shown}", corrected(claim, found, unit))
    return _sampled_problem(claim, found, op) or supported()


def _claimed(value: Any, op: str | None) -> Number | tuple[Number, ...] | None:
    if op != "between":
        return number(value) if not isinstance(value, str) else None
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != PAIR:
        return None
    bounds = tuple(bound for bound in map(number, value) if bound is not None)
    return bounds if len(bounds) == PAIR else None


def _sampled_problem(claim: Claim, found: Measured, op: str) -> Outcome | None:
    if op != "=" or not found.exact or not found.is_sampled:
        return None
    return unverified(
        "the rows are a sample, so the count is an estimate: say ≈", replace(claim, slots={**claim.slots, "op": "≈"}, text="")
    )


def corrected(claim: Claim, found: Measured, unit: Unit | None) -> Claim:
    """The claim with the recomputed value, in its own unit where that measures the same."""
    unit = unit or found.amount.unit
    actual = units.convert(found.amount.value, found.amount.unit, unit)
    value = rounded(found.amount.value if actual is None else actual, exact=found.exact)
    return replace(claim, slots={**claim.slots, "op": "=", "value": value, "unit": unit.name}, text="")


def rounded(value: float, *, exact: bool) -> float:
    """A value as it would be printed: counts whole, else with four significant digits or all whole ones."""
    if exact or float(value).is_integer():
        return int(value)
    return float(f"{value:.{SIGNIFICANT}g}") if abs(value) < 10**SIGNIFICANT else round(value)


def show(value: float) -> str:
    """A number for a reason: with thousands separators and no noise digits."""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.6g}"
