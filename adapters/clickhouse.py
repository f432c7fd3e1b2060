"""The telemetry store on ClickHouse: embedded in the process (chDB) or a server, one client and one SQL for both."""

import asyncio
import os
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar
from urllib.parse import urlsplit

import clickhouse_connect
import pyarrow as pa
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from adapters import clickhouse_rows as rows
from adapters.clickhouse_relations import Columns, Relations, parameters, relations
from adapters.clickhouse_schema import GAUGES, HISTOGRAMS, LOGS, SUMS, TABLES, TEMPLATES, TRACES, statements
from domain.errors import DataFolderError, StoreError, StoreTimeoutError, WrongUseError
from domain.ids import DEFAULT_TENANT, Tenant
from domain.ports import StoreQuery, Table
from domain.telemetry import Extent, LogRecord, LogTemplate, MetricPoint, Signal, SpanRecord

ResultT = TypeVar("ResultT")
Connect = Callable[[], Client]

READERS = 2
ENGINE_MEMORY_BYTES = 4_000_000_000
QUERY_MEMORY_BYTES = 2_000_000_000
MIN_FREE_DISK_BYTES = 200_000_000
GRACE_S = 2.0  # the engine ends a query itself; past this much more the caller is let go
TIMEOUT_CODE = 159
UNKNOWN_TABLE_CODE = 60
MAX_SERVICES = 1_000
SIGNALS: Mapping[str, Signal] = {LOGS: "logs", TRACES: "traces", GAUGES: "metrics", SUMS: "metrics", HISTOGRAMS: "metrics"}
METRIC_TABLES = {"gauge": GAUGES, "sum": SUMS, "histogram": HISTOGRAMS}


class ClickHouseTelemetryStore:
    """One writer and a few readers, each used by one thread at a time.

    `max_rows` of a query is a wall, never a silent cut: an answer with more rows is a StoreError. A store whose tables were made
    by someone else (no Tenant column) is read-only, and all its rows belong to the default tenant.
    """

    def __init__(self, connect: Connect, writer: Client, database: str) -> None:
        self._connect = connect
        self._writer = writer
        self._database = database
        self._relations = _found_relations(writer, database)
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

    async def templates(self, tenant: Tenant = DEFAULT_TENANT) -> tuple[LogTemplate, ...]:
        if "log_templates" not in self._relations.sources:
            return ()
        sql = "SELECT template_id, service, severity, text FROM log_templates ORDER BY template_id"
        answer = await self.query(StoreQuery(sql, {}, tenant=tenant, max_rows=1_000_000))
        return tuple(LogTemplate(*row) for row in answer.rows)

    async def query(self, query: StoreQuery) -> Table:
        statement = self._relations.statement(query)
        values = {**{name: _bindable(value) for name, value in query.params.items()}, **parameters(query)}
        return await self._read(partial(_answer, sql=statement, values=values, settings=_limits(query)), query.timeout_s)

    async def extent(self, tenant: Tenant = DEFAULT_TENANT) -> Extent | None:
        sql = _extent_sql(self._relations)
        settings = _limits(StoreQuery("", {}))
        found = await self._read(partial(_answer, sql=sql, values={"wf_tenant": str(tenant)}, settings=settings), 20.0)
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

    async def _write(self, table: str, time_column: str, build: Callable[[], pa.Table]) -> int:
        if not self._relations.is_ours:
            raise StoreError(f"the tables in {self._database!r} were made by another program, so they are only read, never written")
        return await asyncio.get_running_loop().run_in_executor(self._writing, self._insert, table, time_column, build)

    def _insert(self, table: str, time_column: str, build: Callable[[], pa.Table]) -> int:
        data = build()
        pieces = rows.by_days(data, time_column) if time_column else [data]
        for piece in pieces:
            _stored(partial(self._writer.insert_arrow, table, piece, database=self._database))
        return int(data.num_rows)

    async def _read(self, ask: Callable[[Client], Table], timeout_s: float) -> Table:
        answer = asyncio.get_running_loop().run_in_executor(self._reading, self._with_reader, ask)
        try:
            return await asyncio.wait_for(answer, timeout_s + GRACE_S)
        except TimeoutError as error:
            raise StoreTimeoutError(f"the store did not answer within {timeout_s:g} s; narrow the time window or the filters") from error

    def _with_reader(self, ask: Callable[[Client], Table]) -> Table:
        # A reader that failed is thrown away: chDB keeps some of a failed statement's settings on the connection.
        reader, kept = self._readers.get(), None
        try:
            reader = reader or _stored(self._connect)
            answer = _stored(partial(ask, reader))
            kept = reader
        finally:
            if reader and not kept:
                reader.close()
            self._readers.put(kept)
        return answer


def open_embedded(path: Path) -> ClickHouseTelemetryStore:
    """Opens the store inside this process, making it where missing.

    One process at a time holds a path, and a process holds one path: DataFolderError says who holds it. Never fork with it open: spawn.
    """
    path.mkdir(parents=True, exist_ok=True)
    connect = partial(
        clickhouse_connect.get_client,
        interface="chdb",
        path=str(path),
        settings={"session_timezone": "UTC"},
        tz_mode="aware",
        chdb_options={"max_server_memory_usage": _engine_memory()},
    )
    try:
        writer = connect()
    except (ClickHouseError, RuntimeError) as error:
        raise DataFolderError(_open_failure(path, str(error))) from error
    return _opened(connect, writer, "otel")


def open_server(url: str) -> ClickHouseTelemetryStore:
    """Opens a ClickHouse server by `http[s]://user:password@host:port/database` (database `otel` when left out).

    Missing tables are made; the tables of an OpenTelemetry collector are used as they are, read-only.
    """
    parts = urlsplit(url)
    database = parts.path.strip("/") or "otel"
    if parts.scheme not in {"http", "https"} or not parts.hostname or not re.fullmatch(r"\w+", database):
        raise WrongUseError(f"{_shown(url)!r} is not a ClickHouse address; give http://user:password@host:8123/database")
    connect = partial(
        clickhouse_connect.get_client,
        host=parts.hostname,
        port=parts.port or (8443 if parts.scheme == "https" else 8123),
        username=parts.username or "default",
        password=parts.password or "",
        secure=parts.scheme == "https",
        settings={"session_timezone": "UTC"},
        tz_mode="aware",
        autogenerate_session_id=False,
    )
    try:
        writer = connect()
    except ClickHouseError as error:
        raise StoreError(f"no ClickHouse answers at {_shown(url)!r}: {error}; check the address, the account and that it runs") from error
    return _opened(connect, writer, database)


def _opened(connect: Connect, writer: Client, database: str) -> ClickHouseTelemetryStore:
    try:
        _prepare(writer, database)
        return ClickHouseTelemetryStore(connect, writer, database)
    except StoreError:
        writer.close()
        raise


def _prepare(writer: Client, database: str) -> None:
    existing = _described(writer, database, LOGS)
    if existing and "Tenant" not in existing:
        return
    for name, value in {"deduplicate_insert": "disable", "min_free_disk_bytes_to_perform_insert": MIN_FREE_DISK_BYTES}.items():
        if name in writer.server_settings:
            writer.set_client_setting(name, value)
    for statement in statements(database, has_text_index=writer.min_version("26.2")):
        _stored(partial(writer.command, statement))


def _found_relations(client: Client, database: str) -> Relations:
    found = {table: _described(client, database, table) for table in TABLES}
    tables = {table: columns for table, columns in found.items() if columns}
    if not tables:
        raise StoreError(f"the database {database!r} has no telemetry tables")
    return relations(database, tables)


def _described(client: Client, database: str, table: str) -> Columns:
    sql = "SELECT name, type FROM system.columns WHERE database = {database:String} AND table = {table:String}"
    answer = _stored(partial(client.query, sql, parameters={"database": database, "table": table}))
    return {str(name): str(kind) for name, kind in answer.result_rows}


def _answer(client: Client, sql: str, values: Mapping[str, Any], settings: Mapping[str, Any]) -> Table:
    result = client.query(sql, parameters=dict(values), settings=dict(settings))
    names = tuple(result.column_names) or _names(client, sql, values)
    return Table(names, tuple(tuple(_plain(cell) for cell in row) for row in result.result_rows))


def _names(client: Client, sql: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    # chDB answers nothing at all for no rows, not even the names.
    described = client.query(f"DESCRIBE TABLE ({sql})", parameters=dict(values), settings={"readonly": 1})
    return tuple(str(row[0]) for row in described.result_rows)


def _limits(query: StoreQuery) -> dict[str, Any]:
    return {
        "readonly": 1,
        "max_execution_time": query.timeout_s,
        "max_result_rows": query.max_rows,
        "result_overflow_mode": "throw",
        "max_memory_usage": QUERY_MEMORY_BYTES,
    }


def _stored(action: Callable[[], ResultT]) -> ResultT:
    try:
        return action()
    except (ClickHouseError, RuntimeError) as error:
        reason = re.split(r"\n| In scope ", str(error), maxsplit=1)[0][:400]
        if getattr(error, "code", None) == TIMEOUT_CODE:
            raise StoreTimeoutError(f"a query reached its time limit; narrow the time window or the filters ({reason})") from error
        raise StoreError(f"the telemetry store refused: {reason}") from error


def _bindable(value: Any) -> Any:
    # The engine reads a bound time as text in the session's zone, which is UTC.
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime) and cell.tzinfo is not UTC:
        return cell.astimezone(UTC) if cell.tzinfo else cell.replace(tzinfo=UTC)
    return float(cell) if isinstance(cell, Decimal) else cell


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


def _engine_memory() -> int:
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(ENGINE_MEMORY_BYTES, physical // 2)


def _open_failure(path: Path, reason: str) -> str:
    if "already initialized" in reason:
        return f"this process has another telemetry store open, so {str(path)!r} cannot be opened; close the first one"
    status = path / "status"
    holder = re.search(r"PID: (\d+)", status.read_text()) if status.is_file() else None
    who = f"process {holder[1]}" if holder else "another process"
    return f"the telemetry store {str(path)!r} cannot be opened: {who} may hold it; end it, or ask it instead ({reason[:300]})"


def _shown(url: str) -> str:
    return re.sub(r"//[^@/]*@", "//", url)
