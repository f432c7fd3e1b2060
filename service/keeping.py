"""What goes on beside the data plane while a service runs: policies and incidents are looked up, and the backlog is weighed."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.errors import QueueError
from pipeline.ending import ended
from pipeline.plane import DataPlane
from service.plane import Surroundings

log = logging.getLogger(__name__)

EVERY_S = 1.0
FULL_RECORDS = 1_000_000  # records that wait: from here on sampling takes the load for full


class Keeper:
    """Looks every second."""

    def __init__(self, around: Surroundings, plane: DataPlane) -> None:
        self._around = around
        self._plane = plane

    async def look(self) -> None:
        """Once: policies, incidents, and how much waits; asking the queue also brings its metrics up to date."""
        await self._around.policies.refresh()
        await self._around.incidents.refresh()
        try:
            status = await self._plane.status()
        except QueueError as error:
            log.warning("queue.status_failed", extra={"error": str(error)})
            return
        self._around.sampler.load(min(1.0, status.records / FULL_RECORDS))

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Looks go on inside the block."""
        task = asyncio.create_task(self._run(), name="keeping")
        try:
            yield
        finally:
            await ended([task])

    async def _run(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(EVERY_S)
