"""A changed claim, and the small steps operators are made of."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from domain.claims import Binding, Claim
from domain.evidence import Evidence
from grounding.operands import EvidenceById
from grounding.paths import BoundCell, Unresolved, resolve


@dataclass(frozen=True, slots=True)
class Mutant:
    """A claim changed by one operator; `evidence` is what it now stands over, where the operator changed that instead."""

    operator: str
    claim: Claim
    evidence: EvidenceById | None = None


Operator = Callable[[Claim, EvidenceById, Random], Iterable[Claim]]
Degradation = Callable[[Claim, Evidence, Random], Evidence | None]


def with_slots(claim: Claim, **slots: Any) -> Claim:
    """The claim with some slots replaced."""
    return replace(claim, slots={**claim.slots, **slots})


def without_slots(claim: Claim, *names: str) -> Claim:
    """The claim without some slots."""
    return replace(claim, slots={name: value for name, value in claim.slots.items() if name not in names})


def value_of(claim: Claim) -> int | float | None:
    """The number claimed; None where there is none."""
    value = claim.slots.get("value")
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def cell_of(claim: Claim, evidence: EvidenceById) -> BoundCell | None:
    """The first cell that the claim is bound to."""
    return next((cell for binding in claim.bind if (cell := cell_at(binding, evidence))), None)


def cell_at(binding: Binding, evidence: EvidenceById) -> BoundCell | None:
    """The first cell of one binding."""
    found = resolve(evidence[binding.evidence], binding.path) if binding.evidence in evidence else Unresolved("")
    return None if isinstance(found, Unresolved) or not found else found[0]


def source_of(claim: Claim, evidence: EvidenceById) -> Evidence | None:
    """The evidence of the claim's first binding."""
    return evidence.get(claim.bind[0].evidence) if claim.bind else None


def rebound(claim: Claim, place: int, **changes: Any) -> Claim:
    """The claim with one of its bindings changed."""
    bind = tuple(replace(one, **changes) if at == place else one for at, one in enumerate(claim.bind))
    return replace(claim, bind=bind)


def swapped(slot: str, table: Mapping[str, str]) -> Operator:
    """The operator that replaces what a slot says by its partner in a table."""

    def swap(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
        other = table.get(str(claim.slots.get(slot)))
        if other:
            yield with_slots(claim, **{slot: other})

    return swap
