"""How each service on the way from a suspect to its users fared: its worst operation inside the spell and outside, and since when."""

import math
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from analytics.rca.observed import Observed
from analytics.rca.parameters import Parameters
from analytics.rca.spells import Floats, Spell
from analytics.rca.spread import Spread, parts


@dataclass(frozen=True, slots=True)
class Station:
    """A service on the way: shares of failed calls in per cent and mean times in ms of its worst operation, inside and outside.

    `calls` came from the next service on the way (from outside, for the last one); `begun_at` is when the operation left its level.
    """

    service: str
    operation: str
    failed_pct: float
    usual_failed_pct: float
    mean_ms: float
    usual_mean_ms: float
    calls: int
    begun_at: datetime

    @property
    def is_failing(self) -> bool:
        """Whether failures grew by more, as a multiple, than waiting did."""
        grown = self.failed_pct - self.usual_failed_pct >= 1.0
        return grown and self.failed_pct * self.usual_mean_ms >= self.mean_ms * self.usual_failed_pct


@dataclass(frozen=True, slots=True)
class Way:
    """The spell in which the services of a path suffer, in what was observed."""

    spell: Spell
    seen: Observed
    spread: Spread
    p: Parameters


def stations(services: tuple[str, ...], way: Way) -> tuple[Station, ...]:
    """One station a service, in the order of the path; where one of them has no call of its own, nobody has a station."""
    worst = [_worst(service, way) for service in services]
    found = [_station(key, caller, way) for key, caller in zip(worst, (*services[1:], ""), strict=True) if key]
    return tuple(found) if len(found) == len(services) else ()


def _worst(service: str, way: Way) -> tuple[str, ...] | None:
    """The operation that suffers most, by its rise of failures or of time beside their bars; the busiest where none does."""
    calls = way.spread.calls
    return max(sorted(key for key in calls if key[0] == service), key=lambda key: (_suffering(key, way), calls[key].sum()), default=None)


def _suffering(key: tuple[str, ...], way: Way) -> float:
    failed, usually = parts(way.spread.errors[key], way.spread.calls[key], way.spell)
    ms, usual_ms = parts(way.spread.total_ms[key], way.spread.calls[key], way.spell)
    slower = math.log(ms / usual_ms) / math.log(way.p.time_ratio) if min(ms, usual_ms) > 0 else 0.0
    return round(max((failed - usually) / way.p.error_rise, slower, 0.0), 6)


def _station(key: tuple[str, ...], caller: str, way: Way) -> Station:
    spread, spell, calls = way.spread, way.spell, way.spread.calls[key]
    failed, usually = parts(spread.errors[key], calls, spell)
    ms, usual_ms = parts(spread.total_ms[key], calls, spell)
    plain = Station(key[0], key[1], 100 * failed, 100 * usually, ms, usual_ms, _got(key[0], caller, way), way.seen.at(spell.start))
    series, levels = (spread.errors[key], (failed, usually)) if plain.is_failing else (spread.total_ms[key], (ms, usual_ms))
    return replace(plain, begun_at=way.seen.at(_begun(series, calls, sum(levels) / 2, way)))


def _got(service: str, caller: str, way: Way) -> int:
    if caller:
        return way.spread.edges.get((caller, service), 0)
    return sum(row.calls for row in way.seen.calls if row.service == service and not row.caller)


def _begun(of: Floats, over: Floats, level: float, way: Way) -> int:
    """The first bucket around the spell from which two in a row lie above the middle between its level and the usual one."""
    above = np.where(over > 0, of / np.maximum(over, 1.0), 0.0) > level
    among = range(max(0, way.spell.start - way.p.slack_buckets), way.spell.end - 1)
    return next((bucket for bucket in among if above[bucket] and above[bucket + 1]), way.spell.start)
