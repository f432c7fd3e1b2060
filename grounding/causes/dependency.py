"""The call graph that evidence shows: who calls whom, read off links, lists of callees, and paths that the platform verified."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from domain.evidence import Column, Evidence, Row
from grounding.causes import roles
from grounding.cells import number

_ARROW = re.compile(r"\s*(?:->|→|=>)\s*")
_LINKS = frozenset({"link", "edge", "dependency", "call"})
Edge = tuple[str, str]
Name = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Graph:
    """Callees by caller, with the evidence each edge stands in."""

    callees: dict[str, tuple[str, ...]]
    shown_in: dict[Edge, str]

    @property
    def services(self) -> frozenset[str]:
        """Everybody who calls or is called."""
        return frozenset(name for edge in self.shown_in for name in edge)

    def path(self, caller: str, callee: str) -> tuple[str, ...]:
        """The shortest way from a caller down to a callee, both included; empty where there is none."""
        ways: dict[str, tuple[str, ...]] = {caller: (caller,)}
        waiting = [caller]
        while waiting:
            here = waiting.pop(0)
            if here == callee:
                return ways[here]
            for below in self.callees.get(here, ()):
                if below not in ways:
                    ways[below] = (*ways[here], below)
                    waiting.append(below)
        return ()

    def among(self, services: frozenset[str]) -> "Graph":
        """The same graph with no other services than these."""
        kept = {caller: tuple(one for one in found if one in services) for caller, found in self.callees.items() if caller in services}
        return Graph(kept, self.shown_in)

    def below(self, service: str) -> frozenset[str]:
        """Everything a service calls, directly or through others."""
        found: set[str] = set()
        waiting = [service]
        while waiting:
            fresh = set(self.callees.get(waiting.pop(), ())) - found
            found |= fresh
            waiting += fresh
        return frozenset(found - {service})


def graph_of(sources: Iterable[Evidence], name: Name) -> Graph:
    """The graph of some evidence; `name` gives the name an alias stands for."""
    shown_in: dict[Edge, str] = {}
    for source in sources:
        for caller, callee in _edges(source):
            edge = (name(caller), name(callee))
            if edge[0] != edge[1]:
                shown_in.setdefault(edge, source.id)
    callees: dict[str, list[str]] = defaultdict(list)
    for caller, callee in shown_in:
        callees[caller].append(callee)
    return Graph({caller: tuple(found) for caller, found in callees.items()}, shown_in)


def _edges(source: Evidence) -> Iterator[Edge]:
    ends = roles.edge_columns(source)
    links = next((column for column in source.columns if column.type == "string" and column.name.casefold() in _LINKS), None)
    for row in source.rows:
        if ends and _was_called(row, source):
            yield from _between(row, *ends)
        elif links and _was_called(row, source):
            caller, *callees = _ARROW.split(str(row.get(links.name) or ""))
            yield from ((caller, callee) for callee in callees[:1] if caller and callee)
        yield from _listed(row, source)


def _between(row: Row, caller: Column, callee: Column) -> Iterator[Edge]:
    ends = row.get(caller.name), row.get(callee.name)
    if all(isinstance(end, str) and end for end in ends):
        yield str(ends[0]), str(ends[1])


def _was_called(row: Row, source: Evidence) -> bool:
    """A link whose calls were counted, and are none, is no link."""
    counts = [
        column
        for column in source.columns
        if roles.is_measure(column) and roles.parts(column.name) & {"calls", "requests", "spans", "count"}
    ]
    whole = next((column for column in counts if len(roles.parts(column.name)) == 1), None)
    return whole is None or (number(row.get(whole.name)) or 0) > 0


def _listed(row: Row, source: Evidence) -> Iterator[Edge]:
    """Edges out of lists in a row: what its service calls, who calls it, and the path from it to where it shows."""
    owner = next((column for column in source.columns if roles.names_service(column) and row.get(column.name)), None)
    if owner is None:
        return
    service = str(row[owner.name])
    for column in source.columns:
        cells = row.get(column.name)
        if column.type != "array" or not isinstance(cells, list | tuple):
            continue
        named = [str(cell) for cell in cells]
        yield from ((service, callee) for callee in named if roles.depends_on(column))
        yield from ((caller, service) for caller in named if roles.called_by(column))
        yield from _along(named, service) if is_verified_path(column, row, source) else ()


def is_verified_path(column: Column, row: Row, source: Evidence) -> bool:
    """Whether an array is a path that the platform says it verified against the calls it saw."""
    if column.type != "array" or "path" not in roles.parts(column.name):
        return False
    told = source.column(f"{column.name}_verified")
    return told is not None and told.trust == "platform" and row.get(told.name) is True


def _along(path: list[str], service: str) -> Iterator[Edge]:
    """A path runs from the service of its row up to where it shows, or the other way round; each next calls the one before."""
    upward = path if path[:1] == [service] else path[::-1] if path[-1:] == [service] else []
    yield from ((caller, callee) for callee, caller in pairwise(upward))
