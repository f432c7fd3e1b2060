"""The clock moved by four hundred days: every tier holds just its lifetime, raw rows thirty days, loaded files stay."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from adapters.archive import open_archive
from adapters.clickhouse import ClickHouseTelemetryStore
from adapters.clickhouse_partitions import made_lifetimes
from adapters.clickhouse_rollup_tables import lifetimes
from adapters.clickhouse_schema import COUNTS
from domain.archive import Lifetime
from pipeline.retention.expiry import Limits
from pipeline.retention.job import Retention
from tests.pipeline.kept import DAY, GIB, START, World, kept_world, line

DAYS, STEP, EVERY = 400, 40, 8
RAW_DAYS = 30
OLD = range(2005, 2016)
TIERS = [table for table in lifetimes() if "counts" in table]
WITNESS = START + 96 * DAY


@pytest.fixture
def world(store: ClickHouseTelemetryStore) -> Iterator[World]:
    with kept_world(store) as made:
        yield made


def fill(world: World, first: datetime) -> None:
    """A row in every table of what is made of rows, for every eighth day of a step; it arrives on its day, the bucket is an hour older."""
    days = f"toDateTime64('{first:%Y-%m-%d %H:%M:%S}', 3, 'UTC') + toIntervalDay({EVERY} * number)"
    for table in TIERS:
        sql = f"SELECT 'default', {days} - INTERVAL 1 HOUR, {days}, toDate({days}), 1 FROM numbers({STEP // EVERY})"
        world.client.command(f"INSERT INTO {world.database}.{table} (Tenant, Bucket, ArrivedAt, ArrivedOn, Sources) {sql}")
    sql = f"SELECT 'default', 'logs', {days}, {days} FROM numbers({STEP // EVERY})"
    world.client.command(f"INSERT INTO {world.database}.{COUNTS} (Tenant, Signal, Minute, CountedAt) {sql}")


def held(world: World, lifetimes: Sequence[Lifetime]) -> dict[str, list[date]]:
    """The days that each table has rows of, oldest first."""
    days = "arraySort(groupUniqArray(toDate({}))) FROM {}.{}"
    parts = [f"SELECT '{one.table}', {days.format(one.time, world.database, one.table)}" for one in lifetimes]
    return {str(table): list(found) for table, found in world.client.query(" UNION ALL ".join(parts)).result_rows if found}


def wanted(came: Sequence[datetime], now: datetime, days: int) -> list[date]:
    """The days that are to be there: of everything that came, what came in the last `days`."""
    return [at.date() for at in came if at >= now - timedelta(days=days)]


async def test_after_four_hundred_days_everything_holds_just_its_lifetime(world: World, tmp_path: Path) -> None:
    old = [line(datetime(year, 6, 1, tzinfo=UTC), 0, keep_days=0, service="loaded", came_at=START) for year in OLD]
    await world.store.write_logs(old)
    limits = Limits(GIB, [one for one in made_lifetimes(RAW_DAYS) if one.table in {*TIERS, COUNTS}])
    kept = Retention(lambda: nullcontext(world.days), lambda: open_archive(str(tmp_path)), limits)
    before: list[dict[str, object]] = []
    for number in range(0, DAYS, STEP):
        first = START + number * DAY
        await world.store.write_logs([line(first + day * DAY, n, RAW_DAYS) for day in range(0, STEP, EVERY) for n in range(2)])
        fill(world, first)
        before = before or [row for row in world.table("logs") if row["Timestamp"].date() == WITNESS.date()]  # type: ignore[attr-defined]
        last = first + (STEP - EVERY) * DAY
        came = [START + day * DAY for day in range(0, number + STEP, EVERY)]
        for now in (last + timedelta(hours=6), last + timedelta(days=6, hours=18), last + timedelta(days=7, hours=6)):
            assert kept.work(now).failures == []
            days = held(world, [*limits.lifetimes, Lifetime("otel_logs", RAW_DAYS, "Timestamp")])
            assert days.pop("otel_logs") == [*(date(year, 6, 1) for year in OLD), *wanted(came, now, RAW_DAYS)]
            assert days == {one.table: found for one in limits.lifetimes if (found := wanted(came, now, one.days))}
    assert world.ids()[:11] == sorted(record.record_id for record in old)
    assert kept.restored(kept.archived(WITNESS.date()), now, 7) == len(before) == 2
    assert [row for row in world.table("logs") if row["Timestamp"].date() == WITNESS.date()] == before  # type: ignore[attr-defined]
