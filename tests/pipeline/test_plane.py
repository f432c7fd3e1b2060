"""A plane says when its work broke, and closes, also where something took the first cancellation of its work."""

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest

from domain.queue import Delivery, EventQueue
from pipeline import ending
from pipeline.plane import DataPlane
from pipeline.worker import Worker
from tests.fakes import FakeQueue
from tests.pipeline.plants import Plant


class Queue:
    """A queue that only closes."""

    is_closed = False

    async def close(self) -> None:
        self.is_closed = True


class Deaf:
    """A worker one of whose libraries returns a result in place of the first cancellation, as `asyncio.wait_for` may."""

    desk = SimpleNamespace(writer=SimpleNamespace(failure=""))
    asked = 0

    async def run(self) -> None:
        while self.asked < 2:
            try:
                await asyncio.sleep(3_600)
            except asyncio.CancelledError:
                self.asked += 1

    async def stop(self) -> None:
        """Nothing is held."""


async def test_a_worker_that_missed_its_cancellation_is_cancelled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "AGAIN_S", 0.01)
    queue, worker = Queue(), Deaf()

    async def opened() -> EventQueue:
        return cast(EventQueue, queue)

    async def made(_queue: EventQueue) -> Worker:
        return cast(Worker, worker)

    plane = DataPlane(opened, made)
    await plane.start()
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await plane.close()
    assert (worker.asked, queue.is_closed) == (2, True)


class DeafQueue(FakeQueue):
    """A queue that takes the first cancellation of a read for its own."""

    reads = deaf = 0

    async def read(self, partition: int, limit: int, wait_s: float) -> tuple[Delivery, ...]:
        self.reads += 1
        try:
            await asyncio.sleep(3_600)
        except asyncio.CancelledError:
            if self.deaf:
                raise
            self.deaf += 1
        return ()


async def test_a_reader_that_missed_its_cancellation_is_cancelled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "AGAIN_S", 0.01)
    queue = DeafQueue()
    plane = Plant(queue=queue).plane()
    await plane.start()
    await asyncio.sleep(0.1)
    async with asyncio.timeout(5):
        await plane.close()
    assert (queue.reads, queue.deaf) == (2, 1)


async def test_whoever_is_cancelled_while_tasks_end_is_so_when_they_have_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "AGAIN_S", 0.01)
    worker = Deaf()
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0)
    caller = asyncio.create_task(ending.ended([running]))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert running.done()
    assert worker.asked == 2


class BrokenQueue(FakeQueue):
    """A queue with a bug: reading raises what nobody foresaw."""

    async def read(self, partition: int, limit: int, wait_s: float) -> tuple[Delivery, ...]:
        raise ZeroDivisionError("in the queue")


async def test_a_reader_that_broke_ends_the_worker_and_health_can_say_so() -> None:
    plane = Plant(queue=BrokenQueue()).plane()
    await plane.start()
    await asyncio.sleep(0.1)
    await plane.close()
    assert plane.failure == "pipeline-worker ended: ZeroDivisionError('in the queue'); restart the service"
