"""Walks OTLP documents in JSON form: ids are hex, 64-bit numbers come as texts, unknown fields are passed over."""

import binascii
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from adapters.otlp_buckets import Spread, explicit, from_exponential
from adapters.otlp_records import (
    KINDS,
    MAX_DEPTH,
    SPAN_DIGITS,
    STATES,
    TOO_DEEP,
    TRACE_DIGITS,
    Gathered,
    body_of,
    checked_time,
    finite,
    flat,
    identity,
    severity,
    weight_of,
)
from domain.errors import WrongUseError
from domain.telemetry import HistogramPoint, LogRecord, MetricPoint, Signal, SpanRecord

Json = dict[str, Any]
_SHAPES: dict[Signal, tuple[str, str, str]] = {
    "logs": ("resourceLogs", "scopeLogs", "logRecords"),
    "traces": ("resourceSpans", "scopeSpans", "spans"),
    "metrics": ("resourceMetrics", "scopeMetrics", "metrics"),
}
_MALFORMED = (TypeError, ValueError, AttributeError, KeyError, IndexError, OverflowError, binascii.Error)
_METRIC_KINDS = ("gauge", "sum", "histogram", "exponentialHistogram", "summary")
_STORED = frozenset({"gauge", "sum", "histogram", "exponentialHistogram"})
_NO_VALUE = 1  # DataPointFlags: a series that ended
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
        self._gathered.begin()
        try:
            make(record, resource)
        except _MALFORMED as error:
            self._gathered.reject(f"the record is malformed ({type(error).__name__}: {error})", record)

    def _log(self, record: Json, resource: dict[str, str]) -> None:
        body, rest = body_of(_value(record.get("body") or {}))
        log = LogRecord(
            timestamp_ns=checked_time(_whole(record.get("timeUnixNano")) or _whole(record.get("observedTimeUnixNano"))),
            service=resource.get("service.name", "unknown"),
            body=body,
            severity_number=severity(_severity_number(record.get("severityNumber")), record.get("severityText") or ""),
            trace_id=_identity(record, "traceId", TRACE_DIGITS),
            span_id=_identity(record, "spanId", SPAN_DIGITS),
            event=_text(record.get("eventName")),
            attributes={**flat(rest), **_attributes(record)},
            resource=resource,
        )
        self._gathered.logs.append(log)

    def _span(self, span: Json, resource: dict[str, str]) -> None:
        start_ns = checked_time(_whole(span["startTimeUnixNano"]))
        status = span.get("status") or {}
        trace_id, span_id = _identity(span, "traceId", TRACE_DIGITS), _identity(span, "spanId", SPAN_DIGITS)
        if not (trace_id and span_id):
            raise ValueError("no trace id of 16 bytes or no span id of 8")
        record = SpanRecord(
            trace_id=trace_id,
            span_id=span_id,
            parent_span_id=_identity(span, "parentSpanId", SPAN_DIGITS),
            service=resource.get("service.name", "unknown"),
            name=_text(span.get("name")),
            start_ns=start_ns,
            duration_ns=max(_whole(span.get("endTimeUnixNano")) - start_ns, 0),
            kind=KINDS[_member(span.get("kind"), _KIND_NAMES)],
            status=STATES[_member(status.get("code"), _STATE_NAMES)],
            status_message=_text(status.get("message")),
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
    """The kind of a metric and its points; one empty point stands for none, so that something can be rejected."""
    kind = next((name for name in _METRIC_KINDS if isinstance(metric, dict) and name in metric), "")
    data = metric[kind] if kind else None
    points = data.get("dataPoints") if isinstance(data, dict) else None
    return kind, points if isinstance(points, list) and points else [{}]


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
    if kind not in _STORED:
        raise ValueError(f"metric points of kind {kind or 'none'!r} are not stored")
    histogram = _histogram(kind, point) if kind not in {"gauge", "sum"} else None
    value: Any = point.get("asDouble", point.get("asInt"))
    if (value is None and not histogram) or _whole(point.get("flags")) & _NO_VALUE:
        raise ValueError(f"a point of {metric.get('name')!r} has no value")
    return MetricPoint(
        timestamp_ns=checked_time(_whole(point["timeUnixNano"])),
        service=resource.get("service.name", "unknown"),
        name=_text(metric["name"]),
        value=histogram.total if histogram else finite(float(value)),
        unit=_text(metric.get("unit")),
        kind="histogram" if histogram else kind,
        is_monotonic=bool(metric[kind].get("isMonotonic")),
        histogram=histogram,
        attributes=_attributes(point),
        resource=resource,
    )


def _histogram(kind: str, point: Json) -> HistogramPoint:
    count, total = _whole(point.get("count")), float(point.get("sum") or 0.0)
    if kind == "histogram":
        counts = [_whole(bucket) for bucket in point.get("bucketCounts") or []]
        return explicit(count, total, counts, [float(bound) for bound in point.get("explicitBounds") or []])
    positive, negative = (_spread(point.get(side) or {}) for side in ("positive", "negative"))
    return from_exponential(count, total, _whole(point.get("scale")), _whole(point.get("zeroCount")), positive=positive, negative=negative)


def _spread(side: Json) -> Spread:
    return Spread(_whole(side.get("offset")), [_whole(bucket) for bucket in side.get("bucketCounts") or []])


def _attributes(owner: Json) -> dict[str, str]:
    return flat({_text(pair["key"]): _value(pair.get("value") or {}) for pair in owner.get("attributes") or []})


def _value(value: Json, depth: int = 0) -> Any:
    """The plain value of an AnyValue, whose only known field says its type."""
    if depth > MAX_DEPTH:
        return TOO_DEEP
    for name, inner in value.items():
        if name == "arrayValue":
            return [_value(item, depth + 1) for item in inner.get("values") or []]
        if name == "kvlistValue":
            return {_text(pair["key"]): _value(pair.get("value") or {}, depth + 1) for pair in inner.get("values") or []}
        if name in _PLAIN:
            return _PLAIN[name](inner)
    return None


def _text(value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{value!r:.60} is no text")
    return value or ""


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r:.60} is neither true nor false")
    return value


_PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "stringValue": _text,
    "boolValue": _truth,
    "intValue": int,
    "doubleValue": float,
    "bytesValue": lambda inner: b64decode(inner).hex(),
}


def _identity(owner: Json, name: str, length: int) -> str:
    digits = _text(owner.get(name)).lower()
    bytes.fromhex(digits)
    return identity(digits, length)


def _severity_number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _whole(value: Any) -> int:
    return int(value or 0)


def _member(value: Any, names: tuple[str, ...]) -> int:
    if isinstance(value, str):
        short = value.rpartition("_")[2]
        return names.index(short) if short in names else 0
    return value if isinstance(value, int) and 0 <= value < len(names) else 0
