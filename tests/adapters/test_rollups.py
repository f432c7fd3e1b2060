"""Roll-ups against an independent aggregation of the same records."""

import math
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from adapters.clickhouse import ClickHouseTelemetryStore, found_relations
from adapters.clickhouse_client import prepare
from adapters.clickhouse_rollup_tables import SHAPES, lifetimes
from adapters.clickhouse_rollups import ClickHouseRollUps, _insert, _lacking
from domain.counts import LATENCY_GROWTH, ZERO_BUCKET, CountBatch
from domain.errors import StoreError
from domain.ids import Tenant
from domain.ports import StoreQuery
from domain.queue import EntryKey
from domain.rollups import TIERS, Family, Tier
from domain.telemetry import Arrival, LogRecord, MetricPoint
from domain.window import Window, to_nanos
from pipeline.counting import Counts, unguarded
from pipeline.rollups import RollUps
from tests.fakes import FakeClock

START = datetime(2031, 5, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SQL = """SELECT time, resolution_s, service, status, sum(events), sumMap(latency_buckets, latency_events)
    FROM rollups GROUP BY time, resolution_s, service, status"""
GAUGE_SQL = """SELECT time, resolution_s, service, name, unit, host, sum(points), sum(total), min(lowest), max(highest),
    max((last_at, last_value)) FROM gauge_rollups GROUP BY time, resolution_s, service, name, unit, host"""


class Cut:
    """Roll-ups that fail after so many steps, as if the process died there."""

    def __init__(self, real: ClickHouseRollUps, steps: int) -> None:
        self._real = real
        self.left = steps

    async def unrolled(self, family: Family, since: date | None = None) -> tuple[date, ...]:
        return await self._real.unrolled(family, since)

    async def roll_up(self, family: Family, day: date, tier: Tier, source: Tier | None) -> int:
        if not self.left:
            raise StoreError("cut off")
        self.left -= 1
        return await self._real.roll_up(family, day, tier, source)

    async def close(self) -> None:
        """Nothing of its own."""


@pytest.fixture
def own(store: ClickHouseTelemetryStore) -> Iterator[ClickHouseTelemetryStore]:
    """A store of our own in the same engine, as partitions are dropped here."""
    database, writer = f"rolled_{uuid4().hex[:8]}", store._connect()
    prepare(writer, database)
    opened = ClickHouseTelemetryStore(store._connect, writer, database, found_relations(writer, database))
    yield opened
    opened.release()


@pytest_asyncio.fixture
async def rolled(own: ClickHouseTelemetryStore) -> AsyncIterator[ClickHouseRollUps]:
    opened = own.roll_ups()
    yield opened
    await opened.close()


def logs(seed: int, at: datetime, count: int, spread: timedelta) -> list[LogRecord]:
    rng = random.Random(seed)
    return [
        LogRecord(
            to_nanos(at - rng.random() * spread),
            rng.choice(["cart", "pay"]),
            "x",
            status=rng.choice([200, 200, 500]),
            occurrences=rng.choice([1, 1, 3]),
            duration_ms=rng.choice([None, 0.0, rng.lognormvariate(3, 2)]),
        )
        for _ in range(count)
    ]


def gauges(seed: int, at: datetime, count: int, spread: timedelta) -> list[MetricPoint]:
    rng = random.Random(seed)
    return [
        MetricPoint(
            to_nanos(at - rng.random() * spread),
            "cart",
            rng.choice(["cpu", "disk"]),
            rng.randrange(0, 6400) / 64,
            "%",
            resource={"host.name": rng.choice(["a", "b"])},
            arrival=Arrival(to_nanos(at)),
        )
        for _ in range(count)
    ]


async def arrive(store: ClickHouseTelemetryStore, tenant: Tenant, records: Iterable[LogRecord], at: datetime) -> None:
    counts = Counts(unguarded)
    for record in records:
        counts.add(record)
    await store.write_counts(CountBatch((EntryKey(f"{at}"),), counts.result(), to_nanos(at), tenant))


def bucket(time_ns: int, step_s: int) -> datetime:
    second = time_ns // 1_000_000_000
    return datetime.fromtimestamp(second - second % step_s, UTC)


def expected(records: Iterable[LogRecord], step_s: int) -> dict[tuple[Any, ...], tuple[int, list[float]]]:
    found: dict[tuple[Any, ...], tuple[int, list[float]]] = defaultdict(lambda: (0, []))
    for record in records:
        key = (bucket(record.timestamp_ns, step_s), record.service, record.status)
        events, durations = found[key]
        timed = [] if record.duration_ms is None else [record.duration_ms] * record.occurrences
        found[key] = (events + record.occurrences, durations + timed)
    return found


def quantile(latencies: tuple[list[int], list[int]], share: float) -> float:
    wanted, seen = share * sum(latencies[1]), 0
    for index, events in sorted(zip(*latencies, strict=True)):
        seen += events
        if seen >= wanted:
            return 0.0 if index == ZERO_BUCKET else 2 * LATENCY_GROWTH**index / (1 + LATENCY_GROWTH)
    raise AssertionError("no latency at all")


def same_counts(rows: Iterable[tuple[Any, ...]], records: Iterable[LogRecord], step_s: int) -> None:
    wanted = expected(records, step_s)
    assert {(row[0], *row[2:4]): row[4] for row in rows} == {key: events for key, (events, _) in wanted.items()}
    for time, resolution_s, service, status, _, latencies in rows:
        assert resolution_s == step_s
        durations = sorted(wanted[time, service, status][1])
        for share in (0.5, 0.95, 0.99) if durations else ():
            exact = durations[math.ceil(share * len(durations)) - 1]
            assert math.isclose(quantile(latencies, share), exact, rel_tol=0.01, abs_tol=0.001)


def same_gauges(rows: Iterable[tuple[Any, ...]], points: Iterable[MetricPoint], step_s: int) -> None:
    wanted: dict[tuple[Any, ...], list[MetricPoint]] = defaultdict(list)
    for point in points:
        wanted[bucket(point.timestamp_ns, step_s), step_s, point.service, point.name, "%", point.resource["host.name"]].append(point)
    found = {row[:6]: row[6:] for row in rows}
    assert set(found) == set(wanted)
    for key, held in wanted.items():
        values = [point.value for point in held]
        last = max(held, key=lambda point: (point.timestamp_ns, point.value))
        assert found[key][:4] == (len(values), sum(values), min(values), max(values))
        assert found[key][4][1] == last.value


async def ask(store: ClickHouseTelemetryStore, tenant: Tenant, sql: str, window: Window) -> tuple[tuple[Any, ...], ...]:
    relation = "gauge_rollups" if "gauge_rollups" in sql else "rollups"
    return (await store.query(StoreQuery(sql, {relation: window}, tenant=tenant, max_rows=1_000_000))).rows


async def filled(
    store: ClickHouseTelemetryStore, work: RollUps, clock: FakeClock, tenant: Tenant, days: Iterable[int]
) -> tuple[list[LogRecord], list[MetricPoint]]:
    """On each day something of the last hour, something late by days, and something years old."""
    records: list[LogRecord] = []
    points: list[MetricPoint] = []
    for day in days:
        clock.at = START + day * DAY + timedelta(hours=5)
        new = logs(day, clock.at, 40, timedelta(hours=1)) + logs(-day, clock.at, 5, 5 * DAY) + logs(day, clock.at - 9000 * DAY, 2, DAY)
        fresh = gauges(day, clock.at, 30, timedelta(hours=2)) + gauges(-day, clock.at, 4, 5 * DAY)
        await arrive(store, tenant, new, clock.at)
        await store.write_metrics(fresh, tenant)
        records += new
        points += fresh
        await work.advance()
    return records, points


async def held(store: ClickHouseTelemetryStore, tenant: Tenant, records: list[LogRecord], points: list[MetricPoint], window: Window) -> int:
    """Whether the roll-ups of a window say what its records say; the length of their buckets."""
    rows, gauge_rows = await ask(store, tenant, SQL, window), await ask(store, tenant, GAUGE_SQL, window)
    step_s = int(rows[0][1])
    same_counts(rows, [one for one in records if window.start <= bucket(one.timestamp_ns, step_s) < window.end], step_s)
    same_gauges(gauge_rows, [one for one in points if window.start <= bucket(one.timestamp_ns, step_s) < window.end], step_s)
    return step_s


async def test_every_tier_equals_the_records(own: ClickHouseTelemetryStore, rolled: ClickHouseRollUps, tenant: Tenant) -> None:
    clock = FakeClock(START)
    records, points = await filled(own, RollUps(rolled, clock), clock, tenant, range(0, 21, 5))
    noon = clock.at - timedelta(hours=2)
    windows = [Window(noon, noon + length) for length in (timedelta(hours=8), timedelta(hours=41), 20 * DAY)]
    steps = [await held(own, tenant, records, points, window) for window in windows]
    assert steps == [60, 300, 3_600]
    assert await held(own, tenant, records, points, Window(START - 10 * DAY, START + 26 * DAY)) == 86_400
    old = Window(START - 9001 * DAY, START - 8975 * DAY)
    same_counts(await ask(own, tenant, SQL, old), [one for one in records if one.timestamp_ns < to_nanos(old.end)], 86_400)


async def test_a_roll_up_cut_off_anywhere_is_right_after_the_next(
    own: ClickHouseTelemetryStore, rolled: ClickHouseRollUps, tenant: Tenant
) -> None:
    clock = FakeClock(START)
    records, points = await filled(own, RollUps(rolled, clock), clock, tenant, [0])
    for steps in (0, 2, 5):
        clock.at += timedelta(minutes=20)
        new, fresh = logs(steps, clock.at, 20, timedelta(minutes=30)), gauges(steps, clock.at, 20, timedelta(minutes=30))
        await arrive(own, tenant, new, clock.at)
        await own.write_metrics(fresh, tenant)
        records, points = records + new, points + fresh
        with pytest.raises(StoreError, match="cut off"):
            await RollUps(Cut(rolled, steps), clock).advance()
        assert await RollUps(rolled, clock).advance() > 0
    for days in (0.3, 1, 15, 60):
        await held(own, tenant, records, points, Window(clock.at - days * DAY, clock.at + timedelta(minutes=1)))
    assert await RollUps(rolled, clock).advance() == 0


@pytest.mark.parametrize("rows", [3])
async def test_half_a_statement_is_made_whole_and_a_late_one_is_overruled(
    own: ClickHouseTelemetryStore, rolled: ClickHouseRollUps, tenant: Tenant, rows: int
) -> None:
    clock = FakeClock(START + timedelta(hours=2))
    records = logs(1, clock.at, 40, timedelta(minutes=3))
    await arrive(own, tenant, records[:30], clock.at)
    await RollUps(rolled, clock).advance()
    table = rolled._table("counts", TIERS[0])
    await rolled._do(f"CREATE TABLE {table}_before ENGINE = Memory AS SELECT * FROM {table}")
    await arrive(own, tenant, records[30:], clock.at + timedelta(minutes=1))
    origin = rolled._origin("counts", START.date(), TIERS[0], None)
    whole = _insert(origin, table, SHAPES["counts"], _lacking(origin, table, START.date()), START.date())
    await rolled._do(whole.replace(" SETTINGS", f" ORDER BY key1, key2, key3 LIMIT {rows} SETTINGS"))
    await RollUps(rolled, clock).advance()
    await rolled._do(f"INSERT INTO {table} SELECT * FROM {table}_before")  # another process was slower
    for days in (0.3, 1, 15, 60):
        window = Window(clock.at - days * DAY, clock.at)
        found = await ask(own, tenant, SQL, window)
        same_counts(found, records, found[0][1])


async def test_what_is_late_does_not_undo_what_is_gone(own: ClickHouseTelemetryStore, rolled: ClickHouseRollUps, tenant: Tenant) -> None:
    clock = FakeClock(START)
    work = RollUps(rolled, clock)
    records, points = await filled(own, work, clock, tenant, [0])
    first = clock.at
    for table in ("wf_counts", "wf_rollup_counts_1m", "wf_rollup_gauges_1m"):
        await rolled._do(f"ALTER TABLE {rolled._database}.{table} DROP PARTITION '{first:%Y-%m-%d}'")
    clock.at += 10 * DAY
    late = logs(7, first, 30, timedelta(hours=1))
    await arrive(own, tenant, late, clock.at)
    # A gauge that lay in the spool for ten days keeps the day on which it was received.
    spooled = gauges(8, first, 30, timedelta(hours=1))
    await own.write_metrics(spooled, tenant)
    await work.advance()
    everything = Window(START - 20 * DAY, START + 30 * DAY)
    assert await held(own, tenant, records + late, points + spooled, everything) == 86_400
    hours = Window(first - timedelta(hours=6), first + timedelta(hours=1))
    assert await held(own, tenant, records + late, points + spooled, hours) == 300
    assert await work.advance() == 0


async def test_a_bucket_is_not_written_from_fewer_rows(own: ClickHouseTelemetryStore, rolled: ClickHouseRollUps, tenant: Tenant) -> None:
    clock = FakeClock(START)
    records, points = await filled(own, RollUps(rolled, clock), clock, tenant, [0])
    finest = rolled._table("counts", TIERS[0])
    await rolled._do(f"ALTER TABLE {finest} DELETE WHERE Service = 'cart' SETTINGS mutations_sync = 2")
    written = [await rolled.roll_up("counts", START.date(), tier, TIERS[0]) for tier in TIERS[1:]]
    assert written == [0, 0, 0]
    await held(own, tenant, records, points, Window(START - 20 * DAY, START + 30 * DAY))


async def test_tiers_end_with_their_lifetimes(own: ClickHouseTelemetryStore, rolled: ClickHouseRollUps, tenant: Tenant) -> None:
    clock = FakeClock(START)
    work = RollUps(rolled, clock)
    for day in (0, 280, 330, 375, 396, 399):
        await filled(own, work, clock, tenant, [day])
        # As retention does it, by `lifetimes`.
        for table, days in lifetimes().items():
            name, oldest = f"{rolled._database}.{table}", f"{clock.at - days * DAY:%F %T}"
            for (gone,) in await rolled._ask(f"SELECT ArrivedOn FROM {name} GROUP BY ArrivedOn HAVING max(ArrivedAt) < '{oldest}'"):
                await rolled._do(f"ALTER TABLE {name} DROP PARTITION '{gone}'")
        assert await RollUps(rolled, clock).advance() == 0
    kept = {}
    for table in lifetimes():
        found = await rolled._ask(f"SELECT DISTINCT ArrivedOn FROM {rolled._database}.{table} ORDER BY ArrivedOn")
        kept[table] = [(row[0] - START.date()).days for row in found]
    by_tier = {"1m": [396, 399], "5m": [375, 396, 399], "1h": [330, 375, 396, 399], "1d": [280, 330, 375, 396, 399]}
    assert kept == {f"wf_rollup_{family}_{tier}": days for family in ("counts", "gauges") for tier, days in by_tier.items()}
