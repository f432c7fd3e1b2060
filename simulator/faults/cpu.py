"""A service runs out of CPU: everything it does by itself takes longer, and some requests are shed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import NO_EFFECT, NO_STRAIN, Call, Effect, Strain, Unfolding, diagnosed
from simulator.records import Record, line
from simulator.shop import BY_NAME, Failure
from simulator.slot import ANYWHERE, Slot, instants

CANDIDATES: tuple[str, ...] = ("gateway", "catalog", "search", "cart", "checkout", "payment", "inventory", "accounts")
SHED = Failure(503, "OVERLOADED", "request shed: all workers are busy")
TARGET = 95.0


@dataclass(frozen=True, slots=True)
class CpuSaturation:
    """One service, a random one unless named, at about 95 % CPU."""

    slot: Slot = ANYWHERE
    service: str = ""

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The hot service for a while, with its complaints."""
        spell = self.slot.drawn(window, dice)
        service = self.service or dice.pick(CANDIDATES)
        hold = _Hold(service, dice.between(2.8, 3.8), dice.between(45, 110), dice.between(0.015, 0.05))
        complaints = tuple(_complaint(at, service, dice) for at in instants(spell, timedelta(minutes=2), dice))
        return Unfolding(diagnosed("cpu", "cpu", service, spell), hold.on, hold.strain, complaints)


@dataclass(frozen=True, slots=True)
class _Hold:
    service: str
    slow: float
    wait_ms: float
    sheds: float

    def on(self, call: Call, dice: Dice) -> Effect:
        if call.service != self.service:
            return NO_EFFECT
        return Effect(self.slow, dice.around(self.wait_ms, 0.7), refusal=SHED if dice.happens(self.sheds) else None)

    def strain(self, service: str, _at: datetime) -> Strain:
        if service != self.service:
            return NO_STRAIN
        hot = BY_NAME[service]
        return Strain(cpu=TARGET - hot.cpu - hot.cpu_gain * 0.85, queue=hot.queue * 2)


def _complaint(at: datetime, service: str, dice: Dice) -> Record:
    stalled = dice.around(900, 0.4)
    return line(at, service, "WARN", f"worker {dice.whole(1, 8)} was not scheduled for {stalled:.0f} ms, run queue {dice.whole(9, 31)}")
