"""The days of the raw tables: in pieces, over HTTP, of foreign tables, and what is restored."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pyarrow as pa
import pytest
from clickhouse_connect.driver._chdbclient import ChdbClient

from adapters.clickhouse import ClickHouseTelemetryStore
from adapters.clickhouse_partitions import ClickHousePartitions, made_lifetimes, open_server_partitions
from adapters.clickhouse_schema import COUNTS, TRACE_TIMES
from domain.archive import ChangedError, Lot, Shelf
from domain.errors import StoreError
from tests.adapters.engine_server import serving
from tests.pipeline.kept import DAY, START, World, kept_world, line, span

OVER = START + 32 * DAY


@pytest.fixture
def world(store: ClickHouseTelemetryStore) -> Iterator[World]:
    with kept_world(store) as made:
        yield made


def lots(days: ClickHousePartitions, at: datetime = OVER) -> list[Lot]:
    return [Lot(partition, "expired", at) for partition in days.partitions()]


async def test_a_day_says_how_many_rows_go_and_when(world: World) -> None:
    late = START + 2 * DAY
    await world.store.write_logs([line(START, 0), line(START, 1, 40, came_at=late), line(START, 2, keep_days=0)])
    (day,) = world.days.partitions()
    assert (day.signal, day.day, day.rows, day.mortal, len(day.parts)) == ("logs", START.date(), 3, 2, 1)
    assert (day.first_due_at, day.last_due_at, day.arrived_at) == (START + 30 * DAY, late + 40 * DAY, late)
    assert day.bytes > 0


async def test_a_day_of_loaded_rows_alone_is_never_due(world: World) -> None:
    await world.store.write_logs([line(START, 0, keep_days=0)])
    (day,) = world.days.partitions()
    assert (day.mortal, day.first_due_at, day.last_due_at, day.arrived_at) == (0, None, None, None)


@pytest.mark.parametrize("slice_rows", [1, 7, 1_000])
async def test_in_pieces_every_row_comes_once(world: World, slice_rows: int) -> None:
    await world.store.write_logs([line(START, n // 3) for n in range(60)] + [line(START, n, service="pay") for n in range(5)])
    days = ClickHousePartitions(world.client, world.database, slice_rows)
    (lot,) = lots(days)
    assert days.services(lot) == {"cart": 60, "pay": 5}
    read = pa.concat_tables(days.read(lot, "cart", 60))
    assert sorted(read.column("RecordId").to_pylist()) == sorted(identity for identity in world.ids() if "cart" in identity)


async def test_rows_that_are_fewer_than_expected_are_an_error(world: World) -> None:
    await world.store.write_logs([line(START, 0)])
    (lot,) = lots(world.days)
    with pytest.raises(ChangedError, match="1 of 2 rows"):
        list(world.days.read(lot, "cart", 2))


async def test_parts_that_are_gone_are_not_removed(world: World) -> None:
    await world.store.write_logs([line(START, 0)])
    (lot,) = lots(world.days)
    gone = replace(lot.partition, parts=("20260301_7_7_0",))
    with pytest.raises(ChangedError, match="merged"):
        world.days.remove(Lot(gone, "expired", OVER), 1)
    assert len(world.ids()) == 1


async def test_the_times_of_traces_go_with_their_day(world: World) -> None:
    await world.store.write_spans([span(START, 0), span(START + DAY, 1)])
    first = next(lot for lot in lots(world.days) if lot.partition.day == START.date())
    world.days.remove(first, 1)
    found = world.client.query(f"SELECT TraceId FROM {world.database}.{TRACE_TIMES}").result_rows
    assert [row[0] for row in found] == [f"{1:032x}"]


async def test_what_is_restored_stays_for_its_days_from_now(world: World) -> None:
    await world.store.write_logs([line(START, 0), line(START, 1)])
    (lot,) = lots(world.days)
    rows = list(world.days.read(lot, "cart", 2))
    world.days.remove(lot, 2)
    assert world.days.restore(Shelf(START.date(), "cart", "logs"), [*rows, *rows], OVER, 7) == 2
    (day,) = world.days.partitions()
    assert day.last_due_at == OVER + 7 * DAY
    assert day.arrived_at == START


async def test_a_column_the_store_does_not_have_is_named(world: World) -> None:
    strange = pa.table({"RecordId": ["x"], "Invented": [1]})
    with pytest.raises(StoreError, match="'Invented'"):
        world.days.restore(Shelf(START.date(), "cart", "logs"), [strange], OVER, 7)


async def test_rows_from_before_a_column_was_there_get_its_default(world: World) -> None:
    await world.store.write_logs([line(START, 0)])
    (lot,) = lots(world.days)
    older = [batch.drop_columns(["PolicyVersion", "SampleReason"]) for batch in world.days.read(lot, "cart", 1)]
    world.days.remove(lot, 1)
    assert world.days.restore(Shelf(START.date(), "cart", "logs"), older, OVER, 7) == 1
    (row,) = world.table("logs")
    assert (row["PolicyVersion"], row["SampleReason"], row["Body"]) == (0, "", line(START, 0).body)


def test_tables_of_somebody_else_are_left_alone(store: ClickHouseTelemetryStore) -> None:
    database, client = f"foreign_{uuid4().hex[:8]}", store._connect()
    client.command(f"CREATE DATABASE {database}")
    client.command(f"CREATE TABLE {database}.otel_logs (Timestamp DateTime64(9), ServiceName String) ENGINE = MergeTree ORDER BY Timestamp")
    days = ClickHousePartitions(client, database)
    assert days.partitions() == ()
    assert [days.trim(lifetime, OVER) for lifetime in made_lifetimes(30)] == [0] * 9
    client.command(f"DROP DATABASE {database}")
    days.close()


@pytest.mark.server
async def test_over_http_a_day_is_read_removed_and_restored(world: World) -> None:
    await world.store.write_logs([line(START, n) for n in range(3)])
    assert isinstance(world.client, ChdbClient)
    with serving(world.client.path) as url:
        days = open_server_partitions(f"{url}/{world.database}")
        (lot,) = lots(days)
        before, rows = world.table("logs"), list(days.read(lot, "cart", 3))
        days.remove(lot, 3)
        assert days.partitions() == ()
        assert days.restore(Shelf(START.date(), "cart", "logs"), rows, OVER, 7) == 3
        days.close()
    assert world.table("logs") == before


async def test_counts_go_with_their_day_of_arrival(world: World) -> None:
    day = datetime(2026, 3, 1, tzinfo=UTC)
    for number in range(3):
        at = f"toDateTime64('2026-03-0{number + 1} 10:00:00', 3, 'UTC')"
        world.client.command(
            f"INSERT INTO {world.database}.{COUNTS} (Signal, Minute, CountedAt) SELECT 'logs', toDateTime('2009-01-01'), {at}"
        )
    lifetime = made_lifetimes(30)[-1]
    assert [world.days.trim(lifetime, day + n * DAY) for n in (30, 31, 32)] == [0, 1, 1]
