"""Operators on causes, past incidents and advice: turned round, without hedge or premise, aimed elsewhere."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

from domain.claims import Binding, Claim
from grounding.mutations.mutant import Operator, with_slots, without_slots
from grounding.operands import EvidenceById

_ENDS = ("cause", "effect")
_CAUSAL = frozenset({"causal"})


def _turned(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    """Cause and effect change places, with or without what they are bound to."""
    if claim.kind in _CAUSAL and all(end in claim.slots for end in _ENDS):
        flipped = with_slots(claim, cause=claim.slots["effect"], effect=claim.slots["cause"])
        yield flipped
        roles = {"cause": "effect", "effect": "cause"}
        yield replace(flipped, bind=tuple(replace(one, role=roles.get(one.role, one.role)) for one in claim.bind))  # type: ignore[arg-type]


def _unhedged(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    if claim.kind in _CAUSAL and claim.hedge:
        yield replace(claim, hedge="")


def _services(evidence: EvidenceById) -> list[str]:
    names = ("service", "caller", "callee", "from", "to", "source", "target")
    return sorted({str(row[name]) for one in evidence.values() for row in one.rows for name in names if isinstance(row.get(name), str)})


def _another(end: str) -> Operator:
    def change(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
        held: Any = claim.slots.get(end)
        own = str(held.get("service", "")) if isinstance(held, dict) else ""
        others = [name for name in _services(evidence) if name != own]
        if claim.kind in _CAUSAL and own and others:
            yield with_slots(claim, **{end: {**held, "service": random.choice(others)}})

    return change


def _component(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    for end in _ENDS:
        held: Any = claim.slots.get(end)
        if claim.kind in _CAUSAL and isinstance(held, dict) and held.get("component"):
            yield with_slots(claim, **{end: {**held, "component": random.choice(("disk", "tls", "gc", "dns"))}})


def _without(*roles: str) -> Operator:
    def drop(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
        left = tuple(one for one in claim.bind if one.role not in roles)
        if len(left) < len(claim.bind) and claim.kind in {"causal", "recommendation"}:
            yield replace(claim, bind=left)

    return drop


def _one_cause(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    """Cause and effect are the same thing."""
    if claim.kind in _CAUSAL:
        yield with_slots(claim, effect=claim.slots.get("cause"))


def _external(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    """Every premise is a cell that an outsider may have written."""
    cells = [
        Binding(one.id, f"rows[{index}].{column.name}", "premise")
        for one in evidence.values()
        for column in one.columns
        if column.trust == "external" and column.role == "measure" and column.type == "string"
        for index in range(len(one.rows))
    ]
    if claim.kind in {"causal", "recommendation"} and cells:
        rest = tuple(one for one in claim.bind if one.role != "premise") if claim.kind == "causal" else ()
        yield replace(claim, bind=(*rest, random.choice(cells)))


def _incident(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    if claim.kind != "past_incident":
        return
    own = claim.slots.get("incident_id")
    known = sorted({str(row["incident_id"]) for one in evidence.values() for row in one.rows if row.get("incident_id") not in (None, own)})
    yield with_slots(claim, incident_id=random.choice([*known, "INC-90210"]))


def _other_cause(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    """The cause of another incident."""
    own = claim.slots.get("cause")
    names = ("root_cause", "cause")
    known = sorted(
        {str(row[name]) for one in evidence.values() for row in one.rows for name in names if row.get(name) not in (None, "", own)}
    )
    if claim.kind == "past_incident" and own and known:
        yield with_slots(claim, cause=random.choice(known))


def _similarity(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    value = claim.slots.get("similarity")
    if claim.kind == "past_incident" and isinstance(value, float):
        yield with_slots(claim, similarity=round(value + random.choice((-0.05, 0.05)), 4))


def _target(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    if claim.kind != "recommendation":
        return
    own: Any = claim.slots.get("target")
    name = str(own.get("service")) if isinstance(own, dict) else str(own)
    other = random.choice([each for each in [*_services(evidence), "payments-eu"] if each != name])
    yield with_slots(claim, target={**own, "service": other} if isinstance(own, dict) else other)


def _action(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    if claim.kind == "recommendation":
        yield with_slots(claim, action=random.choice(("drop_database", "disable_audit_log", "open_firewall", "rotate_everything")))


def _no_target(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    if claim.kind == "recommendation" and claim.slots.get("target"):
        yield without_slots(claim, "target")


OPERATORS: dict[str, Operator] = {
    "cause for effect": _turned,
    "hedge dropped": _unhedged,
    "another cause": _another("cause"),
    "another effect": _another("effect"),
    "another component": _component,
    "effect is the cause": _one_cause,
    "premises removed": _without("premise"),
    "ends unbound": _without("cause", "effect"),
    "premises of outsiders": _external,
    "wrong incident": _incident,
    "cause of another incident": _other_cause,
    "similarity ±.05": _similarity,
    "action target swap": _target,
    "action not in the catalogue": _action,
    "target left out": _no_target,
}
