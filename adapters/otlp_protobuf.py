"""Walks OTLP messages in protobuf form."""

from collections.abc import Iterable
from typing import Any

from adapters.otlp_records import KINDS, STATES, Gathered, flat, severity, text_of, weight_of
from domain.telemetry import HistogramPoint, LogRecord, MetricPoint, Signal, SpanRecord


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
                    self._log(record, resource)

    def _log(self, record: Any, resource: dict[str, str]) -> None:
        self._gathered.count += 1
        timestamp_ns = record.time_unix_nano or record.observed_time_unix_nano
        if not timestamp_ns:
            self._gathered.reject("the log record has no time", record.body)
            return
        body = record.body.string_value if record.body.HasField("string_value") else text_of(_value(record.body) or "")
        log = LogRecord(
            timestamp_ns=timestamp_ns,
            service=resource.get("service.name", "unknown"),
            body=body,
            severity_number=severity(record.severity_number, record.severity_text),
            trace_id=record.trace_id.hex(),
            span_id=record.span_id.hex(),
            event=record.event_name,
            attributes=_attributes(record.attributes),
            resource=resource,
        )
        self._gathered.logs.append(log)

    def _spans(self, groups: Iterable[Any]) -> None:
        for group in groups:
            resource = _attributes(group.resource.attributes)
            for scope in group.scope_spans:
                for span in scope.spans:
                    self._span(span, resource)

    def _span(self, span: Any, resource: dict[str, str]) -> None:
        self._gathered.count += 1
        if not (span.trace_id and span.span_id and span.start_time_unix_nano):
            self._gathered.reject("the span lacks its trace id, span id or start time", span.name)
            return
        record = SpanRecord(
            trace_id=span.trace_id.hex(),
            span_id=span.span_id.hex(),
            parent_span_id=span.parent_span_id.hex(),
            service=resource.get("service.name", "unknown"),
            name=span.name,
            start_ns=span.start_time_unix_nano,
            duration_ns=max(span.end_time_unix_nano - span.start_time_unix_nano, 0),
            kind=KINDS[span.kind] if span.kind < len(KINDS) else "Internal",
            status=STATES[span.status.code] if span.status.code < len(STATES) else "Unset",
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
            self._gathered.count += 1
            if kind not in {"gauge", "sum", "histogram"}:
                self._gathered.reject(f"metric points of kind {kind or 'none'!r} are not stored", metric.name)
            elif point is None or not point.time_unix_nano or not (kind == "histogram" or point.WhichOneof("value")):
                self._gathered.reject("the metric point has no value or no time", metric.name)
            else:
                self._gathered.metrics.append(_point(metric, kind, point, resource))


def _point(metric: Any, kind: Any, point: Any, resource: dict[str, str]) -> MetricPoint:
    is_histogram = kind == "histogram"
    return MetricPoint(
        timestamp_ns=point.time_unix_nano,
        service=resource.get("service.name", "unknown"),
        name=metric.name,
        value=point.sum if is_histogram else float(getattr(point, point.WhichOneof("value"))),
        unit=metric.unit,
        kind=kind,
        is_monotonic=kind == "sum" and metric.sum.is_monotonic,
        histogram=_histogram(point) if is_histogram else None,
        attributes=_attributes(point.attributes),
        resource=resource,
    )


def _histogram(point: Any) -> HistogramPoint:
    return HistogramPoint(point.count, point.sum, tuple(point.bucket_counts), tuple(point.explicit_bounds))


def _attributes(pairs: Iterable[Any]) -> dict[str, str]:
    return flat({pair.key: _value(pair.value) for pair in pairs})


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    inner = getattr(value, kind)
    if kind == "array_value":
        return [_value(item) for item in inner.values]
    if kind == "kvlist_value":
        return {pair.key: _value(pair.value) for pair in inner.values}
    return inner.hex() if kind == "bytes_value" else inner
