"""The event queues that the contract runs on. A backend is a name here and its opener: each call opens the same place again."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.redis_queue import open_embedded_queue, open_redis_queue
from domain.queue import EventQueue
from tests.fakes import FakeMeter

PARTITIONS = 2
Opener = Callable[[Path, str], Awaitable[EventQueue]]


async def _valkey(folder: Path, _url: str) -> EventQueue:
    return await open_embedded_queue(folder / "queue", PARTITIONS, FakeMeter())


async def _redis(_folder: Path, url: str) -> EventQueue:
    return open_redis_queue(url, PARTITIONS, FakeMeter())


OPENERS: Mapping[str, Opener] = {"valkey": _valkey, "redis": _redis}
BACKENDS = ["valkey", pytest.param("redis", marks=pytest.mark.server)]


class Bench:
    """One place of a queue for one test; `opened` closes what it opened before."""

    def __init__(self, opener: Opener, folder: Path, url: str) -> None:
        self._opener = opener
        self._folder = folder
        self._url = url
        self._queue: EventQueue | None = None

    async def opened(self) -> EventQueue:
        """The queue, opened anew as after a restart of this process."""
        await self.close()
        self._queue = await self._opener(self._folder, self._url)
        return self._queue

    async def close(self) -> None:
        """Close what is open."""
        queue, self._queue = self._queue, None
        if queue is not None:
            await queue.close()


@asynccontextmanager
async def bench(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Bench]:
    """The bench of the fixture's parameter; the server of "redis" is the session's, emptied."""
    url = str(request.getfixturevalue("redis_url")) if request.param == "redis" else ""
    made = Bench(OPENERS[request.param], folder, url)
    try:
        yield made
    finally:
        await made.close()
