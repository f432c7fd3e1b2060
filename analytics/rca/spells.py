"""Spells of time that stand out of a series: scan statistics over all intervals (Kulldorff 1997) for counts, shares and levels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from analytics.rca.parameters import Parameters

Floats = NDArray[np.float64]
TINY = 1e-9
HALF_COUNT = 0.5  # added to counts before they are divided (Jeffreys), so that nothing is infinite


@dataclass(frozen=True, slots=True)
class Spell:
    """Buckets [start, end) whose level differs most from all others; `surprise` is the log-likelihood ratio in nats."""

    start: int
    end: int
    surprise: float
    inside: float
    outside: float

    @property
    def ratio(self) -> float:
        """Level inside over level outside."""
        return self.inside / self.outside if self.outside > 0 else float("inf")

    def overlaps(self, other: "Spell") -> bool:
        """Whether the two have a bucket in common."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Intervals:
    """All intervals that a spell may be, by their first bucket and the one after their last."""

    starts: NDArray[np.intp]
    ends: NDArray[np.intp]

    def sums(self, values: Floats) -> Floats:
        """The sum of a series over every interval."""
        running = np.concatenate(([0.0], np.cumsum(values)))
        return np.asarray(running[self.ends] - running[self.starts])


def share_spell(hits: Floats, of: Floats, first: int, p: Parameters, *, up: bool = True) -> Spell | None:
    """Where hits of trials are most unlike elsewhere (binomial); None where nothing was tried, or only before bucket `first`."""
    total_hits, total = hits.sum(), of.sum()
    if not total or (up and not total_hits):
        return None
    among = intervals(len(hits), p)
    k, n = among.sums(hits), among.sums(of)
    rest_k, rest_n = total_hits - k, total - n
    surprise = _binomial(k, n) + _binomial(rest_k, rest_n) - _binomial(np.full_like(k, total_hits), np.full_like(n, total))
    spell = _best(among, surprise, _share(k, n), _share(rest_k, rest_n), up=up)
    if _is_over(spell, first):
        return share_spell(_without(hits, spell), _without(of, spell), first, p, up=up) if _is_real(spell, p) else None
    return spell


def rate_spell(counts: Floats, exposure: Floats, first: int, p: Parameters, *, up: bool = True) -> Spell | None:
    """Where counts for each unit of exposure are most unlike elsewhere (Poisson); None without exposure, or only before bucket `first`."""
    total, whole = counts.sum(), exposure.sum()
    if not total or not whole:
        return None
    among = intervals(len(counts), p)
    k, e = among.sums(counts), among.sums(exposure)
    surprise = _poisson(k, e) + _poisson(total - k, whole - e) - _poisson(np.full_like(k, total), np.full_like(e, whole))
    spell = _best(among, surprise, _quotient(k, e), _quotient(total - k, whole - e), up=up)
    if _is_over(spell, first):
        return rate_spell(_without(counts, spell), _without(exposure, spell), first, p, up=up) if _is_real(spell, p) else None
    return spell


@dataclass(frozen=True, slots=True)
class Levels:
    """A quantity measured `n` times in each bucket: its sums, and sums of squares."""

    n: Floats
    total: Floats
    squares: Floats

    @property
    def mean(self) -> float:
        """The mean over everything; 0 where nothing was measured."""
        return float(self.total.sum() / max(self.n.sum(), 1.0))

    def without(self, spell: Spell) -> "Levels":
        """The same as if nothing had been measured in a spell."""
        return Levels(_without(self.n, spell), _without(self.total, spell), _without(self.squares, spell))

    def shifted(self, by: float) -> "Levels":
        """The same with a constant added to each measurement."""
        return Levels(self.n, self.total + by * self.n, self.squares + 2 * by * self.total + by**2 * self.n)


def together(parts: Sequence[Levels]) -> Levels:
    """Several quantities as one."""
    return Levels(sum_of(part.n for part in parts), sum_of(part.total for part in parts), sum_of(part.squares for part in parts))


def sum_of(series: Iterable[Floats]) -> Floats:
    """The sum of several series, bucket by bucket."""
    return np.asarray(np.sum(list(series), axis=0))


def level_spell(levels: Levels, first: int, p: Parameters, *, up: bool = True) -> Spell | None:
    """Where the mean of a quantity is most unlike elsewhere (Gaussian with one variance); None with little, or only before `first`."""
    count, whole = levels.n.sum(), levels.total.sum()
    if count < 2 * p.least_events:
        return None
    among = intervals(len(levels.n), p)
    k, s = among.sums(levels.n), among.sums(levels.total)
    inside, outside = _quotient(s, k), _quotient(whole - s, count - k)
    spread = max(float(levels.squares.sum() - whole**2 / count), TINY)
    between = np.where((k > 0) & (count - k > 0), k * inside**2 + (count - k) * outside**2 - whole**2 / count, 0.0)
    surprise = -count / 2 * np.log(np.maximum(1 - between / spread, TINY))
    spell = _best(among, surprise, inside, outside, up=up)
    if _is_over(spell, first):
        return level_spell(levels.without(spell), first, p, up=up) if _is_real(spell, p) else None
    return spell


@lru_cache(maxsize=32)
def intervals(buckets: int, p: Parameters) -> Intervals:
    """All intervals long enough, not nearly everything, with something before them to compare with."""
    longest = max(p.least_buckets, int(buckets * p.longest_share))
    starts, lengths = np.meshgrid(np.arange(buckets), np.arange(p.least_buckets, longest + 1), indexing="ij")
    ends = starts + lengths
    usable = (ends <= buckets) & (starts >= p.least_before * buckets)
    return Intervals(starts[usable], ends[usable])


def _best(among: Intervals, surprise: Floats, inside: Floats, outside: Floats, *, up: bool) -> Spell | None:
    wanted = np.where(inside > outside if up else inside < outside, surprise, -np.inf)
    if not wanted.size:
        return None
    at = int(np.argmax(wanted))
    if not np.isfinite(wanted[at]):
        return None
    return Spell(int(among.starts[at]), int(among.ends[at]), float(wanted[at]), float(inside[at]), float(outside[at]))


def _is_over(spell: Spell | None, first: int) -> TypeGuard[Spell]:
    """Whether it ended before the buckets that were asked about."""
    return spell is not None and spell.end <= first


def _is_real(spell: Spell, p: Parameters) -> bool:
    """Whether there is something to take away before looking again: below the bar, whatever is left is below it too."""
    return spell.surprise >= p.surprise


def _without(series: Floats, spell: Spell) -> Floats:
    return np.concatenate((series[: spell.start], np.zeros(spell.end - spell.start), series[spell.end :]))


def _share(k: Floats, n: Floats) -> Floats:
    return (k + HALF_COUNT * (k > 0)) / np.maximum(n + HALF_COUNT * (k > 0), 1.0)


def _quotient(part: Floats, of: Floats) -> Floats:
    """Zero where nothing was."""
    return np.where(of > 0, part / np.maximum(of, TINY), 0.0)


def _binomial(k: Floats, n: Floats) -> Floats:
    return _poisson(k, n) + _poisson(n - k, n)


def _poisson(k: Floats, e: Floats) -> Floats:
    return np.where((k > 0) & (e > 0), k * np.log(np.maximum(k, TINY) / np.maximum(e, TINY)), 0.0)
