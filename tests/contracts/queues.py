"""The event queues that the contract runs on. A backend is a name here and its opener: each call opens the same place again."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.clock import SystemClock
from adapters.redis_queue import open_embedded_queue, open_redis_queue
from domain.queue import Delivery, Entry, EntryKey, EventQueue
from pipeline.breaker import Breaker
from pipeline.fallback import FallbackQueue
from pipeline.spool.queue import open_spool
from tests.fakes import FakeMeter

PARTITIONS = 2
WAIT_S = 0.05
Opener = Callable[[Path, str], Awaitable[EventQueue]]


async def _valkey(folder: Path, _url: str) -> EventQueue:
    return await open_embedded_queue(folder / "queue", PARTITIONS, FakeMeter())


async def _redis(_folder: Path, url: str) -> EventQueue:
    return open_redis_queue(url, PARTITIONS, FakeMeter())


async def _spool(folder: Path, _url: str) -> EventQueue:
    return open_spool(folder / "spool", PARTITIONS, FakeMeter(), SystemClock())


async def _fallback(folder: Path, _url: str) -> EventQueue:
    meter, clock = FakeMeter(), SystemClock()
    return FallbackQueue(await _valkey(folder, ""), open_spool(folder / "spool", PARTITIONS, meter, clock), Breaker(), meter, clock)


OPENERS: Mapping[str, Opener] = {"valkey": _valkey, "redis": _redis, "spool": _spool, "fallback": _fallback}
BACKENDS = ["valkey", pytest.param("redis", marks=pytest.mark.server), "spool", "fallback"]


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


def entry(name: str, partition: int = 0, payload: bytes = b"payload", records: int = 1) -> Entry:
    return Entry(EntryKey(name), partition, payload, records, time.time_ns())


def keys(deliveries: Sequence[Delivery]) -> list[str]:
    return [one.entry.key for one in deliveries]


async def drained(queue: EventQueue, partition: int = 0, limit: int = 100) -> list[Delivery]:
    """Everything there is to read."""
    found: list[Delivery] = []
    while part := await queue.read(partition, limit, WAIT_S):
        assert len(part) <= limit
        found += part
    return found
