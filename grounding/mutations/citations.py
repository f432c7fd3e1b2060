"""Operators on what is cited: other, older, missing or cut-off evidence."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random

from domain.claims import Binding, Claim
from grounding.mutations.mutant import Operator, rebound, source_of, with_slots, without_slots
from grounding.operands import EvidenceById
from grounding.paths import key_names


def _cited(claim: Claim, name: str) -> Claim:
    return replace(claim, bind=tuple(replace(binding, evidence=name) for binding in claim.bind))


def _wrong_evidence(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    others = [name for name in evidence if claim.bind and name != claim.bind[0].evidence]
    if others:
        yield _cited(claim, random.choice(others))


def _stale(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    """The same question asked of another time."""
    source = source_of(claim, evidence)
    if source is None:
        return
    others = [one.id for one in evidence.values() if one.template == source.template and one.window != source.window]
    if others:
        yield _cited(claim, random.choice(others))


def _one_side(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    """Of two operands one is cited from elsewhere."""
    others = [name for name in evidence if claim.bind and name != claim.bind[-1].evidence]
    if len(claim.bind) > 1 and others:
        yield rebound(claim, len(claim.bind) - 1, evidence=random.choice(others))


def _missing(claim: Claim, evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    yield _cited(claim, f"E{len(evidence) + 90}")


def _unbound(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    yield replace(claim, bind=())


def _counted_list(claim: Claim, evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    """A count of the rows shown of a list that was cut."""
    source = source_of(claim, evidence)
    keys = key_names(source) if source else ()
    if source is None or not keys or not source.truncated or claim.kind != "quantity":
        return
    slots = {"subject": "all", "metric": keys[0], "agg": "count", "op": "=", "value": len(source.rows), "unit": "1"}
    yield replace(claim, slots=slots, bind=(Binding(source.id, f"rows[*].{keys[0]}"),), derive="count")


def _summed_list(claim: Claim, evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    """The total of the rows shown of a list that was cut."""
    source = source_of(claim, evidence)
    name = claim.bind[0].path.rpartition(".")[2] if claim.bind else ""
    numbers = [row.get(name) for row in source.rows] if source else []
    if source is None or not source.truncated or claim.kind != "quantity" or not all(type(one) is int for one in numbers):
        return
    changed = without_slots(with_slots(claim, subject="all", agg="sum", op="=", value=sum(numbers)), "window")
    yield replace(changed, bind=(Binding(source.id, f"rows[*].{name}"),), derive="sum")


OPERATORS: dict[str, Operator] = {
    "wrong evidence": _wrong_evidence,
    "stale evidence": _stale,
    "one side from elsewhere": _one_side,
    "evidence that is not there": _missing,
    "unbound": _unbound,
    "count from a cut list": _counted_list,
    "sum of a cut list": _summed_list,
}
