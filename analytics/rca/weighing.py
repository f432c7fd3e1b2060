"""What signs weigh: those that another service explains weigh little, and without anybody suffering all weigh less."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analytics.rca.parameters import Parameters
from analytics.rca.signs import Sign, SignKind
from analytics.rca.spread import Spread

SYMPTOMS: frozenset[SignKind] = frozenset({"own_time", "pool", "queue", "cpu", "memory"})
DRIVEN: frozenset[SignKind] = SYMPTOMS | {"own_errors", "message", "complaint"}
DRIVERS: frozenset[SignKind] = frozenset({"fan_out", "cache"})
ORIGINS: frozenset[SignKind] = frozenset({"own_time", "own_errors", "disk", "cache"})
SUFFERED: frozenset[SignKind] = frozenset({"own_errors", "own_time", "complaint", "crash", "refused", "missing"})
ATTACKS: frozenset[SignKind] = frozenset({"refused", "missing"})


@dataclass(frozen=True, slots=True)
class Weighed:
    """A sign with what is left of it, 0 to 1, and what was passed on with it: errors of those who complain."""

    sign: Sign
    left: float
    weight: float
    passed_on: float = 0.0

    @property
    def counts(self) -> float:
        """What it adds to the case against its service."""
        return self.left * (self.weight * self.sign.strength + self.passed_on)


def weighed(signs: Sequence[Sign], spread: Spread, p: Parameters) -> tuple[Weighed, ...]:
    """Every sign with what is left of it after others explained it."""
    return tuple(Weighed(sign, _left(sign, signs, spread, p), _weight(sign, p), _passed_on(sign, signs, p)) for sign in signs)


def _passed_on(sign: Sign, signs: Sequence[Sign], p: Parameters) -> float:
    """The errors of the speaker of a complaint: they weigh against whom it names."""
    if sign.kind != "complaint":
        return 0.0
    failing = [one for one in signs if one.kind == "own_errors" and one.service == sign.of and one.spell.overlaps(sign.spell)]
    return p.weigh_errors * max((one.strength for one in failing), default=0.0)


def _weight(sign: Sign, p: Parameters) -> float:
    weights: Mapping[SignKind, float] = {
        "own_errors": p.weigh_errors,
        "own_time": p.weigh_time,
        "fan_out": p.weigh_fan_out,
        "vanished": p.weigh_vanished,
        "crash": p.weigh_crash,
        "message": p.weigh_message,
        "complaint": p.weigh_complaint,
        "cache": p.weigh_cache,
        "refused": p.weigh_attack,
        "missing": p.weigh_attack,
    }
    return weights.get(sign.kind, p.weigh_gauge)


def _left(sign: Sign, signs: Sequence[Sign], spread: Spread, p: Parameters) -> float:
    beside = [other for other in signs if other is not sign and other.spell.overlaps(sign.spell)]
    is_explained = (
        _is_passed_on(sign, beside)
        or _is_waiting(sign, beside, spread, p)
        or _is_driven(sign, beside, spread, p)
        or _is_forwarded(sign, beside, spread)
        or _is_cut_off(sign, beside)
    )
    return p.explained if is_explained else 1.0


def _is_passed_on(sign: Sign, beside: Iterable[Sign]) -> bool:
    """Errors and waiting of a service, and complaints about it, where it names another."""
    if sign.kind not in {"own_errors", "own_time", "complaint"}:
        return False
    return any(other.kind == "complaint" and other.of == sign.service for other in beside)


def _is_waiting(sign: Sign, beside: Iterable[Sign], spread: Spread, p: Parameters) -> bool:
    """A service that waits, because one below it was slow or failed no later."""
    if sign.kind not in SYMPTOMS:
        return False
    below = [other for other in beside if other.kind in ORIGINS and spread.is_below(other.service, sign.service)]
    return any(other.spell.start <= sign.spell.start + p.slack_buckets and other.strength >= sign.strength / 2 for other in below)


def _is_driven(sign: Sign, beside: Iterable[Sign], spread: Spread, p: Parameters) -> bool:
    """A service that suffers because it is called more: by one that multiplies calls, past a cache that lost its entries."""
    caches = [other.service for other in beside if other.kind == "cache" and other.service != sign.service]
    if sign.kind in {"fan_out", "vanished"}:
        return any((sign.service, cache) in spread.edges or (sign.of, cache) in spread.edges for cache in caches)
    if sign.kind not in DRIVEN:
        return False
    callers = {caller for cache in caches for caller in spread.callers.get(cache, ())}
    drivers = callers | {other.service for other in beside if other.kind == "fan_out"}
    is_below = any(spread.is_below(sign.service, driver) for driver in drivers)
    return is_below and spread.growth(sign.service, sign.spell) >= p.driven_rise


def _is_forwarded(sign: Sign, beside: Iterable[Sign], spread: Spread) -> bool:
    """Refusals that a service only hands up, and what an attack brings with it elsewhere."""
    if sign.kind in ATTACKS:
        return any(other.kind == sign.kind and spread.is_below(other.service, sign.service) for other in beside)
    attacks = [other for other in beside if other.kind in ATTACKS]
    return sign.kind in {"cpu", "queue", "pool", "own_time"} and bool(attacks)


def _is_cut_off(sign: Sign, beside: Iterable[Sign]) -> bool:
    """Calls that stopped without anybody complaining of the callee stopped for a reason further up."""
    return sign.kind == "vanished" and not any(other.kind == "complaint" and other.service == sign.service for other in beside)
