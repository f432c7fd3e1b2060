"""The telemetry store on ClickHouse: embedded in the process (chDB) or a server, one client and one SQL for both."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pyarrow as pa
from clickhouse_connect.driver.client import Client

from adapters import clickhouse_counts as counts
from adapters import clickhouse_rows as rows
from adapters.clickhouse_client import (
    EMBEDDED_DATABASE,
    Connect,
    answer,
    described,
    embedded,
    first_embedded,
    first_server,
    limits,
    prepare,
    server,
    stored,
)
from adapters.clickhouse_memory import Purge, settle
from adapters.clickhouse_relations import Relations, parameters, relations
from adapters.clickhouse_rollup_tables import ROLL_UPS
from adapters.clickhouse_rollups import ClickHouseRollUps, tier_for, tier_question
from adapters.clickhouse_schema import COUNTS, GAUGES, HISTOGRAMS, LOGS, SUMS, TABLES, TEMPLATES, TRACES
from domain.counts import CountBatch
from domain.errors import StoreError, StoreTimeoutError
from domain.ids import DEFAULT_TENANT, Tenant
from domain.ports import StoreQuery, Table
from domain.queue import EntryKey
from domain.telemetry import Extent, LogRecord, LogTemplate, MetricPoint, Signal, SpanRecord

READERS = 2
GRACE_S = 2.0  # the engine ends a query itself; past this much more the caller is let go
MAX_SERVICES = 1_000
SIGNALS: Mapping[str, Signal] = {LOGS: "logs", TRACES: "traces", GAUGES: "metrics", SUMS: "metrics", HISTOGRAMS: "metrics"}
METRIC_TABLES = {"gauge": GAUGES, "sum": SUMS, "histogram": HISTOGRAMS}


class ClickHouseTelemetryStore:
    """One writer and a few readers, each used by one thread at a time.

    `max_rows` of a query is a wall, never a silent cut: an answer with more rows is a StoreError. A store whose tables were made
    by someone else (no Tenant column) is read-only, and all its rows belong to the default tenant.
    """

    def __init__(self, connect: Connect, writer: Client, database: str, found: Relations, purge: Purge | None = None) -> None:
        self._connect = connect
        self._writer = writer
        self._database = database
        self._relations = found
        self._purge = purge
        self._writing = ThreadPoolExecutor(1, "store-writer")
        self._reading = ThreadPoolExecutor(READERS, "store-reader")
        self._readers: SimpleQueue[Client | None] = SimpleQueue()
        for _ in range(READERS):
            self._readers.put(None)  # opened when first needed

    async def write_logs(self, records: Sequence[LogRecord], tenant: Tenant = DEFAULT_TENANT) -> int:
        return await self._write(LOGS, "Timestamp", partial(rows.logs_table, records, tenant)) if records else 0

    async def write_spans(self, records: Sequence[SpanRecord], tenant: Tenant = DEFAULT_TENANT) -> int:
        return await self._write(TRACES, "Timestamp", partial(rows.spans_table, records, tenant)) if records else 0

    async def write_metrics(self, points: Sequence[MetricPoint], tenant: Tenant = DEFAULT_TENANT) -> int:
        written = 0
        for kind, group in groupby(sorted(points, key=lambda point: point.kind), key=lambda point: point.kind):
            written += await self._write(METRIC_TABLES[kind], "TimeUnix", partial(rows.metrics_table, list(group), tenant))
        return written

    async def write_templates(self, templates: Sequence[LogTemplate], tenant: Tenant = DEFAULT_TENANT) -> int:
        return await self._write(TEMPLATES, "", partial(rows.templates_table, templates, tenant)) if templates else 0

    async def write_counts(self, batch: CountBatch) -> int:
        if batch.entries or batch.counts:
            await self._write(COUNTS, "", partial(counts.counts_table, batch), counts.ONE_BLOCK)
        return len(batch.counts)

    async def counted(self, entries: Sequence[EntryKey], tenant: Tenant = DEFAULT_TENANT) -> frozenset[EntryKey]:
        return frozenset(EntryKey(key) for key in await self._found(counts.entry_questions(self._database, entries, tenant)))

    async def counted_since(self, at_ns: int, limit: int, tenant: Tenant = DEFAULT_TENANT) -> frozenset[EntryKey]:
        question = counts.recent_question(self._database, at_ns, limit, tenant)
        return frozenset(EntryKey(key) for key in await self._found([question], limit))

    async def stored_ids(self, signal: Signal, record_ids: Mapping[str, int], tenant: Tenant = DEFAULT_TENANT) -> frozenset[str]:
        tables = [table for table, kept in SIGNALS.items() if kept == signal]
        return await self._found(counts.id_questions(self._database, tables, record_ids, tenant))

    async def _found(self, questions: Iterable[counts.Question], most: int = counts.AT_ONCE) -> frozenset[str]:
        asked = StoreQuery("", {}, max_rows=most)
        found = [
            await self._read(partial(answer, sql=sql, values=values, settings=limits(asked)), asked.timeout_s) for sql, values in questions
        ]
        return frozenset(str(row[0]) for table in found for row in table.rows)

    async def templates(self, tenant: Tenant = DEFAULT_TENANT) -> tuple[LogTemplate, ...]:
        if "log_templates" not in self._relations.sources:
            return ()
        sql = "SELECT template_id, service, severity, text FROM log_templates ORDER BY template_id"
        answer = await self.query(StoreQuery(sql, {}, tenant=tenant, max_rows=1_000_000))
        return tuple(LogTemplate(*row) for row in answer.rows)

    async def query(self, query: StoreQuery) -> Table:
        statement = self._relations.statement(query, await self._tiers(query))
        values = {**query.params, **parameters(query)}
        return await self._read(partial(answer, sql=statement, values=values, settings=limits(query)), query.timeout_s)

    async def _tiers(self, query: StoreQuery) -> Mapping[str, int]:
        chosen = {}
        for name, window in query.windows.items():
            if tiers := self._relations.tiered.get(name.removesuffix("_before")):
                ask = partial(
                    answer, sql=tier_question(tiers, window), values=parameters(query), settings=limits(replace(query, max_rows=len(tiers)))
                )
                found = await self._read(ask, query.timeout_s)
                chosen[name] = tier_for(tiers, window, dict(found.rows))
        return chosen

    def roll_ups(self) -> ClickHouseRollUps:
        """What keeps the roll-ups of this store, over a connection of its own; close it before the store. Raises StoreError."""
        return ClickHouseRollUps(stored(self._connect), self._database)

    async def extent(self, tenant: Tenant = DEFAULT_TENANT) -> Extent | None:
        sql = _extent_sql(self._relations)
        asked = StoreQuery(sql, {}, tenant=tenant)
        found = await self._read(partial(answer, sql=sql, values=parameters(asked), settings=limits(asked)), asked.timeout_s)
        return _extent([row for row in found.rows if row[3]])

    def logical_columns(self, relation: str) -> frozenset[str]:
        return self._relations.columns(relation)

    async def close(self) -> None:
        """Waits for what is running, then lets go of the folder: another path may be opened afterwards."""
        await asyncio.to_thread(self.release)

    def release(self) -> None:
        """`close` for a caller without an event loop."""
        self._writing.shutdown()
        self._reading.shutdown()
        while not self._readers.empty():
            if reader := self._readers.get():
                reader.close()
        self._writer.close()

    async def _write(self, table: str, time_column: str, build: Callable[[], pa.Table], settings: Mapping[str, int] | None = None) -> int:
        if not self._relations.is_ours:
            raise StoreError(f"the tables in {self._database!r} were made by another program, so they are only read, never written")
        return await asyncio.get_running_loop().run_in_executor(self._writing, self._insert, table, time_column, build, settings)

    def _insert(self, table: str, time_column: str, build: Callable[[], pa.Table], settings: Mapping[str, int] | None) -> int:
        data = build()
        pieces = rows.by_days(data, time_column) if time_column else [data]
        for piece in pieces:
            stored(partial(self._writer.insert_arrow, table, piece, database=self._database, settings=dict(settings or {})))
        if self._purge:
            self._purge()
        return int(data.num_rows)

    async def _read(self, ask: Callable[[Client], Table], timeout_s: float) -> Table:
        found = asyncio.get_running_loop().run_in_executor(self._reading, self._with_reader, ask)
        try:
            async with asyncio.timeout(timeout_s + GRACE_S):
                return await found
        except TimeoutError as error:
            raise StoreTimeoutError(f"the store did not answer within {timeout_s:g} s; narrow the time window or the filters") from error

    def _with_reader(self, ask: Callable[[Client], Table]) -> Table:
        # A reader that failed is thrown away: chDB keeps some of a failed statement's settings on the connection.
        reader, kept = self._readers.get(), None
        try:
            reader = reader or stored(self._connect)
            found = stored(partial(ask, reader))
            kept = reader
        finally:
            if reader and not kept:
                reader.close()
            self._readers.put(kept)
        return found


def open_embedded(path: Path) -> ClickHouseTelemetryStore:
    """Opens the store inside this process, making it where missing.

    One process at a time holds a path, and a process holds one path: DataFolderError says who holds it. Never fork with it open: spawn.
    """
    connect = embedded(path)
    writer = first_embedded(connect, path)
    return _opened(connect, writer, EMBEDDED_DATABASE, Purge(writer))


def open_server(url: str) -> ClickHouseTelemetryStore:
    """Opens a ClickHouse server by `http[s]://user:password@host:port/database` (database `otel` when left out).

    Missing tables are made; the tables of an OpenTelemetry collector are used as they are, read-only. Raises WrongUseError, StoreError.
    """
    connect, database = server(url)
    return _opened(connect, first_server(connect, url), database)


def _opened(connect: Connect, writer: Client, database: str, purge: Purge | None = None) -> ClickHouseTelemetryStore:
    try:
        prepare(writer, database)
        if purge:
            settle(writer, database)
        return ClickHouseTelemetryStore(connect, writer, database, found_relations(writer, database), purge)
    except StoreError:
        writer.close()
        raise


def found_relations(client: Client, database: str) -> Relations:
    """The relations over the tables of a database. Raises StoreError when it has none."""
    found = {table: described(client, database, table) for table in (*TABLES, *ROLL_UPS)}
    tables = {table: columns for table, columns in found.items() if columns}
    if not tables:
        raise StoreError(f"the database {database!r} has no telemetry tables")
    return relations(database, tables)


def _extent_sql(found: Relations) -> str:
    parts = [
        f"SELECT '{SIGNALS[source.table.rpartition('.')[2]]}', min({source.columns['time']}), max({source.columns['time']}), count(), "  # noqa: S608  names are ours, the tenant is bound
        f"groupUniqArray({MAX_SERVICES})({source.columns['service']}) FROM {source.table} WHERE {source.tenant}"
        for name in ("logs", "spans", "metrics")
        for source in found.sources.get(name, ())
    ]
    return " UNION ALL ".join(parts)


def _extent(found: Sequence[Sequence[Any]]) -> Extent | None:
    if not found:
        return None
    counts: dict[str, int] = {}
    for signal, _, _, count, _ in found:
        counts[signal] = counts.get(signal, 0) + count
    services = sorted({service for row in found for service in row[4] if service})
    return Extent(min(row[1] for row in found), max(row[2] for row in found), counts, tuple(services))
