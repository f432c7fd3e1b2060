"""Logical relations over the tables that are really there, decided per table from DESCRIBE."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from adapters.clickhouse_rollup_tables import table_of
from adapters.clickhouse_schema import COUNTS, GAUGES, HISTOGRAMS, LOGS, SUMS, TEMPLATES, TRACES, attribute_text
from domain.errors import StoreError
from domain.ids import DEFAULT_TENANT
from domain.ports import StoreQuery
from domain.rollups import TIERS, Family
from domain.window import to_nanos

Columns = Mapping[str, str]  # a table's column names and types
Choice = tuple[tuple[str, ...], str]  # columns an expression needs, and the expression

_BEFORE = "_before"
_UNSCOPED = "log_templates"
_QUOTED = re.compile(r"'(?:[^'\\]|\\.|'')*'")
# `readonly` is no wall in chDB: these are the ways out of a SELECT that it leaves open (STORAGE, attacks measured).
_FORBIDDEN = re.compile(
    r";|\binto\s+outfile\b|\bsettings\b|\b(?:file|url|s3|remote\w*|python|executable)\s*\(|\b(?:otel|wf|system)[_.]", re.IGNORECASE
)

_SEVERITY = (
    "multiIf(SeverityNumber >= 21, 'FATAL', SeverityNumber >= 17, 'ERROR', SeverityNumber >= 13, 'WARN', SeverityNumber >= 9, 'INFO', "
    "SeverityNumber >= 5, 'DEBUG', SeverityNumber >= 1, 'TRACE', upper(SeverityText))"
)


def _plain(name: str) -> tuple[Choice, ...]:
    return (((name,), name),)


def _hot(name: str) -> tuple[Choice, ...]:
    own = (((name,), f"`{name}`"),)
    return (*own, (("LogAttributes", "ResourceAttributes"), attribute_text(name)))


def _or_one(name: str) -> tuple[Choice, ...]:
    return (((name,), name), ((), "toUInt32(1)"))


_SAMPLED: Mapping[str, tuple[Choice, ...]] = {
    "sample_reason": _plain("SampleReason"),
    "policy_version": _plain("PolicyVersion"),
    "received_at": _plain("IngestedAt"),
}
_LOG_CHOICES: Mapping[str, tuple[Choice, ...]] = {
    "service": _plain("ServiceName"),
    "severity": ((("SeverityNumber", "SeverityText"), _SEVERITY),),
    "severity_number": ((("SeverityNumber",), "toUInt8(SeverityNumber)"),),
    "body": _plain("Body"),
    "trace_id": _plain("TraceId"),
    "span_id": _plain("SpanId"),
    "route": _hot("Route"),
    "method": _hot("Method"),
    "status": _hot("Status"),
    "error_code": _hot("ErrorCode"),
    "duration_ms": _hot("DurationMs"),
    "client": _hot("Client"),
    "user": _hot("User"),
    "host": _hot("Host"),
    "response_bytes": _hot("ResponseBytes"),
    "event": (
        (("Event",), "Event"),
        (("EventName", "LogAttributes", "ResourceAttributes"), f"if(EventName != '', EventName, {attribute_text('Event')})"),
        *_hot("Event")[1:],
    ),
    "user_agent": _hot("UserAgent"),
    "occurrences": _or_one("Occurrences"),
    "weight": _or_one("SampleWeight"),
    "template_id": _plain("TemplateId"),
    "event_id": _plain("EventId"),
    "attributes": _plain("LogAttributes"),
    **_SAMPLED,
}
_SPAN_CHOICES: Mapping[str, tuple[Choice, ...]] = {
    "trace_id": _plain("TraceId"),
    "span_id": _plain("SpanId"),
    "parent_span_id": _plain("ParentSpanId"),
    "service": _plain("ServiceName"),
    "name": _plain("SpanName"),
    "kind": ((("SpanKind",), "if(startsWith(SpanKind, 'SPAN_KIND_'), initcap(substring(SpanKind, 11)), SpanKind)"),),
    "duration_ms": ((("Duration",), "Duration / 1e6"),),
    "status": ((("StatusCode",), "if(startsWith(StatusCode, 'STATUS_CODE_'), initcap(substring(StatusCode, 13)), StatusCode)"),),
    "status_message": _plain("StatusMessage"),
    "weight": _or_one("SampleWeight"),
    "attributes": _plain("SpanAttributes"),
    **_SAMPLED,
}
_METRIC_CHOICES: Mapping[str, tuple[Choice, ...]] = {
    "service": _plain("ServiceName"),
    "name": _plain("MetricName"),
    # A histogram point speaks through its mean; its buckets stay in the table.
    "value": ((("Value",), "Value"), (("Sum", "Count"), "if(Count > 0, Sum / Count, 0.)")),
    "unit": _plain("MetricUnit"),
    "attributes": _plain("Attributes"),
}
_COUNT_CHOICES: Mapping[str, tuple[Choice, ...]] = {
    "signal": _plain("Signal"),
    "service": _plain("Service"),
    "route": _plain("Route"),
    "status": _plain("Status"),
    "error_code": _plain("ErrorCode"),
    "severity": _plain("Severity"),
    "template_id": _plain("TemplateId"),
    "events": _plain("Events"),
    "rows": _plain("Rows"),
    "latency_buckets": _plain("LatencyBuckets"),
    "latency_events": _plain("LatencyEvents"),
}
_GAUGE_CHOICES: Mapping[str, tuple[Choice, ...]] = {
    "service": _plain("Service"),
    "name": _plain("Name"),
    "unit": _plain("Unit"),
    "host": _plain("Host"),
    "points": _plain("Points"),
    "total": _plain("Total"),
    "lowest": _plain("Lowest"),
    "highest": _plain("Highest"),
    "last_value": _plain("LastValue"),
    "last_at": _plain("LastAt"),
}
_TEMPLATE_CHOICES: Mapping[str, tuple[Choice, ...]] = {
    "template_id": _plain("TemplateId"),
    "service": _plain("ServiceName"),
    "severity": _plain("Severity"),
    "text": _plain("Text"),
}
_KINDS = {GAUGES: "gauge", SUMS: "sum", HISTOGRAMS: "histogram"}


@dataclass(frozen=True, slots=True)
class Source:
    """One table as one part of a relation: expressions for the logical columns, and how tenant and time are scoped."""

    table: str
    columns: Mapping[str, str]
    tenant: str
    where: str = ""
    time: str = ""
    coarse_time: str = ""
    step_s: int = 0  # rows are buckets of this length; those that overlap the window belong to it

    def select(self, name: str) -> str:
        """The scoped SELECT; `name` prefixes the bound window."""
        expressions = ", ".join(f"{expression} AS {column}" for column, expression in self.columns.items())
        start, end = (f"fromUnixTimestamp64Nano({{wf_{name}_{edge}:Int64}}, 'UTC')" for edge in ("start", "end"))
        scope = [self.tenant, *([self.where] if self.where else [])]
        first = f"{self.time} > {start} - INTERVAL {self.step_s} SECOND" if self.step_s else f"{self.time} >= {start}"
        scope += [first, f"{self.time} < {end}"] if self.time else []
        scope += [f"{self.coarse_time} >= toDateTime({start})", f"{self.coarse_time} <= toDateTime({end})"] if self.coarse_time else []
        return f"SELECT {expressions} FROM {self.table} WHERE {' AND '.join(scope)}"  # noqa: S608  names are ours, values are bound


@dataclass(frozen=True, slots=True)
class Relations:
    """What a store can answer: relations by name, each made of one or more tables; of `tiered` ones each query reads one, finest first."""

    sources: Mapping[str, tuple[Source, ...]]
    is_ours: bool
    tiered: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)

    def columns(self, relation: str) -> frozenset[str]:
        """Logical columns of a relation; empty when the store lacks its tables."""
        return frozenset().union(*(source.columns for source in self._all.get(relation.removesuffix(_BEFORE), ())))

    def statement(self, query: StoreQuery, tiers: Mapping[str, int] | None = None) -> str:
        """The query with its relations put before it as scoped CTEs, `tiers` says which source of tiered ones.

        Raises StoreError when it is not a lone SELECT over them.
        """
        sql = query.sql.strip()
        _check(sql)
        names = [*query.windows, *([_UNSCOPED] if re.search(rf"\b{_UNSCOPED}\b", sql) and _UNSCOPED not in query.windows else [])]
        if not names:
            return sql
        tables = ", ".join(f"{name} AS ({self._body(name, tiers or {})})" for name in names)
        rest = re.match(r"with\b", sql, re.IGNORECASE)
        return f"WITH {tables}, {sql[rest.end() :].lstrip()}" if rest else f"WITH {tables} {sql}"

    @property
    def _all(self) -> Mapping[str, tuple[Source, ...]]:
        return {**self.sources, **self.tiered}

    def _body(self, name: str, tiers: Mapping[str, int]) -> str:
        sources = self._all.get(name.removesuffix(_BEFORE))
        if not sources:
            known = ", ".join(sorted(self._all)) or "none"
            raise StoreError(f"this store has no relation {name!r}; it has: {known}")
        chosen = sources[tiers[name] :][:1] if name in tiers else sources
        return " UNION ALL ".join(source.select(name) for source in chosen)


def parameters(query: StoreQuery) -> dict[str, int | str]:
    """The bound values of a query's scope: tenant, and each window in nanoseconds."""
    bounds = {f"wf_{name}_start": to_nanos(window.start) for name, window in query.windows.items()}
    ends = {f"wf_{name}_end": to_nanos(window.end) for name, window in query.windows.items()}
    return {"wf_tenant": str(query.tenant), **bounds, **ends}


def _check(sql: str) -> None:
    bare = _QUOTED.sub("''", sql)
    if not re.match(r"(?:select|with)\b", bare, re.IGNORECASE):
        raise StoreError(f"only a SELECT over logical relations can be asked, not {sql[:60]!r}")
    if found := _FORBIDDEN.search(bare):
        raise StoreError(
            f"a query may not contain {found.group()!r}: it names logical relations only, and the store adds scope and settings"
        )


def relations(database: str, tables: Mapping[str, Columns]) -> Relations:
    """Maps the logical relations onto the tables found; JSON attributes of an exporter count as not there."""
    usable = {table: _usable(columns) for table, columns in tables.items()}
    sources = {
        "logs": _sources(database, usable, (LOGS,), _LOG_CHOICES, "Timestamp"),
        "spans": _sources(database, usable, (TRACES,), _SPAN_CHOICES, "Timestamp"),
        "metrics": _sources(database, usable, tuple(_KINDS), _METRIC_CHOICES, "TimeUnix"),
        "counts": tuple(
            replace(one, where="Signal != ''", step_s=60) for one in _sources(database, usable, (COUNTS,), _COUNT_CHOICES, "Minute")
        ),
        _UNSCOPED: _sources(database, usable, (TEMPLATES,), _TEMPLATE_CHOICES, ""),
    }
    rolled = {
        "rollups": _tiers(database, usable, "counts", _COUNT_CHOICES),
        "gauge_rollups": _tiers(database, usable, "gauges", _GAUGE_CHOICES),
    }
    is_ours = all("Tenant" in columns for columns in tables.values())
    return Relations(_found(sources), is_ours, _found(rolled))


def _found(sources: Mapping[str, tuple[Source, ...]]) -> Mapping[str, tuple[Source, ...]]:
    return {name: found for name, found in sources.items() if found}


def _tiers(database: str, tables: Mapping[str, Columns], family: Family, choices: Mapping[str, tuple[Choice, ...]]) -> tuple[Source, ...]:
    found = [(tier, _sources(database, tables, (table_of(family, tier),), choices, "Bucket")) for tier in TIERS]
    return tuple(
        replace(one, table=f"{one.table} FINAL", columns={**one.columns, "resolution_s": f"toUInt32({tier.step_s})"}, step_s=tier.step_s)
        for tier, sources in found
        for one in sources
    )


def _usable(columns: Columns) -> Columns:
    return {name: kind for name, kind in columns.items() if not name.endswith("Attributes") or kind.startswith("Map(")}


def _sources(
    database: str, tables: Mapping[str, Columns], names: Sequence[str], choices: Mapping[str, tuple[Choice, ...]], time: str
) -> tuple[Source, ...]:
    return tuple(_source(database, name, tables[name], choices, time) for name in names if name in tables)


def _source(database: str, table: str, columns: Columns, choices: Mapping[str, tuple[Choice, ...]], time: str) -> Source:
    chosen = {name: _chosen(columns, options) for name, options in choices.items()}
    times = {"time": time if "'UTC'" in columns[time] else f"toTimeZone({time}, 'UTC')"} if time else {}
    kinds = {"kind": f"'{_KINDS[table]}'"} if table in _KINDS else {}
    return Source(
        table=f"{database}.{table}" + ("" if time else " FINAL"),
        columns={**times, **{name: expression for name, expression in chosen.items() if expression}, **kinds},
        tenant="Tenant = {wf_tenant:String}" if "Tenant" in columns else f"{{wf_tenant:String}} = '{DEFAULT_TENANT}'",
        time=time,
        coarse_time="TimestampTime" if "TimestampTime" in columns else "",
    )


def _chosen(columns: Columns, options: tuple[Choice, ...]) -> str:
    return next((expression for needs, expression in options if all(name in columns for name in needs)), "")
