"""What an incident touched: event, request, trace and template ids, and regions, read from the logs that show it."""

from dataclasses import replace

from domain.ids import DEFAULT_TENANT, Tenant
from domain.incidents import Incident
from domain.ports import StoreQuery, TelemetryStore
from domain.window import Window
from incidents.grouping import SECURITY, last_evidence

MOST_REQUESTS = 100
_WRONG = "(severity_number >= 17 OR status >= 500)"
_ATTACK = "(status IN (400, 401, 403, 404, 405) OR startsWith(event, 'ssh.'))"
_NEEDS = frozenset({"service", "trace_id", "template_id", "attributes", "status", "event", "severity_number"})


async def detailed(store: TelemetryStore, incident: Incident, tenant: Tenant = DEFAULT_TENANT) -> Incident:
    """The incident with the ids of what it touched so far; requests are at most 100 of their total. Raises StoreError."""
    if not incident.services or not store.logical_columns("logs") >= _NEEDS:
        return incident
    window = Window(incident.start_at, max(incident.start_at, last_evidence(incident)))
    is_attack = all(alarm.family == SECURITY for alarm in incident.alarms)
    events = "groupUniqArrayIf(100)(event_id, event_id != '')" if "event_id" in store.logical_columns("logs") else "[]"
    sql = _sql(_ATTACK if is_attack else _WRONG, events)
    found = await store.query(StoreQuery(sql, {"logs": window}, {"services": list(incident.services)}, tenant))
    requests, total, traces, templates, regions, ids = found.rows[0]
    return replace(
        incident,
        request_ids=tuple(sorted(requests)),
        requests_total=int(total),
        trace_ids=tuple(sorted(traces)),
        template_ids=tuple(sorted(templates)),
        regions=tuple(sorted(regions)),
        event_ids=tuple(sorted(ids)),
    )


def _sql(wanted: str, events: str) -> str:
    return f"""SELECT groupUniqArrayIf({MOST_REQUESTS})(attributes['request_id'], attributes['request_id'] != '') AS requests,
  uniqExactIf(attributes['request_id'], attributes['request_id'] != '') AS total,
  groupUniqArrayIf(50)(trace_id, trace_id != '') AS traces, groupUniqArrayIf(20)(template_id, template_id != '') AS templates,
  groupUniqArrayIf(20)(attributes['cloud.region'], attributes['cloud.region'] != '') AS regions, {events} AS events
FROM logs WHERE has({{services:Array(String)}}, service) AND {wanted}"""  # noqa: S608 (constants of ours; values are bound)
