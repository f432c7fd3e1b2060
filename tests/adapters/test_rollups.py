"""Roll-ups against an independent aggregation of the same records."""

import math
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest_asyncio

from adapters.clickhouse import ClickHouseTelemetryStore
from adapters.clickhouse_rollups import ClickHouseRollUps
from domain.counts import LATENCY_GROWTH, ZERO_BUCKET, CountBatch
from domain.errors import StoreError
from domain.ids import Tenant
from domain.ports import StoreQuery
from domain.queue import EntryKey
from domain.rollups import Family, Tier
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


@pytest_asyncio.fixture
async def rolled(store: ClickHouseTelemetryStore) -> AsyncIterator[ClickHouseRollUps]:
    opened = store.roll_ups()
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


async def test_every_tier_equals_the_records(store: ClickHouseTelemetryStore, rolled: ClickHouseRollUps, tenant: Tenant) -> None:
    clock = FakeClock(START)
    records, points = await filled(store, RollUps(rolled, clock), clock, tenant, range(0, 21, 2))
    noon = clock.at - timedelta(hours=2)
    windows = [Window(noon, noon + length) for length in (timedelta(hours=8), timedelta(hours=41), 20 * DAY)]
    steps = [await held(store, tenant, records, points, window) for window in windows]
    assert steps == [60, 300, 3_600]
    assert await held(store, tenant, records, points, Window(START - 10 * DAY, START + 26 * DAY)) == 86_400
    old = Window(START - 9001 * DAY, START - 8975 * DAY)
    same_counts(await ask(store, tenant, SQL, old), [one for one in records if one.timestamp_ns < to_nanos(old.end)], 86_400)
