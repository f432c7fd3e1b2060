"""What evidence says of services: who departed from the usual, in what, since when, and what was changed; recomputed cell by cell."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from domain.evidence import Column, Evidence, Row, Trust
from grounding import vocabulary
from grounding.causes import roles
from grounding.causes.departures import LEAST_SERIES, Departure, beside_baseline, in_series
from grounding.causes.dependency import Name
from grounding.causes.roles import SignalKind
from grounding.cells import instant, number
from grounding.paths import column_type


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing about one service: a measure beside what was usual (`departure`), a change, or only a time."""

    service: str
    kind: SignalKind
    evidence: str
    column: str
    trust: Trust
    index: int | None = None
    departure: Departure | None = None
    at: datetime | None = None
    step_s: float = 0.0
    score: float | None = None
    what: str = ""

    @property
    def departs(self) -> bool:
        """Whether it is out of the ordinary: a change is, a measure when it was recomputed so."""
        return self.kind == "change" or (self.departure is not None and self.departure.departs)

    @property
    def strength(self) -> float:
        """How far out of the ordinary."""
        return self.departure.strength if self.departure else 0.0


class Owners:
    """Whose a column of a row is, by the words its name shares with the columns that name services; built once per evidence."""

    def __init__(self, evidence: Evidence, known: frozenset[str], name: Name) -> None:
        self.evidence, self._known, self._name = evidence, known, name
        self._ends = roles.edge_columns(evidence) or ()
        plain = [column for column in evidence.columns if column.type == "string" and self._may_name(column)]
        self._plain = sorted(plain, key=self._plainness)
        self._ranked: dict[str, list[Column]] = {}

    def _may_name(self, column: Column) -> bool:
        """Whether a column names services by its name, or by holding names that are known to be services."""
        if roles.names_service(column) or column in self._ends:
            return True
        return bool(self._known) and any(self._called(row, column) in self._known for row in self.evidence.rows)

    def _plainness(self, column: Column) -> tuple[bool, bool, int]:
        return column in self._ends[:1], not roles.names_service(column), len(roles.parts(column.name) - roles.SERVICE)

    def _called(self, row: Row, column: Column) -> str:
        cell = row.get(column.name)
        return self._name(cell) if isinstance(cell, str) else ""

    def _names(self, row: Row, column: Column) -> bool:
        called = self._called(row, column)
        return bool(called) and (called in self._known or roles.names_service(column) or column in self._ends)

    def column_of(self, column: Column, row: Row) -> Column | None:
        """The column that names whose a cell is; None where the row names nobody."""
        if column.name not in self._ranked:
            words = roles.parts(column.name)
            shared = [one for one in self._plain if (roles.parts(one.name) & words) - roles.SERVICE]
            self._ranked[column.name] = list(dict.fromkeys([*shared, *self._plain]))
        return next((one for one in self._ranked[column.name] if self._names(row, one)), None)

    def of(self, column: Column, row: Row) -> tuple[str, ...]:
        """Whom a cell is about: one service, for a link the called one and then the caller, else whom the query was narrowed to."""
        first = self.column_of(column, row)
        if first is None:
            given = self.evidence.params.get("service")
            return (self._name(str(given)),) if given else ()
        both = (first, *reversed(self._ends)) if first in self._ends else (first,)
        return tuple(dict.fromkeys(called for one in both if (called := self._called(row, one))))


def facts_in(source: Evidence, known: frozenset[str], name: Name) -> tuple[Fact, ...]:
    """All facts of one piece of evidence; `known` are names that are services wherever they stand."""
    found: list[Fact] = []
    for one in (source, *unfolded(source)):
        if one.status == "ok":
            found += _of_source(one, Owners(one, known, name))
    return tuple(found)


def _of_source(source: Evidence, owners: Owners) -> Iterator[Fact]:
    clock = clock_of(source, owners)
    if clock:
        yield from _of_series(source, owners, clock)
        return
    for index, row in enumerate(source.rows):
        yield from _of_row(source, owners, index, row)


def clock_of(source: Evidence, owners: Owners) -> Column | None:
    """The time column of evidence whose rows are series: several rows for the same service, each at its time."""
    clock = next(
        (one for one in source.columns if roles.is_instant(one) and not roles.is_beginning(one) and not roles.tells_change(one)), None
    )
    if clock is None or any(roles.change_of(row, source.columns) for row in source.rows[:1]):
        return None
    counted = Counter(owners.of(clock, row) for row in source.rows) if len(source.rows) >= LEAST_SERIES else Counter()
    return clock if max(counted.values(), default=0) >= LEAST_SERIES else None


def _of_series(source: Evidence, owners: Owners, clock: Column) -> Iterator[Fact]:
    times = [instant(row.get(clock.name)) for row in source.rows]
    for column in source.columns:
        if not roles.is_measure(column) or roles.is_baseline(column):
            continue
        points: dict[str, list[tuple[datetime, float]]] = defaultdict(list)
        for row, at in zip(source.rows, times, strict=True):
            value = number(row.get(column.name))
            if at is not None and value is not None:
                points[next(iter(owners.of(column, row)), "")].append((at, float(value)))
        for service, own in points.items():
            departure = in_series(own, column)
            fact = Fact(service, roles.signal_kind(column), source.id, column.name, column.trust, departure=departure)
            if departure and service:
                yield replace(fact, at=departure.at, step_s=source.step_s or departure.step_s)


def _of_row(source: Evidence, owners: Owners, index: int, row: Row) -> Iterator[Fact]:
    change = roles.change_of(row, source.columns)
    says_when = any(roles.tells_change(column) for column in source.columns)
    for column in source.columns:
        for service in owners.of(column, row):
            fact = Fact(
                service, "change", source.id, column.name, column.trust, index, at=instant(row.get(column.name)), step_s=source.step_s
            )
            if roles.tells_change(column) or (change and not says_when and roles.is_instant(column)):
                yield from (replace(fact, what=change or "change") for _ in range(fact.at is not None))
            elif roles.is_beginning(column):
                yield from (replace(fact, kind="measure") for _ in range(fact.at is not None))
            elif roles.is_measure(column) and not roles.is_baseline(column):
                yield _measured(replace(fact, at=begun(column, row, owners)), column, row, source)


def _measured(fact: Fact, column: Column, row: Row, source: Evidence) -> Fact:
    score = next((number(row.get(one.name)) for one in source.columns if roles.is_measure(one) and "score" in roles.parts(one.name)), None)
    departure = beside_baseline(row, column, source)
    return replace(fact, kind=roles.signal_kind(column, row), departure=departure, score=None if score is None else float(score))


def begun(column: Column, row: Row, owners: Owners) -> datetime | None:
    """Since when, as the row of a cell says it of the same service; its only time where it has just one."""
    times = [one for one in owners.evidence.columns if one.type == "time" and owners.column_of(one, row) == owners.column_of(column, row)]
    told = [one for one in times if roles.is_beginning(one)] or [
        one for one in times if roles.is_instant(one) and not roles.tells_change(one)
    ][:1]
    return next((at for one in told if (at := instant(row.get(one.name)))), None)


def unfolded(source: Evidence) -> Iterator[Evidence]:
    """Lists that stand side by side in a row (`path`, `path_value`, `path_onset_at`) as evidence with a row for each place."""
    arrays = [column for column in source.columns if column.type == "array"]
    for base in arrays:
        beside = {column.name.removeprefix(f"{base.name}_"): column for column in arrays if column.name.startswith(f"{base.name}_")}
        rows = [folded for row in source.rows for folded in _places(row, base, beside)] if beside else []
        if rows:
            columns = (Column("service", trust=base.trust), *(_plain(name, column, rows) for name, column in beside.items()))
            yield replace(source, columns=columns, rows=tuple(rows), aggregates={}, params={})


def _places(row: Row, base: Column, beside: Mapping[str, Column]) -> Iterator[Row]:
    names = row.get(base.name)
    lists: dict[str, Any] = {name: row.get(column.name) for name, column in beside.items()}
    if not isinstance(names, list | tuple):
        return
    whole = {name: cells for name, cells in lists.items() if isinstance(cells, list | tuple) and len(cells) == len(names)}
    yield from ({"service": service, **{name: cells[place] for name, cells in whole.items()}} for place, service in enumerate(names))


def _plain(name: str, column: Column, rows: Sequence[Row]) -> Column:
    kind = column_type(next((row[name] for row in rows if row.get(name) is not None), ""))
    return replace(column, name=name, type=kind, role="measure")


NEVER = datetime.max.replace(tzinfo=UTC)
_LISTS_CHANGES = frozenset({"change", "deploy", "deployment", "release", "flag", "suspect", "rollout"})
Test = Callable[[Fact], bool]


def of_service(facts: Iterable[Fact], service: str) -> list[Fact]:
    """The facts of one service."""
    return [fact for fact in facts if fact.service == service]


def earliest(facts: Iterable[Fact], test: Test = lambda _: True) -> Fact | None:
    """The fact that lies first in time."""
    timed = [fact for fact in facts if fact.at is not None and test(fact)]
    return min(timed, key=lambda fact: fact.at or NEVER, default=None)


def lists_changes(source: Evidence) -> bool:
    """Whether evidence says what was changed, or that nothing was."""
    if source.status not in {"ok", "empty"} or not (source.rows or source.scope_rows):
        return False
    named = vocabulary.stems(f"{source.template} {source.title}") & _LISTS_CHANGES
    return bool(named) or any(roles.change_of(row, source.columns) for row in source.rows)
