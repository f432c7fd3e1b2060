"""Whether something left its usual level: a value beside its baseline, or a series beside its own beginning; labels are not believed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from domain.evidence import Column, Evidence, Row
from grounding import units
from grounding.causes import roles
from grounding.cells import number

LEAST_CHANGE = 0.2  # of the usual level: what load and sampling do from hour to hour stays below it
LEAST_POINTS = 0.01  # of a share, as a fraction: one percentage point
DEVIATIONS = 3.0  # standard deviations: of a count (Poisson), or of the spread that stands beside
MAD_TO_DEVIATION = 1.4826
LEAST_SERIES = 6
LASTING = 2  # points in a row, or the last one
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Departure:
    """A recomputed comparison: `strength` is the logarithm of now over usual; `at` since when, where a series says so."""

    value: float
    usual: float
    departs: bool
    strength: float = 0.0
    at: datetime | None = None
    step_s: float = 0.0

    @property
    def said(self) -> str:
        """The two numbers, as a reason states them."""
        return f"{self.value:g} against {self.usual:g}"


def beside_baseline(row: Row, column: Column, evidence: Evidence, usual: float | None = None) -> Departure | None:
    """A cell beside the baseline cell of its row (or the one given); None where one of them is missing."""
    value = number(row.get(column.name))
    partner = roles.baseline_of(column, evidence)
    baseline = usual if usual is not None else (number(row.get(partner.name)) if partner else None)
    if value is None or baseline is None:
        return None
    spread = roles.spread_of(column, evidence)
    strays = number(row.get(spread.name)) if spread else None
    now, before = float(value), float(baseline) * _scale(column, evidence)
    return Departure(now, before, departs(now, before, column, row, float(strays or 0.0)), strength(now, before))


def _scale(column: Column, evidence: Evidence) -> float:
    """Counts of a baseline window of another length are compared as if it had this one's."""
    before = evidence.baseline_window
    if before is None or not _is_count(column) or before.length.total_seconds() <= 0 or evidence.window.length.total_seconds() <= 0:
        return 1.0
    return evidence.window.length / before.length


def _is_count(column: Column) -> bool:
    return column.type == "integer" and units.unit_of(column.unit, column.agg).dimension == "count" and column.agg in {"count", "sum", ""}


def departs(value: float, usual: float, column: Column, row: Row | None = None, strays: float = 0.0) -> bool:
    """Whether a value is so far from what is usual, the worse way, that chance and load do not explain it."""
    gap = value - usual
    worse = roles.direction_of(column, roles.signal_kind(column, row), row)
    if not gap or worse * gap < 0 or abs(gap) < max(LEAST_CHANGE * abs(usual), DEVIATIONS * strays):
        return False
    unit = units.unit_of(column.unit, column.agg)
    if unit.dimension == "fraction":
        return abs(gap) * unit.factor >= LEAST_POINTS
    return not _is_count(column) or abs(gap) >= DEVIATIONS * math.sqrt(max(value, usual, 0.0))


def strength(value: float, usual: float) -> float:
    """How many times, as a logarithm; from nothing it counts as from a hundredth."""
    floor = max(abs(usual), abs(value) / 100, TINY)
    return abs(math.log(max(abs(value), floor / 100, TINY) / floor))


def in_series(points: Sequence[tuple[datetime, float]], column: Column) -> Departure | None:
    """A series beside the level of its first third (median and MAD); None where it is too short to have one."""
    if len(points) < LEAST_SERIES:
        return None
    ordered = sorted(points)
    values = [value for _, value in ordered]
    usual_part = values[: max(LASTING, len(values) // 3)]
    usual = median(usual_part)
    strays = MAD_TO_DEVIATION * median(abs(value - usual) for value in usual_part)
    far = [departs(value, usual, column, strays=strays) for value in values]
    first = next((i for i, _ in enumerate(far) if far[i] and all(far[i : i + LASTING])), None)
    step_s = median((late[0] - early[0]).total_seconds() for early, late in pairwise(ordered))
    if first is None:
        return Departure(values[-1], usual, departs=False, step_s=step_s)
    peak = max(values[first:], key=lambda value: abs(value - usual))
    return Departure(peak, usual, departs=True, strength=strength(peak, usual), at=ordered[first][0], step_s=step_s)
