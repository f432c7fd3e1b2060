"""Histogram buckets: checked explicit ones, and exponential ones turned into explicit ones."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from domain.telemetry import HistogramPoint

MOST_BUCKETS = 1_000
_LEAST_SCALE, _MOST_SCALE = -10, 20  # what OpenTelemetry's data model asks receivers to understand
_MOST_EXPONENT = 1_000
_MOST_COUNT = 2**63 - 1


class Spread(NamedTuple):
    """One side of an exponential histogram: the index of its first bucket and the counts from there on."""

    offset: int
    counts: Sequence[int]


def explicit(count: int, total: float, counts: Sequence[int], bounds: Sequence[float]) -> HistogramPoint:
    """A histogram with explicit bounds. Raises ValueError when buckets and bounds do not belong together."""
    if len(counts) > MOST_BUCKETS:
        raise ValueError(f"the histogram has {len(counts)} buckets, more than {MOST_BUCKETS}")
    if counts and len(counts) != len(bounds) + 1:
        raise ValueError(f"the histogram has {len(counts)} buckets and {len(bounds)} bounds")
    if not all(low < high for low, high in pairwise(bounds)) or not all(map(math.isfinite, bounds)):
        raise ValueError("the bounds of the histogram do not rise")
    if not all(0 <= number <= _MOST_COUNT for number in (count, *counts)):
        raise ValueError("a count of the histogram is below 0 or beyond what a store holds")
    if not math.isfinite(total):
        raise ValueError(f"the sum of the histogram is {total!r}")
    return HistogramPoint(count, total, tuple(counts), tuple(bounds))


def from_exponential(count: int, total: float, scale: int, zeros: int, *, positive: Spread, negative: Spread) -> HistogramPoint:
    """An exponential histogram with its own bucket borders as explicit bounds: bucket i ends at 2^((i+1) / 2^scale).

    Nothing is lost but the width of the zero bucket. Raises ValueError where a border is no number a store holds.
    Source: OpenTelemetry metrics data model, "ExponentialHistogram".
    """
    if not _LEAST_SCALE <= scale <= _MOST_SCALE:
        raise ValueError(f"the scale {scale} is not one of {_LEAST_SCALE} to {_MOST_SCALE}")
    above, below = _trimmed(positive), _trimmed(negative)
    if len(above.counts) + len(below.counts) > MOST_BUCKETS:
        raise ValueError(f"the histogram has more than {MOST_BUCKETS} buckets")
    low = [-edge for edge in reversed(_edges(below, scale))]
    high = _edges(above, scale)
    counts = [*([0] if low else []), *reversed(below.counts), zeros, *above.counts, *([0] if high else [])]
    return explicit(count, total, counts, low + high)


def _trimmed(spread: Spread) -> Spread:
    """Without the empty buckets at both ends."""
    filled = [place for place, count in enumerate(spread.counts) if count]
    if not filled:
        return Spread(0, ())
    return Spread(spread.offset + filled[0], tuple(spread.counts[filled[0] : filled[-1] + 1]))


def _edges(spread: Spread, scale: int) -> list[float]:
    """The borders of the buckets, one more than there are."""
    if not spread.counts:
        return []
    exponents = [index * 2.0**-scale for index in range(spread.offset, spread.offset + len(spread.counts) + 1)]
    if max(map(abs, exponents)) > _MOST_EXPONENT:
        raise ValueError(f"a border of the histogram is 2^{max(exponents, key=abs):.0f}")
    return [2.0**exponent for exponent in exponents]
