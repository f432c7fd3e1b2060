"""A queue on a server of its own, for every test that wants one."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis

from adapters.redis_queue import EmbeddedQueue, open_embedded_queue
from tests.fakes import FakeMeter


@pytest.fixture
def meter() -> FakeMeter:
    return FakeMeter()


@pytest.fixture
async def queue(tmp_path: Path, meter: FakeMeter) -> AsyncIterator[EmbeddedQueue]:
    opened = await open_embedded_queue(tmp_path / "queue", 2, meter)
    yield opened
    await opened.close()


@pytest.fixture
def server(queue: EmbeddedQueue) -> Iterator[redis.Redis]:
    """Somebody else's connection to the queue's server."""
    with redis.Redis.from_url(queue.child.url, protocol=2, decode_responses=True) as client:
        yield client
