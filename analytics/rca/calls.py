"""Signs in calls: own errors, own time, calls made for each call received, and calls that stopped."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from analytics.rca.observed import CallRow, Observed
from analytics.rca.parameters import Parameters
from analytics.rca.signs import Sign
from analytics.rca.spells import Floats, Levels, Spell, level_spell, rate_spell, share_spell, together

Key = tuple[str, ...]
LEAST_MS = 0.1  # shorter own times are not told apart
LEAST_SHARE = 0.05  # calls made for each call got, below which all are alike


def call_signs(seen: Observed, p: Parameters) -> tuple[Sign, ...]:
    """Everything about calls that stands out."""
    return (*own_errors(seen, p), *own_times(seen, p), *fan_outs(seen, p), *vanished(seen, p))


def summed(seen: Observed, rows: Iterable[CallRow], key: Callable[[CallRow], Key], what: Callable[[CallRow], float]) -> dict[Key, Floats]:
    """A series a key: the sum of `what` in each bucket."""
    found: dict[Key, Floats] = defaultdict(lambda: np.zeros(seen.buckets))
    for row in rows:
        if row.bucket < seen.buckets:
            found[key(row)][row.bucket] += what(row)
    return dict(found)


def own_errors(seen: Observed, p: Parameters) -> Iterator[Sign]:
    """Operations whose calls fail by themselves more often than they used to, and services: an operation may be new with the trouble."""
    for key in (_operation, _service):
        calls = summed(seen, seen.calls, key, lambda row: row.calls)
        failed = summed(seen, seen.calls, key, lambda row: row.own_errors)
        yield from _own_errors(calls, failed, seen.first, p)


def _own_errors(calls: Mapping[Key, Floats], failed: Mapping[Key, Floats], first: int, p: Parameters) -> Iterator[Sign]:
    for (service, operation), hits in failed.items():
        spell = share_spell(hits, calls[service, operation], first, p)
        if spell is None or hits[spell.start : spell.end].sum() < p.least_events:
            continue
        strength = _strength(spell.surprise / p.surprise, (spell.inside - spell.outside) / p.error_rise, p)
        if strength >= 1:
            yield Sign("own_errors", service, operation, spell, strength, "own-errors", 100 * spell.inside, 100 * spell.outside, "%")


def own_times(seen: Observed, p: Parameters) -> Iterator[Sign]:
    """Services, and operations of theirs, that take longer by themselves; a service is judged apart from its mix of operations."""
    n = summed(seen, seen.calls, _operation, lambda row: row.calls)
    total = summed(seen, seen.calls, _operation, lambda row: row.ln_self)
    squares = summed(seen, seen.calls, _operation, lambda row: row.ln_self2)
    levels = {key: Levels(n[key], total[key], squares[key]) for key in n}
    felt_ms = p.felt * waited_ms(seen)
    for key, own in levels.items():
        yield from _own_time(key, own, seen.first, felt_ms, p)
    for service in sorted({service for service, _ in levels}):
        parts = [own for key, own in levels.items() if key[0] == service]
        if len(parts) > 1:
            usual = together(parts).mean
            yield from _own_time((service, ""), together([own.shifted(usual - own.mean) for own in parts]), seen.first, felt_ms, p)


def waited_ms(seen: Observed) -> float:
    """What a call from outside takes on the whole, in the mean; 0 where nobody calls from outside."""
    outside = [row for row in seen.calls if not row.caller]
    return sum(row.total_ms for row in outside) / max(sum(row.calls for row in outside), 1)


def _own_time(key: Key, levels: Levels, first: int, felt_ms: float, p: Parameters) -> Iterator[Sign]:
    spell = level_spell(levels, first, p)
    if spell is None or levels.n[spell.start : spell.end].sum() < p.least_events:
        return
    before, now = math.expm1(spell.outside), math.expm1(spell.inside)
    size = math.log(max(now / max(before, LEAST_MS), 1.0)) / math.log(p.time_ratio)
    strength = _strength(spell.surprise / p.surprise_time, min(size, (now - before) / max(felt_ms, LEAST_MS)), p)
    if strength >= 1:
        yield Sign("own_time", key[0], key[1], spell, strength, "own-time", now, before, "ms")


def fan_outs(seen: Observed, p: Parameters) -> Iterator[Sign]:
    """Operations that call another service more often for each call they get."""
    for caller, operation, callee, made, got in _links(seen):
        spell = rate_spell(made, got, seen.first, p)
        if spell is None or made[spell.start : spell.end].sum() < p.least_events:
            continue
        usual = max(spell.outside, _before(made, got, spell), LEAST_SHARE)
        size = math.log(max(spell.inside / usual, 1e-9)) / math.log(p.fan_out_ratio)
        strength = _strength(spell.surprise / p.surprise, size, p)
        if strength >= 1:
            metric = f"calls-to-{callee}-per-call"
            yield Sign("fan_out", caller, operation, spell, strength, metric, spell.inside, spell.outside, "1", of=callee)


def vanished(seen: Observed, p: Parameters) -> Iterator[Sign]:
    """Services that are called no more by operations which still are."""
    for caller, operation, callee, made, got in _links(seen):
        spell = rate_spell(made, got, seen.first, p, up=False)
        if spell is None or got[spell.start : spell.end].sum() < p.least_events or spell.outside <= 0:
            continue
        usual = min(spell.outside, _before(made, got, spell))
        size = (1 - spell.inside / max(usual, 1e-9)) / (1 - p.vanished_ratio)
        strength = _strength(spell.surprise / p.surprise, size, p)
        if strength >= 1:
            metric = f"calls-from-{caller}-per-call"
            yield Sign("vanished", callee, operation, spell, strength, metric, spell.inside, spell.outside, "1", of=caller)


def _before(made: Floats, got: Floats, spell: Spell) -> float:
    """The level before the spell: what began only with it is no return to what was usual."""
    return float(made[: spell.start].sum() / max(got[: spell.start].sum(), 1.0))


def edges(seen: Observed) -> dict[tuple[str, str], int]:
    """How often each service called each other."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for row in seen.calls:
        if row.caller and row.caller != row.service:
            found[row.caller, row.service] += row.calls
    return dict(found)


def received(seen: Observed) -> dict[str, Floats]:
    """Calls a service got in each bucket."""
    return {key[0]: series for key, series in summed(seen, seen.calls, lambda row: (row.service,), lambda row: row.calls).items()}


def _links(seen: Observed) -> Iterator[tuple[str, str, str, Floats, Floats]]:
    got = summed(seen, seen.calls, _operation, lambda row: row.calls)
    inside = [row for row in seen.calls if row.caller and row.caller != row.service]
    made = summed(seen, inside, lambda row: (row.caller, row.caller_operation, row.service), lambda row: row.calls)
    for (caller, operation, callee), series in made.items():
        if (caller, operation) in got:
            yield caller, operation, callee, series, got[caller, operation]


def _operation(row: CallRow) -> Key:
    return row.service, row.operation


def _service(row: CallRow) -> Key:
    return row.service, ""


def _strength(surprise: float, size: float, p: Parameters) -> float:
    """Over 1 only where both are over their bars; more surprise counts up to the cap."""
    return min(surprise, p.strength_cap) if size >= 1 else min(surprise, size, 1 - 1e-9)
