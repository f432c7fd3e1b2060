"""Documents in the Elastic Common Schema (and what Fluent Bit and Vector send instead of it) as log records."""

from collections.abc import Iterator, Mapping
from typing import Any

from domain.telemetry import LogRecord
from pipeline.ndjson import log_of
from pipeline.reading import Reading
from pipeline.values import MAX_DEPTH, MAX_NAME

_MOST_FIELDS = 2_000
# Ours, and the fields it may come from, best first (ECS 8; the last ones are habits of shippers).
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "timestamp": ("@timestamp", "timestamp", "time", "date", "event.created"),
    "body": ("message", "body", "log.original", "event.original", "msg", "log"),
    "severity": ("log.level", "level", "severity", "log.syslog.severity.name", "severity_text"),
    "service": (
        "service.name", "service", "service_name", "kubernetes.labels.app_kubernetes_io/name", "kubernetes.labels.app",
        "kubernetes.container.name", "kubernetes.container_name", "container.name", "container_name", "app", "appname",
        "process.name", "program", "event.module",
    ),
    "host": ("host.name", "host.hostname", "hostname", "host", "agent.hostname"),
    "trace_id": ("trace.id", "trace_id", "traceId"),
    "span_id": ("span.id", "transaction.id", "span_id"),
    "status_code": ("http.response.status_code", "status_code"),
    "http_method": ("http.request.method", "http_method"),
    "route": ("http.route", "url.path", "url.original", "route"),
    "client": ("client.ip", "client.address", "source.ip", "source.address", "client_ip", "remote_addr"),
    "user_id": ("user.name", "user.id", "user_id"),
    "error_code": ("error.code", "error.type", "error_code"),
    "error_message": ("error.message", "error_message"),
    "response_bytes": ("http.response.body.bytes", "http.response.bytes", "response_bytes"),
    "user_agent": ("user_agent.original", "user_agent"),
    "request_id": ("http.request.id", "request_id"),
    "region": ("cloud.region", "region"),
}  # fmt: skip
_DURATION, _OURS_DURATION = "event.duration", "duration_ms"
_RESOURCES = ("service.", "host.", "agent.", "container.", "kubernetes.", "orchestrator.", "cloud.", "ecs.", "data_stream.")
_NANOS_A_MS = 1e6


def record_of_document(document: Mapping[str, Any], reading: Reading, index: str = "") -> LogRecord:
    """A log record of a document; `index` is kept as an attribute. Raises ValueError saying what is wrong."""
    flat = dict(_flattened(document))
    values, taken = _renamed(flat)
    left = {name: value for name, value in flat.items() if name not in taken}
    resource = {name: value for name, value in left.items() if name.startswith(_RESOURCES)}
    attributes = {name: value for name, value in left.items() if name not in resource}
    if index:
        attributes["elastic.index"] = index
    return log_of({**values, "attributes": attributes, "resource": resource}, reading)


def _renamed(flat: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    values: dict[str, Any] = {}
    taken: set[str] = set()
    for ours, names in _FIELDS.items():
        if name := next((name for name in names if flat.get(name) not in (None, "")), ""):
            values["log" if name == "log" else ours] = _cased(ours, flat[name])
            taken.add(name)
    if isinstance(nanos := flat.get(_DURATION), (int, float)):
        values[_OURS_DURATION] = nanos / _NANOS_A_MS
        taken.add(_DURATION)
    return values, taken


def _cased(name: str, value: Any) -> Any:
    """ECS writes methods as the client did; routes of full URLs lose their query."""
    if name == "route" and isinstance(value, str):
        return value.partition("?")[0]
    return value[0] if name in {"host", "client"} and isinstance(value, list) and value else value


def _flattened(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Fields by dotted names, at most 2,000, an object nested deeper than 16 as one value."""
    waiting = [("", values, 0)]
    count = 0
    while waiting and count < _MOST_FIELDS:
        prefix, inner, depth = waiting.pop()
        for name, value in inner.items():
            if isinstance(value, dict) and depth < MAX_DEPTH:
                waiting.append((f"{prefix}{name}."[:MAX_NAME], value, depth + 1))
                continue
            count += 1
            yield f"{prefix}{name}"[:MAX_NAME], value
