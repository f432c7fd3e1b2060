"""A certificate expires: from that second on its callers refuse the service, which itself notices nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import NO_EFFECT, NO_STRAIN, Call, Effect, Strain, Unfolding, diagnosed
from simulator.records import change, stamp
from simulator.shop import BY_NAME, ENDPOINTS, Failure
from simulator.slot import ANYWHERE, Slot, progress

CANDIDATES: tuple[str, ...] = ("catalog", "search", "cart", "checkout", "payment", "inventory", "accounts")
KEPT_OPEN = 0.06  # share of the time in which old connections still serve some calls


@dataclass(frozen=True, slots=True)
class CertificateExpiry:
    """The certificate of one service, renewed at the end."""

    slot: Slot = ANYWHERE
    service: str = ""

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The time without a valid certificate."""
        spell = self.slot.drawn(window, dice)
        service = self.service or dice.pick(CANDIDATES)
        hold = _Hold(service, spell)
        renewed = change(spell.end, "config", service, f"certificate of {service}.internal renewed for 90 days", author="alice")
        return Unfolding(diagnosed("certificate_expiry", "certificate", service, spell), hold.on, hold.strain, (renewed,))


@dataclass(frozen=True, slots=True)
class _Hold:
    service: str
    spell: Window

    def on(self, call: Call, dice: Dice) -> Effect:
        if call.service != self.service or not dice.happens(0.5 + 0.5 * progress(self.spell, call.at) / KEPT_OPEN):
            return NO_EFFECT
        return Effect(unreachable=_refusal(call, self.spell.start))

    def strain(self, service: str, at: datetime) -> Strain:
        if service != self.service:
            return NO_STRAIN
        return Strain(cpu=-0.7 * BY_NAME[service].cpu_gain * min(1.0, progress(self.spell, at) / KEPT_OPEN))


def _refusal(call: Call, expired: datetime) -> Failure:
    called = ENDPOINTS[call.endpoint]
    reason = "x509: certificate has expired or is not yet valid"
    times = f"current time {_second(call.at)} is after {_second(expired)}"
    return Failure(503, "TLS_EXPIRED", f"call to {called.service} {called.route} failed: {reason}: {times}")


def _second(at: datetime) -> str:
    return stamp(at - timedelta(microseconds=at.microsecond)).replace(".000Z", "Z")
