"""A bad deploy: a new version of one service throws on some calls, and answers the rest slowly, until it is rolled back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import NO_EFFECT, NO_STRAIN, Effect, Failure, Label, Strain, Unfolding, placed
from simulator.records import Record, change

STACK = (
    "Traceback (most recent call last):\n"
    '  File "/srv/payment/charge.py", line 118, in charge\n'
    "    rate = self.rates.lookup(order.currency)\n"
    '  File "/srv/payment/rates.py", line 47, in lookup\n'
    "    return table[currency].value\n"
    "KeyError: '{currency}'"
)
MISSING_RATE = Failure(500, "RATE_MISSING", "charge of order {order} crashed: no exchange rate for {currency} in rate table v7", STACK)


@dataclass(frozen=True, slots=True)
class BadDeploy:
    """A deploy that breaks `endpoint` of `service` for some share of its calls, for at most `lasts`."""

    service: str = "payment"
    endpoint: str = "payment /charge"
    old: str = "3.17.4"
    new: str = "3.18.0"
    failure: Failure = MISSING_RATE
    fails: float = 0.6
    slow: float = 2.6
    lasts: timedelta = timedelta(minutes=120)

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The deploy late in the world, so that its end (the roll-back) is seen too."""
        bad = placed(window, self.lasts, dice.between(0.82, 0.9))
        hold = _Hold(self, bad)
        return Unfolding(self._label(bad), hold.on, hold.strain, self._changes(bad))

    def _label(self, bad: Window) -> Label:
        expected = (
            {"kind": "new_error", "entity": {"type": "service", "value": self.service}, "error_code": self.failure.code},
            {"kind": "change", "entity": {"type": "service", "value": self.service}, "version": self.new},
        )
        return Label("bad_deploy", "bad_deploy", self.service, self.endpoint.split()[1], bad, expected_findings=expected)

    def _changes(self, bad: Window) -> tuple[Record, ...]:
        shipped = f"deployed {self.service} {self.new} (was {self.old}): rates from table v7"
        rolled_back = f"rolled {self.service} back to {self.old} (was {self.new})"
        return (
            change(bad.start, "deploy", self.service, shipped, author="mina", version=self.new),
            change(bad.end, "deploy", self.service, rolled_back, author="alice", version=self.old),
        )


@dataclass(frozen=True, slots=True)
class _Hold:
    deploy: BadDeploy
    bad: Window

    def on(self, endpoint: str, at: datetime, dice: Dice) -> Effect:
        if endpoint != self.deploy.endpoint or not self.bad.contains(at):
            return NO_EFFECT
        return Effect(self.deploy.slow, self.deploy.failure if dice.happens(self.deploy.fails) else None)

    def strain(self, service: str, at: datetime) -> Strain:
        if not self.bad.contains(at):
            return NO_STRAIN
        if service == self.deploy.service:
            return Strain(cpu=31, memory=160, queue=9)
        return Strain(queue=14) if service == "checkout" else NO_STRAIN
