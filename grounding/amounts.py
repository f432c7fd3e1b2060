"""Amounts with units, and the arithmetic that keeps units honest."""

from dataclasses import dataclass

from grounding import units
from grounding.units import Unit

COUNT = units.UNITS["1"]
FRACTION = Unit("1", "fraction")
PERCENT = units.UNITS["%"]


class DeriveError(ValueError):
    """An expression that cannot be evaluated over its operands; the message says why."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A recomputed number in its unit."""

    value: float
    unit: Unit

    def to(self, unit: Unit) -> float:
        """The number in another unit; raises DeriveError across dimensions."""
        converted = units.convert(self.value, self.unit, unit)
        if converted is None:
            raise DeriveError(f"{self.unit.name!r} is not convertible to {unit.name!r}")
        return converted


def add(left: Amount, right: Amount) -> Amount:
    """The sum, in the left unit."""
    return Amount(left.value + right.to(left.unit), left.unit)


def subtract(left: Amount, right: Amount) -> Amount:
    """The difference in the left unit; two percentages differ by points."""
    gap = left.value - right.to(left.unit)
    if left.unit.dimension == "fraction":
        return Amount(gap * left.unit.factor, Unit("1", "points"))
    return Amount(gap, left.unit)


def multiply(left: Amount, right: Amount) -> Amount:
    """The product; one side must be a plain count or a fraction."""
    if left.unit.dimension in {"count", "fraction"}:
        return Amount(left.value * left.unit.factor * right.value, right.unit)
    if right.unit.dimension in {"count", "fraction"}:
        return Amount(left.value * right.value * right.unit.factor, left.unit)
    raise DeriveError(f"{left.unit.name!r} × {right.unit.name!r} has no unit here")


def divide(left: Amount, right: Amount) -> Amount:
    """The quotient: like units give a fraction, a count over a time a rate."""
    if right.value == 0:
        raise DeriveError("division by zero")
    if left.unit.dimension == right.unit.dimension:
        return Amount(left.value / right.to(left.unit), FRACTION)
    if right.unit.dimension == "count":
        return Amount(left.value / right.value, left.unit)
    if (left.unit.dimension, right.unit.dimension) == ("count", "time"):
        return Amount(left.value / (right.value * right.unit.factor), units.UNITS["1/s"])
    raise DeriveError(f"{left.unit.name!r} ÷ {right.unit.name!r} has no unit here")


def percent_change(new: Amount, old: Amount) -> Amount:
    """How much `new` is over `old`, in % of `old`."""
    if old.value == 0:
        raise DeriveError("a change from zero has no percentage")
    return Amount(100 * (new.to(old.unit) - old.value) / abs(old.value), PERCENT)
