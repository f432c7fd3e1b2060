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
    """Where gauges usually stand: median and robust deviation."""

    median: Floats
    deviation: Floats


def level(values: Floats) -> Level:
    """The level of gauges over the minutes of a past (NaN where nothing was measured); NaN where nothing was measured at all."""
    is_empty = np.asarray(np.isnan(values).all(axis=1))
    measured = np.where(is_empty[:, None], 0.0, values)
    median = np.nanmedian(measured, axis=1)
    spread = np.nanmedian(np.abs(measured - median[:, None]), axis=1) * MAD_TO_SIGMA
    return Level(np.where(is_empty, np.nan, median), np.maximum(spread, 0.02 * np.abs(median)))
