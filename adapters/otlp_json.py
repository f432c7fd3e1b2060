"""Walks OTLP documents in JSON form: ids are hex, 64-bit numbers come as texts, unknown fields are passed over."""

import binascii
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any

from adapters.otlp_records import KINDS, STATES, Gathered, flat, severity, text_of, weight_of
from domain.errors import WrongUseError
from domain.telemetry import HistogramPoint, LogRecord, MetricPoint, Signal, SpanRecord

Json = dict[str, Any]
_SHAPES: dict[Signal, tuple[str, str, str]] = {
    "logs": ("resourceLogs", "scopeLogs", "logRecords"),
    "traces": ("resourceSpans", "scopeSpans", "spans"),
    "metrics": ("resourceMetrics", "scopeMetrics", "metrics"),
}
_MALFORMED = (TypeError, ValueError, AttributeError, KeyError, IndexError, binascii.Error)
_METRIC_KINDS = ("gauge", "sum", "histogram", "exponentialHistogram", "summary")
_KIND_NAMES = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
_STATE_NAMES = ("UNSET", "OK", "ERROR")


class JsonWalk:
    """Takes the records of a parsed document."""

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered

    def take(self, signal: Signal, document: Json) -> None:
        """Every record of a document. Raises WrongUseError when it has no resource groups of that signal."""
        groups_name, scopes_name, records_name = _SHAPES[signal]
        groups = document.get(groups_name, [])
        if not isinstance(groups, list) or (document and groups_name not in document):
            raise WrongUseError(f"The document has no list {groups_name!r}, so it is no OTLP {signal} request.")
        for resource, record in _records(groups, scopes_name, records_name):
            if signal == "metrics":
                self._metric(record, resource)
            else:
                self._one(self._log if signal == "logs" else self._span, record, resource)

    def _one(self, make: Callable[[Json, dict[str, str]], None], record: Any, resource: dict[str, str]) -> None:
        self._gathered.count += 1
        try:
            make(record, resource)
        except _MALFORMED as error:
            self._gathered.reject(f"the record is malformed ({type(error).__name__}: {error})", record)

    def _log(self, record: Json, resource: dict[str, str]) -> None:
        timestamp_ns = _whole(record.get("timeUnixNano")) or _whole(record.get("observedTimeUnixNano"))
        if not timestamp_ns:
            raise ValueError("no time")
        body = _value(record.get("body") or {})
        log = LogRecord(
            timestamp_ns=timestamp_ns,
            service=resource.get("service.name", "unknown"),
            body="" if body is None else text_of(body),
            severity_number=severity(_severity_number(record.get("severityNumber")), record.get("severityText") or ""),
            trace_id=_identity(record, "traceId"),
            span_id=_identity(record, "spanId"),
            event=record.get("eventName") or "",
            attributes=_attributes(record),
            resource=resource,
        )
        self._gathered.logs.append(log)

    def _span(self, span: Json, resource: dict[str, str]) -> None:
        start_ns = _whole(span["startTimeUnixNano"])
        status = span.get("status") or {}
        trace_id, span_id = _identity(span, "traceId"), _identity(span, "spanId")
        if not (trace_id and span_id and start_ns):
            raise ValueError("no trace id, span id or start time")
        record = SpanRecord(
            trace_id=trace_id,
            span_id=span_id,
            parent_span_id=_identity(span, "parentSpanId"),
            service=resource.get("service.name", "unknown"),
            name=str(span.get("name") or ""),
            start_ns=start_ns,
            duration_ns=max(_whole(span.get("endTimeUnixNano")) - start_ns, 0),
            kind=KINDS[_member(span.get("kind"), _KIND_NAMES)],
            status=STATES[_member(status.get("code"), _STATE_NAMES)],
            status_message=str(status.get("message") or ""),
            weight=weight_of(span.get("traceState") or ""),
            attributes=_attributes(span),
            resource=resource,
        )
        self._gathered.spans.append(record)

    def _metric(self, metric: Json, resource: dict[str, str]) -> None:
        kind, points = _points(metric)
        for point in points:
            self._one(lambda point, resource: self._gathered.metrics.append(_point(metric, kind, point, resource)), point, resource)


def _points(metric: Json) -> tuple[str, list[Any]]:
    try:
        kind = next((name for name in _METRIC_KINDS if name in metric), "")
        return kind, metric[kind].get("dataPoints") or [{}] if kind else [{}]
    except _MALFORMED:
        return "", [metric]


def _records(groups: list[Any], scopes_name: str, records_name: str) -> Iterator[tuple[dict[str, str], Any]]:
    try:
        for group in groups:
            resource = _attributes(group.get("resource") or {})
            for scope in group.get(scopes_name) or []:
                for record in scope.get(records_name) or []:
                    yield resource, record
    except _MALFORMED as error:
        raise WrongUseError(f"The OTLP document is malformed: {error}") from error


def _point(metric: Json, kind: Any, point: Json, resource: dict[str, str]) -> MetricPoint:
    if kind not in {"gauge", "sum", "histogram"}:
        raise ValueError(f"metric points of kind {kind or 'none'!r} are not stored")
    timestamp_ns = _whole(point["timeUnixNano"])
    value = point.get("sum", 0.0) if kind == "histogram" else point.get("asDouble", point.get("asInt"))
    if value is None or not timestamp_ns:
        raise ValueError(f"a point of {metric.get('name')!r} has no value or no time")
    return MetricPoint(
        timestamp_ns=timestamp_ns,
        service=resource.get("service.name", "unknown"),
        name=str(metric["name"]),
        value=float(value),
        unit=str(metric.get("unit") or ""),
        kind=kind,
        is_monotonic=bool(metric[kind].get("isMonotonic")),
        histogram=_histogram(point) if kind == "histogram" else None,
        attributes=_attributes(point),
        resource=resource,
    )


def _histogram(point: Json) -> HistogramPoint:
    buckets = tuple(_whole(count) for count in point.get("bucketCounts") or [])
    bounds = tuple(float(bound) for bound in point.get("explicitBounds") or [])
    return HistogramPoint(_whole(point.get("count")), float(point.get("sum") or 0.0), buckets, bounds)


def _attributes(owner: Json) -> dict[str, str]:
    return flat({pair["key"]: _value(pair.get("value") or {}) for pair in owner.get("attributes") or []})


def _value(value: Json) -> Any:
    for name, inner in value.items():
        if name == "intValue":
            return int(inner)
        if name == "arrayValue":
            return [_value(item) for item in inner.get("values") or []]
        if name == "kvlistValue":
            return {pair["key"]: _value(pair.get("value") or {}) for pair in inner.get("values") or []}
        if name == "bytesValue":
            return b64decode(inner).hex()
        return inner
    return None


def _identity(owner: Json, name: str) -> str:
    text = str(owner.get(name) or "").lower()
    bytes.fromhex(text)
    return "" if text.strip("0") == "" else text


def _severity_number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _whole(value: Any) -> int:
    return int(value or 0)


def _member(value: Any, names: tuple[str, ...]) -> int:
    if isinstance(value, str):
        short = value.rpartition("_")[2]
        return names.index(short) if short in names else 0
    return value if isinstance(value, int) and 0 <= value < len(names) else 0
