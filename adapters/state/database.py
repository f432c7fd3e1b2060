"""The state database: SQLite or PostgreSQL behind one set of calls, brought up to date when it is opened."""

import asyncio
import importlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import orjson
from sqlalchemy import URL, Connection, Engine, Executable, RowMapping, Table, create_engine, event, insert, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from adapters.state.revision import is_current
from domain.errors import StoreError, WrongUseError

ResultT = TypeVar("ResultT")

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Database:
    """An engine; every call is one transaction in a thread. Raises StoreError."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    async def run(self, work: Callable[[Connection], ResultT]) -> ResultT:
        return await asyncio.to_thread(_in_transaction, self.engine, work)

    async def rows(self, statement: Executable) -> Sequence[RowMapping]:
        """The rows a statement reads or returns."""
        return await self.run(lambda connection: connection.execute(statement).mappings().all())

    async def execute(self, statement: Executable) -> int:
        """How many rows a statement changed."""
        return await self.run(lambda connection: connection.execute(statement).rowcount)

    async def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            await self.run(lambda connection: connection.execute(insert(table), list(rows)))

    async def upsert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keeps rows in place of those with the same primary key."""
        if rows:
            statement = _replacing(table, self.dialect)
            await self.run(lambda connection: connection.execute(statement, list(rows)))

    async def close(self) -> None:
        await asyncio.to_thread(self.engine.dispose)


def upsertion(table: Table, dialect: str) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that takes ON CONFLICT, of this dialect."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def storable(value: Any) -> Any:
    """A JSON value or text with what no database can hold in a text (NUL, lone surrogates) as U+FFFD."""
    if isinstance(value, Mapping):
        return {storable(name): storable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    return _UNSTORABLE.sub("\ufffd", value) if isinstance(value, str) else value


def open_database(where: Path | str) -> Database:
    """Opens the SQLite file at a path or the database at a URL, and brings its tables up to date. Raises StoreError, WrongUseError."""
    url = URL.create("sqlite", database=str(where)) if isinstance(where, Path) else _database_url(where)
    engine = _engine(url)
    try:
        _in_transaction(engine, _bring_up_to_date)
    except StoreError:
        engine.dispose()
        raise
    return Database(engine)


def _bring_up_to_date(connection: Connection) -> None:
    if not is_current(connection):
        importlib.import_module("adapters.state.migration").migrate(connection)


def _database_url(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise WrongUseError("the database address cannot be read; give postgresql://user:password@host/database") from error
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgres", "postgresql"} else url


def _engine(url: URL) -> Engine:
    try:
        engine = create_engine(url, json_serializer=_json, json_deserializer=orjson.loads, pool_pre_ping=url.get_backend_name() != "sqlite")
    except (NoSuchModuleError, ImportError) as error:
        raise WrongUseError(f"no driver for {url.drivername!r} is installed ({error}); install psycopg[binary] for PostgreSQL") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:
    del record
    connection.isolation_level = None  # the driver would commit before DDL; we begin ourselves
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "busy_timeout = 30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _in_transaction(engine: Engine, work: Callable[[Connection], ResultT]) -> ResultT:
    try:
        with engine.begin() as connection:
            return work(connection)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).split("\n", 1)[0][:300]
        raise StoreError(f"the state database {engine.url.render_as_string()!r} failed: {reason}") from error


def _replacing(table: Table, dialect: str) -> Executable:
    statement = upsertion(table, dialect)
    others = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=others)


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value, default=str).decode()
    except TypeError:  # a lone surrogate or a huge integer: slower, and taken
        return json.dumps(value, default=str)
