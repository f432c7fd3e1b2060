"""One partition of a queue that may not answer."""

import asyncio
from collections.abc import Sequence

import pytest

from domain.errors import QueueError
from domain.queue import Delivery
from pipeline.lane import Lane
from tests.fakes import FakeQueue
from tests.pipeline.spools import entry, keys


class Slow(FakeQueue):
    """Answers a read when it is let go, or fails."""

    def __init__(self, answer: Sequence[str] = (), error: QueueError | None = None) -> None:
        super().__init__()
        self.answer, self.error = answer, error
        self.go = asyncio.Event()
        self.reads = 0

    async def read(self, partition: int, limit: int, wait_s: float) -> tuple[Delivery, ...]:
        self.reads += 1
        if self.error:
            raise self.error
        await self.go.wait()
        return tuple(Delivery(entry(name), self.name, name) for name in self.answer)


def lane(queue: FakeQueue, *, is_told: bool = False) -> Lane:
    return Lane(queue, 0, lambda: is_told, lambda: 0.0)


async def test_what_comes_late_is_given_to_the_next_caller_and_never_over_its_limit() -> None:
    queue = Slow("abc")
    one = lane(queue)
    assert await one.read(10, 0) == ()
    assert await one.read(10, 0) == ()
    queue.go.set()
    await asyncio.sleep(0.01)
    assert keys(await one.read(2, 0)) == ["a", "b"]
    assert keys(await one.read(2, 0)) == ["c"]
    assert queue.reads == 1


async def test_a_cancelled_caller_loses_nothing() -> None:
    queue = Slow("a")
    one = lane(queue)
    caller = asyncio.create_task(one.read(10, 5))
    await asyncio.sleep(0.01)
    caller.cancel()
    await asyncio.wait([caller])
    queue.go.set()
    await asyncio.sleep(0.01)
    assert keys(await one.read(10, 0)) == ["a"]


async def test_a_queue_that_fails_gives_nothing_and_works_again(caplog: pytest.LogCaptureFixture) -> None:
    queue = Slow("a", QueueError("gone"))
    one = lane(queue)
    for _ in range(5):
        assert await one.read(10, 0.01) == ()
    assert caplog.records == []
    queue.error = None
    queue.go.set()
    assert keys(await one.read(10, 1)) == ["a"]
    await one.close()


async def test_a_partition_that_went_to_another_owner_keeps_nothing_here() -> None:
    queue = Slow("ab")
    queue.go.set()
    one = lane(queue)
    assert keys(await one.read(1, 1)) == ["a"]
    one.forget()
    queue.answer = ()
    assert await one.read(1, 0.01) == ()
    await one.close()
