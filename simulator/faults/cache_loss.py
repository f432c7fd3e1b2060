"""The cache loses what it knew: its callers ask the databases for everything at once, and those slow down."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import NO_EFFECT, NO_STRAIN, Call, Effect, Strain, Unfolding, diagnosed
from simulator.records import Record, change, line
from simulator.shop import DATABASES, Failure, endpoints_of
from simulator.slot import ANYWHERE, Slot, instants

SERVICE = "cache"
CROWDED = Failure(500, "53300", "sorry, too many clients already")
SPACES: tuple[str, ...] = tuple(endpoint.route for endpoint in endpoints_of(SERVICE))


@dataclass(frozen=True, slots=True)
class CacheLoss:
    """A way to lose a cache: emptied again and again, too little memory, or entries that live too briefly."""

    slot: Slot = ANYWHERE

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The loss and the stampede for a while."""
        spell = self.slot.drawn(window, dice)
        component, tell = dice.pick(tuple(WAYS.items()))
        hold = _Hold(dice.between(0.75, 0.93), dice.between(5, 9), dice.between(0.01, 0.03))
        return Unfolding(diagnosed("cache_loss", component, SERVICE, spell), hold.on, hold.strain, tuple(tell(spell, dice)))


@dataclass(frozen=True, slots=True)
class _Hold:
    misses: float
    slow: float
    rejects: float

    def on(self, call: Call, dice: Dice) -> Effect:
        if call.service == SERVICE:
            return Effect(misses=self.misses)
        if call.service not in DATABASES:
            return NO_EFFECT
        return Effect(self.slow, dice.around(25, 0.8), refusal=CROWDED if dice.happens(self.rejects) else None)

    def strain(self, service: str, _at: datetime) -> Strain:
        return Strain(misses=self.misses) if service == SERVICE else _STAMPEDE.get(service, NO_STRAIN)


_STAMPEDE = {
    "catalog-db": Strain(cpu=33, disk_io=60),
    "orders-db": Strain(cpu=18, disk_io=35),
    "catalog": Strain(pool=9, cpu=6),
    "accounts": Strain(pool=7, cpu=4),
}


def _emptied(spell: Window, dice: Dice) -> list[Record]:
    return [line(at, SERVICE, "WARN", f"restarted with an empty keyspace after {dice.whole(2, 9)} s") for at in _each(spell, 5, dice)]


def _evicted(spell: Window, dice: Dice) -> list[Record]:
    limited = change(spell.start, "config", SERVICE, "maxmemory of cache set to 256 MiB (was 3072 MiB)", author="bjorn")
    restored = change(spell.end, "config", SERVICE, "maxmemory of cache set to 3072 MiB (was 256 MiB)", author="alice")
    lines = [line(at, SERVICE, "WARN", f"evicted {dice.whole(900, 4000)} keys, memory limit reached") for at in _each(spell, 2, dice)]
    return [limited, *lines, restored]


def _expired(spell: Window, dice: Dice) -> list[Record]:
    cut = change(spell.start, "config", SERVICE, "time to live of entries set to 1 s (was 3600 s)", author="noor")
    restored = change(spell.end, "config", SERVICE, "time to live of entries set to 3600 s (was 1 s)", author="alice")
    lines = [line(at, SERVICE, "INFO", f"expired {dice.whole(900, 4000)} keys in one cycle") for at in _each(spell, 3, dice)]
    return [cut, *lines, restored]


def _each(spell: Window, minutes: int, dice: Dice) -> list[datetime]:
    return instants(spell, timedelta(minutes=minutes), dice)


WAYS = {"keyspace": _emptied, "maxmemory": _evicted, "ttl": _expired}
