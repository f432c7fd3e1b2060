"""What goes on beside the data plane while a service runs: policies and incidents are looked up, and the queue's state is told."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.errors import QueueError
from domain.queue import QueueStatus
from domain.window import to_nanos
from pipeline.plane import DataPlane
from service.plane import Surroundings

log = logging.getLogger(__name__)

EVERY_S = 2.0
FULL_RECORDS = 1_000_000  # records that wait: from here on sampling takes the load for full


class Keeper:
    """Looks every two seconds."""

    def __init__(self, around: Surroundings, plane: DataPlane) -> None:
        self._around = around
        self._plane = plane

    async def look(self) -> None:
        """Once: policies, incidents, and how the queue is doing."""
        await self._around.policies.refresh()
        await self._around.incidents.refresh()
        try:
            status = await self._plane.status()
        except QueueError as error:
            log.warning("queue.status_failed", extra={"error": str(error)})
            return
        self._around.sampler.load(min(1.0, status.records / FULL_RECORDS))
        self._tell(status)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Looks go on inside the block."""
        task = asyncio.create_task(self._run(), name="keeping")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(EVERY_S)

    def _tell(self, status: QueueStatus) -> None:
        if status.state == "off":
            return
        metrics, now_ns = self._around.metrics, to_nanos(self._around.clock.now())
        age_s = (now_ns - to_nanos(status.oldest_at)) / 1e9 if status.oldest_at else 0.0
        metrics.set("pipeline_queue_depth", status.depth, queue=status.name)
        metrics.set("pipeline_queue_records", status.records, queue=status.name)
        metrics.set("pipeline_queue_pending", status.pending, queue=status.name)
        metrics.set("pipeline_queue_bytes", status.bytes, queue=status.name)
        metrics.set("pipeline_oldest_age_seconds", max(0.0, age_s), queue=status.name)
        metrics.set("pipeline_bytes_at_risk", status.bytes_at_risk)
