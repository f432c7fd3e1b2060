"""Group commit: appends that arrive while the disk syncs share the next sync."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from domain.errors import QueueError, QueueFullError
from domain.ports import Clock, Meter
from domain.window import to_nanos
from pipeline.spool.disk import Threads
from pipeline.spool.fill import Fill
from pipeline.spool.frames import Batch, Frame
from pipeline.spool.segments import Segments, is_full

GROUP_BYTES = 8 << 20
QUEUE = "spool"
log = logging.getLogger(__name__)
Landed = Callable[[Sequence[Frame]], None]
Measure = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class _Write:
    batch: Batch
    landed: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class GroupCommit:
    """Puts batches into segments, many with one sync; `turn` is held while a group is written and taken note of."""

    def __init__(self, segments: Segments, fill: Fill, meter: Meter, clock: Clock, *, landed: Landed, measure: Measure) -> None:
        self.turn = asyncio.Lock()
        self.threads = Threads()
        self._segments, self._fill, self._meter, self._clock = segments, fill, meter, clock
        self._note, self._measure = landed, measure
        self._waiting: list[_Write] = []
        self._coming: dict[str, asyncio.Future[None]] = {}
        self._flushing: asyncio.Task[None] | None = None

    async def commit(self, batch: Batch) -> None:
        """Return when the batch is durable; cancelled, it is written all the same. Raises QueueFullError, QueueError."""
        self._fill.admit(batch.size)
        write = _Write(batch)
        self._waiting.append(write)
        if batch.digest:
            self._coming[batch.digest] = write.landed
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        await asyncio.shield(write.landed)

    async def other(self, digest: str) -> None:
        """Wait for an append of the same digest that is on its way."""
        while coming := self._coming.get(digest):
            await asyncio.wait([coming])

    async def finish(self) -> None:
        """Wait for all that was asked."""
        if self._flushing:
            await self._flushing

    async def _flush(self) -> None:
        while self._waiting:
            async with self.turn:
                await self._written(self._group())
            await self._measure()

    async def _written(self, group: Sequence[_Write]) -> None:
        batches, now_ns = [one.batch for one in group], to_nanos(self._clock.now())
        try:
            frames = await self.threads.run(self._segments.write, batches, now_ns)
        except (OSError, TypeError, ValueError) as error:  # the last two: an entry that cannot be written at all
            self._fail(group, error)
            return
        self._fill.used += sum(frame.end - frame.start for frame in frames)
        self._note(frames)
        for one in group:
            self._settle(one)

    def _group(self) -> Sequence[_Write]:
        size, count = 0, 0
        for one in self._waiting:
            size += one.batch.size
            if count and size > GROUP_BYTES:
                break
            count += 1
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    def _fail(self, group: Sequence[_Write], error: OSError | TypeError | ValueError) -> None:
        cause, said = getattr(error, "strerror", None) or str(error), f"the spool in {str(self._segments.folder)!r} could not write"
        self._meter.add("pipeline_append_errors_total", len(group), queue=QUEUE, cause="full" if is_full(error) else "disk")
        log.warning("spool.write_failed", extra={"cause": cause, "appends": len(group)})
        for one in group:
            self._settle(one, QueueFullError(f"{said} ({cause}); free some room") if is_full(error) else QueueError(f"{said} ({cause})"))

    def _settle(self, write: _Write, error: QueueError | None = None) -> None:
        self._fill.waiting -= write.batch.size
        self._coming.pop(write.batch.digest, None)
        if error is None:
            write.landed.set_result(None)
            return
        write.landed.set_exception(error)
        write.landed.exception()  # a sender that went away asks no more
