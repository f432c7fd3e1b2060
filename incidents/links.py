"""Which services belong together: by who calls whom, by traces that failed in both, and by what was deployed to both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from domain.ids import DEFAULT_TENANT, Tenant
from domain.ports import StoreQuery, TelemetryStore
from domain.window import Window

MAX_PAIRS = 20_000
_CALLS = """
SELECT DISTINCT above.service, below.service FROM spans AS below
INNER JOIN spans AS above ON below.trace_id = above.trace_id AND below.parent_span_id = above.span_id
WHERE above.service != below.service"""
_TRACES = """
SELECT DISTINCT arrayJoin(together) AS one, arrayJoin(together) AS other FROM (
  SELECT groupUniqArray(20)(service) AS together FROM logs WHERE trace_id != '' AND (severity_number >= 17 OR status >= 500)
  GROUP BY trace_id HAVING length(together) > 1)
WHERE one < other"""
_DEPLOYS = """
SELECT DISTINCT arrayJoin(together) AS one, arrayJoin(together) AS other FROM (
  SELECT groupUniqArray(20)(service) AS together FROM logs WHERE event = 'deploy' AND attributes['version'] != ''
  GROUP BY attributes['version'] HAVING length(together) > 1)
WHERE one < other"""

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

    async def pairs(sql: str, relation: str) -> Pairs:
        if "trace_id" not in store.logical_columns(relation):
            return frozenset()
        found = await store.query(StoreQuery(sql.strip(), {relation: window}, tenant=tenant, max_rows=MAX_PAIRS))
        return frozenset((str(one), str(other)) for one, other in found.rows)

    return links_of(await pairs(_CALLS, "spans"), await pairs(_TRACES, "logs") | await pairs(_DEPLOYS, "logs"))
