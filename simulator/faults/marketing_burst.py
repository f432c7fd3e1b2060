"""Harmless: a campaign; product pages are suddenly asked for four times as often, with no more errors in share."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import NO_EFFECT, NO_STRAIN, Call, Effect, Strain, Unfolding, harmless
from simulator.records import change
from simulator.shop import BY_NAME, PAGES, services_below
from simulator.slot import ANYWHERE, Slot
from simulator.visitors import crowd, rate

CAMPAIGNS: tuple[str, ...] = ("spring-lamps", "desk-week", "rug-festival", "kettle-club", "new-homes")
SHOWN: tuple[str, ...] = ("gateway /", "gateway /product")


@dataclass(frozen=True, slots=True)
class MarketingBurst:
    """A sharp rise on the start and product pages, announced by a flag."""

    slot: Slot = ANYWHERE

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The campaign from its first second to its last."""
        spell = self.slot.drawn(window, dice)
        pages = [page for page in PAGES if page.endpoint in SHOWN]
        share = sum(page.share for page in pages)
        rise = dice.between(2.7, 3.3)
        arrivals = crowd(spell, pages, lambda _at: rate(window) * share * rise, dice)
        campaign = dice.pick(CAMPAIGNS)
        logs = (
            change(spell.start, "flag", "catalog", f"flag campaign-{campaign} switched on for all visitors", author="mina"),
            change(spell.end - timedelta(seconds=1), "flag", "catalog", f"flag campaign-{campaign} switched off", author="mina"),
        )
        hold = _Hold(services_below(SHOWN), rise * share)
        return Unfolding(harmless("marketing_burst", "load", "catalog", spell), hold.on, hold.strain, logs, arrivals=tuple(arrivals))


@dataclass(frozen=True, slots=True)
class _Hold:
    touched: frozenset[str]
    extra: float

    def on(self, call: Call, _dice: Dice) -> Effect:
        return Effect(1.25) if call.service in self.touched else NO_EFFECT

    def strain(self, service: str, _at: datetime) -> Strain:
        if service not in self.touched:
            return NO_STRAIN
        loaded = BY_NAME[service]
        return Strain(cpu=0.6 * loaded.cpu_gain * self.extra, pool=0.15 * loaded.pool * self.extra, disk_io=0.3 * loaded.disk_io)
