"""A bad deploy: a new version of one service throws on some calls, and answers the rest slowly, until it is rolled back."""

from dataclasses import dataclass
from datetime import datetime

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import NO_EFFECT, NO_STRAIN, Call, Effect, Strain, Unfolding, diagnosed
from simulator.faults.crashes import CRASHES, Crash
from simulator.releases import release
from simulator.shop import BY_NAME, callers_of
from simulator.slot import ANYWHERE, Slot


@dataclass(frozen=True, slots=True)
class BadDeploy:
    """A deploy that brings a crash (a random one unless given), for a share `fails` of the calls; all take `slow` times as long."""

    slot: Slot = ANYWHERE
    crash: Crash | None = None
    fails: tuple[float, float] = (0.35, 0.8)
    slow: tuple[float, float] = (1.8, 3.2)

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The deploy, and its end: the roll-back."""
        bad = self.slot.drawn(window, dice)
        crash = self.crash or dice.pick(CRASHES)
        changes = release(crash.service, crash.shipped, bad, dice)
        expected = (
            {"kind": "new_error", "entity": {"type": "service", "value": crash.service}, "error_code": crash.failure.code},
            {"kind": "change", "entity": {"type": "service", "value": crash.service}, "version": changes[0]["version"]},
        )
        label = diagnosed("bad_deploy", crash.endpoint.split()[1], crash.service, bad, *expected)
        hold = _Hold(crash, dice.between(*self.fails), dice.between(*self.slow))
        return Unfolding(label, hold.on, hold.strain, changes)


@dataclass(frozen=True, slots=True)
class _Hold:
    crash: Crash
    fails: float
    slow: float

    def on(self, call: Call, dice: Dice) -> Effect:
        if call.endpoint != self.crash.endpoint:
            return NO_EFFECT
        return Effect(self.slow, failure=self.crash.failure if dice.happens(self.fails) else None)

    def strain(self, service: str, _at: datetime) -> Strain:
        if service == self.crash.service:
            return Strain(cpu=24, memory=120, queue=9 if BY_NAME[service].queue else 0)
        waits = service in callers_of(self.crash.service) and BY_NAME[service].queue
        return Strain(queue=14) if waits else NO_STRAIN
