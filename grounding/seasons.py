"""A series without its season: the mean course of a day, a week or an hour, where there clearly is one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PERIODS_S = (86_400, 604_800, 3_600)
STRENGTH = 0.64  # of a season, as forecast's nsdiffs asks for (Wang, Smith & Hyndman 2006)
STRENGTH_OF_TWO = 0.85  # two cycles of noise alone look like a season of 0.5 and more
_CYCLES, _SURE_CYCLES = 2, 3
_POINTS = 4


def deseasonalised(values: Sequence[float], step_s: float) -> list[float]:
    """The values with the clearest season taken out, its mean kept; as they are where there are not two cycles of one."""
    series = np.asarray(values, dtype=float)
    for period in (round(seconds / step_s) for seconds in PERIODS_S if step_s > 0):
        if period < _POINTS or len(series) < _CYCLES * period:
            continue
        season = season_of(series, period)
        rest = _detrended(series, period) - season
        if 1 - float(np.var(rest)) / (float(np.var(rest + season)) or 1.0) >= (
            STRENGTH if len(series) >= _SURE_CYCLES * period else STRENGTH_OF_TWO
        ):
            return [float(value) for value in series - season]
    return list(values)


def season_of(series: Floats, period: int) -> Floats:
    """The median course of one period, without trend, repeated over the series and centred on zero."""
    rest = _detrended(series, period)
    phases = np.arange(len(series)) % period
    course = np.array([float(np.median(rest[phases == phase])) for phase in range(period)])
    centred: Floats = (course - course.mean())[phases]
    return centred


def _detrended(series: Floats, period: int) -> Floats:
    """Without the median slope between points a whole number of periods apart, which a season cannot bend (Hirsch et al. 1982)."""
    slopes = [(series[lag:] - series[:-lag]) / lag for lag in range(period, len(series), period)]
    slope = float(np.median(np.concatenate(slopes)))
    flat: Floats = series - slope * np.arange(len(series))
    return flat
