"""Retention on the real engine: what is over goes to the archive and comes back row for row."""

import asyncio
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from adapters.archive import open_archive
from adapters.clickhouse import ClickHouseTelemetryStore
from adapters.clickhouse_partitions import RAW, ClickHousePartitions
from domain.archive import Lot, Rows
from pipeline.retention.expiry import Limits
from pipeline.retention.job import Retention
from tests.pipeline.kept import DAY, GIB, START, World, kept_world, line, points, span
from tests.s3_server import account, s3_serving

OVER = START + 32 * DAY


@pytest.fixture
def world(store: ClickHouseTelemetryStore) -> Iterator[World]:
    with kept_world(store) as made:
        yield made


def retention(world: World, folder: Path, max_bytes: int = GIB) -> Retention:
    return Retention(lambda: nullcontext(world.days), lambda: open_archive(str(folder)), Limits(max_bytes))


async def test_a_day_goes_when_its_days_are_over_and_the_next_one_stays(world: World, tmp_path: Path) -> None:
    await world.store.write_logs([line(START, n) for n in range(20)])
    await world.store.write_logs([line(START + 3 * DAY, n) for n in range(5)])
    kept = retention(world, tmp_path)
    assert kept.work(START + 29 * DAY).removed_rows == 0
    report = kept.work(OVER)
    assert (report.failures, report.archived_rows, report.removed_rows, report.raw_rows) == ([], 20, 20, 5)
    assert report.oldest_day == (START + 3 * DAY).date()


async def test_an_archived_day_comes_back_row_for_row(world: World, tmp_path: Path) -> None:
    await world.store.write_logs([line(START, n, service=service) for n in range(20) for service in ("cart", "a/b ..é", "")])
    await world.store.write_spans([span(START, n) for n in range(5)])
    await world.store.write_metrics(points(START))
    before = {signal: world.table(signal) for signal in RAW}
    kept = retention(world, tmp_path)
    report = kept.work(OVER)
    assert (report.failures, len(report.files), report.raw_rows) == ([], 7, 0)
    came = [kept.restored([file], OVER, 7) for file in kept.archived(START.date())]
    assert sorted(came) == [1, 1, 1, 5, 20, 20, 20]
    assert {signal: world.table(signal) for signal in RAW} == before


async def test_a_bucket_keeps_a_day_as_a_folder_does(world: World) -> None:
    await world.store.write_logs([line(START, n, service="a/b ..é") for n in range(5)])
    before = world.table("logs")
    with account(), s3_serving() as (address, bucket):
        url = f"s3://cold/deep/down?endpoint={address}"
        kept = Retention(lambda: nullcontext(world.days), lambda: open_archive(url), Limits(GIB))
        bucket.refused.add("PUT")
        assert kept.work(OVER).removed_rows == 0
        assert world.table("logs") == before
        bucket.refused.clear()
        assert (kept.work(OVER).removed_rows, world.ids()) == (5, [])
        assert kept.restored(kept.archived(START.date()), OVER, 7) == 5
    assert world.table("logs") == before


async def test_what_came_back_is_not_written_twice_and_stays_for_its_days(world: World, tmp_path: Path) -> None:
    await world.store.write_logs([line(START, n) for n in range(10)])
    kept = retention(world, tmp_path)
    kept.work(OVER)
    files = kept.archived(START.date(), "cart")
    assert [kept.restored(files, OVER, 7), kept.restored(files, OVER, 7)] == [10, 0]
    assert kept.work(OVER + 6 * DAY).removed_rows == 0
    report = kept.work(OVER + 10 * DAY)
    assert (report.removed_rows, report.known_rows, report.archived_rows) == (10, 10, 0)
    assert len(kept.archived(START.date())) == 1


async def test_loaded_files_stay_whatever_their_age(world: World, tmp_path: Path) -> None:
    old = START - 20 * 365 * DAY
    await world.store.write_logs([line(old, n, keep_days=0, came_at=START) for n in range(5)])
    report = retention(world, tmp_path).work(START + 5_000 * DAY)
    assert (report.removed_rows, report.raw_rows, report.files) == (0, 5, [])


async def test_loaded_rows_of_a_day_stay_when_the_pushed_ones_go(world: World, tmp_path: Path) -> None:
    await world.store.write_logs([*(line(START, n) for n in range(4)), *(line(START, n, keep_days=0) for n in range(4, 7))])
    report = retention(world, tmp_path).work(OVER)
    assert (report.failures, report.removed_rows) == ([], 4)
    assert [row["Body"] for row in world.table("logs")] == [line(START, n).body for n in range(4, 7)]


async def test_a_latecomer_holds_its_day_up_for_a_day_and_no_longer(world: World, tmp_path: Path) -> None:
    await world.store.write_logs([line(START, 0), line(START, 1, came_at=START + 10 * DAY)])
    kept = retention(world, tmp_path)
    assert kept.work(START + 30.5 * DAY).removed_rows == 0
    assert kept.work(OVER).removed_rows == 1
    assert len(world.ids()) == 1
    assert kept.work(START + 41 * DAY).removed_rows == 1
    assert [file.sequence for file in kept.archived(START.date())] == [1, 2]


async def test_days_count_from_arrival_not_from_the_event(world: World, tmp_path: Path) -> None:
    await world.store.write_logs([line(START - 400 * DAY, 0, came_at=START)])
    kept = retention(world, tmp_path)
    assert [kept.work(START + days * DAY).removed_rows for days in (1, 29, 31)] == [0, 0, 1]


async def test_over_its_size_the_store_gives_up_the_days_that_would_expire_first(world: World, tmp_path: Path) -> None:
    for day in range(4):
        await world.store.write_logs([line(START + day * DAY, n) for n in range(200)])
    day_bytes = max(one.bytes for one in world.days.partitions())
    report = retention(world, tmp_path, 2 * day_bytes).work(START + 4 * DAY)
    assert (report.failures, report.removed_rows, report.oldest_day) == ([], 400, (START + 2 * DAY).date())
    assert 0 < report.raw_bytes <= 2 * day_bytes


async def test_loaded_files_are_not_given_up_for_the_size(world: World, tmp_path: Path) -> None:
    await world.store.write_logs([line(START - 300 * DAY, n, keep_days=0) for n in range(200)])
    await world.store.write_logs([line(START, n) for n in range(3)])
    report = retention(world, tmp_path, 1).work(START + 4 * DAY)
    assert (report.removed_rows, report.raw_rows) == (3, 200)
    assert report.loaded_bytes == report.raw_bytes > 1


async def test_what_came_in_just_now_is_not_given_up(world: World, tmp_path: Path) -> None:
    await world.store.write_logs([line(START, 0), line(START + timedelta(minutes=50), 1)])
    assert retention(world, tmp_path, 1).work(START + timedelta(minutes=70)).removed_rows == 1


class Busy(ClickHousePartitions):
    """Somebody else's write, or a merge, comes between reading and removing."""

    statements: list[str]

    def remove(self, lot: Lot, rows: int) -> None:
        while self.statements:
            self._client.command(self.statements.pop())
        super().remove(lot, rows)


def busy(world: World, *statements: str) -> Busy:
    days = Busy(world.client, world.database)
    days.statements = list(statements)
    return days


@pytest.mark.parametrize("loaded", [0, 1], ids=["a whole day goes", "a part of a day goes"])
async def test_a_row_written_while_its_day_is_archived_is_not_lost(world: World, tmp_path: Path, loaded: int) -> None:
    await world.store.write_logs([line(START, 0), *(line(START, n + 1, keep_days=0) for n in range(loaded))])
    table = f"{world.database}.otel_logs"
    late = f"INSERT INTO {table} SELECT * REPLACE('late' AS RecordId, 60 AS KeepDays) FROM {table} LIMIT 1"
    report = retention(replace(world, days=busy(world, late)), tmp_path).work(OVER)
    assert report.failures == []
    assert "late" in world.ids()
    assert report.removed_rows == 1


async def test_parts_that_merge_meanwhile_are_taken_up_again(world: World, tmp_path: Path) -> None:
    for n in range(3):
        await world.store.write_logs([line(START, n)])
    kept = retention(replace(world, days=busy(world, f"OPTIMIZE TABLE {world.database}.otel_logs FINAL")), tmp_path)
    report = kept.work(OVER)
    assert (report.failures, report.removed_rows, report.raw_rows) == ([], 3, 0)
    assert [file.rows for file in kept.archived(START.date())] == [3]


class Pausing(ClickHousePartitions):
    """Waits after its first rows until it may go on."""

    reading: Event
    go_on: Event

    def read(self, lot: Lot, service: str, rows: int) -> Iterator[Rows]:
        for batch in super().read(lot, service, rows):
            yield batch
            self.reading.set()
            self.go_on.wait(10)


async def test_a_run_that_is_cancelled_ends_soon_and_the_next_one_takes_it_up(world: World, tmp_path: Path) -> None:
    await world.store.write_logs([line(START, n) for n in range(5)])
    days = Pausing(world.client, world.database, slice_rows=1)
    days.reading, days.go_on = Event(), Event()
    kept = retention(replace(world, days=days), tmp_path)
    running = asyncio.create_task(kept.run(OVER))
    await asyncio.to_thread(days.reading.wait, 10)
    running.cancel()
    await asyncio.sleep(0.05)
    assert not running.done()
    days.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (len(world.ids()), kept.archived()) == (5, [])
    report = await kept.run(OVER)
    assert (report.failures, report.archived_rows, report.removed_rows) == ([], 5, 5)
