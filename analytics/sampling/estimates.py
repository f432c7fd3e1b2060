"""Figures from sampled rows with the interval in which the figure of all rows lies.

Sources: totals and their variance under independent inclusion, Horvitz and Thompson 1952, Särndal, Swensson and Wretman 1992 (2.8, 3.2);
shares as a ratio of totals, linearized, Hájek 1971, Särndal et al. 1992 (5.6); their limits by Wilson's score interval (1927) at the
effective size of Korn and Graubard 1998; percentiles by inverting the limits of the distribution function, Woodruff 1952.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import NormalDist

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Weighted:
    """A stored row: its value, how many it stands for, and its request (empty: its own); rows of a request are kept together."""

    value: float
    weight: int = 1
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, its interval at the confidence asked for, and from how many rows. What was kept whole has an interval of no width."""

    value: float
    low: float
    high: float
    rows: int

    def covers(self, truth: float) -> bool:
        """Whether the interval holds the truth."""
        return self.low <= truth <= self.high


def total(rows: Sequence[Weighted], confidence: float = CONFIDENCE) -> Estimate:
    """The sum of the values over all rows, sampled out or not; never below what the stored rows alone give when no value is negative."""
    value = sum(row.weight * row.value for row in rows)
    margin = _z(confidence) * math.sqrt(_variance(rows, (row.value for row in rows)))
    least = sum(row.value for row in rows) if all(row.value >= 0 for row in rows) else -math.inf
    return Estimate(value, max(value - margin, least), value + margin, len(rows))


def share(rows: Sequence[Weighted], confidence: float = CONFIDENCE) -> Estimate:
    """The share of rows whose value is 1, the others' being 0. Raises ValueError for no rows."""
    values = [row.value for row in rows]
    value = _mean(rows, values)
    low, high = _score_limits(value, _size(rows, values), confidence)
    return Estimate(value, low, high, len(rows))


def percentile(rows: Sequence[Weighted], level: float, confidence: float = CONFIDENCE) -> Estimate:
    """The nearest-rank percentile of the values; `level` in percent. Raises ValueError for no rows.

    An upper limit is never above the largest stored value, though with few rows beyond the percentile it should be.
    """
    ranked = sorted(rows, key=lambda row: row.value)
    below = list(accumulate(row.weight for row in ranked))
    wanted = level / 100
    value = _at(ranked, below, wanted)
    size = _size(ranked, [float(row.value <= value) for row in ranked])
    # The share below the true percentile is `wanted`; these are the limits in which a sample's share of it lies.
    margin = _z(confidence) * math.sqrt(wanted * (1 - wanted) / size)
    return Estimate(value, _at(ranked, below, wanted - margin), _at(ranked, below, wanted + margin), len(rows))


def _score_limits(mean: float, size: float, confidence: float) -> tuple[float, float]:
    if math.isinf(size):
        return mean, mean
    z2 = _z(confidence) ** 2
    centre = (mean + z2 / (2 * size)) / (1 + z2 / size)
    margin = math.sqrt(z2 * (mean * (1 - mean) / size + z2 / (4 * size**2))) / (1 + z2 / size)
    return max(centre - margin, 0.0), min(centre + margin, 1.0)


def _size(rows: Sequence[Weighted], values: Sequence[float]) -> float:
    """How many rows of a simple sample would give the share of these values (0 or 1) as surely; infinite for what was kept whole."""
    if all(row.weight == 1 for row in rows):
        return math.inf
    mean, weights = _mean(rows, values), sum(row.weight for row in rows)
    variance = _variance(rows, (value - mean for value in values)) / weights**2
    if variance and 0 < mean < 1:
        return mean * (1 - mean) / variance
    return weights**2 / _variance(rows, (1.0 for _ in rows))


def _variance(rows: Iterable[Weighted], values: Iterable[float]) -> float:
    """Of the weighted sum of values: a request is kept or not by itself, and its rows with it; those of other weight count as others."""
    sums: defaultdict[tuple[str | int, int], float] = defaultdict(float)
    for number, (row, value) in enumerate(zip(rows, values, strict=True)):
        if row.weight > 1:
            sums[row.unit or number, row.weight] += value
    return sum(weight * (weight - 1) * value**2 for (_, weight), value in sums.items())


def _mean(rows: Sequence[Weighted], values: Sequence[float]) -> float:
    if not rows:
        raise ValueError("no rows to estimate from")
    return sum(row.weight * value for row, value in zip(rows, values, strict=True)) / sum(row.weight for row in rows)


def _at(ranked: Sequence[Weighted], below: Sequence[int], level: float) -> float:
    """The smallest value that at least this share of all rows does not exceed."""
    if not ranked:
        raise ValueError("no rows to take a percentile of")
    place = bisect_left(below, level * below[-1] - 1e-9)
    return ranked[min(place, len(ranked) - 1)].value


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf(0.5 + confidence / 2)
