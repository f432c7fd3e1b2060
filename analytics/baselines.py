"""How surprising a window is beside a group's own recent past: counts by a negative-binomial tail, levels by robust deviation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

PRIOR_EVENTS = 0.5
PRIOR_EXPOSURE = 10.0  # a group without a past is taken to fail in one of twenty
# However long the past, a level is not trusted to be steadier than this many events make it (about 22 %).
STEADIEST_EVENTS = 20.0
MAD_TO_SIGMA = 1.4826
LEAST_DEVIATION = 0.02


@dataclass(frozen=True, slots=True)
class Past:
    """What a group did before: its events and their exposure (requests or minutes), with the prior added; `seen`: the bare exposure."""

    events: Floats
    exposure: Floats
    seen: Floats

    @property
    def share(self) -> Floats:
        """The own level: events a unit of exposure."""
        return self.events / self.exposure


def past(events: Floats, exposure: Floats) -> Past:
    """The past of groups, held to what may be trusted of it."""
    known, measured = events + PRIOR_EVENTS, exposure + PRIOR_EXPOSURE
    trust = np.minimum(1.0, STEADIEST_EVENTS / known)
    return Past(known * trust, measured * trust, exposure)


def surprise(events: Floats, exposure: Floats, before: Past) -> Floats:
    """The probability of at least `events` in `exposure` at the level of the past.

    The level is Gamma distributed given the past, so counts are negative binomial (Gelman et al., Bayesian Data Analysis, 2.6).
    """
    tail = betainc(np.maximum(events, 1.0), before.events, exposure / (before.exposure + exposure))
    return np.where(events > 0, tail, 1.0)


def silence(exposure: Floats, before: Past) -> Floats:
    """The probability of no event at all in `exposure` at the level of the past."""
    return np.asarray((before.exposure / (before.exposure + exposure)) ** before.events)


def fewest(limit: float, least: float, exposure: float, before: Past, row: int) -> float:
    """The fewest events above `least` that would have been as surprising as `limit`."""
    counts = np.arange(least + 1, least + 400)
    one = Past(before.events[row], before.exposure[row], before.seen[row])
    found = counts[surprise(counts, np.full(counts.shape, exposure), one) < limit]
    return float(found[0]) if found.size else float(counts[-1])


@dataclass(frozen=True, slots=True)
class Level:
    """Where a gauge usually stands: median and robust deviation."""

    median: float
    deviation: float


def level(measured: Floats) -> Level:
    """The level of a gauge from what was measured of it (at least one value); it is taken to vary by 2 % at least."""
    median = float(np.median(measured))
    spread = float(np.median(np.abs(measured - median))) * MAD_TO_SIGMA
    return Level(median, max(spread, LEAST_DEVIATION * abs(median)))
