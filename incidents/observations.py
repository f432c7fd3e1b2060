"""What the rules look at, read from the telemetry store: minute series of errors, slow calls, log-ins, probes and gauges."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from analytics.baselines import Floats
from analytics.rules import LEVEL_RULES
from analytics.rules_applied import MINUTE, Counts, Group, Levels
from domain.ids import DEFAULT_TENANT, Tenant
from domain.ports import StoreQuery, TelemetryStore
from domain.window import Window

MAX_ROWS = 1_000_000
MAX_JOINED_SPANS = 3_000_000
BUCKETS_PER_OCTAVE = 4
LOWEST_BUCKET, BUCKETS = -40, 120  # a microsecond to some minutes

Rows = tuple[tuple[Any, ...], ...]

_ERROR = "(severity_number >= 17 OR status >= 500)"
# Refusals of log-ins and of paths have rules of their own.
_WARNING = f"(NOT {_ERROR} AND severity_number >= 13 AND error_code != '' AND status NOT IN (401, 403, 404))"
# An error without a code of its own is told apart by its status.
_LOGS = f"""
SELECT toStartOfMinute(time) AS minute, service, if({_ERROR}, route, '') AS at_route,
  multiIf({_ERROR} AND error_code = '' AND status >= 500, toString(status), {_ERROR} OR {_WARNING}, error_code, '') AS code,
  sumIf(toUInt64(weight), {_ERROR}) AS errors, sumIf(toUInt64(weight), status > 0) AS requests,
  sumIf(toUInt64(weight) * occurrences, status = 401 OR startsWith(event, 'ssh.failed')) AS failed_logins,
  sumIf(toUInt64(weight), attributes['watchfloor.critical'] = 'true') AS flagged,
  sumIf(toUInt64(weight), {_WARNING}) AS warnings
FROM logs GROUP BY minute, service, at_route, code"""  # noqa: S608 (a constant)
_FATAL = """
SELECT toStartOfMinute(time) AS minute, service, '' AS at_route, if(template_id != '', template_id, substring(body, 1, 60)) AS code,
  sum(toUInt64(weight)) AS events FROM logs WHERE severity_number >= 21 GROUP BY minute, service, code"""
_PROBES = """
SELECT toStartOfMinute(time) AS minute, service, client, uniqExact(route) AS paths FROM logs
WHERE client IN (SELECT client FROM logs WHERE client != '' AND status IN (400, 403, 404, 405)
  GROUP BY client HAVING uniqExact(route) > 10 ORDER BY uniqExact(route) DESC LIMIT 200) AND status IN (400, 403, 404, 405)
GROUP BY minute, service, client"""
_SPANS = f"""
SELECT toStartOfMinute(time) AS minute, service, name, sum(toUInt64(weight)) AS calls, sumIf(toUInt64(weight), status = 'Error') AS errors,
  sumMap([toInt16(floor(log2(greatest(duration_ms, 0.001)) * {BUCKETS_PER_OCTAVE}))], [toUInt64(weight)]) AS durations
FROM spans GROUP BY minute, service, name"""  # noqa: S608 (a constant)
_CHILDREN = """
SELECT toStartOfMinute(below.time) AS minute, above.service, above.name, concat(below.service, ' ', below.name) AS called,
  sum(toUInt64(below.weight)) AS calls
FROM spans AS below INNER JOIN spans AS above ON below.trace_id = above.trace_id AND below.parent_span_id = above.span_id
GROUP BY minute, above.service, above.name, called"""
_GAUGES = """
SELECT toStartOfMinute(time) AS minute, service, name, avg(value) AS mean FROM metrics
WHERE kind = 'gauge' AND has({names:Array(String)}, name) GROUP BY minute, service, name"""
_POOL = ("db.pool.used", "db.pool.size")


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything the rules look at, on one axis of minutes. `durations` has shape (groups of `calls`, buckets, minutes)."""

    start: datetime
    minutes: int
    errors: Counts
    service_errors: Counts
    warnings: Counts
    calls: Counts
    durations: Floats
    children: Counts
    requests: Counts
    failed_logins: Counts
    missing_paths: Counts
    fatal: Counts
    flagged: Counts
    gauges: Levels

    def index(self, at: datetime) -> int:
        """The minute that ends at an instant, as an exclusive index."""
        return int((at - self.start) / MINUTE)


@dataclass(frozen=True, slots=True)
class Axis:
    """Minutes from a start."""

    start: datetime
    minutes: int

    def position(self, at: datetime) -> int:
        """Which minute an instant lies in."""
        return int((at - self.start) / MINUTE)

    def array(self, groups: Mapping[Group, int]) -> Floats:
        """Zeros of shape (groups, minutes)."""
        return np.zeros((len(groups), self.minutes))


async def observed(store: TelemetryStore, window: Window, tenant: Tenant = DEFAULT_TENANT) -> Frame:
    """The minute series of a window whose ends are cut to whole minutes. Raises StoreError."""
    start = window.start.replace(second=0, microsecond=0)
    axis = Axis(start, max(1, -int((start - window.end) // MINUTE)))
    scope = Window(start, start + MINUTE * axis.minutes)
    read = _reader(store, scope, tenant)
    logs = await read(_LOGS, "logs", {})
    fatal, probes = await read(_FATAL, "logs", {}), await read(_PROBES, "logs", {})
    spans = await read(_SPANS, "spans", {})
    names = [*dict.fromkeys(rule.gauge for rule in LEVEL_RULES), *_POOL]
    children = await read(_CHILDREN, "spans", {}) if sum(row[3] for row in spans) < MAX_JOINED_SPANS else ()
    gauges = await read(_GAUGES, "metrics", {"names": names})
    return _frame(_trimmed(axis, (logs, spans, gauges)), Read(logs, fatal, probes, spans, children, gauges))


def _trimmed(axis: Axis, read: Iterable[Rows]) -> Axis:
    """The axis from the first minute of which anything is stored: the time before that says nothing of anybody's level."""
    first = min((row[0] for rows in read for row in rows), default=axis.start)
    return Axis(first, axis.minutes - axis.position(first))


def _reader(store: TelemetryStore, window: Window, tenant: Tenant) -> Callable[[str, str, Mapping[str, Any]], Any]:
    async def read(sql: str, relation: str, params: Mapping[str, Any]) -> Rows:
        if "service" not in store.logical_columns(relation):
            return ()
        return (await store.query(StoreQuery(sql.strip(), {relation: window}, params, tenant, MAX_ROWS))).rows

    return read


@dataclass(frozen=True, slots=True)
class Read:
    """What the store answered."""

    logs: Rows
    fatal: Rows
    probes: Rows
    spans: Rows
    children: Rows
    gauges: Rows


def _frame(axis: Axis, read: Read) -> Frame:
    logs, spans = read.logs, read.spans
    requests = _requests(axis, logs, spans)
    exposed = {group.service: row for row, group in enumerate(requests.groups)}
    calls, durations = _calls(axis, spans)
    errors = _counts(axis, ((row[0], Group(row[1], row[2], row[3]), row[4]) for row in logs))
    return Frame(
        start=axis.start,
        minutes=axis.minutes,
        errors=_exposed(errors, requests, exposed),
        service_errors=_exposed(_service_errors(axis, logs, spans), requests, exposed),
        warnings=_exposed(_counts(axis, ((row[0], Group(row[1], error_code=row[3]), row[8]) for row in logs)), requests, exposed),
        calls=calls,
        durations=durations,
        children=_children(axis, read.children, calls),
        requests=requests,
        failed_logins=_exposed(_counts(axis, ((row[0], Group(row[1]), row[6]) for row in logs)), requests, exposed),
        missing_paths=_counts(axis, ((row[0], Group(row[1], subject=row[2]), row[3]) for row in read.probes)),
        fatal=_counts(axis, ((row[0], Group(row[1], error_code=row[3]), row[4]) for row in read.fatal)),
        flagged=_counts(axis, ((row[0], Group(row[1]), row[7]) for row in logs)),
        gauges=_levels(axis, read.gauges),
    )


Cell = tuple[datetime, Group, float]


def _counts(axis: Axis, cells: Iterable[Cell]) -> Counts:
    """Events by group and minute, measured against time (one a minute); groups without any event are left out."""
    kept = [(at, group, float(count)) for at, group, count in cells if count]
    groups = {group: row for row, group in enumerate(dict.fromkeys(group for _, group, _ in kept))}
    events = axis.array(groups)
    for at, group, count in kept:
        events[groups[group], axis.position(at)] += count
    return Counts(tuple(groups), events, np.ones_like(events), axis.start, np.zeros(len(groups), dtype=bool))


def _requests(axis: Axis, logs: Rows, spans: Rows) -> Counts:
    """Requests by service: from spans where a service has them, else from logs with a status."""
    traced = {row[1] for row in spans}
    by_log = ((row[0], Group(row[1]), row[5]) for row in logs if row[1] not in traced)
    return _counts(axis, [*((row[0], Group(row[1]), row[3]) for row in spans), *by_log])


def _service_errors(axis: Axis, logs: Rows, spans: Rows) -> Counts:
    """Errors by service, from logs and spans; a request that shows in both counts once, so the larger number of a minute holds."""
    logged = _counts(axis, ((row[0], Group(row[1]), row[4]) for row in logs))
    traced = _counts(axis, ((row[0], Group(row[1]), row[4]) for row in spans))
    groups = {group: row for row, group in enumerate(dict.fromkeys((*logged.groups, *traced.groups)))}
    events = axis.array(groups)
    for source in (logged, traced):
        rows = [groups[group] for group in source.groups]
        events[rows] = np.maximum(events[rows], source.events)
    return Counts(tuple(groups), events, np.ones_like(events), axis.start, np.zeros(len(groups), dtype=bool))


def _exposed(counts: Counts, requests: Counts, rows: Mapping[str, int]) -> Counts:
    """Counts measured against their service's requests where it has any, else against time."""
    by_request = np.array([group.service in rows for group in counts.groups], dtype=bool)
    exposure = np.ones_like(counts.events)
    for row, group in enumerate(counts.groups):
        if by_request[row]:
            exposure[row] = requests.events[rows[group.service]]
    return Counts(counts.groups, counts.events, exposure, counts.start, by_request)


def _calls(axis: Axis, spans: Rows) -> tuple[Counts, Floats]:
    """Calls by service and span name, and how long they took as a histogram of log-scaled buckets."""
    calls = _counts(axis, ((row[0], Group(row[1], row[2]), row[3]) for row in spans))
    rows = {group: row for row, group in enumerate(calls.groups)}
    durations = np.zeros((len(rows), BUCKETS + 1, axis.minutes))
    for at, service, name, _, _, (buckets, weights) in spans:
        places = np.clip(np.array(buckets) - LOWEST_BUCKET, 0, BUCKETS - 1)
        np.add.at(durations[rows[Group(service, name)], :, axis.position(at)], places, np.array(weights, dtype=np.float64))
    used = np.flatnonzero(durations.any(axis=(0, 2)))
    return calls, durations[:, used[0] : used[-1] + 2] if used.size else durations


def _children(axis: Axis, children: Rows, calls: Counts) -> Counts:
    """Calls below each call, by who is called, measured against the calls above."""
    counts = _counts(axis, ((row[0], Group(row[1], row[2], subject=row[3]), row[4]) for row in children))
    rows = {group: row for row, group in enumerate(calls.groups)}
    above = [rows[Group(group.service, group.route)] for group in counts.groups]
    return Counts(counts.groups, counts.events, calls.events[above], counts.start, np.ones(len(above), dtype=bool))


def _levels(axis: Axis, gauges: Rows) -> Levels:
    """Gauges by service and name (as the group's subject), and the share of a connection pool that is in use, in percent."""
    groups = {group: row for row, group in enumerate(dict.fromkeys(Group(row[1], subject=row[2]) for row in gauges))}
    values = np.full((len(groups), axis.minutes), np.nan)
    for at, service, name, mean in gauges:
        values[groups[Group(service, subject=name)], axis.position(at)] = mean
    pools = _pools(list(groups), values)
    return Levels((*groups, *(group for group, _ in pools)), np.vstack([values, *(share for _, share in pools)]), axis.start)


def _pools(groups: Sequence[Group], values: Floats) -> list[tuple[Group, Floats]]:
    rows = {(group.service, group.subject): row for row, group in enumerate(groups)}
    both = [name for name, gauge in rows if gauge == _POOL[0] and (name, _POOL[1]) in rows]
    used = {name: values[rows[name, _POOL[0]]] for name in both}
    size = {name: np.maximum(values[rows[name, _POOL[1]]], 1.0) for name in both}
    return [(Group(name, subject="db.pool.share"), 100 * used[name] / size[name]) for name in both]
