"""What a comparison can see: power of the exact paired test, its minimum detectable effect, and the cases it takes."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, norm

ALPHA = 0.05
POWER = 0.8
FLIPS_EACH_WAY = 0.05
STEP = 0.005


@dataclass(frozen=True, slots=True)
class Reach:
    """What `n` cases can show. `effect`: smallest drop or gain seen with 80 % power, as a share; None: not even the largest.

    `not_worse_from`: the least cases with which "not worse" can be said at this margin, if not one case flips.
    """

    n: int
    effect: float | None
    margin: float
    not_worse_from: int

    def told(self) -> str:
        """The reach in one sentence."""
        seen = f"a difference of {self.effect * 100:.0f} points or more" if self.effect else "no difference, however large,"
        return (
            f"{self.n} cases can show {seen} "
            f"(80 % power, exact test at 5 %, {FLIPS_EACH_WAY:.0%} of the cases flipping each way by chance); "
            f'"not worse" within {self.margin * 100:g} points needs at least {self.not_worse_from} cases'
        )


def power(n: int, lost: float, gained: float) -> float:
    """Chance that the exact McNemar test at 5 % calls B worse: `lost` and `gained` are shares of cases right under A or B only."""
    counts = np.arange(n + 1)
    critical = binom.isf(ALPHA / 2, counts, 0.5) + 1
    called = binom.sf(critical - 1, counts, lost / (lost + gained))
    return float(np.sum(binom.pmf(counts, n, lost + gained) * called))


def least_effect(n: int) -> float | None:
    """The minimum detectable effect of n cases, to half a point; None when no effect reaches the power."""
    for step in range(1, math.ceil((1 - 2 * FLIPS_EACH_WAY) / STEP)):
        if power(n, FLIPS_EACH_WAY + step * STEP, FLIPS_EACH_WAY) >= POWER:
            return round(step * STEP, 4)
    return None


def reach(n: int, margin: float) -> Reach:
    """What n cases can show at a margin (a share above 0)."""
    z_squared = float(norm.ppf(1 - ALPHA / 2)) ** 2
    return Reach(n, least_effect(n), margin, math.floor(z_squared * (1 / margin - 1)) + 1)
