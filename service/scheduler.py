"""Work on a clock: jobs run on slots of the state database, each slot once whoever runs it."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from domain.ports import Clock, Slots
from pipeline.ending import ended

ANCHOR = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday at midnight, so that weekly slots begin there too
POLL = timedelta(seconds=30)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done every so often; a run that takes longer than its lease is ended and tried again."""

    kind: str
    every: timedelta
    run: Callable[[datetime], Awaitable[None]]
    lease: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last slot of a job that we claimed went; `detail` says why it failed."""

    slot: datetime
    state: Literal["running", "done", "failed"]
    detail: str = ""


@dataclass(slots=True)
class Scheduler:
    """A loop a job: claims its due slots, runs them, finishes them. A slot whose run failed or died is due again after its lease."""

    slots: Slots
    clock: Clock
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    jobs: list[Job] = field(default_factory=list)
    is_running: bool = False
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    async def run(self) -> None:
        """Works until cancelled."""
        self.is_running = True
        following = [asyncio.create_task(self._follow(job), name=f"job {job.kind}") for job in self.jobs]
        try:
            await asyncio.gather(*following)
        finally:
            self.is_running = False
            await ended(following)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """The work goes on inside the block; leaving it ends what runs, and the slots of that are free again after their lease."""
        work = asyncio.create_task(self.run())
        try:
            yield
        finally:
            await ended([work])

    async def _follow(self, job: Job) -> None:
        while True:
            await self.attempt(job)
            now = self.clock.now()
            await self.sleep(min(slot_of(now, job.every) + job.every - now, POLL).total_seconds())

    async def attempt(self, job: Job) -> None:
        """Run the slots of a job that are due and free, oldest first. Never raises: what failed is logged and told by `outcomes`."""
        for slot in due(self.clock.now(), job.every):
            try:
                if await self.slots.claim(job.kind, slot, self.clock.now(), job.lease):
                    await self._work(job, slot)
            except Exception as error:  # the worker loop: one failed slot must not end the work on all others
                self.outcomes[job.kind] = Outcome(slot, "failed", f"{type(error).__name__}: {error}")
                log.exception("job.failed", extra={"job": job.kind, "slot": slot.isoformat()})

    async def _work(self, job: Job, slot: datetime) -> None:
        begin = time.perf_counter()
        self.outcomes[job.kind] = Outcome(slot, "running")
        async with asyncio.timeout(job.lease.total_seconds()):
            await job.run(slot)
        await self.slots.finish(job.kind, slot)
        self.outcomes[job.kind] = Outcome(slot, "done")
        taken_ms = round((time.perf_counter() - begin) * 1e3)
        log.info("job.done", extra={"job": job.kind, "slot": slot.isoformat(), "duration_ms": taken_ms})


def slot_of(at: datetime, every: timedelta) -> datetime:
    """The slot that a moment lies in: the last whole multiple of `every` since a Monday midnight in UTC."""
    return ANCHOR + (at - ANCHOR) // every * every


def due(now: datetime, every: timedelta) -> tuple[datetime, datetime]:
    """The slot before the present one, and the present one: what was missed is caught up one slot back, and no further."""
    present = slot_of(now, every)
    return present - every, present
