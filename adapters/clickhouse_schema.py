"""The telemetry tables: the OpenTelemetry exporter's layout with our own columns behind it."""

from collections.abc import Collection, Mapping

LOGS = "otel_logs"
TRACES = "otel_traces"
TRACE_TIMES = "otel_traces_trace_id_ts"
GAUGES = "otel_metrics_gauge"
SUMS = "otel_metrics_sum"
HISTOGRAMS = "otel_metrics_histogram"
TEMPLATES = "wf_log_templates"
COUNTS = "wf_counts"
TABLES = (LOGS, TRACES, GAUGES, SUMS, HISTOGRAMS, TEMPLATES, COUNTS)

# Where a hot column comes from when a collector wrote only attributes: names of the OpenTelemetry conventions, old and new.
LOG_KEYS: Mapping[str, tuple[str, ...]] = {
    "Route": ("http.route", "route"),
    "Method": ("http.request.method", "http.method", "method"),
    "Status": ("http.response.status_code", "http.status_code", "status_code"),
    "ErrorCode": ("error.code", "error_code", "error.type", "exception.type"),
    "DurationMs": ("duration_ms", "duration.ms"),
    "Client": ("client.address", "source.address", "client.ip", "http.client_ip", "net.peer.ip"),
    "User": ("user.name", "enduser.id", "user.id", "user_id"),
    "Host": ("host.name", "host"),
    "ResponseBytes": ("http.response.body.size", "http.response_content_length", "response_bytes"),
    "Event": ("event.name", "event"),
    "UserAgent": ("user_agent.original", "http.user_agent", "user_agent"),
}
RESOURCE_KEYS: Mapping[str, tuple[str, ...]] = {"Host": ("host.name",)}

_MAP_TYPE = "Map(LowCardinality(String), String)"
_MAP = f"{_MAP_TYPE} CODEC(ZSTD(1))"
_WORD = "LowCardinality(String) CODEC(ZSTD(1))"
_TEXT = "String CODEC(ZSTD(1))"
_NANOS = "DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1))"
_TENANT = "LowCardinality(String) DEFAULT 'default' CODEC(ZSTD(1))"
_ARRIVAL = "DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') CODEC(Delta(8), ZSTD(1))"
# Columns that tables made by an earlier version lack; `additions` gives them these.
_ARRIVED: Mapping[str, str] = {"RecordId": "String CODEC(ZSTD(1))", "KeepDays": "UInt16 DEFAULT 0 CODEC(ZSTD(1))"}
_SAMPLED: Mapping[str, str] = {"SampleReason": "LowCardinality(String) CODEC(ZSTD(1))", "PolicyVersion": "UInt32 CODEC(ZSTD(1))"}
_LATER: Mapping[str, Mapping[str, str]] = {
    LOGS: {**_ARRIVED, **_SAMPLED},
    TRACES: {**_ARRIVED, **_SAMPLED},
    **dict.fromkeys((GAUGES, SUMS, HISTOGRAMS), _ARRIVED),
}
_RECORD_INDEX = "INDEX idx_record_id RecordId TYPE bloom_filter(0.001) GRANULARITY 1"
_ARRIVAL_INDEX = "INDEX idx_arrival IngestedAt TYPE minmax GRANULARITY 1"  # roll-ups look for what arrived on a day
_HOT_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("Route", "Method", "ErrorCode", "Host", "Event", "UserAgent"), "LowCardinality(String)"),
    **dict.fromkeys(("Client", "User"), "String"),
    "Status": "UInt16",
    "DurationMs": "Nullable(Float64)",
    "ResponseBytes": "Nullable(UInt64)",
}


def attribute_text(column: str) -> str:
    """SQL for a hot log column read from attributes: the first key that has a text, as its type."""
    keys = [f"LogAttributes['{key}']" for key in LOG_KEYS[column]]
    keys += [f"ResourceAttributes['{key}']" for key in RESOURCE_KEYS.get(column, ())]
    first = f"arrayFirst(x -> x != '', [{', '.join(keys)}])"
    wrappers = {"Status": "toUInt16OrZero", "DurationMs": "toFloat64OrNull", "ResponseBytes": "toUInt64OrNull"}
    return f"{wrappers[column]}({first})" if column in wrappers else first


def _hot_columns() -> dict[str, str]:
    return {name: f"{kind} DEFAULT {_hot_default(name)} CODEC(ZSTD(1))" for name, kind in _HOT_TYPES.items()}


def _hot_default(name: str) -> str:
    return f"if(EventName != '', EventName, {attribute_text(name)})" if name == "Event" else attribute_text(name)


def _log_columns() -> dict[str, str]:
    return {
        "Timestamp": _NANOS,
        **dict.fromkeys(("TraceId", "SpanId"), _TEXT),
        "TraceFlags": "UInt8",
        "SeverityText": _WORD,
        "SeverityNumber": "UInt8",
        "ServiceName": _WORD,
        "Body": _TEXT,
        "ResourceSchemaUrl": _WORD,
        "ResourceAttributes": _MAP,
        "ScopeSchemaUrl": _WORD,
        "ScopeName": _TEXT,
        "ScopeVersion": _WORD,
        "ScopeAttributes": _MAP,
        "LogAttributes": _MAP,
        "EventName": _TEXT,
        **_own_columns(),
        "TemplateId": "LowCardinality(String) DEFAULT '' CODEC(ZSTD(1))",
        "Occurrences": "UInt32 DEFAULT 1 CODEC(ZSTD(1))",
        **_hot_columns(),
        **_LATER[LOGS],
    }


def _own_columns() -> dict[str, str]:
    return {
        "Tenant": _TENANT,
        "SampleWeight": "UInt32 DEFAULT 1 CODEC(ZSTD(1))",
        "EventId": "String DEFAULT '' CODEC(ZSTD(1))",
        "IngestedAt": _ARRIVAL,
    }


def _trace_columns() -> dict[str, str]:
    return {
        "Timestamp": _NANOS,
        **dict.fromkeys(("TraceId", "SpanId", "ParentSpanId", "TraceState"), _TEXT),
        **dict.fromkeys(("SpanName", "SpanKind", "ServiceName"), _WORD),
        "ResourceAttributes": _MAP,
        "ScopeName": _TEXT,
        "ScopeVersion": _TEXT,
        "SpanAttributes": _MAP,
        "Duration": "UInt64 CODEC(ZSTD(1))",
        "StatusCode": _WORD,
        "StatusMessage": _TEXT,
        "Events": f"Nested(Timestamp DateTime64(9), Name LowCardinality(String), Attributes {_MAP_TYPE}) CODEC(ZSTD(1))",
        "Links": f"Nested(TraceId String, SpanId String, TraceState String, Attributes {_MAP_TYPE}) CODEC(ZSTD(1))",
        **_own_columns(),
        **_LATER[TRACES],
    }


def _metric_columns(values: Mapping[str, str]) -> dict[str, str]:
    return {
        "ResourceAttributes": _MAP,
        "ResourceSchemaUrl": _TEXT,
        "ScopeName": _TEXT,
        "ScopeVersion": _TEXT,
        "ScopeAttributes": _MAP,
        "ScopeDroppedAttrCount": "UInt32 CODEC(ZSTD(1))",
        "ScopeSchemaUrl": _TEXT,
        "ServiceName": _WORD,
        "MetricName": _TEXT,
        "MetricDescription": _TEXT,
        "MetricUnit": _TEXT,
        "Attributes": _MAP,
        "StartTimeUnix": _NANOS,
        "TimeUnix": _NANOS,
        "Flags": "UInt32 CODEC(ZSTD(1))",
        **values,
        "Tenant": _TENANT,
        "IngestedAt": _ARRIVAL,
        **_ARRIVED,
    }


_EXEMPLARS = f"Nested(FilteredAttributes {_MAP_TYPE}, TimeUnix DateTime64(9), Value Float64, SpanId String, TraceId String)"
_METRIC_VALUES: Mapping[str, Mapping[str, str]] = {
    GAUGES: {"Value": "Float64 CODEC(ZSTD(1))", "Exemplars": _EXEMPLARS},
    SUMS: {"Value": "Float64 CODEC(ZSTD(1))", "AggregationTemporality": "Int32", "IsMonotonic": "Bool", "Exemplars": _EXEMPLARS},
    HISTOGRAMS: {
        "Count": "UInt64 CODEC(Delta(8), ZSTD(1))",
        "Sum": "Float64 CODEC(ZSTD(1))",
        "BucketCounts": "Array(UInt64) CODEC(ZSTD(1))",
        "ExplicitBounds": "Array(Float64) CODEC(ZSTD(1))",
        "Exemplars": _EXEMPLARS,
        "Min": "Float64 CODEC(ZSTD(1))",
        "Max": "Float64 CODEC(ZSTD(1))",
        "AggregationTemporality": "Int32",
    },
}


def _log_indexes(has_text_index: bool) -> tuple[str, ...]:
    words = "text(tokenizer = 'splitByNonAlpha')" if has_text_index else "tokenbf_v1(32768, 3, 0) GRANULARITY 8"
    return (
        "INDEX idx_time Timestamp TYPE minmax GRANULARITY 1",
        "INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1",
        f"INDEX idx_lower_body lower(Body) TYPE {words}",
        _RECORD_INDEX,
    )


def create_table(name: str, columns: Mapping[str, str], indexes: tuple[str, ...], tail: str) -> str:
    """The statement that makes a table of these columns where it is missing; `tail` is its engine."""
    lines = [f"`{column}` {kind}" for column, kind in columns.items()]
    return f"CREATE TABLE IF NOT EXISTS {name} (\n  " + ",\n  ".join([*lines, *indexes]) + f"\n) {tail}"


def _merge_tree(time: str, order: str) -> str:
    return f"ENGINE = MergeTree PARTITION BY toDate({time}) ORDER BY ({order}) SETTINGS ttl_only_drop_parts = 1"


def _logs_table(database: str, has_text_index: bool) -> str:
    tail = _merge_tree("Timestamp", "toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp")
    return create_table(f"{database}.{LOGS}", _log_columns(), _log_indexes(has_text_index), tail)


def _traces_table(database: str) -> str:
    indexes = (
        "INDEX idx_time Timestamp TYPE minmax GRANULARITY 1",
        "INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1",
        _RECORD_INDEX,
    )
    tail = _merge_tree("Timestamp", "ServiceName, SpanName, toDateTime(Timestamp), Timestamp")
    return create_table(f"{database}.{TRACES}", _trace_columns(), indexes, tail)


def _trace_times_table(database: str) -> str:
    columns = {"TraceId": _TEXT, "Start": "DateTime CODEC(Delta(4), ZSTD(1))", "End": "DateTime CODEC(Delta(4), ZSTD(1))"}
    indexes = ("INDEX idx_trace_id TraceId TYPE bloom_filter(0.01) GRANULARITY 1",)
    return create_table(f"{database}.{TRACE_TIMES}", columns, indexes, _merge_tree("Start", "TraceId, Start"))


def _trace_times_view(database: str) -> str:
    select = "SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End"
    view = f"CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.{TRACE_TIMES}_mv TO {database}.{TRACE_TIMES} AS"
    return f"{view} {select} FROM {database}.{TRACES} WHERE TraceId != '' GROUP BY TraceId"


def _metric_table(database: str, name: str) -> str:
    indexes = (_RECORD_INDEX, *((_ARRIVAL_INDEX,) if name == GAUGES else ()))
    tail = _merge_tree("TimeUnix", "ServiceName, MetricName, Attributes, toUnixTimestamp64Nano(TimeUnix)")
    return create_table(f"{database}.{name}", _metric_columns(_METRIC_VALUES[name]), indexes, tail)


def _templates_table(database: str) -> str:
    columns = {
        "Tenant": "LowCardinality(String)",
        "TemplateId": "String",
        "ServiceName": "LowCardinality(String)",
        "Severity": "LowCardinality(String)",
        "Text": _TEXT,
        "UpdatedAt": "DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')",
    }
    return create_table(f"{database}.{TEMPLATES}", columns, (), "ENGINE = ReplacingMergeTree(UpdatedAt) ORDER BY (Tenant, TemplateId)")


def _counts_table(database: str) -> str:
    """One row a key, and one with Signal '' for each entry that was counted: a batch is one block of one partition."""
    columns = {
        "Tenant": "LowCardinality(String)",
        "Minute": "DateTime64(0, 'UTC') CODEC(Delta(8), ZSTD(1))",
        **dict.fromkeys(("Signal", "Service", "Route", "ErrorCode", "Severity", "TemplateId"), _WORD),
        "Status": "UInt16",
        **dict.fromkeys(("Events", "Rows"), "UInt64 CODEC(ZSTD(1))"),
        "LatencyBuckets": "Array(Int16) CODEC(ZSTD(1))",
        "LatencyEvents": "Array(UInt64) CODEC(ZSTD(1))",
        "Entry": _TEXT,
        "CountedAt": _NANOS,
    }
    indexes = ("INDEX idx_entry Entry TYPE bloom_filter(0.001) GRANULARITY 1", "INDEX idx_minute Minute TYPE minmax GRANULARITY 1")
    return create_table(f"{database}.{COUNTS}", columns, indexes, _merge_tree("CountedAt", "Tenant, Signal, Entry, Minute, Service, Route"))


def additions(database: str, table: str, existing: Collection[str]) -> str:
    """What gives a table of an earlier version the columns it lacks; empty when it has them all."""
    missing = {name: kind for name, kind in _LATER.get(table, {}).items() if name not in existing}
    if not missing or not existing:
        return ""
    parts = [f"ADD COLUMN IF NOT EXISTS `{name}` {kind}" for name, kind in missing.items()]
    indexes = [_RECORD_INDEX, *([_ARRIVAL_INDEX] if table == GAUGES else [])] if "RecordId" in missing else []
    parts += ["ADD " + index.replace("INDEX ", "INDEX IF NOT EXISTS ", 1) for index in indexes]
    return f"ALTER TABLE {database}.{table} {', '.join(parts)}"


def statements(database: str, has_text_index: bool) -> tuple[str, ...]:
    """What makes the tables where they are missing, in order. Text indexes need ClickHouse 26.2; before it a token filter stands in."""
    return (
        f"CREATE DATABASE IF NOT EXISTS {database}",
        _logs_table(database, has_text_index),
        _traces_table(database),
        _trace_times_table(database),
        _trace_times_view(database),
        *(_metric_table(database, name) for name in _METRIC_VALUES),
        _templates_table(database),
        _counts_table(database),
    )
