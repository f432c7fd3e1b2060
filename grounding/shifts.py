"""Levels that shift at once, and values that stand out for a moment."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

SPREADS = 5.0  # robust deviations between two levels for a shift
SHARE = 0.05  # of the level, at least
BRIEF = 0.2  # of the points may be beside the level for a spike
_SCALE = 1.4826  # MAD of a normal distribution to its standard deviation
_LEAST_POINTS = 4


@dataclass(frozen=True, slots=True)
class Shift:
    """A change point: where the later level begins, and the gap between the levels as a share of the whole series' level."""

    at: int
    change: float


@dataclass(frozen=True, slots=True)
class Excursion:
    """The farthest value from the level: how many robust deviations, how much of the level, and the share of points that are out there."""

    deviations: float
    height: float
    share: float

    def is_spike(self, least: float) -> bool:
        """Whether it is far out and does not last."""
        return self.deviations >= least and self.share <= BRIEF


def spread(values: Sequence[float]) -> float:
    """The robust standard deviation of values about their median."""
    middle = statistics.median(values)
    return _SCALE * statistics.median(abs(value - middle) for value in values)


def shift_of(values: Sequence[float]) -> Shift | None:
    """The change point where the levels before and after are farthest apart, if that is far beyond their own spread."""
    best: tuple[float, Shift] | None = None
    level = abs(statistics.median(values)) or 1.0
    for at in range(_LEAST_POINTS, len(values) - _LEAST_POINTS + 1):
        before, after = values[:at], values[at:]
        gap = statistics.median(after) - statistics.median(before)
        within = max(spread(before), spread(after), SHARE * level / SPREADS)
        if abs(gap) >= SPREADS * within and _are_apart(before, after) and (best is None or abs(gap) / within > best[0]):
            best = abs(gap) / within, Shift(at, gap / level)
    return best[1] if best and abs(best[1].change) >= SHARE else None


def _are_apart(before: Sequence[float], after: Sequence[float]) -> bool:
    """Whether each side keeps to its level: values that go to and fro between two levels have no change point."""
    levels = statistics.median(before), statistics.median(after)
    middle, up = sum(levels) / 2, levels[1] > levels[0]
    strays = sum((one > middle) == up for one in before) / len(before), sum((one > middle) != up for one in after) / len(after)
    return max(strays) <= BRIEF


def excursion(values: Sequence[float], up: bool) -> Excursion:
    """The highest (else the lowest) value against the rest."""
    middle = statistics.median(values)
    away = [value - middle if up else middle - value for value in values]
    unit = spread(values) or abs(middle) * SHARE or 1.0
    top = max(away)
    return Excursion(top / unit, top / (abs(middle) or 1.0), sum(value > top / 2 for value in away) / len(away))
