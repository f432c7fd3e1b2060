"""Which services belong together: by who calls whom, by traces that failed in both, and by what was deployed to both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from domain.ids import DEFAULT_TENANT, Tenant
from domain.ports import StoreQuery, TelemetryStore
from domain.window import Window

MAX_PAIRS = 20_000
_CALLS = """
SELECT DISTINCT above.service, below.service FROM spans AS below
INNER JOIN spans AS above ON below.trace_id = above.trace_id AND below.parent_span_id = above.span_id
WHERE above.service != below.service"""
_TRACES = """
SELECT DISTINCT arraySort(groupUniqArray(20)(service)) AS together FROM logs
WHERE trace_id != '' AND (severity_number >= 17 OR status >= 500) GROUP BY trace_id HAVING length(together) > 1"""
_DEPLOYS = """
SELECT DISTINCT arraySort(groupUniqArray(20)(service)) AS together FROM logs
WHERE event = 'deploy' AND attributes['version'] != '' GROUP BY attributes['version'] HAVING length(together) > 1"""

Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Links:
    """`above`: for each service all that call it, directly or through others; `together`: pairs seen in one failing trace or deploy."""

    above: Mapping[str, frozenset[str]] = field(default_factory=dict)
    together: Pairs = frozenset()

    def joins(self, one: str, other: str) -> bool:
        """Whether trouble of one service can be the trouble of the other."""
        if one == other or (min(one, other), max(one, other)) in self.together:
            return True
        return one in self.above.get(other, ()) or other in self.above.get(one, ())


def links_of(calls: Iterable[tuple[str, str]], together: Pairs = frozenset()) -> Links:
    """The links of direct calls (caller, called); calls in a circle are fine."""
    callers: dict[str, set[str]] = {}
    for caller, called in calls:
        callers.setdefault(called, set()).add(caller)
    return Links({name: frozenset(_all_above(name, callers)) for name in callers}, together)


def _all_above(name: str, callers: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        new = callers.get(waiting.pop(), set()) - seen
        seen |= new
        waiting += new
    return seen - {name}


async def found_links(store: TelemetryStore, window: Window, tenant: Tenant = DEFAULT_TENANT) -> Links:
    """The links that telemetry of a window shows. Raises StoreError."""

    async def rows(sql: str, relation: str) -> tuple[tuple[Any, ...], ...]:
        if "trace_id" not in store.logical_columns(relation):
            return ()
        return (await store.query(StoreQuery(sql.strip(), {relation: window}, tenant=tenant, max_rows=MAX_PAIRS))).rows

    calls = [(str(above), str(below)) for above, below in await rows(_CALLS, "spans")]
    together = [services for (services,) in (*await rows(_TRACES, "logs"), *await rows(_DEPLOYS, "logs"))]
    return links_of(calls, frozenset(pair for services in together for pair in combinations(services, 2)))
