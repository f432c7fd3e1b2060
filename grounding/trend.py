"""Trend: Mann–Kendall (Hamed–Rao 1998, Yue–Wang 2004) and Theil–Sen without season, or a change point; "steady" only by equivalence."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from domain.claims import Claim
from grounding import derive, metrics, operands, relations, seasons, shifts, subjects, units, windows
from grounding.amounts import DeriveError
from grounding.cells import magnitude, number
from grounding.operands import EvidenceById
from grounding.outcomes import Outcome, contradicted, first_problem, supported, unverified
from grounding.paths import BoundCell
from grounding.shifts import Shift

MIN_POINTS = 8
MAX_POINTS = 1_000
SIGNIFICANCE = 0.05
CHANGE = 0.05  # of the level, from first to last point
SPIKE = 6.0  # robust standard deviations
_MOST_ALIKE = 0.95  # of the first autocorrelation: nearer to 1 a series has no level to depart from
NOTABLE = 0.5  # of the level: a value that far off is worth a word
Floats = NDArray[np.float64]
_WORDS = {
    **dict.fromkeys(("rising", "up", "increasing", "growing", "climbing", "upward"), "rising"),
    **dict.fromkeys(("falling", "down", "decreasing", "dropping", "declining", "downward"), "falling"),
    **dict.fromkeys(("steady", "stable", "flat", "constant", "unchanged"), "steady"),
    **dict.fromkeys(("spike", "spiked", "peak", "surge"), "spike"),
    **dict.fromkeys(("drop", "dip", "dropped", "trough"), "drop"),
}


@dataclass(frozen=True, slots=True)
class Drift:
    """How a series moves: two-sided p of the trend, its change over the series relative to the level, and 90 % bounds of that."""

    p: float
    change: float
    low: float
    high: float


def check(claim: Claim, evidence: EvidenceById) -> Outcome:
    """Whether the bound series moves as claimed."""
    bindings = claim.bound("series") or claim.bound("value")
    found = operands.operands(bindings[:1], evidence)
    if isinstance(found, Outcome) or not found:
        return found if isinstance(found, Outcome) else unverified("unbound: no series is cited")
    word = _WORDS.get(str(claim.slots.get("direction", "")).strip().lower())
    if word is None:
        return unverified(f"direction {claim.slots.get('direction')!r} is not known")
    cells = tuple(cell for cell in found[0].cells if number(cell.value) is not None)
    if len(cells) not in range(MIN_POINTS, MAX_POINTS + 1):
        return unverified(f"a trend needs {MIN_POINTS} to {MAX_POINTS} points, the series has {len(cells)}")
    problem = operands.incomplete(found) or _frame_problem(claim, cells)
    return problem or _outcome(claim, word, [float(number(cell.value) or 0) for cell in cells], cells)


def _frame_problem(claim: Claim, cells: Sequence[BoundCell]) -> Outcome | None:
    slots, cell = claim.slots, cells[0]
    return first_problem(
        partial(subjects.subject_problem, slots.get("subject"), cells),
        partial(windows.window_problem, slots.get("window"), cell),
        partial(metrics.agg_problem, slots.get("agg"), cell.column),
        partial(metrics.metric_problem, slots.get("metric"), cell, claim),
        partial(_order_problem, cells),
    )


def _order_problem(cells: Sequence[BoundCell]) -> Outcome | None:
    column = next((column for column in cells[0].evidence.columns if column.type == "time"), None)
    times = [str((cell.row or {}).get(column.name)) for cell in cells] if column else []
    if column and times == sorted(set(times)):
        return None
    return unverified("the series has no time column in strictly rising order")


def _outcome(claim: Claim, word: str, values: Sequence[float], cells: Sequence[BoundCell]) -> Outcome:
    if word in {"spike", "drop"}:
        return _outlier_outcome(claim, word, values, cells[0])
    rest = seasons.deseasonalised(values, cells[0].evidence.step_s)
    drift, shift = drift_of(rest), shifts.shift_of(rest)
    shown = f"recomputed: change {100 * drift.change:+.1f} %, p {drift.p:.3f}"
    if word == "steady":
        found = _steady_outcome(drift, shift, rest, shown)
        return (_level_problem(claim, values, cells) if found.verdict == "supported" else None) or found
    sign = 1 if word == "rising" else -1
    change = drift.change if drift.p < SIGNIFICANCE and abs(drift.change) >= CHANGE else shift.change if shift else 0.0
    if not change:
        return unverified(shown)
    return _magnitude_problem(claim, cells) or supported(shown) if sign * change > 0 else contradicted(shown)


def _steady_outcome(drift: Drift, shift: Shift | None, values: Sequence[float], shown: str) -> Outcome:
    """Level by equivalence, without a shift, and without a moment far beside the level."""
    if shift:
        return contradicted(f"{shown}, with a shift of {100 * shift.change:+.1f} %")
    far = [one for one in (shifts.excursion(values, up=up) for up in (True, False)) if one.deviations >= SPIKE and one.height > NOTABLE]
    if max(-drift.low, drift.high) <= CHANGE:
        return supported(shown) if not far else unverified(f"{shown}, but one value is {100 * far[0].height:.0f} % off the level")
    return unverified(shown) if abs(drift.change) < CHANGE else contradicted(shown)


def _outlier_outcome(claim: Claim, word: str, values: Sequence[float], cell: BoundCell) -> Outcome:
    found = shifts.excursion(values, up=word == "spike")
    shown = f"recomputed: {found.deviations:.1f} robust deviations from the median, {100 * found.share:.0f} % of the points"
    if not found.is_spike(SPIKE):
        return contradicted(shown)
    return _height_problem(claim, values, cell, up=word == "spike") or supported(shown)


def _height_problem(claim: Claim, values: Sequence[float], cell: BoundCell, *, up: bool) -> Outcome | None:
    """The magnitude of a spike or drop is its farthest value, that value's distance from the median, or this as % or times of it."""
    claimed = number(claim.slots.get("magnitude"))
    if claimed is None:
        return None
    usual, extreme = statistics.median(values), max(values) if up else min(values)
    measured = units.unit_of(cell.column.unit, cell.column.agg)
    said = units.claimed_unit(claim.slots.get("unit"), measured)
    own = (units.convert(value, measured, said) for value in (extreme, abs(extreme - usual)))
    relative = (100 * abs(extreme - usual) / abs(usual), extreme / usual) if usual else ()
    if any(units.agrees(magnitude(claimed), abs(value)) for value in (*own, *relative) if value is not None):
        return None
    return contradicted(f"recomputed: {extreme:g} against a median of {usual:g}")


def _level_problem(claim: Claim, values: Sequence[float], cells: Sequence[BoundCell]) -> Outcome | None:
    """The magnitude of what is steady is its level, or how little it changed."""
    claimed, measured = number(claim.slots.get("magnitude")), units.unit_of(cells[0].column.unit, cells[0].column.agg)
    if claimed is None:
        return None
    level = units.convert(statistics.median(values), measured, units.claimed_unit(claim.slots.get("unit"), measured))
    is_level = level is not None and units.agrees(claimed, level, about=True)
    return None if is_level else _magnitude_problem(claim, cells)


def _magnitude_problem(claim: Claim, cells: Sequence[BoundCell]) -> Outcome | None:
    """A magnitude is the change from the first to the last cell, in % or in the column's unit."""
    claimed = number(claim.slots.get("magnitude"))
    if claimed is None:
        return None
    try:
        first, last = derive.amount_of(cells[0]), derive.amount_of(cells[-1])
    except DeriveError as error:
        return unverified(str(error))
    unit = units.claimed_unit(claim.slots.get("unit"), first.unit)
    gap: float | None = last.value - first.value
    if unit.name == "pp" and first.unit.dimension == "fraction":
        gap = (gap or 0) * first.unit.factor * 100
    elif unit.name == "%" and (claim.slots.get("unit") or first.unit.dimension != "fraction"):
        gap = 100 * (gap or 0) / abs(first.value) if first.value else None
    else:
        gap = units.convert(gap or 0, first.unit, unit)
    about = relations.op_of(claim.slots.get("op")) == "≈"
    if gap is not None and units.agrees(magnitude(claimed), abs(gap), about=about):
        return None
    return contradicted(f"the change from first to last point is {gap}")


def drift_of(values: Sequence[float]) -> Drift:
    """Trend of an evenly spaced series without season."""
    n = len(values)
    series = np.asarray(values, dtype=float)
    early, late = np.triu_indices(n, 1)
    rises = series[late] - series[early]
    slopes = np.sort(rises / (late - early))
    slope, score = float(np.median(slopes)), float(np.sign(rises).sum())
    variance = _variance(values) * max(_hamed_rao(series, slope), _yue_wang(series, slope))
    z = (score - math.copysign(1, score)) / math.sqrt(variance) if score and variance > 0 else 0.0
    low, high = _slope_bounds(slopes, math.sqrt(max(variance, 0.0)))
    span = (n - 1) / (abs(float(np.median(series))) or 1.0)
    return Drift(2 * (1 - statistics.NormalDist().cdf(abs(z))), slope * span, low * span, high * span)


def _variance(values: Sequence[float]) -> float:
    n = len(values)
    ties = [values.count(value) for value in set(values)]
    return (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18


def _slope_bounds(slopes: Floats, deviation: float) -> tuple[float, float]:
    """Sen's 90 % interval of the median slope."""
    reach = statistics.NormalDist().inv_cdf(0.95) * deviation
    low = max(0, math.floor((len(slopes) - reach) / 2) - 1)
    high = min(len(slopes) - 1, math.ceil((len(slopes) + reach) / 2))
    return float(slopes[low]), float(slopes[high])


def _hamed_rao(series: Floats, slope: float) -> float:
    """Hamed & Rao 1998, n/n*: the variance grows with the significant autocorrelations of the detrended ranks."""
    n = len(series)
    rest = series - slope * np.arange(n)
    ranks = np.argsort(np.argsort(rest, kind="stable"), kind="stable") - (n - 1) / 2
    bound = statistics.NormalDist().inv_cdf(1 - SIGNIFICANCE / 2) / math.sqrt(n)
    lags = np.arange(1, n - 2)
    rho = np.correlate(ranks, ranks, "full")[n : n + len(lags)] / float(ranks @ ranks)
    weights = (n - lags) * (n - lags - 1) * (n - lags - 2)
    extra = float((weights * rho)[np.abs(rho) > bound].sum())
    return max(1.0, 1 + 2 * extra / (n * (n - 1) * (n - 2)))


def _yue_wang(series: Floats, slope: float) -> float:
    """Yue & Wang 2004, n/n* of an AR(1) series, where its first autocorrelation without trend is significant.

    The autocorrelation is corrected for its bias, (1 + 4r)/n with mean and trend removed (Marriott & Pope 1954). Hamed & Rao alone count
    significant lags only, and call a fifth of the series of φ = 0.7 a trend (measured: 24 % against 8 % of n = 60).
    """
    n = len(series)
    rest = series - slope * np.arange(n)
    rest -= rest.mean()
    scale = float(rest @ rest)
    first = float(rest[1:] @ rest[:-1]) / scale if scale else 0.0
    if first <= statistics.NormalDist().inv_cdf(1 - SIGNIFICANCE / 2) / math.sqrt(n):
        return 1.0
    lags = np.arange(1, n)
    return 1 + 2 * float(((1 - lags / n) * min(_MOST_ALIKE, first + (1 + 4 * first) / n) ** lags).sum())
