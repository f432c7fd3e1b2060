"""The state database: its tables, its migrations, and how it fails."""

import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from adapters.state import open_state
from adapters.state.migration import HEAD, MIGRATIONS
from adapters.state.tables import METADATA
from domain.errors import StoreError, WrongUseError
from domain.ids import RunId


def test_the_newest_migration_is_the_one_we_ask_for() -> None:
    assert ScriptDirectory(MIGRATIONS).get_heads() == [HEAD]


async def test_migrations_end_in_the_tables_we_use(tmp_path: Path) -> None:
    await open_state(tmp_path / "s.sqlite").close()
    engine = create_engine(f"sqlite:///{tmp_path / 's.sqlite'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


async def test_a_current_database_opens_at_once(tmp_path: Path) -> None:
    await open_state(tmp_path / "s.sqlite").close()
    started = time.perf_counter()
    await open_state(tmp_path / "s.sqlite").close()
    assert time.perf_counter() - started < 0.15


async def test_sqlite_writes_ahead(tmp_path: Path) -> None:
    state = open_state(tmp_path / "s.sqlite")
    with state._engine.connect() as connection:
        pragmas = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert pragmas == ["wal", 1, 1]
    await state.close()


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    state = open_state(tmp_path / "s.sqlite")
    with state._engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await state.close()
    with pytest.raises(StoreError, match="another version"):
        open_state(tmp_path / "s.sqlite")


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "s.sqlite").write_text("this is no database at all, only some words " * 30)
    with pytest.raises(StoreError, match=r"s\.sqlite.*not a database"):
        open_state(tmp_path / "s.sqlite")


@pytest.mark.parametrize("address", ["nonsense", "nosuch://host/db"])
def test_an_address_nobody_understands_is_wrong_use(address: str) -> None:
    with pytest.raises(WrongUseError):
        open_state(address)


async def test_a_database_that_went_away_is_a_store_error(tmp_path: Path) -> None:
    state = open_state(tmp_path / "s.sqlite")
    with state._engine.begin() as connection:
        connection.execute(text("DROP TABLE runs"))
    with pytest.raises(StoreError, match="no such table: runs"):
        await state.run(RunId("r"))
    await state.close()
