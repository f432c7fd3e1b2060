"""Harmless: the evening peak; three times the visitors, and everything a little slower, as that load explains."""

import math
from dataclasses import dataclass
from datetime import datetime

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import Call, Effect, Strain, Unfolding, harmless
from simulator.shop import BY_NAME, PAGES
from simulator.slot import Slot, progress
from simulator.visitors import crowd, rate

SWELL = Slot(shortest=0.3)


@dataclass(frozen=True, slots=True)
class DailyPeak:
    """A swell to about three times the usual load and back."""

    slot: Slot = SWELL

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The swell, highest in its middle."""
        spell = self.slot.drawn(window, dice)
        swell = _Swell(spell, dice.between(1.8, 2.2))
        usual = rate(window)
        arrivals = crowd(spell, PAGES, lambda at: usual * swell.surplus(at), dice)
        return Unfolding(harmless("daily_peak", "load", "gateway", spell), swell.on, swell.strain, arrivals=tuple(arrivals))


@dataclass(frozen=True, slots=True)
class _Swell:
    spell: Window
    height: float

    def surplus(self, at: datetime) -> float:
        """How many times the usual load comes on top of it."""
        return self.height * math.sin(math.pi * progress(self.spell, at)) ** 2

    def on(self, call: Call, _dice: Dice) -> Effect:
        return Effect(1 + 0.12 * self.surplus(call.at))

    def strain(self, service: str, at: datetime) -> Strain:
        loaded, extra = BY_NAME[service], self.surplus(at)
        return Strain(
            cpu=0.5 * loaded.cpu_gain * extra,
            memory=0.03 * loaded.memory * extra,
            queue=loaded.queue * 0.6 * extra,
            disk_io=0.4 * loaded.disk_io * extra,
            pool=0.12 * loaded.pool * extra,
        )
