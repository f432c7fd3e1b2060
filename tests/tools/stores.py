"""A telemetry store that notes what it is asked and fails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.counts import CountBatch
from domain.errors import StoreError
from domain.ids import DEFAULT_TENANT, Tenant
from domain.ports import StoreQuery, Table
from domain.queue import EntryKey
from domain.telemetry import Extent, LogRecord, LogTemplate, MetricPoint, Signal, SpanRecord

EVERYTHING = frozenset(
    [
        "time",
        "service",
        "severity",
        "severity_number",
        "body",
        "trace_id",
        "span_id",
        "parent_span_id",
        "route",
        "method",
        "status",
        "status_message",
        "error_code",
        "duration_ms",
        "client",
        "user",
        "host",
        "response_bytes",
        "event",
        "occurrences",
        "weight",
        "template_id",
        "user_agent",
        "attributes",
        "name",
        "kind",
        "value",
        "unit",
        "text",
    ]
)


@dataclass
class FailingStore:
    """Answers each query with one error; `lacking` columns are not there."""

    error: StoreError
    lacking: frozenset[str] = frozenset()
    asked: list[StoreQuery] = field(default_factory=list)

    async def query(self, query: StoreQuery) -> Table:
        self.asked.append(query)
        raise self.error

    def logical_columns(self, relation: str) -> frozenset[str]:
        return EVERYTHING - self.lacking if relation not in self.lacking else frozenset()

    async def write_logs(self, records: Sequence[LogRecord], tenant: Tenant = DEFAULT_TENANT) -> int:
        raise self.error

    async def write_spans(self, records: Sequence[SpanRecord], tenant: Tenant = DEFAULT_TENANT) -> int:
        raise self.error

    async def write_metrics(self, points: Sequence[MetricPoint], tenant: Tenant = DEFAULT_TENANT) -> int:
        raise self.error

    async def write_templates(self, templates: Sequence[LogTemplate], tenant: Tenant = DEFAULT_TENANT) -> int:
        raise self.error

    async def write_counts(self, batch: CountBatch) -> int:
        raise self.error

    async def counted(self, entries: Sequence[EntryKey], tenant: Tenant = DEFAULT_TENANT) -> frozenset[EntryKey]:
        raise self.error

    async def counted_since(self, at_ns: int, limit: int, tenant: Tenant = DEFAULT_TENANT) -> frozenset[EntryKey]:
        raise self.error

    async def stored_ids(self, signal: Signal, record_ids: Mapping[str, int], tenant: Tenant = DEFAULT_TENANT) -> frozenset[str]:
        raise self.error

    async def templates(self, tenant: Tenant = DEFAULT_TENANT) -> tuple[LogTemplate, ...]:
        return ()

    async def extent(self, tenant: Tenant = DEFAULT_TENANT) -> Extent | None:
        return None

    async def close(self) -> None:
        return None
