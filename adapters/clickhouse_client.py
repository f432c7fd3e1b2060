"""Connections to ClickHouse, embedded (chDB) or a server: how they open, what they answer, and how they fail."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from adapters.clickhouse_rollup_tables import rollup_statements
from adapters.clickhouse_schema import LOGS, TABLES, additions, statements
from domain.errors import DataFolderError, StoreError, StoreRefusedError, StoreTimeoutError, WrongUseError
from domain.ports import StoreQuery, Table

ResultT = TypeVar("ResultT")
Connect = Callable[[], Client]

EMBEDDED_DATABASE = "otel"
ENGINE_MEMORY_BYTES = 4_000_000_000
QUERY_MEMORY_BYTES = 2_000_000_000
MIN_FREE_DISK_BYTES = 200_000_000
TIMEOUT_CODE = 159
_CACHE_BYTES = 128 << 20
_TEXT = ("tokens", "header", "postings")
# A server's defaults are gigabytes each, which a process would fill over days: the memory of an embedded engine is to be level.
_CACHES = {
    **dict.fromkeys(("mark_cache_size", "primary_index_cache_size", "index_mark_cache_size"), _CACHE_BYTES),
    **{f"text_index_{name}_cache_size": _CACHE_BYTES for name in _TEXT},
    "query_condition_cache_size": 8 << 20,
}
# Codes about the rows themselves: parsing, types, ranges, sizes. Memory (241), parts (252), space (243), connections may pass.
REFUSAL_CODES = frozenset({6, 26, 27, 38, 41, 43, 53, 69, 70, 72, 85, 117, 121, 124, 128, 130, 131, 168, 190, 321, 349, 407, 469, 550, 645})
_SESSION: Mapping[str, str] = {"session_timezone": "UTC"}


def embedded(path: Path) -> Connect:
    """How to connect to the engine inside this process."""
    return partial(
        clickhouse_connect.get_client,
        interface="chdb",
        path=str(path),
        settings=dict(_SESSION),
        tz_mode="aware",
        chdb_options={"max_server_memory_usage": _engine_memory(), **_CACHES},
    )


def server(url: str) -> tuple[Connect, str]:
    """How to connect to a server, and the database to use. Raises WrongUseError."""
    parts = urlsplit(url)
    database = parts.path.strip("/") or EMBEDDED_DATABASE
    if parts.scheme not in {"http", "https"} or not parts.hostname or not re.fullmatch(r"\w+", database):
        raise WrongUseError(f"{shown(url)!r} is not a ClickHouse address; give http://user:password@host:8123/database")
    return partial(clickhouse_connect.get_client, **_address(parts)), database


def first_embedded(connect: Connect, path: Path) -> Client:
    """The first connection to a folder. Raises DataFolderError naming who holds it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        return connect()
    except (ClickHouseError, RuntimeError, OSError) as error:
        raise DataFolderError(_open_failure(path, str(error))) from error


def first_server(connect: Connect, url: str) -> Client:
    """The first connection to a server. Raises StoreError."""
    try:
        return connect()
    except ClickHouseError as error:
        reason = str(error).split("\n", 1)[0][:300]
        raise StoreError(f"no ClickHouse answers at {shown(url)!r} ({reason}); check the address, the account, and that it runs") from error


def prepare(writer: Client, database: str) -> None:
    """Makes missing tables and columns and sets the writer's settings; tables made by a collector are left as they are."""
    existing = described(writer, database, LOGS)
    if existing and "Tenant" not in existing:
        return
    for name, value in {"deduplicate_insert": "disable", "min_free_disk_bytes_to_perform_insert": MIN_FREE_DISK_BYTES}.items():
        if name in writer.server_settings:
            writer.set_client_setting(name, value)
    for statement in (*statements(database, has_text_index=writer.min_version("26.2")), *rollup_statements(database)):
        stored(partial(writer.command, statement))
    for table in TABLES if existing else ():
        if addition := additions(database, table, described(writer, database, table)):
            stored(partial(writer.command, addition))


def described(client: Client, database: str, table: str) -> Mapping[str, str]:
    """Names and types of a table's columns; empty when there is no such table."""
    sql = "SELECT name, type FROM system.columns WHERE database = {database:String} AND table = {table:String}"
    answer = stored(partial(client.query, sql, parameters={"database": database, "table": table}))
    return {str(name): str(kind) for name, kind in answer.result_rows}


def answer(client: Client, sql: str, values: Mapping[str, Any], settings: Mapping[str, Any]) -> Table:
    """The rows of a SELECT as plain values: times aware UTC, decimals as floats."""
    result = client.query(sql, parameters={name: _bindable(value) for name, value in values.items()}, settings=dict(settings))
    names = tuple(result.column_names) or _names(client, sql, values)
    foreign = [index for index, kind in enumerate(result.column_types) if re.search("Date|Decimal", kind.name)]
    return Table(names, tuple(_plain_row(row, foreign) for row in result.result_rows))


def _names(client: Client, sql: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    # chDB answers nothing at all for no rows, not even the names.
    described = client.query(
        f"DESCRIBE TABLE ({sql})", parameters={name: _bindable(value) for name, value in values.items()}, settings={"readonly": 1}
    )
    return tuple(str(row[0]) for row in described.result_rows)


def limits(query: StoreQuery) -> dict[str, Any]:
    """The settings that hold a query inside its limits."""
    return {
        "readonly": 1,
        "max_execution_time": query.timeout_s,
        "max_result_rows": query.max_rows,
        "result_overflow_mode": "throw",
        "max_memory_usage": QUERY_MEMORY_BYTES,
    }


def stored(action: Callable[[], ResultT]) -> ResultT:
    """The action's result, with the driver's errors as StoreTimeoutError, StoreRefusedError (the same rows meet it again) or StoreError."""
    try:
        return action()
    except (ClickHouseError, RuntimeError) as error:
        reason = re.split(r"\n| In scope ", str(error), maxsplit=1)[0][:400]
        if getattr(error, "code", None) == TIMEOUT_CODE:
            raise StoreTimeoutError(f"a query reached its time limit; narrow the time window or the filters ({reason})") from error
        kind = StoreRefusedError if getattr(error, "code", None) in REFUSAL_CODES else StoreError
        raise kind(f"the telemetry store refused: {reason}") from error


def shown(url: str) -> str:
    """An address without its account and password."""
    return re.sub(r"//[^@/]*@", "//", url)


def _address(parts: SplitResult) -> dict[str, Any]:
    is_secure = parts.scheme == "https"
    return {
        "host": parts.hostname,
        "port": parts.port or (8443 if is_secure else 8123),
        "username": parts.username or "default",
        "password": parts.password or "",
        "secure": is_secure,
        "settings": dict(_SESSION),
        "tz_mode": "aware",
        "autogenerate_session_id": False,
    }


def _bindable(value: Any) -> Any:
    # The engine reads a bound time as text in the session's zone, which is UTC.
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value


def _plain_row(row: Sequence[Any], foreign: Sequence[int]) -> tuple[Any, ...]:
    cells = list(row)
    for index in foreign:
        cells[index] = _plain(cells[index])
    return tuple(cells)


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.astimezone(UTC) if cell.tzinfo else cell.replace(tzinfo=UTC)
    if isinstance(cell, list | tuple):
        return type(cell)(_plain(item) for item in cell)
    return float(cell) if isinstance(cell, Decimal) else cell


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
