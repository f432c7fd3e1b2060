"""Walks OTLP messages in protobuf form."""

from collections.abc import Callable, Iterable
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
from domain.telemetry import HistogramPoint, LogRecord, MetricPoint, Signal, SpanRecord

_STORED = frozenset({"gauge", "sum", "histogram", "exponential_histogram"})
_NO_VALUE = 1  # DataPointFlags: a series that ended


class ProtobufWalk:
    """Takes the records of a parsed request."""

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered

    def take(self, signal: Signal, request: Any) -> None:
        """Every record of a request."""
        if signal == "logs":
            self._logs(request.resource_logs)
        elif signal == "traces":
            self._spans(request.resource_spans)
        else:
            self._metrics(request.resource_metrics)

    def _logs(self, groups: Iterable[Any]) -> None:
        for group in groups:
            resource = _attributes(group.resource.attributes)
            for scope in group.scope_logs:
                for record in scope.log_records:
                    self._one(self._log, record, resource, record.body)

    def _one(self, make: Callable[[Any, dict[str, str]], None], record: Any, resource: dict[str, str], shown: Any) -> None:
        self._gathered.begin()
        try:
            make(record, resource)
        except (ValueError, TypeError, OverflowError) as error:
            self._gathered.reject(f"the record is malformed ({error})", shown)

    def _log(self, record: Any, resource: dict[str, str]) -> None:
        body, rest = (record.body.string_value, {}) if record.body.HasField("string_value") else body_of(_value(record.body))
        log = LogRecord(
            timestamp_ns=checked_time(record.time_unix_nano or record.observed_time_unix_nano),
            service=resource.get("service.name", "unknown"),
            body=body,
            severity_number=severity(record.severity_number, record.severity_text),
            trace_id=identity(record.trace_id.hex(), TRACE_DIGITS),
            span_id=identity(record.span_id.hex(), SPAN_DIGITS),
            event=record.event_name,
            attributes={**flat(rest), **_attributes(record.attributes)} if rest else _attributes(record.attributes),
            resource=resource,
        )
        self._gathered.logs.append(log)

    def _spans(self, groups: Iterable[Any]) -> None:
        for group in groups:
            resource = _attributes(group.resource.attributes)
            for scope in group.scope_spans:
                for span in scope.spans:
                    self._one(self._span, span, resource, span.name)

    def _span(self, span: Any, resource: dict[str, str]) -> None:
        trace_id, span_id = identity(span.trace_id.hex(), TRACE_DIGITS), identity(span.span_id.hex(), SPAN_DIGITS)
        if not (trace_id and span_id):
            raise ValueError("the span has no trace id of 16 bytes or no span id of 8")
        record = SpanRecord(
            trace_id=trace_id,
            span_id=span_id,
            parent_span_id=identity(span.parent_span_id.hex(), SPAN_DIGITS),
            service=resource.get("service.name", "unknown"),
            name=span.name,
            start_ns=checked_time(span.start_time_unix_nano),
            duration_ns=max(span.end_time_unix_nano - span.start_time_unix_nano, 0),
            kind=KINDS[span.kind] if 0 <= span.kind < len(KINDS) else "Internal",
            status=STATES[span.status.code] if 0 <= span.status.code < len(STATES) else "Unset",
            status_message=span.status.message,
            weight=weight_of(span.trace_state),
            attributes=_attributes(span.attributes),
            resource=resource,
        )
        self._gathered.spans.append(record)

    def _metrics(self, groups: Iterable[Any]) -> None:
        for group in groups:
            resource = _attributes(group.resource.attributes)
            for scope in group.scope_metrics:
                for metric in scope.metrics:
                    self._metric(metric, resource)

    def _metric(self, metric: Any, resource: dict[str, str]) -> None:
        kind = metric.WhichOneof("data")
        points = getattr(metric, kind).data_points if kind else ()
        for point in points or (None,):
            self._one(lambda one, kept: self._gathered.metrics.append(_point(metric, kind, one, kept)), point, resource, metric.name)


def _point(metric: Any, kind: Any, point: Any, resource: dict[str, str]) -> MetricPoint:
    if kind not in _STORED:
        raise ValueError(f"metric points of kind {kind or 'none'!r} are not stored")
    if point is None or point.flags & _NO_VALUE:
        raise ValueError("the metric point has no value")
    histogram = _histogram(kind, point) if kind.endswith("histogram") else None
    return MetricPoint(
        timestamp_ns=checked_time(point.time_unix_nano),
        service=resource.get("service.name", "unknown"),
        name=metric.name,
        value=histogram.total if histogram else _number(point),
        unit=metric.unit,
        kind="histogram" if histogram else kind,
        is_monotonic=kind == "sum" and metric.sum.is_monotonic,
        histogram=histogram,
        attributes=_attributes(point.attributes),
        resource=resource,
    )


def _number(point: Any) -> float:
    kind = point.WhichOneof("value")
    if kind is None:
        raise ValueError("the metric point has no value")
    return finite(float(getattr(point, kind)))


def _histogram(kind: str, point: Any) -> HistogramPoint:
    if kind == "histogram":
        return explicit(point.count, point.sum, point.bucket_counts, point.explicit_bounds)
    positive, negative = (Spread(side.offset, side.bucket_counts) for side in (point.positive, point.negative))
    return from_exponential(point.count, point.sum, point.scale, point.zero_count, positive=positive, negative=negative)


def _attributes(pairs: Iterable[Any]) -> dict[str, str]:
    return flat({pair.key: _value(pair.value) for pair in pairs})


def _value(value: Any, depth: int = 0) -> Any:
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if depth > MAX_DEPTH:
        return TOO_DEEP
    inner = getattr(value, kind)
    if kind == "array_value":
        return [_value(item, depth + 1) for item in inner.values]
    if kind == "kvlist_value":
        return {pair.key: _value(pair.value, depth + 1) for pair in inner.values}
    return inner.hex() if kind == "bytes_value" else inner
