"""Composition of the queue: Redis (an own Valkey child where no server is named) with the spool behind it, or the spool alone."""

import asyncio
import logging
from pathlib import Path

from adapters.clock import SystemClock
from adapters.redis_queue import open_embedded_queue, open_redis_queue
from adapters.valkey import server_program
from domain.errors import QueueError
from domain.ports import Meter
from domain.queue import EventQueue
from observability.metrics import Metrics
from pipeline.breaker import Breaker
from pipeline.fallback import FallbackQueue
from pipeline.plane import OpenQueue
from pipeline.spool.queue import Limits, SpoolQueue, open_spool
from service.settings import Settings

GB = 1_000_000_000
QUEUE, SPOOL = "queue", "spool"

log = logging.getLogger(__name__)


def queue_opener(settings: Settings, folder: Path, meter: Meter) -> OpenQueue:
    """What opens the queue of a data folder, when it is first needed."""

    async def opened() -> EventQueue:
        spool = await asyncio.to_thread(spool_of, settings, folder, meter)
        if settings.queue == "spool":
            return spool
        try:
            primary = await _primary(settings, folder, meter)
            return FallbackQueue(primary, spool, Breaker(), meter, SystemClock(), is_shared=bool(settings.redis_url))
        except QueueError as error:
            log.warning("queue.spool_only", extra={"cause": str(error)})
            spool.stands_in = f"the spool is the queue, because none could be started: {error}"
            meter.set("pipeline_fallback_step", 1)
            return spool

    return opened


async def queue_standing(settings: Settings) -> tuple[bool, str]:
    """Whether the configured queue is as it should be, and what it says of itself; nothing is written to it."""
    if settings.queue == "spool":
        return True, "the spool alone, as configured"
    if not settings.redis_url:
        return _embedded_standing()
    queue = open_redis_queue(settings.redis_url, settings.partitions, Metrics())
    try:
        status = await queue.status()
    finally:
        await queue.close()
    return status.state == "ok", status.detail or f"Redis answers; {status.records:,} records wait"


def _embedded_standing() -> tuple[bool, str]:
    try:
        return True, f"embedded: {queue_server().name} of our own, synced on every write"
    except QueueError as error:
        return False, f"the spool alone: {error}"


def queue_server() -> Path:
    """The program of a Valkey or Redis server on this machine. Raises QueueError."""
    return server_program()


def spool_of(settings: Settings, folder: Path, meter: Meter) -> SpoolQueue:
    """Open the spool of a data folder. Raises QueueError when another process holds it."""
    limits = Limits(max_bytes=int(settings.spool_max_gb * GB))
    return open_spool(folder / SPOOL, settings.partitions, meter, SystemClock(), limits=limits)


async def _primary(settings: Settings, folder: Path, meter: Meter) -> EventQueue:
    if settings.redis_url:
        return open_redis_queue(settings.redis_url, settings.partitions, meter)
    return await open_embedded_queue(folder / QUEUE, settings.partitions, meter)
