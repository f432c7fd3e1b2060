"""Faults as they are done to the running parts; each undoes itself."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from time import monotonic

from evals.soak.parts import Part, Plant, Queue
from evals.soak.schedule import QUEUE, Fault, Kind
from evals.soak.spool import flip_done, flip_marks, flip_undone, tear

NO_ROOM = {"WATCHFLOOR_SPOOL_MAX_GB": "0.00002"}  # 20 kB
_DAMAGE: Mapping[Kind, Callable[..., bool]] = {"torn": tear, "flip": flip_done, "marks": flip_marks, "rot": flip_undone}


class Breaker:
    """Does the faults of a schedule to a plant; `settings` go with every start.

    `said` tells of damage whether it met something; `rotten` and `reported` count damage to what was not done, and what was told of it.
    """

    def __init__(self, plant: Plant, settings: Mapping[str, str]) -> None:
        self.said: list[str] = []
        self.rotten = self.reported = 0
        self._plant = plant
        self._settings = settings

    async def run(self, faults: tuple[Fault, ...]) -> None:
        """All of them, each at its time from now on or as soon after it as the ones before let it."""
        began = monotonic()
        for fault in faults:
            await asyncio.sleep(max(0.0, began + fault.at_s - monotonic()))
            await self._do(fault)

    async def _do(self, fault: Fault) -> None:
        if fault.target == QUEUE:
            await _to_queue(self._queue(), fault)
        elif fault.kind == "freeze":
            async with _frozen(self._plant.parts[fault.target]):
                await asyncio.sleep(fault.for_s)
        elif fault.kind == "tight":
            await self._tighten(self._plant.parts[fault.target], fault.for_s)
        elif fault.kind == "spooled":
            await self._spool(self._plant.parts[fault.target], fault.for_s)
        else:
            await self._crash(self._plant.parts[fault.target], fault)

    async def _crash(self, part: Part, fault: Fault) -> None:
        part.kill()
        if (damage := _DAMAGE.get(fault.kind)) is not None:
            has_hit = damage(part.folder / "spool")
            self.rotten += has_hit and fault.kind == "rot"
            self.said.append(f"{fault.kind}: {'done' if has_hit else 'found nothing to damage'}")
        await asyncio.sleep(fault.for_s)
        await asyncio.to_thread(part.start, **self._settings)
        if fault.kind == "rot":
            self.reported += int(part.figure("pipeline_corrupt_segments_total"))

    async def _spool(self, part: Part, for_s: float) -> None:
        async with _paused(self._plant.queue):
            await asyncio.sleep(for_s)
            part.kill()
        await asyncio.to_thread(part.start, **self._settings)

    async def _tighten(self, part: Part, for_s: float) -> None:
        part.kill()
        await asyncio.to_thread(part.start, **{**self._settings, **NO_ROOM})
        async with _paused(self._plant.queue):
            await asyncio.sleep(for_s)
        part.kill()
        await asyncio.to_thread(part.start, **self._settings)

    def _queue(self) -> Queue:
        if self._plant.queue is None:
            raise ValueError(f"the mode {self._plant.mode!r} has no queue of its own")
        return self._plant.queue


async def _to_queue(queue: Queue, fault: Fault) -> None:
    doings: Mapping[str, Callable[[], Awaitable[None]]] = {
        "kill": lambda: _killed(queue, fault.for_s),
        "full": lambda: _filled(queue, fault.for_s),
        "cut": lambda: _cut(queue),
    }
    if (doing := doings.get(fault.kind)) is not None:
        await doing()
        return
    async with _paused(queue):
        await asyncio.sleep(fault.for_s)


async def _killed(queue: Queue, for_s: float) -> None:
    queue.kill()
    await asyncio.sleep(for_s)
    await asyncio.to_thread(queue.start)


async def _filled(queue: Queue, for_s: float) -> None:
    await asyncio.to_thread(queue.hold, is_full=True)
    await asyncio.sleep(for_s)
    await asyncio.to_thread(queue.hold, is_full=False)


async def _cut(queue: Queue) -> None:
    await asyncio.to_thread(queue.ask, "CLIENT KILL TYPE normal SKIPME yes")


@asynccontextmanager
async def _frozen(part: Part) -> AsyncIterator[None]:
    process = part.process
    if process is None:
        raise ValueError(f"the {part.name} was never started")
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def _paused(queue: Queue | None) -> AsyncIterator[None]:
    if queue is None:
        yield
        return
    queue.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        queue.signal(signal.SIGCONT)
