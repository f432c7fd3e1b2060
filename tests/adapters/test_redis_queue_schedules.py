"""Random schedules of faults against an oracle: what was acknowledged and not done is there, once, unchanged, and nothing else."""

import asyncio
import random
import signal
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest
import redis

from adapters.redis_queue import EmbeddedQueue, open_embedded_queue
from domain.errors import QueueError
from domain.queue import Delivery
from tests.contracts.queues import drained, entry
from tests.fakes import FakeMeter
from tests.servers import send_signal

STEPS = 30
SOON_S = 0.02


class Schedule:
    """One run: a queue, what its senders were told, and what its owner holds."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.folder = folder
        self.queue: EmbeddedQueue | None = None
        self.sent: dict[str, bytes] = {}
        self.kept: set[str] = set()
        self.done: set[str] = set()
        self.held: dict[str, Delivery] = {}

    async def opened(self) -> EmbeddedQueue:
        """The queue; opened anew after a restart, when the owner holds nothing any more."""
        if self.queue is None:
            self.queue = await open_embedded_queue(self.folder / "queue", 1, FakeMeter())
            self.held.clear()
        return self.queue

    async def append(self) -> None:
        await asyncio.gather(*(self._append(f"e{len(self.sent) + n}") for n in range(self.chance.randint(1, 8))))

    async def _append(self, name: str) -> None:
        self.sent[name] = self.chance.randbytes(self.chance.choice([0, 10, 5_000, 60_000]))
        try:
            await (await self.opened()).append([entry(name, payload=self.sent[name], records=3)], sha256(name.encode()).hexdigest())
        except QueueError:
            return
        self.kept.add(name)

    async def read(self) -> None:
        try:
            self._take(await (await self.opened()).read(0, self.chance.randint(1, 10), SOON_S))
        except QueueError:
            return

    async def cancel_a_read(self) -> None:
        reading = asyncio.create_task((await self.opened()).read(0, 5, SOON_S))
        await asyncio.sleep(self.chance.random() * 0.004)
        reading.cancel()
        await asyncio.wait([reading])
        if not reading.cancelled() and reading.exception() is None:
            self._take(reading.result())

    def _take(self, found: tuple[Delivery, ...]) -> None:
        for one in found:
            assert one.entry.payload == self.sent[one.entry.key]
            assert one.entry.key not in self.held
            assert one.entry.key not in self.done
            self.held[one.entry.key] = one

    async def finish(self) -> None:
        part = self.chance.sample(sorted(self.held), self.chance.randint(0, len(self.held)))
        try:
            await (await self.opened()).done([self.held[name] for name in part])
        except QueueError:
            part = await self._finished_again(part)
        self.done.update(part)
        for name in part:
            del self.held[name]

    async def _finished_again(self, part: list[str]) -> list[str]:
        """The owner tries until it is told."""
        for _ in range(100):
            try:
                await (await self.opened()).done([self.held[name] for name in part])
            except QueueError:
                await asyncio.sleep(SOON_S)
            else:
                return part
        pytest.fail("the server did not come back")

    async def kill_the_server(self) -> None:
        appending = asyncio.create_task(self.append())
        await asyncio.sleep(self.chance.random() * 0.006)
        send_signal((await self.opened()).child.pid, signal.SIGKILL)
        await appending

    async def cut_the_connections(self) -> None:
        appending = asyncio.create_task(self.append())
        await asyncio.sleep(self.chance.random() * 0.003)
        url = (await self.opened()).child.url
        with suppress(redis.ConnectionError), redis.Redis.from_url(url, protocol=2) as client:
            client.client_kill_filter(_type="normal", skipme=True)
        await appending

    async def restart(self) -> None:
        await self.close()

    async def close(self) -> None:
        if self.queue is not None:
            await self.queue.close()
            self.queue = None


@pytest.mark.parametrize("seed", range(3))
async def test_no_schedule_of_faults_loses_or_invents_anything(tmp_path: Path, seed: int) -> None:
    run = Schedule(tmp_path, seed)
    steps = [run.append, run.read, run.finish, run.cancel_a_read, run.kill_the_server, run.cut_the_connections, run.restart]
    for _ in range(STEPS):
        await run.opened()
        await run.chance.choices(steps, [8, 8, 6, 3, 1, 1, 1])[0]()
    await run.restart()
    queue = await run.opened()
    run._take(tuple(await drained(queue)))
    assert run.kept - run.done <= set(run.held)
    assert set(run.held) <= set(run.sent) - run.done
    await queue.done(list(run.held.values()))
    status = await queue.status()
    assert (status.state, status.detail, status.depth, status.records, status.bytes, status.lost_records) == ("ok", "", 0, 0, 0, 0)
    await run.close()
