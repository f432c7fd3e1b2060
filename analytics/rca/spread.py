"""How trouble spread: the call graph, which services deviate in a spell, and the way from a suspect to where it shows."""

import math
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from analytics.rca.calls import edges, summed
from analytics.rca.observed import CallRow, Observed
from analytics.rca.parameters import Parameters
from analytics.rca.spells import Floats, Spell, sum_of

LEAST_GROWTH = 0.01


@dataclass(frozen=True, slots=True)
class Way:
    """The services from a suspect up to where users meet the trouble; `verified` where every hop is a call that was seen and deviates."""

    services: tuple[str, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """The call graph of what was observed, and how each operation fared in each bucket."""

    edges: dict[tuple[str, str], int]
    callers: dict[str, tuple[str, ...]]
    callees: dict[str, tuple[str, ...]]
    calls: dict[tuple[str, ...], Floats]
    errors: dict[tuple[str, ...], Floats]
    total_ms: dict[tuple[str, ...], Floats]

    def connected(self, service: str) -> frozenset[str]:
        """The service, all it calls and all that call it, directly or through others."""
        everyone = {name for edge in self.edges for name in edge}
        return frozenset({service} | {name for name in everyone if self.is_below(name, service) or self.is_below(service, name)})

    def is_below(self, lower: str, upper: str) -> bool:
        """Whether calls of `upper` end up, directly or through others, at `lower`."""
        seen, waiting = {upper}, [upper]
        while waiting:
            for callee in self.callees.get(waiting.pop(), ()):
                if callee == lower:
                    return True
                if callee not in seen:
                    seen.add(callee)
                    waiting.append(callee)
        return False

    def deviates(self, service: str, spell: Spell, p: Parameters) -> bool:
        """Whether an operation of the service fails or waits more inside the spell than outside."""
        return any(self._failing(key, spell, p) or self._waiting(key, spell, p) for key in self.calls if key[0] == service)

    def suffers(self, service: str, spell: Spell, p: Parameters) -> bool:
        """Whether the service or one that calls it deviates."""
        return any(self.deviates(name, spell, p) for name in (service, *self.callers.get(service, ())))

    def growth(self, service: str, spell: Spell) -> float:
        """Calls that the service got for each call from outside, inside a spell over elsewhere; 1 where it got none."""
        got = [series for key, series in self.calls.items() if key[0] == service]
        asked = [series for key, series in self.calls.items() if self._is_entry(key[0])]
        return growth(sum_of(got), spell) / max(growth(sum_of(asked), spell), LEAST_GROWTH) if got and asked else 1.0

    def way(self, service: str, spell: Spell, marked: Collection[str], p: Parameters) -> Way:
        """From the suspect along callers that deviate or are `marked` by a sign, the busiest first, up to who is called from outside."""
        found, verified = [service], True
        while callers := [name for name in self.callers.get(found[-1], ()) if name not in found]:
            touched = [name for name in callers if name in marked or self.deviates(name, spell, p)]
            verified = verified and bool(touched)
            if not touched:
                break
            found.append(touched[0])
        return Way(tuple(found), verified and self._is_entry(found[-1]))

    def failing_share(self, spell: Spell) -> float:
        """How much larger the share of failed requests from outside was inside the spell, 0 to 1; the worst entry counts."""
        entries = [service for service in {key[0] for key in self.calls} if self._is_entry(service)]
        return max((self._rise(service, spell) for service in entries), default=0.0)

    def _rise(self, service: str, spell: Spell) -> float:
        calls = sum_of(series for key, series in self.calls.items() if key[0] == service)
        errors = sum_of(series for key, series in self.errors.items() if key[0] == service)
        inside, outside = parts(errors, calls, spell)
        return max(0.0, inside - outside)

    def _is_entry(self, service: str) -> bool:
        return not self.callers.get(service)

    def _failing(self, key: tuple[str, ...], spell: Spell, p: Parameters) -> bool:
        inside, outside = parts(self.errors[key], self.calls[key], spell)
        return inside - outside >= p.error_rise

    def _waiting(self, key: tuple[str, ...], spell: Spell, p: Parameters) -> bool:
        inside, outside = parts(self.total_ms[key], self.calls[key], spell)
        return outside > 0 and inside / outside >= math.sqrt(p.time_ratio)


def spread_of(seen: Observed) -> Spread:
    """The call graph and the fate of calls."""
    linked = edges(seen)
    callers: dict[str, list[str]] = defaultdict(list)
    callees: dict[str, list[str]] = defaultdict(list)
    for caller, callee in sorted(linked, key=lambda edge: (-linked[edge], edge)):
        callers[callee].append(caller)
        callees[caller].append(callee)
    return Spread(
        edges=linked,
        callers={name: tuple(others) for name, others in callers.items()},
        callees={name: tuple(others) for name, others in callees.items()},
        calls=summed(seen, seen.calls, _operation, lambda row: row.calls),
        errors=summed(seen, seen.calls, _operation, lambda row: row.errors),
        total_ms=summed(seen, seen.calls, _operation, lambda row: row.total_ms),
    )


def growth(load: Floats, spell: Spell) -> float:
    """The level of a load inside a spell over the usual level outside (its median, so that another spell does not count); 1 without one."""
    outside = np.concatenate((load[: spell.start], load[spell.end :]))
    usual = float(np.median(outside) or outside.mean()) if outside.size else 0.0
    return float(load[spell.start : spell.end].mean()) / usual if usual else 1.0


def _operation(row: CallRow) -> tuple[str, ...]:
    return row.service, row.operation


def parts(of: Floats, over: Floats, spell: Spell) -> tuple[float, float]:
    """The share inside a spell and outside."""
    inside = slice(spell.start, spell.end)
    rest, rest_over = of.sum() - of[inside].sum(), over.sum() - over[inside].sum()
    return float(of[inside].sum() / max(over[inside].sum(), 1)), float(rest / max(rest_over, 1))
