"""The scene of a causal claim: what is bound, the call graph in it, what it says of services, and the two sides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from domain.claims import BindRole, Claim
from domain.evidence import Evidence
from grounding import operands, windows
from grounding.case import Case
from grounding.causes.departures import Departure, beside_baseline
from grounding.causes.dependency import Graph, Name, graph_of
from grounding.causes.facts import Fact, earliest, facts_in, lists_changes, of_service
from grounding.causes.parties import Party, Reading, bound_cells
from grounding.cells import number
from grounding.outcomes import Outcome, contradicted, unverified
from grounding.paths import BoundCell


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the claim: who, the cells bound to it, and what they come to."""

    party: Party
    cells: tuple[BoundCell, ...]
    fact: Fact


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is bound: evidence, the graph in it, and its facts."""

    claim: Claim
    case: Case
    bound: tuple[Evidence, ...]
    graph: Graph
    facts: tuple[Fact, ...]
    reading: Reading
    around: tuple[Evidence, ...] = ()
    changes_around: tuple[Fact, ...] = ()


def named(case: Case) -> Name:
    """How services are called in this case: aliases resolved, case apart."""
    return cache(partial(_name, case))


def _name(case: Case, written: str) -> str:
    return case.knowledge.name(written.strip()).casefold()


def scene_of(claim: Claim, case: Case, parties: tuple[Party, Party]) -> Scene:
    """All that a claim is bound to, read."""
    bound = tuple({one.evidence: case.evidence[one.evidence] for one in claim.bind if one.evidence in case.evidence}.values())
    name = named(case)
    around = _around(bound, case)
    graph = graph_of(bound, name)
    known = graph.services | {party.service for party in parties}
    changes = tuple(fact for fact in _facts(case, filter(lists_changes, around), known) if fact.kind == "change")
    return Scene(claim, case, bound, graph, _facts(case, bound, known), Reading(case.evidence, name, known), around, changes)


def _facts(case: Case, sources: Iterable[Evidence], known: frozenset[str]) -> tuple[Fact, ...]:
    """All facts of some evidence; each piece is read once in a case, however many claims rest on it."""
    found: list[Fact] = []
    for source in sources:
        key = source.id, known
        if key not in case.facts:
            case.facts[key] = facts_in(source, known, named(case))
        found += case.facts[key]
    return tuple(found)


def _around(bound: Sequence[Evidence], case: Case) -> tuple[Evidence, ...]:
    """Other evidence of the same tenant and time."""
    return tuple(one for one in case.evidence.values() if one not in bound and not any(apart(one, other) for other in bound))


def apart(one: Evidence, other: Evidence) -> str:
    """Why two pieces of evidence do not speak of the same; empty where they do."""
    if one.tenant != other.tenant:
        return f"{one.id} and {other.id} belong to different tenants"
    if not windows.is_known(one.window) or not windows.is_known(other.window):
        return ""
    overlap = one.window.start < other.window.end and other.window.start < one.window.end
    return "" if overlap else f"{one.id} and {other.id} cover different times"


def side_of(scene: Scene, role: BindRole, party: Party) -> Side | Outcome:
    """One side with the most telling thing bound to it; an outcome where its cells are not its own, or did not depart."""
    cells = bound_cells(scene.claim, role, party, scene.reading)
    if isinstance(cells, Outcome):
        return cells
    own = [fact for cell in cells for fact in _facts_at(cell, party, scene)]
    measured = [fact for fact in own if fact.departure]
    departing = [fact for fact in own if fact.departs and (role == "cause" or fact.kind != "change")]
    if not departing and measured and measured[0].departure:
        return contradicted(f"{party.written} does not depart from its baseline: {measured[0].departure.said} ({measured[0].column})")
    beside = [fact for fact in of_service(scene.facts, party.service) if fact.departs and fact.kind != "change"]
    best = max(departing or beside, key=lambda fact: (fact.kind == "change", fact.strength), default=None)
    if best is None:
        return unverified(f"nothing bound shows that {party.written} departs from its baseline")
    onset = (
        earliest(departing)
        or earliest(own)
        or earliest(beside)
        or earliest(of_service(scene.facts, party.service), lambda fact: fact.kind != "change")
    )
    return Side(
        party, cells, replace(best, at=best.at or (onset.at if onset else None), step_s=max(best.step_s, onset.step_s if onset else 0.0))
    )


def _facts_at(cell: BoundCell, party: Party, scene: Scene) -> list[Fact]:
    """The facts of a bound cell: its own for a measure, those of its row for a name or a time."""
    own = [
        fact for fact in of_service(scene.facts, party.service) if fact.evidence == cell.evidence.id and fact.index in {cell.index, None}
    ]
    exact = [fact for fact in own if fact.column == cell.column.name]
    if number(cell.value) is None:
        return exact or own
    given = _given_baseline(cell, party, scene)
    return [replace(fact, departure=given) if given and not fact.departure else fact for fact in exact] if exact else []


def _given_baseline(cell: BoundCell, party: Party, scene: Scene) -> Departure | None:
    """The cell beside a baseline cell that the claim itself cites for the same service and column."""
    for binding in scene.claim.bound("baseline"):
        found = operands.operand(binding, scene.case.evidence)
        if isinstance(found, Outcome) or not found.cells or cell.row is None:
            continue
        other = found.cells[0]
        is_same = other.column.unit == cell.column.unit and party.service in scene.reading.owners(other.evidence, other)
        usual = number(other.value)
        if is_same and usual is not None:
            return beside_baseline(cell.row, cell.column, cell.evidence, float(usual))
    return None
