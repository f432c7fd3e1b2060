"""A disk fills up: first a warning, then nothing can be written any more."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import NO_EFFECT, NO_STRAIN, Call, Effect, Strain, Unfolding, diagnosed
from simulator.records import Record, line
from simulator.shop import BY_NAME, Failure
from simulator.slot import ANYWHERE, Slot, instants, part, progress

FULL_FROM = 0.22  # share of the time; before it the disk fills


@dataclass(frozen=True, slots=True)
class Disk:
    """A service's disk: where it is mounted, which operations write to it, what a failed write says, and what fills it."""

    service: str
    mount: str
    writes: tuple[str, ...]
    failure: Failure
    filler: str


def _postgres(relation: str) -> Failure:
    return Failure(500, "53100", f'could not extend file "{relation}": No space left on device')


DISKS: tuple[Disk, ...] = (
    Disk("orders-db", "/var/lib/postgresql", ("orders-db insert", "orders-db ledger"),
         _postgres("base/16384/24576"), "write-ahead log"),
    Disk("catalog-db", "/var/lib/postgresql", ("catalog-db reserve",), _postgres("base/16385/31744"), "write-ahead log"),
    Disk("search", "/var/lib/search", ("search /query",),
         Failure(500, "INDEX_READ_ONLY", "cannot write segment of shard {shard}: No space left on device"), "old segments"),
    Disk("payment", "/var/lib/payment", ("payment /charge",),
         Failure(500, "JOURNAL_FAILED", "cannot append order {order} to journal: No space left on device"), "journal files"),
    Disk("cart", "/var/lib/cart", ("cart /items",),
         Failure(500, "STORE_FAILED", "cannot store cart of {user}: No space left on device"), "abandoned carts"),
)  # fmt: skip
ORDERS_DISK = DISKS[0]


@dataclass(frozen=True, slots=True)
class DiskFull:
    """One disk, filling and then full until somebody clears it."""

    slot: Slot = ANYWHERE
    disk: Disk | None = None

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The filling, the failing writes, and the clearing at the end."""
        spell = self.slot.drawn(window, dice)
        disk = self.disk or dice.pick(DISKS)
        hold = _Hold(disk, spell, 1.0 if BY_NAME[disk.service].hosts == 1 else dice.between(0.5, 0.7))
        return Unfolding(diagnosed("disk_full", "disk", disk.service, spell), hold.on, hold.strain, tuple(_complaints(disk, spell, dice)))


@dataclass(frozen=True, slots=True)
class _Hold:
    disk: Disk
    spell: Window
    fails: float

    def on(self, call: Call, dice: Dice) -> Effect:
        if call.endpoint not in self.disk.writes or progress(self.spell, call.at) < FULL_FROM or not dice.happens(self.fails):
            return NO_EFFECT
        return Effect(refusal=self.disk.failure)

    def strain(self, service: str, at: datetime) -> Strain:
        if service != self.disk.service:
            return NO_STRAIN
        free = 101 - BY_NAME[service].disk
        return Strain(disk=free * min(1.0, progress(self.spell, at) / FULL_FROM), disk_io=18)


def _complaints(disk: Disk, spell: Window, dice: Dice) -> list[Record]:
    filling = part(spell, FULL_FROM * 0.6, FULL_FROM)
    warned = [
        line(at, disk.service, "WARN", f"disk {disk.mount} is {88 + 11 * progress(filling, at):.0f} % full: {disk.filler}")
        for at in instants(filling, timedelta(minutes=4), dice)
    ]
    cleared = f"removed {disk.filler} from {disk.mount}, {dice.whole(30, 60)} % free again"
    return [*warned, line(spell.end - timedelta(seconds=1), disk.service, "INFO", cleared)]
