"""Retention on the real engine: what is over goes to the archive and comes back row for row."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from adapters.archive import ParquetArchive
from adapters.archive_places import place
from adapters.clickhouse import ClickHouseTelemetryStore, found_relations
from adapters.clickhouse_client import prepare
from adapters.clickhouse_partitions import ClickHousePartitions
from domain.telemetry import Arrival, LogRecord
from domain.window import to_nanos
from pipeline.retention.expiry import Limits
from pipeline.retention.job import Retention

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
GIB = 1 << 30


@pytest.fixture
def world(store: ClickHouseTelemetryStore) -> Iterator[tuple[ClickHouseTelemetryStore, ClickHousePartitions]]:
    """A database of its own beside the shared one, as retention looks at whole tables."""
    database, client = f"kept_{uuid4().hex[:8]}", store._connect()
    prepare(client, database)
    own = ClickHouseTelemetryStore(store._connect, store._connect(), database, found_relations(client, database))
    partitions = ClickHousePartitions(client, database)
    yield own, partitions
    client.command(f"DROP DATABASE {database}")
    partitions.close()
    own.release()


def record(at: datetime, number: int, keep_days: int = 30, service: str = "cart") -> LogRecord:
    arrival = Arrival(to_nanos(at), keep_days)
    return LogRecord(to_nanos(at), service, f"line {number}", attributes={"n": str(number)}, record_id=f"{at:%j}-{number}", arrival=arrival)


async def test_an_expired_day_is_archived_and_gone(world: tuple[ClickHouseTelemetryStore, ClickHousePartitions], tmp_path: Path) -> None:
    own, partitions = world
    await own.write_logs([record(START, n) for n in range(20)])
    await own.write_logs([record(START + timedelta(days=3), n) for n in range(5)])
    retention = Retention(partitions, ParquetArchive(place(str(tmp_path))), Limits(GIB))
    report = retention.work(START + timedelta(days=31))
    assert (report.failures, report.archived_rows, report.removed_rows, report.raw_rows) == ([], 20, 20, 5)
    (file,) = retention.archived(START.date())
    assert retention.restore(file, START + timedelta(days=31), 7) == 20
    assert retention.restore(file, START + timedelta(days=31), 7) == 0
