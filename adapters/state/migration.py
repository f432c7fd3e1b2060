"""Brings a state database to the newest tables."""

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep, StampStep
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from adapters.state.revision import HEAD
from adapters.state.tables import METADATA
from domain.errors import StoreError

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK_ID = 7_205_110


def migrate(connection: Connection) -> None:
    """Runs what is missing, all or nothing. Raises StoreError for a database that a newer version wrote."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _LOCK_ID})  # several instances may start at once
    scripts = ScriptDirectory(MIGRATIONS)

    def steps(revision: Any, context: MigrationContext) -> list[RevisionStep | StampStep]:
        del context
        return list(scripts._upgrade_revs(HEAD, revision))  # noqa: SLF001  alembic's own `upgrade` command calls it so

    try:
        with EnvironmentContext(Config(), scripts, fn=steps, destination_rev=HEAD) as environment:
            environment.configure(connection=connection, target_metadata=METADATA)
            environment.run_migrations()
    except CommandError as error:
        raise StoreError(f"the state database was written by another version ({error}); use that version, or another database") from error
