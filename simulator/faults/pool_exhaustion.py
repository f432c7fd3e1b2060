"""A service uses up its connection pool: requests wait in it for a connection, while the database itself is fast."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import NO_EFFECT, NO_STRAIN, Call, Effect, Strain, Unfolding, diagnosed
from simulator.records import Record, line
from simulator.shop import BY_NAME, DATABASES, ENDPOINTS, Failure
from simulator.slot import ANYWHERE, Slot, instants

CANDIDATES: tuple[str, ...] = ("search", "checkout", "payment", "inventory", "accounts")
BORROWERS: tuple[str, ...] = ("ReportExport", "PriceAudit", "LoyaltySync", "InvoiceMailer")
TIMEOUT_MS = 3_000


@dataclass(frozen=True, slots=True)
class PoolExhaustion:
    """One service whose connections are borrowed and not given back."""

    slot: Slot = ANYWHERE
    service: str = ""

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The empty pool for a while, and whom the leak detector suspects."""
        spell = self.slot.drawn(window, dice)
        service = self.service or dice.pick(CANDIDATES)
        hold = _Hold(service, dice.between(0.3, 0.6), dice.between(500, 1_100))
        borrower = dice.pick(BORROWERS)
        logs = tuple(_suspicion(at, service, borrower, dice) for at in instants(spell, timedelta(minutes=3), dice))
        return Unfolding(diagnosed("pool_exhaustion", "db.pool", service, spell), hold.on, hold.strain, logs)


@dataclass(frozen=True, slots=True)
class _Hold:
    service: str
    gives_up: float
    wait_ms: float

    def on(self, call: Call, dice: Dice) -> Effect:
        if call.service != self.service or not _borrows(call.endpoint):
            return NO_EFFECT
        if dice.happens(self.gives_up):
            return Effect(wait_ms=TIMEOUT_MS, refusal=_timed_out(BY_NAME[self.service].pool))
        return Effect(wait_ms=min(TIMEOUT_MS, dice.around(self.wait_ms, 0.6)))

    def strain(self, service: str, _at: datetime) -> Strain:
        if service != self.service:
            return NO_STRAIN
        return Strain(pool=BY_NAME[service].pool, queue=BY_NAME[service].queue * 4, cpu=-3)


def _borrows(key: str) -> bool:
    endpoint = ENDPOINTS[key]
    return not endpoint.cached_by and any(ENDPOINTS[below].service in DATABASES for below in endpoint.calls)


def _timed_out(size: int) -> Failure:
    return Failure(503, "POOL_TIMEOUT", f"timed out waiting for a connection from the pool ({size} in use)")


def _suspicion(at: datetime, service: str, borrower: str, dice: Dice) -> Record:
    held = dice.around(240, 0.4)
    return line(at, service, "WARN", f"connection {dice.whole(1, 40)} held for {held:.0f} s without use, borrowed by {borrower}")
