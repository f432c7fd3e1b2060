"""Records as Arrow tables with the telemetry tables' columns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, chain

import numpy as np
import pyarrow as pa

from domain.errors import StoreRefusedError
from domain.ids import Tenant
from domain.telemetry import LogRecord, LogTemplate, MetricPoint, SpanRecord, severity_text

DAY_NS = 86_400 * 1_000_000_000
MAX_DAYS = 100
NANOS = pa.timestamp("ns", "UTC")
_MAP = pa.map_(pa.string(), pa.string())
_SEVERITIES = tuple(severity_text(number) for number in range(25))


def logs_table(records: Sequence[LogRecord], tenant: Tenant) -> pa.Table:
    """Columns of `otel_logs`; UserAgent comes from its default. Raises StoreRefusedError on a value out of range."""
    return checked(lambda: pa.table({**_log_event(records), **_log_hot(records), **_sampled(records), **_arrived(records, tenant)}))


def spans_table(records: Sequence[SpanRecord], tenant: Tenant) -> pa.Table:
    """Columns of `otel_traces`. Raises StoreRefusedError on a value out of range."""
    return checked(lambda: pa.table({**_span_columns(records), **_sampled(records), **_arrived(records, tenant)}))


def metrics_table(points: Sequence[MetricPoint], tenant: Tenant) -> pa.Table:
    """Columns of one metrics table; all points are of one kind. Raises StoreRefusedError on a value out of range."""
    values = _histogram_values(points) if points[0].kind == "histogram" else _number_values(points)
    return checked(lambda: pa.table({**_metric_columns(points), **values, **_arrived(points, tenant)}))


def templates_table(templates: Sequence[LogTemplate], tenant: Tenant) -> pa.Table:
    """Columns of `wf_log_templates`."""
    return pa.table(
        {
            "Tenant": constant(tenant, len(templates)),
            "TemplateId": texts([template.template_id for template in templates]),
            "ServiceName": texts([template.service for template in templates]),
            "Severity": texts([template.severity for template in templates]),
            "Text": texts([template.text for template in templates]),
        }
    )


def by_days(table: pa.Table, time_column: str) -> Iterator[pa.Table]:
    """The table cut so that no piece spans more than 100 days: the engine refuses a block with more partitions (code 252)."""
    days = table.column(time_column).cast(pa.int64()).to_numpy() // DAY_NS
    distinct = np.unique(days)
    if len(distinct) <= MAX_DAYS:
        yield table
        return
    for first in range(0, len(distinct), MAX_DAYS):
        yield table.filter(pa.array(np.isin(days, distinct[first : first + MAX_DAYS])))


def checked(build: Callable[[], pa.Table]) -> pa.Table:
    """The built table. Raises StoreRefusedError on a value out of its column's range."""
    try:
        return build()
    except (ValueError, TypeError, OverflowError) as error:
        raise StoreRefusedError(f"a record has a field that does not fit its column: {error}") from error


def _sampled(records: Sequence[LogRecord] | Sequence[SpanRecord]) -> dict[str, pa.Array]:
    return {
        "SampleReason": texts([record.sample_reason for record in records]),
        "PolicyVersion": pa.array([record.policy_version for record in records], pa.uint32()),
    }


def _arrived(records: Sequence[LogRecord] | Sequence[SpanRecord] | Sequence[MetricPoint], tenant: Tenant) -> dict[str, pa.Array]:
    # No time of arrival is a null, for which the engine puts the column's default: now.
    return {
        "Tenant": constant(tenant, len(records)),
        "IngestedAt": pa.array([record.arrival.received_at_ns or None for record in records], NANOS),
        "KeepDays": pa.array([record.arrival.keep_days for record in records], pa.uint16()),
        "RecordId": texts([record.record_id for record in records]),
    }


def _log_event(records: Sequence[LogRecord]) -> dict[str, pa.Array]:
    events = texts([record.event for record in records])
    return {
        "Timestamp": pa.array([record.timestamp_ns for record in records], NANOS),
        "TraceId": texts([record.trace_id for record in records]),
        "SpanId": texts([record.span_id for record in records]),
        "SeverityText": texts([_SEVERITIES[min(record.severity_number, 24)] for record in records]),
        "SeverityNumber": pa.array([record.severity_number for record in records], pa.uint8()),
        "ServiceName": texts([record.service for record in records]),
        "Body": texts([record.body for record in records]),
        "ResourceAttributes": _maps([record.resource for record in records]),
        "LogAttributes": _maps([record.attributes for record in records]),
        "EventName": events,
        "Event": events,
        "TemplateId": texts([record.template_id for record in records]),
    }


def _log_hot(records: Sequence[LogRecord]) -> dict[str, pa.Array]:
    return {
        "Occurrences": pa.array([record.occurrences for record in records], pa.uint32()),
        "SampleWeight": pa.array([record.weight for record in records], pa.uint32()),
        "EventId": texts([record.event_id for record in records]),
        "Route": texts([record.route for record in records]),
        "Method": texts([record.method for record in records]),
        "Status": pa.array([record.status for record in records], pa.uint16()),
        "ErrorCode": texts([record.error_code for record in records]),
        "DurationMs": pa.array([record.duration_ms for record in records], pa.float64()),
        "Client": texts([record.client for record in records]),
        "User": texts([record.user for record in records]),
        "Host": texts([record.host for record in records]),
        "ResponseBytes": pa.array([record.response_bytes for record in records], pa.uint64()),
    }


def _span_columns(records: Sequence[SpanRecord]) -> dict[str, pa.Array]:
    return {
        "Timestamp": pa.array([record.start_ns for record in records], NANOS),
        "TraceId": texts([record.trace_id for record in records]),
        "SpanId": texts([record.span_id for record in records]),
        "ParentSpanId": texts([record.parent_span_id for record in records]),
        "SpanName": texts([record.name for record in records]),
        "SpanKind": texts([record.kind for record in records]),
        "ServiceName": texts([record.service for record in records]),
        "ResourceAttributes": _maps([record.resource for record in records]),
        "SpanAttributes": _maps([record.attributes for record in records]),
        "Duration": pa.array([record.duration_ns for record in records], pa.uint64()),
        "StatusCode": texts([record.status for record in records]),
        "StatusMessage": texts([record.status_message for record in records]),
        "SampleWeight": pa.array([record.weight for record in records], pa.uint32()),
    }


def _metric_columns(points: Sequence[MetricPoint]) -> dict[str, pa.Array]:
    return {
        "ResourceAttributes": _maps([point.resource for point in points]),
        "ServiceName": texts([point.service for point in points]),
        "MetricName": texts([point.name for point in points]),
        "MetricUnit": texts([point.unit for point in points]),
        "Attributes": _maps([point.attributes for point in points]),
        "TimeUnix": pa.array([point.timestamp_ns for point in points], NANOS),
    }


def _number_values(points: Sequence[MetricPoint]) -> dict[str, pa.Array]:
    values = {"Value": pa.array([point.value for point in points], pa.float64())}
    if points[0].kind == "gauge":
        return values
    return {**values, "IsMonotonic": pa.array([point.is_monotonic for point in points], pa.bool_())}


def _histogram_values(points: Sequence[MetricPoint]) -> dict[str, pa.Array]:
    # A histogram point without buckets is one observation of its value.
    counts = [point.histogram.count if point.histogram else 1 for point in points]
    totals = [point.histogram.total if point.histogram else point.value for point in points]
    buckets = [list(point.histogram.bucket_counts) if point.histogram else [] for point in points]
    bounds = [list(point.histogram.bounds) if point.histogram else [] for point in points]
    return {
        "Count": pa.array(counts, pa.uint64()),
        "Sum": pa.array(totals, pa.float64()),
        "BucketCounts": pa.array(buckets, pa.list_(pa.uint64())),
        "ExplicitBounds": pa.array(bounds, pa.list_(pa.float64())),
    }


def texts(values: Sequence[str]) -> pa.Array:
    """A column of texts; what no UTF-8 can hold becomes a question mark."""
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:  # lone surrogates of a wrongly decoded line: keep the line, mark the bytes
        return pa.array([value.encode("utf-8", "replace").decode() for value in values], pa.string())


def _maps(values: Sequence[Mapping[str, str]]) -> pa.Array:
    offsets = pa.array([0, *accumulate(map(len, values))], pa.int32())
    keys = texts(list(chain.from_iterable(values)))
    items = texts(list(chain.from_iterable(value.values() for value in values)))
    return pa.MapArray.from_arrays(offsets, keys, items)


def constant(value: str, length: int) -> pa.Array:
    """A column that says one thing."""
    return pa.repeat(pa.scalar(value, pa.string()), length)
