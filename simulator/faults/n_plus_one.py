"""An N+1 regression: since a deploy one endpoint asks the database once an item instead of once a request."""

from dataclasses import dataclass
from datetime import datetime

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import NO_EFFECT, NO_STRAIN, Call, Effect, Strain, Unfolding, diagnosed
from simulator.releases import release
from simulator.shop import DATABASES, ENDPOINTS
from simulator.slot import ANYWHERE, Slot

CANDIDATES: tuple[tuple[str, str], ...] = (
    ("search /query", "result cards with prices"),
    ("inventory /stock", "stock by warehouse"),
    ("inventory /reserve", "reservations of single pieces"),
    ("accounts /orders", "items in the order history"),
    ("accounts /sessions", "roles of an account"),
    ("checkout /orders", "order lines as rows of their own"),
    ("payment /charge", "ledger entries of single items"),
)


@dataclass(frozen=True, slots=True)
class NPlusOne:
    """One endpoint after a deploy, until it is rolled back."""

    slot: Slot = ANYWHERE
    where: tuple[str, str] | None = None

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The deploy, the many queries, the roll-back."""
        spell = self.slot.drawn(window, dice)
        key, reason = self.where or dice.pick(CANDIDATES)
        endpoint, hold = ENDPOINTS[key], _Hold(key, dice.whole(9, 26))
        found = {"kind": "n_plus_one", "entity": {"type": "service", "value": endpoint.service}, "calls_per_request": hold.repeats}
        return Unfolding(
            diagnosed("n_plus_one", endpoint.route, endpoint.service, spell, found),
            hold.on,
            hold.strain,
            release(endpoint.service, reason, spell, dice),
        )


@dataclass(frozen=True, slots=True)
class _Hold:
    endpoint: str
    repeats: int

    def on(self, call: Call, _dice: Dice) -> Effect:
        return Effect(repeats=self.repeats) if call.endpoint == self.endpoint else NO_EFFECT

    def strain(self, service: str, _at: datetime) -> Strain:
        asked = {ENDPOINTS[key].service for key in ENDPOINTS[self.endpoint].calls} & DATABASES
        if service in asked:
            return Strain(cpu=14, disk_io=12)
        return Strain(cpu=5, pool=4) if service == ENDPOINTS[self.endpoint].service else NO_STRAIN
