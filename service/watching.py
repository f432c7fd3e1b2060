"""The loop that looks for incidents while the service runs."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from pipeline.ending import ended
from service.parts import Parts

EVERY_S = 10.0
BUSY_SHARE = 5.0  # a tick takes at most a sixth of the time

log = logging.getLogger(__name__)
Sleep = Callable[[float], Awaitable[object]]


async def watch(parts: Parts, sleep: Sleep = asyncio.sleep) -> None:
    """Ticks until cancelled; a tick that fails is logged, and the next one looks at its minutes again."""
    while True:
        began = time.monotonic()
        try:
            await parts.incidents.watcher.tick(parts.clock.now())
        except Exception:  # a worker loop: whatever one look fails with, the next one must happen
            log.exception("watch.failed")
        await sleep(max(EVERY_S, BUSY_SHARE * (time.monotonic() - began)))


@asynccontextmanager
async def watching(parts: Parts) -> AsyncIterator[None]:
    """The loop goes on inside the block."""
    task = asyncio.create_task(watch(parts), name="watching")
    try:
        yield
    finally:
        await ended([task])
