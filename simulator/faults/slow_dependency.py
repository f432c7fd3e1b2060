"""A dependency is slow: a lock or a full disk queue in a database, or the acquirer outside; callers wait and time out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import NO_EFFECT, NO_STRAIN, Call, Effect, Strain, Unfolding, diagnosed
from simulator.records import Record, line
from simulator.shop import BY_NAME, callers_of
from simulator.slot import ANYWHERE, Slot, instants

CANDIDATES: tuple[tuple[str, str], ...] = (
    ("orders-db", "insert"),
    ("orders-db", "ledger"),
    ("orders-db", "disk.io"),
    ("catalog-db", "products"),
    ("catalog-db", "stock"),
    ("catalog-db", "disk.io"),
    ("acquirer", "/authorize"),
    ("acquirer", "/authorize"),
)


@dataclass(frozen=True, slots=True)
class SlowDependency:
    """A dependency and its slow operation (all of them, where the disk is the reason)."""

    slot: Slot = ANYWHERE
    where: tuple[str, str] | None = None

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The slow operation for a while; a store of ours says why."""
        spell = self.slot.drawn(window, dice)
        service, component = self.where or dice.pick(CANDIDATES)
        usual = 1_700 if service == "acquirer" else 850
        hold = _Hold(service, component, usual * dice.between(0.75, 1.3))
        says = instants(spell, timedelta(minutes=2), dice) if BY_NAME[service].is_ours else []
        logs = tuple(_reason(at, service, component, dice) for at in says)
        return Unfolding(diagnosed("slow_dependency", component, service, spell), hold.on, hold.strain, logs)


@dataclass(frozen=True, slots=True)
class _Hold:
    service: str
    component: str
    wait_ms: float

    def on(self, call: Call, dice: Dice) -> Effect:
        if call.service != self.service or self.component not in {call.endpoint.split(" ", 1)[1], "disk.io"}:
            return NO_EFFECT
        return Effect(wait_ms=dice.around(self.wait_ms, 0.6))

    def strain(self, service: str, _at: datetime) -> Strain:
        if service == self.service:
            return Strain(disk_io=210, cpu=9) if self.component == "disk.io" else NO_STRAIN
        if service not in callers_of(self.service):
            return NO_STRAIN
        caller = BY_NAME[service]
        held = caller.pool * 0.35 if BY_NAME[self.service].system else 0
        return Strain(pool=held, queue=caller.queue * 2)


def _reason(at: datetime, service: str, component: str, dice: Dice) -> Record:
    if component == "disk.io":
        text = f"checkpoint took {dice.around(48, 0.3):.1f} s, {dice.whole(200, 900)} files synced, longest {dice.around(6, 0.3):.2f} s"
        return line(at, service, "WARN", text)
    waited, transaction = dice.around(1_400, 0.3), dice.whole(80_000, 99_000)
    text = f"process {dice.whole(300, 4000)} still waiting for ShareLock on transaction {transaction} after {waited:.1f} ms"
    return line(at, service, "WARN", text)
