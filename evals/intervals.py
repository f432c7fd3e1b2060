"""Scores with their 95 % intervals; the statistics are scipy's."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

import numpy as np
from scipy.stats import binomtest, bootstrap

CONFIDENCE = 0.95
RESAMPLES = 2_000
SEED = 20_261_121


@dataclass(frozen=True, slots=True)
class Score:
    """A figure and its 95 % interval; `n` is what it was computed from."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    def as_json(self) -> dict[str, float | int | None]:
        """The score as reports carry it, cut to four decimals."""
        return {name: _cut(getattr(self, name)) for name in ("value", "low", "high", "n")}


def share(hits: int, n: int) -> Score:
    """A proportion with its Wilson interval; no value for n = 0."""
    if n == 0:
        return Score(None, None, None, 0)
    interval = binomtest(hits, n).proportion_ci(confidence_level=CONFIDENCE, method="wilson")
    return Score(hits / n, float(interval.low), float(interval.high), n)


def rare(hits: int, n: int) -> Score:
    """A proportion near 0 or 1 with its exact Clopper-Pearson interval; no value for n = 0."""
    if n == 0:
        return Score(None, None, None, 0)
    interval = binomtest(hits, n).proportion_ci(confidence_level=CONFIDENCE, method="exact")
    return Score(hits / n, float(interval.low), float(interval.high), n)


def average(values: Sequence[float]) -> Score:
    """A mean with its bootstrap interval over cases (percentiles, fixed seed)."""
    if not values:
        return Score(None, None, None, 0)
    low, high = _resampled(values, np.mean)
    return Score(fmean(values), low, high, len(values))


def middle(values: Sequence[float]) -> Score:
    """A median with its bootstrap interval (percentiles, fixed seed)."""
    if not values:
        return Score(None, None, None, 0)
    low, high = _resampled(values, np.median)
    return Score(median(values), low, high, len(values))


def percentile(values: Sequence[float], level: float) -> float:
    """The nearest-rank percentile; `level` in percent. Raises ValueError for no values."""
    if not values:
        raise ValueError("no values to take a percentile of")
    ranked = sorted(values)
    return ranked[max(0, -(-int(level * len(ranked)) // 100) - 1)]


def _resampled(values: Sequence[float], statistic: object) -> tuple[float, float]:
    if len(set(values)) == 1:
        return values[0], values[0]
    result = bootstrap(
        (np.asarray(values),), statistic, n_resamples=RESAMPLES, method="percentile", confidence_level=CONFIDENCE, random_state=SEED
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def _cut(value: float | None) -> float | int | None:
    return round(value, 4) if isinstance(value, float) else value
