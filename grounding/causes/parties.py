"""Cause and effect of a claim: who is meant, and whether the cells bound to them are theirs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from domain.claims import BindRole, Claim
from domain.evidence import Evidence
from grounding import metrics, operands, vocabulary, windows
from grounding.causes.dependency import Name
from grounding.causes.facts import Owners
from grounding.cells import same
from grounding.operands import EvidenceById
from grounding.outcomes import Outcome, contradicted, first_problem, unverified
from grounding.paths import BoundCell, is_series

_WHO = ("service", "app", "application", "name", "entity", "subject", "host", "node", "component")
_TOLD = frozenset({*_WHO, "metric", "component"})


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a cause: its service by its own name, as written, and what else the slot says of it."""

    service: str
    written: str
    component: str = ""
    metric: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


def party_of(slot: Any, name: Name) -> Party | None:
    """The party a slot names (an object, or the service as text); None where it names nobody."""
    if isinstance(slot, str):
        return Party(name(slot), slot) if slot.strip() else None
    if not isinstance(slot, Mapping):
        return None
    key = next((one for one in _WHO if slot.get(one)), None)
    if key is None:
        return None
    component = "" if key == "component" else str(slot.get("component") or "")
    more = {one: value for one, value in slot.items() if one not in _TOLD and value not in ("", None)}
    return Party(name(str(slot[key])), str(slot[key]), component, str(slot.get("metric") or ""), more)


@dataclass(frozen=True, slots=True)
class Reading:
    """How names are read: aliases, and what is known to be a service."""

    evidence: EvidenceById
    name: Name
    known: frozenset[str]

    def owners(self, source: Evidence, cell: BoundCell) -> tuple[str, ...]:
        """Whom a bound cell is about."""
        return Owners(source, self.known, self.name).of(cell.column, cell.row or {})


def bound_cells(claim: Claim, role: BindRole, party: Party, reading: Reading) -> tuple[BoundCell, ...] | Outcome:
    """The cells bound to one side, all of them about its service; an outcome says what is wrong with them."""
    bindings = claim.bound(role)
    if not bindings:
        return unverified(f"unbound: no cell is cited as the {role}")
    found: list[BoundCell] = []
    for binding in bindings:
        one = operands.operand(binding, reading.evidence)
        if isinstance(one, Outcome):
            return one
        own = _own(one.cells, party, reading)
        if not own or (len(own) < len(one.cells) and not is_series(binding.path)):
            return _foreign(one.cells, party, role, reading)
        found += own
    return _described(tuple(found), party, claim) or tuple(found)


def _own(cells: Sequence[BoundCell], party: Party, reading: Reading) -> list[BoundCell]:
    readers = {cell.evidence.id: Owners(cell.evidence, reading.known, reading.name) for cell in cells[:1]}
    return [cell for cell in cells if party.service in readers[cell.evidence.id].of(cell.column, cell.row or {})]


def _foreign(cells: Sequence[BoundCell], party: Party, role: str, reading: Reading) -> Outcome:
    about = reading.owners(cells[0].evidence, cells[0]) if cells else ()
    if about:
        return contradicted(f"the {role} bound is about {about[0]!r}, not {party.written!r}")
    return unverified(f"the cell bound as the {role} does not say that it is about {party.written!r}")


def _described(cells: tuple[BoundCell, ...], party: Party, claim: Claim) -> Outcome | None:
    return first_problem(
        partial(_metric_problem, cells, party, claim),
        partial(_component_problem, cells, party),
        partial(_more_problem, cells, party),
        partial(_window_problem, cells, claim.slots.get("window")),
    )


def _metric_problem(cells: Sequence[BoundCell], party: Party, claim: Claim) -> Outcome | None:
    """The metric is the column of a bound cell, or what the row says was measured."""
    if not party.metric or any(_tells(cell, party.metric) for cell in cells):
        return None
    problems = [metrics.metric_problem(party.metric, cell, claim) for cell in cells]
    return None if None in problems else problems[0]


def _tells(cell: BoundCell, said: str) -> bool:
    wanted = vocabulary.plain(said)
    return any(vocabulary.plain(text) == wanted for text in _texts(cell))


def _texts(cell: BoundCell) -> Iterable[str]:
    for value in (cell.row or {}).values():
        yield from (str(one) for one in (value if isinstance(value, list | tuple) else (value,)) if isinstance(one, str))


def _component_problem(cells: Sequence[BoundCell], party: Party) -> Outcome | None:
    """The component is named in a bound row, or is what its column measures."""
    wanted = vocabulary.plain(party.component)
    if not wanted:
        return None
    for cell in cells:
        named = (cell.column.name, cell.column.label, *_texts(cell), *map(str, cell.evidence.params.values()))
        if any(wanted == vocabulary.plain(text) or _is_word_of(wanted, text) for text in named if text):
            return None
    return unverified(f"nothing bound names {party.component!r} of {party.written!r}")


def _is_word_of(wanted: str, text: str) -> bool:
    return f" {wanted} " in f" {vocabulary.plain(text).replace(':', ' ').replace(',', ' ')} "


def _more_problem(cells: Sequence[BoundCell], party: Party) -> Outcome | None:
    """Whatever else the slot says of a party is a cell of a bound row."""
    for name, value in party.more.items():
        held = [cell.row[name] for cell in cells if cell.row and name in cell.row]
        if not any(same(one, value) for one in held):
            return contradicted(f"{name} is {held[0]!r}, not {value!r}") if held else unverified(f"nothing bound says {name} {value!r}")
    return None


def _window_problem(cells: Sequence[BoundCell], slot: Any) -> Outcome | None:
    sources = {cell.evidence.id: cell for cell in cells}
    return first_problem(*(partial(windows.window_problem, slot, cell) for cell in sources.values()))
