"""Roll-ups in ClickHouse: buckets that lack rows are found by comparing sums, and written whole by one statement."""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from clickhouse_connect.driver.client import Client

from adapters.clickhouse_client import described, stored
from adapters.clickhouse_relations import Source
from adapters.clickhouse_rollup_tables import ROLL_UPS, SHAPES, Shape, table_of
from domain.rollups import TIERS, Family, Tier
from domain.window import Window

MAX_BUCKETS = 20_000  # a statement; the next ones follow
MOST_SHOWN = 500
MEMORY = "max_memory_usage = 2000000000, max_bytes_before_external_group_by = 500000000"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a tier is made of: SQL for a bucket's start, its keys and values, the number of rows behind one, and the rows of one day."""

    rows: str
    start: str
    keys: Sequence[str]
    values: Sequence[str]
    arrived_at: str
    counted: str


class ClickHouseRollUps:
    """One connection in a thread of its own, beside those of the store; a store of foreign tables has nothing to roll up."""

    def __init__(self, client: Client, database: str) -> None:
        self._client = client
        self._database = database
        self._is_ours = all("Tenant" in described(client, database, table) for table in ROLL_UPS)
        self._working = ThreadPoolExecutor(1, "store-rollups")

    async def unrolled(self, family: Family, since: date | None = None) -> tuple[date, ...]:
        """Days of arrival whose rows are not all in the coarsest tier. Raises StoreError."""
        found = await self._ask(self._unrolled_sql(family, since or date(1970, 1, 1))) if self._is_ours else ()
        return tuple(row[0] for row in found)

    async def roll_up(self, family: Family, day: date, tier: Tier, source: Tier | None) -> int:
        """Write the buckets of a tier that lack rows of this day of arrival; how many. Raises StoreError."""
        origin = self._origin(family, day, tier, source)
        lacking = _lacking(origin, self._table(family, tier), day)
        ((buckets,),) = await self._ask(f"SELECT count() FROM ({lacking})")  # noqa: S608  names are ours
        for _ in range(0, buckets, MAX_BUCKETS):
            await self._do(_insert(origin, self._table(family, tier), SHAPES[family], lacking, day))
        return int(buckets)

    async def close(self) -> None:
        """Waits for what is running."""
        await asyncio.to_thread(self.release)

    def release(self) -> None:
        """`close` for a caller without an event loop."""
        self._working.shutdown()
        self._client.close()

    def _table(self, family: Family, tier: Tier) -> str:
        return f"{self._database}.{table_of(family, tier)}"

    def _unrolled_sql(self, family: Family, since: date) -> str:
        shape, last = SHAPES[family], self._table(family, TIERS[-1])
        start = f"toStartOfInterval({shape.time}, INTERVAL {TIERS[-1].step_s} SECOND)"
        came = (
            f"SELECT Tenant, toDate({shape.arrival}) AS day, {start} AS start, toInt64(count()) AS lack "  # noqa: S608  names are ours
            f"FROM {self._database}.{shape.source} "
            f"WHERE {shape.arrival} >= toDateTime64('{since}', 0, 'UTC') AND {shape.where} GROUP BY Tenant, day, start"
        )
        held = (
            f"SELECT Tenant, ArrivedOn AS day, Bucket AS start, -toInt64(sum(Sources)) AS lack FROM {last} FINAL "  # noqa: S608  names are ours
            f"WHERE ArrivedOn >= '{since}' GROUP BY Tenant, day, start"
        )
        lacking = f"SELECT day FROM ({came} UNION ALL {held}) GROUP BY Tenant, day, start HAVING sum(lack) > 0"  # noqa: S608  names are ours
        return f"SELECT DISTINCT day FROM ({lacking}) ORDER BY day"  # noqa: S608  names are ours

    def _origin(self, family: Family, day: date, tier: Tier, source: Tier | None) -> Origin:
        shape = SHAPES[family]
        step = f"INTERVAL {tier.step_s} SECOND"
        if source:
            rows = f"{self._table(family, source)} FINAL WHERE ArrivedOn = '{day}'"
            values = [finer for _, _, finer in shape.values.values()]
            return Origin(rows, f"toStartOfInterval(Bucket, {step})", tuple(shape.keys), values, "max(ArrivedAt)", "sum(Sources)")
        of_day = (
            f"{shape.arrival} >= toDateTime64('{day}', 0, 'UTC') AND {shape.arrival} < toDateTime64('{day}', 0, 'UTC') + INTERVAL 1 DAY"
        )
        rows = f"{self._database}.{shape.source} WHERE {of_day} AND {shape.where}"
        keys = [key for _, key in shape.keys.values()]
        values = [raw for _, raw, _ in shape.values.values()]
        return Origin(rows, f"toStartOfInterval({shape.time}, {step})", keys, values, f"max({shape.arrival})", "count()")

    async def _ask(self, sql: str) -> Sequence[Sequence[Any]]:
        def asked() -> Sequence[Sequence[Any]]:
            return stored(partial(self._client.query, sql)).result_rows

        return await asyncio.get_running_loop().run_in_executor(self._working, asked)

    async def _do(self, sql: str) -> None:
        await asyncio.get_running_loop().run_in_executor(self._working, stored, partial(self._client.command, sql))


def tier_question(tiers: Sequence[Source], window: Window) -> str:
    """For each tier its number and the oldest day of arrival that it holds of the days of a window; a tier without any has no row."""
    start, end = (f"toDateTime64('{moment:%Y-%m-%d}', 0, 'UTC')" for moment in (window.start, window.end + timedelta(days=1)))
    parts = [
        f"SELECT {number}, min(ArrivedOn) FROM {tier.table.removesuffix(' FINAL')} "  # noqa: S608  names are ours
        f"WHERE {tier.tenant} AND Bucket >= {start} AND Bucket < {end} HAVING count() > 0"
        for number, tier in enumerate(tiers)
    ]
    return " UNION ALL ".join(parts)


def tier_for(tiers: Sequence[Source], window: Window, oldest: Mapping[int, date]) -> int:
    """The finest tier that has at most 500 buckets in the window and still holds what the coarser ones hold."""
    fitting = [number for number, tier in enumerate(tiers) if window.length.total_seconds() <= tier.step_s * MOST_SHOWN]
    candidates = fitting or [len(tiers) - 1]
    return min(candidates, key=lambda number: (oldest.get(number, date.max), number))


def _lacking(origin: Origin, table: str, day: date) -> str:
    """Buckets that hold fewer rows than their source has now; fewer in the source means that it is going, and is no reason to write."""
    came = f"SELECT Tenant, {origin.start} AS start, toInt64({origin.counted}) AS lack FROM {origin.rows} GROUP BY Tenant, start"  # noqa: S608  names are ours
    there = f"FROM {table} FINAL WHERE ArrivedOn = '{day}' GROUP BY Tenant, start"
    held = f"SELECT Tenant, Bucket AS start, -toInt64(sum(Sources)) AS lack {there}"
    return f"SELECT Tenant, start FROM ({came} UNION ALL {held}) GROUP BY Tenant, start HAVING sum(lack) > 0"  # noqa: S608  names are ours


def _insert(origin: Origin, table: str, shape: Shape, lacking: str, day: date) -> str:
    columns = ", ".join(["Tenant", "Bucket", *shape.keys, *shape.values, "ArrivedAt", "ArrivedOn", "Sources"])
    keys = [f"{key} AS key{number}" for number, key in enumerate(origin.keys)]
    chosen = ", ".join(["Tenant", f"{origin.start} AS start", *keys, *origin.values, origin.arrived_at, f"'{day}'", origin.counted])
    grouped = ", ".join(["Tenant", "start", *(f"key{number}" for number in range(len(keys)))])
    first = f"SELECT Tenant, start FROM ({lacking}) ORDER BY Tenant, start LIMIT {MAX_BUCKETS}"  # noqa: S608  names are ours
    return (
        f"INSERT INTO {table} ({columns}) SELECT {chosen} FROM {origin.rows} AND (Tenant, {origin.start}) IN ({first}) "  # noqa: S608  names are ours
        f"GROUP BY {grouped} SETTINGS {MEMORY}"
    )
