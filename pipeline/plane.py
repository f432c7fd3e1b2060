"""The data plane of one process: its queue, opened when it is first needed, and its worker where it has one."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from time import perf_counter
from typing import Any

from domain.errors import StoreError
from domain.queue import Entry, EntryKey, EventQueue, QueueStatus
from pipeline.copies import holders
from pipeline.ending import ended
from pipeline.fallback import FallbackQueue
from pipeline.worker import Observer, Worker

log = logging.getLogger(__name__)

LOOK_S = 1.0
PATIENCE_S = 20.0

OpenQueue = Callable[[], Awaitable[EventQueue]]
Counted = Callable[[Sequence[EntryKey]], Awaitable[frozenset[EntryKey]]]
MakeWorker = Callable[[EventQueue], Awaitable[Worker]]


class DataPlane:
    """Appends go to the queue; a worker in this process takes them from it. Without one, another process must.

    `counted` tells which entries are stored, for a process that has the store and no worker.
    """

    def __init__(self, open_queue: OpenQueue, make_worker: MakeWorker | None, counted: Counted | None = None) -> None:
        self._open_queue = open_queue
        self._make_worker = make_worker
        self._counted = counted
        self._opening = asyncio.Lock()
        self._queue: EventQueue | None = None
        self._worker: Worker | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._observers: list[Observer] = []
        self._broken = ""

    @property
    def is_open(self) -> bool:
        """Whether the queue was needed yet."""
        return self._queue is not None

    @property
    def failure(self) -> str:
        """Why the store takes no rows just now; empty when it does."""
        return self._broken or (self._worker.desk.writer.failure if self._worker else "")

    def subscribe(self, observer: Observer) -> None:
        """Tell this of pushed log records that this process stored."""
        self._observers.append(observer)
        if self._worker is not None:
            self._worker.subscribe(observer)

    async def start(self) -> EventQueue:
        """Open the queue and begin to work on it, once; entries that an earlier process left are worked on too."""
        async with self._opening:
            if self._queue is None:
                queue = await self._open_queue()
                await self._employ(queue)
                self._queue = queue
            return self._queue

    async def append(self, entries: Sequence[Entry], digest: str = "") -> bool:
        """As `EventQueue.append`."""
        queue = await self.start()
        return await queue.append(entries, digest)

    async def append_in_memory(self, entries: Sequence[Entry]) -> bool:
        """Acknowledged from memory where the queue can; what waits there is metered as bytes at risk. Else as `append`."""
        queue = await self.start()
        return await (queue.append_in_memory(entries) if isinstance(queue, FallbackQueue) else queue.append(entries))

    async def written(self, keys: Sequence[EntryKey]) -> None:
        """Returns when these entries are stored. Raises StoreError when the store has failed for 20 s: they stay queued."""
        if not keys:
            return
        await self.start()
        while self._worker is not None:
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._worker.finish_of(keys)
            except TimeoutError:
                self._check(len(keys))
                continue
            return
        left = tuple(keys) if self._counted else ()
        while self._counted and left:
            stored = await self._counted([one for key in left for one in holders(key)])
            if left := tuple(key for key in left if stored.isdisjoint(holders(key))):
                await asyncio.sleep(LOOK_S)

    async def status(self) -> QueueStatus:
        """How the queue is doing; one that is not open yet has nothing to tell."""
        if self._queue is None:
            return QueueStatus("none", "off", "opened when something is received")
        return await self._queue.status()

    async def close(self) -> None:
        """Write what is settled and close the queue; what is not done is delivered again by the next process."""
        await ended(self._tasks)
        if self._worker is not None and not self._worker.desk.writer.failure:
            await self._worker.stop()
        if self._queue is not None:
            await self._queue.close()

    async def _employ(self, queue: EventQueue) -> None:
        if self._make_worker is None:
            if isinstance(queue, FallbackQueue):
                self._begin(queue.pump(), "pipeline-pump")
            return
        worker = await self._make_worker(queue)
        for observer in self._observers:
            worker.subscribe(observer)
        self._worker = worker
        self._begin(worker.run(), "pipeline-worker")

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.append(asyncio.create_task(work, name=name))
        self._tasks[-1].add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A bug ends the worker: health says so, the log has the trace, and what is queued stays for the next process."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("pipeline.task_failed", exc_info=error)
            self._broken = f"{task.get_name()} ended: {error!r}; restart the service"

    def _check(self, entries: int) -> None:
        since_s = self._worker.desk.writer.failing_since_s if self._worker else None
        if self._broken or (since_s is not None and perf_counter() - since_s > PATIENCE_S):
            raise StoreError(
                f"{entries:,} entries are safe in the queue but not stored yet: {self.failure}. They are written once the store takes "
                "rows again: run `watchfloor doctor`, then `watchfloor serve` or the same command once more."
            )
