"""Reading one partition of a queue that may not answer, without waiting for it much longer than asked."""

import asyncio
import logging
from collections.abc import Callable
from time import monotonic

from domain.errors import QueueError
from domain.queue import Delivery, EventQueue
from pipeline.breaker import Dice, pause_s
from pipeline.ending import ended

READ_S = 0.5
GRACE_S = 1.0  # a queue that is well may be slow to say that it has nothing
LONGEST_PAUSE_S = 2.0
TELL_AFTER_S = 10.0
log = logging.getLogger(__name__)


class Lane:
    """One read is under way at most; what it brings after its caller went on is given to the next caller.

    Failing for `TELL_AFTER_S` is told, unless `is_told` says that the queue is known to be down.
    """

    def __init__(self, queue: EventQueue, partition: int, is_told: Callable[[], bool], dice: Dice) -> None:
        self.failure = ""
        self._is_told, self._dice = is_told, dice
        self._queue = queue
        self._partition = partition
        self._reading: asyncio.Task[tuple[Delivery, ...]] | None = None
        self._left: tuple[Delivery, ...] = ()
        self._failures = 0
        self._not_before_s = 0.0
        self._since_s = 0.0

    async def read(self, limit: int, wait_s: float) -> tuple[Delivery, ...]:
        """At most `limit` deliveries; () when there are none in time, or the queue failed (`failure` says how)."""
        if limit <= 0:
            return ()
        if self._left or (self._reading and self._reading.done()):
            return self.ready(limit)
        if monotonic() < self._not_before_s:
            await asyncio.sleep(min(wait_s, self._not_before_s - monotonic()))
            return ()
        self._reading = self._reading or asyncio.create_task(self._queue.read(self._partition, limit, wait_s or READ_S))
        await asyncio.wait([self._reading], timeout=wait_s and wait_s + GRACE_S)
        return self.ready(limit)

    def ready(self, limit: int) -> tuple[Delivery, ...]:
        """What was read already."""
        if self._reading and self._reading.done():
            self._left += self._result(self._reading)
            self._reading = None
        given, self._left = self._left[:limit], self._left[limit:]
        return given

    def forget(self) -> None:
        """The partition is somebody else's now; what was read is delivered to its owner."""
        self._left = ()

    async def close(self) -> None:
        """Let a read under way go."""
        if self._reading:
            await ended([self._reading])

    def _result(self, task: asyncio.Task[tuple[Delivery, ...]]) -> tuple[Delivery, ...]:
        if task.cancelled():
            return ()
        error = task.exception()
        if error is None:
            self._works()
            return task.result()
        if not isinstance(error, QueueError):
            raise error
        self._fails(str(error))
        return ()

    def _works(self) -> None:
        if self.failure:
            log.info("pipeline.read_works", extra={"queue": self._queue.name, "partition": self._partition})
        self.failure, self._failures = "", 0

    def _fails(self, cause: str) -> None:
        now_s = monotonic()
        self._since_s = self._since_s if self._failures else now_s
        self._not_before_s = now_s + pause_s(self._failures, self._dice, cap_s=LONGEST_PAUSE_S)
        self._failures += 1
        if self.failure or self._is_told() or now_s - self._since_s < TELL_AFTER_S:
            return
        self.failure = cause
        log.warning("pipeline.read_failed", extra={"queue": self._queue.name, "partition": self._partition, "cause": cause})
