"""The state store on SQLAlchemy Core: one code for SQLite and PostgreSQL."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import orjson
from sqlalchemy import URL, Connection, Engine, Executable, RowMapping, Table, create_engine, event, insert, make_url, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from adapters.state.migration import is_current, migrate
from adapters.state.tables import DEAD_LETTERS, EVIDENCE, LOADS, RUNS, TURNS
from domain.errors import StoreError, WrongUseError
from domain.evidence import Evidence
from domain.ids import DEFAULT_TENANT, EvidenceUid, RunId, Tenant, ThreadId, evidence_uid
from domain.ports import DeadLetter, Load, RunRecord
from domain.tasks import Turn

ResultT = TypeVar("ResultT")

_RUN_COLUMNS = (RUNS.c.run_id, RUNS.c.thread_id, RUNS.c.tenant, RUNS.c.status, RUNS.c.question, RUNS.c.started_at, RUNS.c.document)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class SqlStateStore:
    """Runs, evidence snapshots, threads, loads and dead letters; every call is one transaction in a thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def save_run(self, run: RunRecord) -> None:
        """Keeps a run, in place of what was kept under its id."""
        row = {**asdict(run), "document": dict(run.document), "question": _clean(run.question)}
        await self._upsert(RUNS, [row])

    async def run(self, run_id: RunId, tenant: Tenant = DEFAULT_TENANT) -> RunRecord | None:
        found = await self._rows(select(*_RUN_COLUMNS).where(RUNS.c.run_id == run_id, RUNS.c.tenant == tenant))
        return RunRecord(**found[0]) if found else None

    async def runs(self, tenant: Tenant = DEFAULT_TENANT, limit: int = 50) -> tuple[RunRecord, ...]:
        """The newest runs, newest first."""
        newest = (RUNS.c.started_at.desc(), RUNS.c.run_id.desc())
        found = await self._rows(select(*_RUN_COLUMNS).where(RUNS.c.tenant == tenant).order_by(*newest).limit(limit))
        return tuple(RunRecord(**row) for row in found)

    async def fail_interrupted_runs(self) -> int:
        """Marks runs that a dead process left running; returns how many."""
        statement = update(RUNS).where(RUNS.c.status == "running").values(status="failed")
        return await self._run(lambda connection: connection.execute(statement).rowcount)

    async def save_evidence(self, evidence: Sequence[Evidence]) -> None:
        """Keeps the documents of evidence by uid, for as long as the database lives."""
        await self._upsert(EVIDENCE, [_snapshot(one) for one in evidence])

    async def evidence(self, uid: EvidenceUid, tenant: Tenant = DEFAULT_TENANT) -> Mapping[str, Any] | None:
        found = await self._rows(select(EVIDENCE.c.document).where(EVIDENCE.c.uid == uid, EVIDENCE.c.tenant == tenant))
        return found[0]["document"] if found else None

    async def add_turn(self, thread_id: ThreadId, run_id: RunId, turn: Turn, tenant: Tenant = DEFAULT_TENANT) -> None:
        words = {"question": _clean(turn.question), "headline": _clean(turn.headline)}
        await self._insert(TURNS, [{"tenant": tenant, "thread_id": thread_id, "run_id": run_id, **words}])

    async def turns(self, thread_id: ThreadId, tenant: Tenant = DEFAULT_TENANT, limit: int = 10) -> tuple[Turn, ...]:
        """The last turns of a thread, oldest first."""
        mine = (TURNS.c.thread_id == thread_id, TURNS.c.tenant == tenant)
        found = await self._rows(select(TURNS.c.question, TURNS.c.headline).where(*mine).order_by(TURNS.c.id.desc()).limit(limit))
        return tuple(Turn(**row) for row in reversed(found))

    async def save_load(self, load: Load, tenant: Tenant = DEFAULT_TENANT) -> None:
        """Keeps a load, in place of an earlier one of the same content."""
        await self._upsert(LOADS, [{**asdict(load), "name": _clean(load.name), "tenant": tenant}])

    async def load(self, sha256: str, tenant: Tenant = DEFAULT_TENANT) -> Load | None:
        columns = [LOADS.c[name] for name in Load.__dataclass_fields__]
        found = await self._rows(select(*columns).where(LOADS.c.sha256 == sha256, LOADS.c.tenant == tenant))
        return Load(**found[0]) if found else None

    async def add_dead_letters(self, letters: Sequence[DeadLetter], tenant: Tenant = DEFAULT_TENANT) -> None:
        """Keeps letters; what no database can hold in a text (NUL, lone surrogates) becomes U+FFFD."""
        rows = [{name: _clean(value) for name, value in asdict(letter).items()} for letter in letters]
        await self._insert(DEAD_LETTERS, [{**row, "tenant": tenant} for row in rows])

    async def dead_letters(self, tenant: Tenant = DEFAULT_TENANT, limit: int = 100) -> tuple[DeadLetter, ...]:
        """The newest letters, newest first."""
        columns = [DEAD_LETTERS.c[name] for name in DeadLetter.__dataclass_fields__]
        newest = DEAD_LETTERS.c.id.desc()
        found = await self._rows(select(*columns).where(DEAD_LETTERS.c.tenant == tenant).order_by(newest).limit(limit))
        return tuple(DeadLetter(**row) for row in found)

    async def close(self) -> None:
        await asyncio.to_thread(self._engine.dispose)

    async def _upsert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            statement = _replacing(table, self._engine.dialect.name)
            await self._run(lambda connection: connection.execute(statement, list(rows)))

    async def _insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            await self._run(lambda connection: connection.execute(insert(table), list(rows)))

    async def _rows(self, statement: Executable) -> Sequence[RowMapping]:
        return await self._run(lambda connection: connection.execute(statement).mappings().all())

    async def _run(self, work: Callable[[Connection], ResultT]) -> ResultT:
        return await asyncio.to_thread(_in_transaction, self._engine, work)


def open_state(where: Path | str) -> SqlStateStore:
    """Opens the SQLite file at a path or the database at a URL, and brings its tables up to date. Raises StoreError, WrongUseError."""
    url = URL.create("sqlite", database=str(where)) if isinstance(where, Path) else _database_url(where)
    engine = _engine(url)
    try:
        _in_transaction(engine, _bring_up_to_date)
    except StoreError:
        engine.dispose()
        raise
    return SqlStateStore(engine)


def _bring_up_to_date(connection: Connection) -> None:
    if not is_current(connection):
        migrate(connection)


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
    statement = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    others = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=others)


def _snapshot(evidence: Evidence) -> dict[str, Any]:
    uid = evidence.uid or evidence_uid(evidence.run_id, evidence.id)
    document = {**evidence.as_json(), "uid": uid}
    return {"tenant": evidence.tenant, "uid": uid, "run_id": evidence.run_id, "document": document}


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value, default=str).decode()
    except TypeError:  # a lone surrogate or a huge integer: slower, and taken
        return json.dumps(value, default=str)


def _clean(value: Any) -> Any:
    return _UNSTORABLE.sub("\ufffd", value) if isinstance(value, str) else value
