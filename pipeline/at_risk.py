"""Appends that are acknowledged from memory, where a source asked for that: bounded, and metered as bytes at risk."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from domain.errors import QueueError
from domain.ports import Meter
from domain.queue import Entry
from pipeline.breaker import retry_delays

MOST_BYTES = 64 << 20
GROUP = 256
LAST_TRY_S = 5.0
Append = Callable[[Sequence[Entry]], Awaitable[bool]]
log = logging.getLogger(__name__)


class AtRisk:
    """Entries that were acknowledged and are not durable yet; they are appended as soon as that works."""

    def __init__(self, append: Append, meter: Meter, most_bytes: int = MOST_BYTES, last_try_s: float = LAST_TRY_S) -> None:
        self.bytes = 0
        self._append = append
        self._meter = meter
        self._most = most_bytes
        self._last_try_s = last_try_s
        self._held: list[Entry] = []
        self._task: asyncio.Task[None] | None = None

    def take(self, entries: Sequence[Entry]) -> bool:
        """Hold entries in memory; False when there is no room for them."""
        size = sum(len(one.payload) for one in entries)
        if self.bytes + size > self._most:
            return False
        self._held.extend(entries)
        self._count(size)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._flush())
        return True

    async def close(self) -> None:
        """A last try; what then is still in memory is lost, and counted."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=self._last_try_s)
            self._task.cancel()
        if lost := sum(one.records for one in self._held):
            self._meter.add("pipeline_events_lost_total", lost)
            log.error("pipeline.memory_lost", extra={"records": lost, "bytes": self.bytes})

    async def _flush(self) -> None:
        for delay_s in retry_delays():
            try:
                await self._drain()
            except QueueError as error:
                log.debug("pipeline.memory_waits", extra={"cause": str(error), "bytes": self.bytes})
            if not self._held:
                return
            await asyncio.sleep(delay_s)

    async def _drain(self) -> None:
        while group := self._held[:GROUP]:
            await self._append(group)
            del self._held[: len(group)]
            self._count(-sum(len(one.payload) for one in group))

    def _count(self, more: int) -> None:
        self.bytes += more
        self._meter.set("pipeline_bytes_at_risk", self.bytes)
