"""A database of its own for a test of retention, which looks at whole tables, and rows to put into it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pyarrow as pa
from clickhouse_connect.driver.client import Client

from adapters.clickhouse import ClickHouseTelemetryStore, found_relations
from adapters.clickhouse_client import prepare
from adapters.clickhouse_partitions import RAW, ClickHousePartitions
from domain.telemetry import Arrival, HistogramPoint, LogRecord, MetricPoint, SpanRecord
from domain.window import to_nanos

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class World:
    """One database: the store that writes it, its days, and a connection to look with."""

    store: ClickHouseTelemetryStore
    days: ClickHousePartitions
    client: Client
    database: str

    def table(self, signal: str, but: str = "KeepDays") -> list[dict[str, object]]:
        """Every row of a raw table, by record id; without one column."""
        found = self.client.query_arrow(f"SELECT * EXCEPT {but} FROM {self.database}.{RAW[signal]} ORDER BY RecordId", use_strings=True)
        return list(pa.Table.to_pylist(found))

    def ids(self, signal: str = "logs") -> list[str]:
        """The record ids of a raw table, sorted, as often as they are there."""
        return [row[0] for row in self.client.query(f"SELECT RecordId FROM {self.database}.{RAW[signal]} ORDER BY 1").result_rows]


@contextmanager
def kept_world(store: ClickHouseTelemetryStore) -> Iterator[World]:
    """A world on the engine of the shared store, thrown away afterwards."""
    database, client = f"kept_{uuid4().hex[:8]}", store._connect()
    prepare(client, database)
    writer = store._connect()
    own = ClickHouseTelemetryStore(store._connect, writer, database, found_relations(client, database))
    days = ClickHousePartitions(client, database)
    try:
        yield World(own, days, client, database)
    finally:
        client.command(f"DROP DATABASE {database} SYNC")
        days.close()
        own.release()


def arrival(at: datetime, keep_days: int) -> Arrival:
    """Received at a moment, to be kept for some days (0: until told otherwise)."""
    return Arrival(to_nanos(at), keep_days)


def line(at: datetime, number: int, keep_days: int = 30, service: str = "cart", came_at: datetime | None = None) -> LogRecord:
    """A log record with something in most columns; it came when it happened unless said otherwise."""
    return LogRecord(
        to_nanos(at) + number,
        service,
        f"line {number} of häuser\n\t'quoted' \\ {at:%d}",
        severity_number=17,
        trace_id=f"{number:032x}",
        route="/cart",
        status=503,
        duration_ms=None if number % 2 else 12.5,
        weight=number % 3 + 1,
        occurrences=2,
        attributes={"n": str(number), "empty": ""},
        resource={"host.name": "web-1"},
        record_id=f"{at:%Y%m%d%H}-{service}-{number}",
        sample_reason="error",
        policy_version=4,
        arrival=arrival(came_at or at, keep_days),
    )


def span(at: datetime, number: int) -> SpanRecord:
    """A span kept for thirty days."""
    own = {"record_id": f"s-{at:%Y%m%d}-{number}", "arrival": arrival(at, 30), "attributes": {"k": "v"}}
    return SpanRecord(f"{number:032x}", f"{number:016x}", "", "cart", "GET /", to_nanos(at), 5_000, weight=3, **own)  # type: ignore[arg-type]


def points(at: datetime) -> list[MetricPoint]:
    """A gauge, a sum and a histogram, kept for thirty days."""
    came = arrival(at, 30)
    histogram = HistogramPoint(3, 4.5, (1, 2), (0.5,))
    return [
        MetricPoint(to_nanos(at), "cart", "cpu", 0.5, record_id=f"g-{at:%Y%m%d}", arrival=came),
        MetricPoint(to_nanos(at), "cart", "requests", 7.0, kind="sum", is_monotonic=True, record_id=f"c-{at:%Y%m%d}", arrival=came),
        MetricPoint(to_nanos(at), "cart", "took", 4.5, kind="histogram", histogram=histogram, record_id=f"h-{at:%Y%m%d}", arrival=came),
    ]
