"""Servers the contracts run against."""

import os
from collections.abc import Iterator

import pytest

from tests.servers import postgresql_programs, running_postgresql


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """A PostgreSQL database: the one WATCHFLOOR_TEST_DATABASE_URL names, else one started for this session."""
    if given := os.environ.get("WATCHFLOOR_TEST_DATABASE_URL"):
        yield given
        return
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed here (no initdb) and WATCHFLOOR_TEST_DATABASE_URL names none")
    with running_postgresql(programs) as url:
        yield url
