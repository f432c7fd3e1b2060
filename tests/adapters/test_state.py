"""The state database: its tables, its migrations, and how it fails."""

import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, insert, text

from adapters.state import SqlDocuments, SqlStateStore, open_database
from adapters.state.migration import MIGRATIONS
from adapters.state.revision import HEAD
from adapters.state.tables import METADATA, RUNS
from domain.errors import StoreError, WrongUseError
from domain.ids import DEFAULT_TENANT, RunId, ThreadId
from domain.letters import DeadLetter
from domain.ports import RunRecord


def test_the_newest_migration_is_the_one_we_ask_for() -> None:
    assert ScriptDirectory(MIGRATIONS).get_heads() == [HEAD]


async def test_migrations_end_in_the_tables_we_use(tmp_path: Path) -> None:
    await open_database(tmp_path / "s.sqlite").close()
    engine = create_engine(f"sqlite:///{tmp_path / 's.sqlite'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def make_older(path: Path, revision: str, run: RunRecord) -> None:
    """A database as the version with that revision left it, with one run in it."""
    scripts = ScriptDirectory(MIGRATIONS)
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            for step in reversed(list(scripts.walk_revisions("base", revision))):
                step.module.upgrade()
        context.stamp(scripts, revision)
        connection.execute(insert(RUNS).values(asdict(run)))
    engine.dispose()


@pytest.mark.parametrize("revision", [step.revision for step in ScriptDirectory(MIGRATIONS).walk_revisions() if step.revision != HEAD])
async def test_an_older_database_keeps_its_rows(tmp_path: Path, revision: str) -> None:
    run = RunRecord(RunId("run_1"), ThreadId("thr_1"), DEFAULT_TENANT, "ok", "why?", datetime(2026, 3, 1, tzinfo=UTC), {"headline": "kept"})
    make_older(tmp_path / "s.sqlite", revision, run)
    database = open_database(tmp_path / "s.sqlite")
    assert await SqlStateStore(database).run(run.run_id) == run
    await SqlDocuments(database).put("incident", "inc_1", {"status": "open"})
    assert await SqlDocuments(database).get("incident", "inc_1") == {"status": "open"}
    await database.close()


async def test_dead_letters_of_an_older_database_get_ids_and_stay_readable(tmp_path: Path) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    make_older(tmp_path / "s.sqlite", "0002", RunRecord(RunId("r"), ThreadId("t"), DEFAULT_TENANT, "ok", "?", at))
    engine = create_engine(f"sqlite:///{tmp_path / 's.sqlite'}")
    with engine.begin() as connection:
        row = "'default', 'app.log', :line, 'no time', 'x', '2026-03-01 00:00:00.000000'"
        for line in (3, 4):
            statement = f"INSERT INTO dead_letters (tenant, source, line, reason, text, received_at) VALUES ({row})"
            connection.execute(text(statement), {"line": line})
    engine.dispose()
    database = open_database(tmp_path / "s.sqlite")
    state = SqlStateStore(database)
    letters = [DeadLetter("app.log", line, "no time", "x", at, f"DL-{line - 2}") for line in (3, 4)]
    assert await state.dead_letters() == (letters[1], letters[0])
    assert await state.claim_letters(["DL-1"], at, at) == (letters[0],)
    await database.close()


async def test_a_current_database_opens_at_once(tmp_path: Path) -> None:
    await open_database(tmp_path / "s.sqlite").close()
    started = time.perf_counter()
    await open_database(tmp_path / "s.sqlite").close()
    assert time.perf_counter() - started < 0.15


async def test_sqlite_writes_ahead(tmp_path: Path) -> None:
    database = open_database(tmp_path / "s.sqlite")
    with database.engine.connect() as connection:
        pragmas = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert pragmas == ["wal", 1, 1]
    await database.close()


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    database = open_database(tmp_path / "s.sqlite")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    with pytest.raises(StoreError, match="another version"):
        open_database(tmp_path / "s.sqlite")


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "s.sqlite").write_text("this is no database at all, only some words " * 30)
    with pytest.raises(StoreError, match=r"s\.sqlite.*not a database"):
        open_database(tmp_path / "s.sqlite")


@pytest.mark.parametrize("address", ["nonsense", "nosuch://host/db"])
def test_an_address_nobody_understands_is_wrong_use(address: str) -> None:
    with pytest.raises(WrongUseError):
        open_database(address)


async def test_a_database_that_went_away_is_a_store_error(tmp_path: Path) -> None:
    database = open_database(tmp_path / "s.sqlite")
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE runs"))
    with pytest.raises(StoreError, match="no such table: runs"):
        await SqlStateStore(database).run(RunId("r"))
    await database.close()
