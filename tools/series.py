"""What the ranking of suspects looks at: calls, messages, requests, gauges and changes, counted by the store in equal time buckets."""

import asyncio
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from analytics.rca.observed import CallRow, Change, GaugeRow, Message, MessageRow, Observed, RequestRow
from domain.ids import DEFAULT_TENANT, Tenant
from domain.ports import StoreQuery, TelemetryStore
from domain.window import Window
from tools.template import SOURCE

STEPS_S = (60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 86_400)
MOST_BUCKETS = 300
LEAST_BASELINE = timedelta(hours=1)
MOST_ROWS = 200_000
MOST_LINKS = 500  # the busiest
MOST_MESSAGES = 500  # the gravest, then the most frequent
WORD = r"(?:^|[^\w/.-])([A-Za-z0-9_](?:[\w.-]*\w)?)"
MOST_SERVICES = 1_000

BUCKET = "toUInt32(intDiv(toUnixTimestamp(time) - {start_s:Int64}, {step_s:Int64}))"
# What is said once per change, and lines that are requests already, tell nothing as messages.
SPOKEN = "event NOT IN ('deploy', 'flag', 'config', 'http.access')"

# One row a link with its series as one array: a row a bucket would be many more. Sums of floats are cut, as their order varies.
CALLS = f"""
WITH
  below AS (
    SELECT trace_id, parent_span_id, sum(duration_ms) AS ms, sum(toUInt8(status = 'Error')) AS errors
    FROM spans WHERE parent_span_id != '' GROUP BY trace_id, parent_span_id
  ),
  above AS (SELECT DISTINCT trace_id, span_id, service, name FROM spans),
  told AS (
    SELECT {BUCKET} AS bucket, a.service AS caller, a.name AS caller_operation, s.service AS service, s.name AS operation,
           toUInt64(s.weight) AS n, n * (s.status = 'Error') AS failed, failed * (b.errors = 0) AS own_failed,
           greatest(s.duration_ms - b.ms, 0.) AS own_ms, log(1 + own_ms) AS ln_own, s.duration_ms AS whole_ms
    FROM (SELECT time, trace_id, span_id, parent_span_id, service, name, duration_ms, status, weight FROM spans) AS s
    LEFT JOIN below AS b ON s.trace_id = b.trace_id AND s.span_id = b.parent_span_id
    LEFT JOIN above AS a ON s.trace_id = a.trace_id AND s.parent_span_id = a.span_id
  ),
  counted AS (
    SELECT caller, caller_operation, service, operation, bucket, sum(n) AS calls, sum(failed) AS errors, sum(own_failed) AS own_errors,
           round(sum(n * ln_own), 6) AS ln_self, round(sum(n * ln_own * ln_own), 6) AS ln_self2,
           round(sum(n * own_ms), 3) AS self_ms, round(sum(n * whole_ms), 3) AS total_ms
    FROM told GROUP BY caller, caller_operation, service, operation, bucket
  )
SELECT caller, caller_operation, service, operation,
       arraySort(groupArray((bucket, calls, errors, own_errors, ln_self, ln_self2, self_ms, total_ms))) AS series
FROM counted GROUP BY caller, caller_operation, service, operation
ORDER BY sum(calls) DESC, caller, caller_operation, service, operation LIMIT {MOST_LINKS}
"""  # noqa: S608  the pieces are ours
# Whose name a warning or an error says, as a word of its own and not as part of a path.
MESSAGES = f"""
WITH spoken AS (
  SELECT {BUCKET} AS bucket, service, body, severity_number, error_code, template_id, toUInt64(weight) * occurrences AS n,
         arrayIntersect(extractAll(body, {{word:String}}), {{services:Array(String)}}) AS said,
         arraySort(arrayFilter(name -> name != service, said)) AS names
  FROM logs WHERE {SPOKEN} AND (severity_number >= 13 OR error_code != '')
)
SELECT service, template_id, error_code, names, max(severity_number) AS worst, substringUTF8(min(body), 1, 300) AS text,
       sumMap([bucket], [n]) AS events
FROM spoken GROUP BY service, template_id, error_code, names
ORDER BY worst DESC, sum(n) DESC, service, template_id, error_code, names LIMIT {MOST_MESSAGES}
"""  # noqa: S608  the pieces are ours
REQUESTS = f"""
SELECT {BUCKET} AS bucket, service, sum(toUInt64(weight)) AS requests, sumIf(toUInt64(weight), status >= 500) AS failed,
       sumIf(toUInt64(weight), status = 401) AS refused, uniqExactIf(if(user != '', user, client), status = 401) AS users,
       sumIf(toUInt64(weight), status = 404 AND (service, route) NOT IN (SELECT service, route FROM served)) AS missing,
       uniqExactIf(route, status = 404 AND (service, route) NOT IN (SELECT service, route FROM served)) AS paths
FROM logs WHERE status > 0 GROUP BY bucket, service ORDER BY bucket, service
"""  # noqa: S608  the pieces are ours
SERVED = "WITH served AS (SELECT DISTINCT service, route FROM logs WHERE status > 0 AND status < 400)"
GAUGES = f"""
SELECT {BUCKET} AS bucket, service, name, sum(value) / sum(toUInt64(1)) AS mean, max(unit) AS unit
FROM metrics WHERE isFinite(value) GROUP BY bucket, service, name ORDER BY bucket, service, name
"""  # noqa: S608  the pieces are ours
CHANGES = """
SELECT time AS at, service, event, substringUTF8(body, 1, 300) AS what
FROM logs WHERE event IN ('deploy', 'flag', 'config') ORDER BY at, service, event, what
"""
# An access log that was loaded under a name of its own speaks of the service whose spans have the same methods and routes.
TWINS = """
SELECT a.service AS log, b.service AS service, uniqExact(a.name) AS routes
FROM (
  SELECT DISTINCT service, concat(method, ' ', route) AS name FROM logs WHERE event = 'http.access' AND status BETWEEN 100 AND 399
) AS a
INNER JOIN (SELECT DISTINCT service, name FROM spans WHERE parent_span_id = '') AS b ON a.name = b.name
WHERE a.service NOT IN (SELECT service FROM spans)
GROUP BY log, service ORDER BY log, routes DESC, service
"""
LEAST_SHARED = 3  # routes in common, from which on two names are taken for one service
NEEDS: Mapping[str, tuple[str, ...]] = {
    "spans": ("time", "trace_id", "span_id", "parent_span_id", "service", "name", "duration_ms", "status", "weight"),
    "logs": (
        "time",
        "service",
        "body",
        "severity_number",
        "template_id",
        "error_code",
        "status",
        "route",
        "method",
        "user",
        "client",
        "event",
        "weight",
        "occurrences",
    ),
    "metrics": ("time", "service", "name", "value", "unit"),
}


STATEMENTS = (CALLS, MESSAGES, SERVED, REQUESTS, GAUGES, CHANGES, TWINS)


@dataclass(frozen=True, slots=True)
class Series:
    """What was observed, how many stored events it rests on, and whether some of them stand for several."""

    observed: Observed
    events: int
    sampled: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Where to look: the window asked about, from when on there are data to compare it with, and who is there."""

    window: Window
    start: datetime
    step_s: int
    services: tuple[str, ...] = ()

    @property
    def whole(self) -> Window:
        """Everything read: the comparison and the window."""
        return Window(self.start, self.window.end, self.window.tz)

    @property
    def first(self) -> int:
        """The first bucket that lies in the window asked about."""
        return int((self.window.start - self.start).total_seconds() // self.step_s)

    @property
    def buckets(self) -> int:
        """How many buckets are read."""
        return max(1, math.ceil(self.whole.length.total_seconds() / self.step_s))


@dataclass(frozen=True, slots=True)
class Extent:
    """What there is of one relation: events, the heaviest sampling weight, the oldest event, and whose they are."""

    events: int
    heaviest: int
    oldest: datetime
    services: tuple[str, ...]


def reach(window: Window) -> Window:
    """The window with as much before it again (an hour at least), to compare with."""
    return Window(window.start - max(window.length, LEAST_BASELINE), window.end, window.tz)


def missing_relations(store: TelemetryStore) -> str:
    """Why a store cannot be looked at; empty when it has at least one of the signals."""
    return "" if _readable(store) else f"this store has none of {', '.join(NEEDS)} with the columns needed"


def _readable(store: TelemetryStore) -> list[str]:
    return [name for name, columns in NEEDS.items() if set(columns) <= store.logical_columns(name)]


async def observe(store: TelemetryStore, window: Window, tenant: Tenant = DEFAULT_TENANT) -> Series:
    """The series of a window and of the time before it. Raises StoreError."""
    there = _readable(store)
    extents = await asyncio.gather(*(_extent(store, name, reach(window), tenant) for name in there))
    events = sum(extent.events for extent in extents)
    oldest = [extent.oldest for extent in extents if extent.events]
    if not events:
        return Series(Observed(window.start, timedelta(minutes=1), 1), 0)
    services = sorted({service for extent in extents for service in extent.services})
    look = _look(window, min(oldest), tuple(services))
    return Series(await _observed(store, look, there, tenant), events, any(extent.heaviest > 1 for extent in extents))


async def _extent(store: TelemetryStore, relation: str, window: Window, tenant: Tenant) -> Extent:
    counted, heaviest = ("toUInt64(1)", "1") if relation == "metrics" else ("toUInt64(weight)", "max(weight)")
    sql = f"SELECT sum({counted}), {heaviest}, min(time), groupUniqArray({MOST_SERVICES})(service) FROM {relation}"  # noqa: S608  relations are ours
    answer = await store.query(StoreQuery(sql, {relation: window}, {}, tenant, max_rows=1))
    events, heaviest_seen, oldest, services = answer.rows[0]
    return Extent(int(events or 0), int(heaviest_seen or 0), oldest, tuple(services))


def _look(window: Window, oldest: datetime, services: tuple[str, ...]) -> Look:
    length = (window.end - oldest).total_seconds()
    step_s = next((step for step in STEPS_S if length / step <= MOST_BUCKETS), STEPS_S[-1])
    start = datetime.fromtimestamp(oldest.timestamp() // step_s * step_s, tz=oldest.tzinfo)
    return Look(window, start, step_s, services)


async def _observed(store: TelemetryStore, look: Look, there: list[str], tenant: Tenant) -> Observed:
    async def rows(sql: str, *relations: str) -> tuple[tuple[Any, ...], ...]:
        return (await store.query(_query(sql, look, tenant))).rows if set(relations) <= set(there) else ()

    calls, messages, requests, gauges, changes, twins = await asyncio.gather(
        rows(CALLS, "spans"),
        rows(MESSAGES, "logs"),
        rows(SERVED + REQUESTS, "logs"),
        rows(GAUGES, "metrics"),
        rows(CHANGES, "logs"),
        rows(TWINS, "logs", "spans"),
    )
    named = {log: service for log, service, routes in reversed(twins) if routes >= LEAST_SHARED}
    return Observed(
        start=look.start,
        step=timedelta(seconds=look.step_s),
        buckets=look.buckets,
        first=max(0, look.first),
        calls=tuple(row for link in calls for row in _calls(link)),
        messages=tuple(row for message in messages for row in _events(message)),
        known=tuple(_message(message) for message in messages),
        requests=tuple(RequestRow(bucket, named.get(service, service), *rest) for bucket, service, *rest in requests),
        gauges=tuple(GaugeRow(*row) for row in gauges),
        changes=tuple(Change(*row) for row in changes),
    )


def _calls(link: tuple[Any, ...]) -> Iterator[CallRow]:
    *names, series = link
    caller, caller_operation, service, operation = names
    return (CallRow(bucket, caller, caller_operation, service, operation, *cells) for bucket, *cells in series)


def _message(row: tuple[Any, ...]) -> Message:
    service, _, error_code, names, worst, text, _ = row
    return Message(_id(row), service, error_code, worst, tuple(names), text)


def _events(row: tuple[Any, ...]) -> Iterator[MessageRow]:
    buckets, events = row[-1]
    return (MessageRow(bucket, _id(row), n) for bucket, n in zip(buckets, events, strict=True))


def _id(row: tuple[Any, ...]) -> str:
    service, template, error_code, names, *_ = row
    return "|".join((service, template, error_code, *names))


def _query(sql: str, look: Look, tenant: Tenant) -> StoreQuery:
    read = {name: look.whole for name in dict.fromkeys(SOURCE.findall(sql)) if name in NEEDS}
    values = {"start_s": int(look.start.timestamp()), "step_s": look.step_s, "services": list(look.services), "word": WORD}
    bound = {name: value for name, value in values.items() if f"{{{name}:" in sql}
    return StoreQuery(sql.strip(), read, bound, tenant, max_rows=MOST_ROWS)
