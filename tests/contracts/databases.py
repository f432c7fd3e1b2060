"""The state databases that contracts run on."""

from pathlib import Path

import pytest

from adapters.state import Database, open_database

BACKENDS = ["fake", "sqlite", pytest.param("postgresql", marks=pytest.mark.server)]


def opened_database(request: pytest.FixtureRequest) -> Database:
    """A SQLite file of the test's own, or the session's PostgreSQL, as the fixture's parameter says."""
    if request.param == "sqlite":
        folder: Path = request.getfixturevalue("tmp_path")
        return open_database(folder / "state.sqlite")
    return open_database(str(request.getfixturevalue("database_url")))
