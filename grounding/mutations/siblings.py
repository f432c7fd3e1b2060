"""Operators on who is meant: a sibling, another environment, everybody, another row under the same name."""

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from domain.claims import Claim
from grounding.mutations.mutant import Operator, cell_at, cell_of, rebound, with_slots, without_slots
from grounding.operands import EvidenceById
from grounding.paths import BoundCell, key_names

_SUBJECTS = ("subject", "event", "other", "first", "then")
_PLACES = frozenset({"env", "environment", "region", "zone", "cluster", "namespace", "tenant", "stage", "datacenter", "site"})
_ABROAD = ("staging", "eu-north-9", "tenant-b", "canary")


def _sibling(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    for slot in _SUBJECTS:
        subject = claim.slots.get(slot)
        rows = _sibling_rows(claim, evidence, subject) if isinstance(subject, dict) else []
        if rows and isinstance(subject, dict):
            row = random.choice(rows)
            yield with_slots(claim, **{slot: {name: row.get(name, value) for name, value in subject.items()}})


def _sibling_rows(claim: Claim, evidence: EvidenceById, subject: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = [row for binding in claim.bind if binding.evidence in evidence for row in evidence[binding.evidence].rows]
    return [row for row in rows if any(name in row and row[name] != value for name, value in subject.items())]


def _one_key(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    """One of several names of the subject is a sibling's."""
    subject: Any = claim.slots.get("subject")
    if not isinstance(subject, dict) or len(subject) < len(("one", "another")):
        return
    name = random.choice(sorted(subject))
    others = sorted({str(row[name]) for row in _sibling_rows(claim, evidence, {name: subject[name]}) if name in row})
    if others:
        yield with_slots(claim, subject={**subject, name: random.choice(others)})


def _place(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    """Another environment, region or tenant: one in the evidence, or one that is not."""
    for slot in _SUBJECTS:
        subject: Any = claim.slots.get(slot)
        for name in sorted(_PLACES & set(subject)) if isinstance(subject, dict) else ():
            known = sorted({str(row[name]) for row in _sibling_rows(claim, evidence, {name: subject[name]}) if name in row})
            yield with_slots(claim, **{slot: {**subject, name: random.choice([*known, *_ABROAD])}})


def _widened(claim: Claim, evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    """What holds of one is said of all."""
    cell = cell_of(claim, evidence)
    if isinstance(claim.slots.get("subject"), dict) and cell and len(cell.evidence.rows) > 1:
        yield with_slots(claim, subject="all")


def _invented(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    """A name nobody has seen."""
    for slot in _SUBJECTS:
        subject: Any = claim.slots.get(slot)
        names = [name for name, value in subject.items() if isinstance(value, str) and value] if isinstance(subject, dict) else []
        if names:
            name = random.choice(names)
            yield with_slots(claim, **{slot: {**subject, name: f"{subject[name]}-2"}})


def _attribute(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    cell = cell_of(claim, evidence)
    name = str(claim.slots.get("attribute"))
    said = next((slot for slot in ("value", "state") if slot in claim.slots), "")
    if cell is None or claim.kind != "entity" or not said or cell.row is None or name not in cell.row:
        return
    others = [row[name] for row in cell.evidence.rows if row.get(name) != claim.slots[said]]
    if others:
        yield with_slots(claim, **{said: random.choice(others)})


def _row_swap(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    """Another row is bound than the one named; one with the same value where there is one."""
    for place, binding in enumerate(claim.bind):
        cell = cell_at(binding, evidence)
        if cell is None or cell.row is None or "*" in binding.path:
            continue
        twins = [i for i in _other_rows(cell) if cell.evidence.rows[i].get(cell.column.name) == cell.value]
        others = twins or _other_rows(cell)
        if others:
            yield rebound(claim, place, path=f"rows[{random.choice(others)}].{cell.column.name}")


def _other_rows(cell: BoundCell) -> list[int]:
    return [index for index in range(len(cell.evidence.rows)) if index != cell.index]


def _aggregate(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    """A total is cited for one row, or another total than the one named."""
    for place, binding in enumerate(claim.bind):
        source = evidence.get(binding.evidence)
        others = [name for name in sorted(source.aggregates) if binding.path != f"aggregates.{name}"] if source else []
        if others:
            yield rebound(claim, place, path=f"aggregates.{random.choice(others)}")


def _nobody(claim: Claim, evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    """The subject left out, of a row among several."""
    cell = cell_of(claim, evidence)
    if cell and cell.row is not None and len(cell.evidence.rows) > 1 and key_names(cell.evidence) and claim.slots.get("subject"):
        yield without_slots(claim, "subject")


OPERATORS: dict[str, Operator] = {
    "sibling entity": _sibling,
    "one key of a sibling": _one_key,
    "environment swap": _place,
    "said of all": _widened,
    "invented name": _invented,
    "attribute of a sibling": _attribute,
    "path to another row": _row_swap,
    "path to an aggregate": _aggregate,
    "subject left out": _nobody,
}
