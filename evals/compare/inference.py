"""What paired answers say: exact test, score interval of a paired difference, mean differences, Holm's correction."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import binomtest, norm, permutation_test

from evals.intervals import CONFIDENCE, RESAMPLES, SEED, Score, average

EDGE = 1.0 - 1e-9
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Flips:
    """Of `n` cases, `lost` were right under A only and `gained` under B only; the others agree."""

    lost: int
    gained: int
    n: int

    @property
    def difference(self) -> float:
        """Share of right answers under B less that under A."""
        return (self.gained - self.lost) / self.n if self.n else 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """A paired difference B − A with its 95 % interval and p value; `score` has no value where nothing could be paired."""

    score: Score
    p: float | None

    def as_json(self) -> dict[str, float | int | None]:
        """The change as reports carry it."""
        return {**self.score.as_json(), "p": None if self.p is None else round(self.p, 5)}


def exact_p(flips: Flips) -> float:
    """Two-sided exact McNemar test: a binomial test of the discordant cases against one half; 1 where there are none."""
    discordant = flips.lost + flips.gained
    return float(binomtest(flips.gained, discordant, 0.5).pvalue) if discordant else 1.0


def change(flips: Flips) -> Change:
    """The paired difference of two shares. No value for no cases."""
    if flips.n == 0:
        return Change(Score(None, None, None, 0), None)
    low, high = score_interval(flips)
    return Change(Score(flips.difference, low, high, flips.n), exact_p(flips))


def score_interval(flips: Flips, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Tango's score interval of a paired difference of shares, for n > 0 (Statistics in Medicine 17, 1998, 891-908).

    It stays honest without a single flip: ± z²/(n + z²).
    """
    z = float(norm.ppf((1 + confidence) / 2))
    return _crossing(flips, z, -EDGE), _crossing(flips, -z, EDGE)


def _crossing(flips: Flips, level: float, edge: float) -> float:
    """Where the falling score statistic has a level, between the estimate and an edge; the edge where it never has."""

    def above(difference: float) -> float:
        return _statistic(flips, difference) - level

    estimate = max(-EDGE, min(EDGE, flips.difference))
    if estimate == edge or (above(edge) > 0) == (above(estimate) > 0):
        return math.copysign(1.0, edge)
    return float(brentq(above, *sorted((edge, estimate)), xtol=1e-10))


def _statistic(flips: Flips, difference: float) -> float:
    """How many standard errors the flips lie above a supposed difference; the nuisance share is the restricted estimate."""
    n, gained, lost = flips.n, flips.gained, flips.lost
    second = -gained - lost + (2 * n - gained + lost) * difference
    third = -lost * difference * (1 - difference)
    nuisance = (math.sqrt(max(0.0, second * second - 8 * n * third)) - second) / (4 * n)
    variance = n * (2 * nuisance + difference * (1 - difference))
    return (gained - lost - n * difference) / math.sqrt(max(variance, 1e-12))


def mean_change(before: Sequence[float], after: Sequence[float]) -> Change:
    """The mean of paired differences: bootstrap interval over cases, p from permuting the arms within each case (fixed seed)."""
    differences = [b - a for a, b in zip(before, after, strict=True)]
    interval = average(differences)
    if not differences or len(set(differences)) == 1:
        return Change(interval, None if not differences else _p_of_constant(differences))
    test: Any = permutation_test(
        (np.asarray(before), np.asarray(after)),
        _mean_difference,
        permutation_type="samples",
        n_resamples=RESAMPLES,
        vectorized=True,
        rng=SEED,
    )
    return Change(interval, float(test.pvalue))


def holm(p_values: Mapping[str, float | None]) -> dict[str, float | None]:
    """Holm's step-down correction over the values that are there (Scandinavian Journal of Statistics 6, 1979, 65-70)."""
    ranked = sorted(((p, name) for name, p in p_values.items() if p is not None))
    corrected: dict[str, float | None] = dict.fromkeys(p_values)
    highest = 0.0
    for rank, (p, name) in enumerate(ranked):
        highest = max(highest, min(1.0, (len(ranked) - rank) * p))
        corrected[name] = highest
    return corrected


def _p_of_constant(differences: Sequence[float]) -> float:
    """Equal differences: 1 where they are zero, else how rare it is that all signs agree."""
    return 1.0 if differences[0] == 0 else min(1.0, 2.0 ** (1 - len(differences)))


def _mean_difference(before: Numbers, after: Numbers, axis: int = -1) -> Numbers:
    return np.mean(after - before, axis=axis)  # type: ignore[no-any-return]
