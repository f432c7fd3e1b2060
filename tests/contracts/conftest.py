"""Servers the contracts run against."""

import os
from collections.abc import Iterator

import pytest
import redis

from tests.servers import Server, postgresql_programs, redis_program, running_postgresql, running_redis


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


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Server]:
    """Debian's Redis, with a file synced at every append; started for this session."""
    program = redis_program()
    if program is None:
        pytest.skip("redis-server is not installed here")
    with running_redis(program) as server:
        yield server


@pytest.fixture
def redis_url(redis_server: Server) -> str:
    """The session's Redis, emptied for this test."""
    with redis.Redis.from_url(redis_server.url, protocol=2) as client:
        client.flushall()
    return redis_server.url
