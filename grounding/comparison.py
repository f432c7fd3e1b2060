"""Comparison: both operands are bound and alike, and the ratio, difference, change or direction is recomputed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from domain.claims import Binding, Claim
from grounding import amounts, operands, quantity, relations, subjects, units, windows
from grounding.amounts import Amount, DeriveError
from grounding.cells import Number, magnitude, number
from grounding.counterparts import columns_problem, spans_problem
from grounding.operands import EvidenceById, Measured
from grounding.outcomes import Outcome, contradicted, first_problem, supported, unverified
from grounding.units import Unit

EQUAL = 0.0005  # two measured (not counted) numbers are called equal where three printed digits would be the same at worst
_PAIR = 2
_MEASURES = {
    **dict.fromkeys(("ratio", "times", "x", "factor", "multiple"), "ratio"),
    **dict.fromkeys(("difference", "diff", "delta", "gap"), "difference"),
    **dict.fromkeys(("pct_change", "percent_change", "percentage_change", "change_pct", "relative_change", "%"), "pct_change"),
}
_UNIT_MEASURE = {"%": "pct_change", "percent": "pct_change", "x": "ratio", "times": "ratio", "ratio": "ratio"}


@dataclass(frozen=True, slots=True)
class _Sides:
    value: Measured
    baseline: Measured

    @property
    def gap(self) -> float:
        return self.value.amount.value - self.baseline.amount.to(self.value.amount.unit)

    @property
    def exact(self) -> bool:
        return self.value.exact and self.baseline.exact

    @property
    def sign(self) -> int:
        size = max(abs(self.value.amount.value), units.NOISE)
        return 0 if abs(self.gap) <= units.NOISE * size else (1 if self.gap > 0 else -1)


def check(claim: Claim, evidence: EvidenceById) -> Outcome:
    """Whether the two bound operands stand to each other as claimed."""
    first, second = _bindings(claim)
    if first is None or second is None:
        return unverified("a comparison needs one cell bound as value and one as baseline")
    value = operands.measured(replace(claim, bind=(first,), derive=""), evidence)
    baseline = operands.measured(replace(claim, bind=(replace(second, role="value"),), derive=""), evidence)
    if isinstance(value, Outcome) or isinstance(baseline, Outcome):
        return value if isinstance(value, Outcome) else baseline  # type: ignore[return-value]
    sides = _Sides(value, baseline)
    return frame_problem(claim, sides) or _relation_outcome(claim, sides)


def _bindings(claim: Claim) -> tuple[Binding | None, Binding | None]:
    values, baselines = claim.bound("value"), claim.bound("baseline")
    if len(values) == _PAIR and not baselines:
        return values[0], values[1]
    if len(values) != 1 or len(baselines) != 1:
        return None, None
    return values[0], baselines[0]


def frame_problem(claim: Claim, sides: _Sides) -> Outcome | None:
    """Objects when the operands are not alike or not about what the claim names."""
    slots, other = claim.slots, _other(claim)
    value, baseline = sides.value, sides.baseline
    return first_problem(
        partial(_dimension_problem, sides),
        partial(columns_problem, claim, value.cells[0], baseline.cells[0], other),
        partial(subjects.subject_problem, slots.get("subject"), value.cells, slots.get("window")),
        partial(_other_problem, claim, other, baseline),
        partial(windows.window_problem, slots.get("window"), value.cells[0]),
        partial(spans_problem, claim, value.cells[0], baseline.cells[0], bool(other)),
    )


def _other(claim: Claim) -> Any:
    other = claim.slots.get("other")
    is_window = isinstance(other, Mapping) and ("start" in other or "baseline_window" in other)
    return None if is_window or (isinstance(other, str) and other.strip().lower() in {"baseline", "baseline_window", "before"}) else other


def _dimension_problem(sides: _Sides) -> Outcome | None:
    left, right = sides.value.amount.unit, sides.baseline.amount.unit
    if left.dimension == right.dimension:
        return None
    return contradicted(f"{left.name!r} cannot be compared with {right.name!r}")


def _other_problem(claim: Claim, other: Any, baseline: Measured) -> Outcome | None:
    """The second operand is about `other`, or about the subject itself before."""
    slots = claim.slots
    if isinstance(other, str) and _names_column(other, baseline):
        other = None
    span = slots.get("baseline_window") or slots.get("window")
    return subjects.subject_problem(other or slots.get("subject"), baseline.cells, span)


def _names_column(text: str, baseline: Measured) -> bool:
    column = baseline.column
    return text.strip().casefold() in {column.name.casefold(), column.label.casefold()}


def _relation_outcome(claim: Claim, sides: _Sides) -> Outcome:
    op = str(claim.slots.get("op", "")).strip().lower()
    if op in relations.RATIOS:
        return _word_outcome(op, sides)
    direction = relations.direction_of(op)
    if direction is None and op not in _MEASURES:
        return unverified(f"op {claim.slots.get('op')!r} is not known")
    problem = _direction_problem(claim, direction, sides)
    if problem:
        return problem
    if claim.slots.get("value") is None:
        return supported() if direction is not None else unverified("no value is claimed")
    return _value_outcome(claim, _MEASURES.get(op) or _measure_by_unit(claim), sides)


def _word_outcome(word: str, sides: _Sides) -> Outcome:
    low, high = relations.RATIOS[word]
    if sides.baseline.amount.value == 0:
        return unverified("there is no ratio to zero")
    ratio = amounts.divide(sides.value.amount, sides.baseline.amount).value
    return supported() if low <= ratio <= high else contradicted(f"recomputed: the ratio is {quantity.show(ratio)}")


def _direction_problem(claim: Claim, direction: int | None, sides: _Sides) -> Outcome | None:
    stated = claim.slots.get("direction")
    if isinstance(stated, str) and stated.strip().lower() in relations.RATIOS:
        word = _word_outcome(stated.strip().lower(), sides)
        return None if word.verdict == "supported" else word
    second = relations.direction_of(stated) if stated else None
    if stated and second is None:
        return unverified(f"direction {stated!r} is not known")
    for wanted in (direction, second):
        if wanted is not None and not _runs(wanted, sides):
            return contradicted(_values_shown(sides), _flipped(claim, sides))
    return None


def _runs(direction: int, sides: _Sides) -> bool:
    if direction:
        return sides.sign == direction
    return sides.sign == 0 if sides.exact else abs(sides.gap) <= EQUAL * abs(sides.value.amount.value)


def _values_shown(sides: _Sides) -> str:
    unit = sides.value.amount.unit
    name = "" if unit.name == "1" else f" {unit.name}"
    return f"recomputed: {quantity.show(sides.value.amount.value)}{name} against {quantity.show(sides.baseline.amount.to(unit))}{name}"


def _flipped(claim: Claim, sides: _Sides) -> Claim | None:
    if claim.slots.get("value") is not None or claim.slots.get("direction") or sides.sign == 0:
        return None
    return replace(claim, slots={**claim.slots, "op": "higher" if sides.sign > 0 else "lower"}, text="")


def _measure_by_unit(claim: Claim) -> str:
    """With higher or lower, the unit says whether the value is a change, a factor or a difference."""
    unit = str(claim.slots.get("unit") or "").lower()
    return _UNIT_MEASURE.get(unit, "difference")


def _value_outcome(claim: Claim, measure: str, sides: _Sides) -> Outcome:
    slots = claim.slots
    claimed = number(slots["value"]) if not isinstance(slots["value"], str) else None
    if claimed is None:
        return unverified(f"value {slots['value']!r} is not a number")
    try:
        actual = _RECOMPUTE[measure](sides)
    except DeriveError as error:
        return unverified(str(error))
    unit = _stated_unit(slots.get("unit"), measure, actual.unit)
    converted = units.convert(actual.value, actual.unit, unit)
    if converted is None:
        return contradicted(f"a {measure} here is in {actual.unit.name!r}, not {unit.name!r}")
    exact = measure == "difference" and sides.exact and unit.dimension == "count"
    if _equals(claimed, converted, claim, measure, exact=exact):
        return supported()
    mended = quantity.rounded(converted, exact=exact)
    correction = replace(claim, slots={**slots, "value": abs(mended) if _is_signed_by_word(claim) else mended, "unit": unit.name}, text="")
    return contradicted(f"recomputed: {quantity.show(mended)} {unit.name}".removesuffix(" 1"), correction)


def _ratio(sides: _Sides) -> Amount:
    return amounts.divide(sides.value.amount, sides.baseline.amount)


def _difference(sides: _Sides) -> Amount:
    return amounts.subtract(sides.value.amount, sides.baseline.amount)


def _percent_change(sides: _Sides) -> Amount:
    return amounts.percent_change(sides.value.amount, sides.baseline.amount)


_RECOMPUTE: dict[str, Callable[[_Sides], Amount]] = {"ratio": _ratio, "difference": _difference, "pct_change": _percent_change}


def _stated_unit(slot: Any, measure: str, actual: Unit) -> Unit:
    if measure == "ratio":
        return amounts.FRACTION if slot in (None, "", "1", "x", "times", "ratio") else units.unit_of(slot)
    if actual.dimension == "points":
        return units.UNITS["pp"] if slot in (None, "") else _points_unit(slot)
    return units.claimed_unit(slot, actual)


def _points_unit(slot: Any) -> Unit:
    unit = units.unit_of(slot)
    return Unit("1", "points") if unit.name == "1" else unit


def _is_signed_by_word(claim: Claim) -> bool:
    return any(relations.direction_of(claim.slots.get(name)) for name in ("op", "direction"))


def _equals(claimed: Number, actual: float, claim: Claim, measure: str, *, exact: bool) -> bool:
    about = bool(claim.slots.get("about"))
    if not _is_signed_by_word(claim):
        return units.agrees(claimed, actual, exact=exact, about=about)
    if claimed < 0 and actual > 0:
        return False
    if units.agrees(magnitude(claimed), abs(actual), exact=exact, about=about):
        return True
    is_inverse = measure == "ratio" and 0 < actual < 1 < claimed
    return is_inverse and units.agrees(claimed, 1 / actual, exact=exact, about=about)
