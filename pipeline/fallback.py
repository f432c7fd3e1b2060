"""The fallback chain: the queue, else the spool beside it, else shedding; every step is told and undone."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic

from domain.errors import QueueError, QueueFullError
from domain.ports import Clock, Meter
from domain.queue import Delivery, Entry, EventQueue, Pressure, QueueStatus
from domain.window import to_nanos
from pipeline.at_risk import AtRisk
from pipeline.breaker import Breaker, Dice
from pipeline.lane import Lane
from pipeline.spool.digests import Recent
from pipeline.spool.queue import SpoolQueue
from pipeline.steps import Cause, Step, Steps

PATIENCE_S = 2.0
QUIET_S = 5.0  # without appends for so long, a status that is answered closes the circuit
PUMPED = 256


class FallbackQueue:
    """An EventQueue over another one and a spool. An append the queue does not take goes to the spool under the same keys.

    Such an append may have landed in both; so every entry of the spool is delivered `is_again` and the store is asked.
    `is_shared`: other processes own partitions of the queue too.
    """

    def __init__(
        self,
        primary: EventQueue,
        spool: SpoolQueue,
        breaker: Breaker,
        meter: Meter,
        clock: Clock,
        *,
        is_shared: bool = False,
        patience_s: float = PATIENCE_S,
        dice: Dice = random.random,
    ) -> None:
        self.name, self.partitions = primary.name, primary.partitions
        self._primary, self._spool, self._breaker, self._meter, self._clock = primary, spool, breaker, meter, clock
        self._steps = Steps(meter, clock)
        self._cause = Cause("", "")
        self._recent = Recent()
        self._risk = AtRisk(self.append, meter)
        self._lanes = [Lane(primary, partition, self._is_down, dice) for partition in range(primary.partitions)]
        self._last = QueueStatus(primary.name)
        self._asked_s = 0.0
        self._is_shared, self._patience_s = is_shared, patience_s
        self._leased: set[int] = set()
        self._coming: dict[str, asyncio.Event] = {}
        self._meter.set("pipeline_circuit_open", 0, part=primary.name)

    async def append(self, entries: Sequence[Entry], digest: str = "") -> bool:
        """Into the queue, else the spool; durable when it returns True. Raises QueueFullError when the spool is full too."""
        async with self._alone(digest):
            if digest and (self._recent.knows(digest, to_nanos(self._clock.now())) or self._spool.knows(digest)):
                return False
            self._asked_s = monotonic()
            if self._breaker.allows():
                try:
                    return await self._offered(entries, digest)
                except (QueueError, TimeoutError) as error:
                    self._failed(error)
            is_new = await self._spool.append(entries, digest)
            self._look()
            return is_new

    async def append_in_memory(self, entries: Sequence[Entry]) -> bool:
        """Acknowledged at once and lost if this process dies now; only for sources that ask for it. Full memory: as `append`."""
        return self._risk.take(entries) or await self.append(entries)

    async def read(self, partition: int, limit: int, wait_s: float) -> tuple[Delivery, ...]:
        """What the queue gives and, beside it, what the spool holds; a queue that does not answer holds up nobody."""
        lane = self._lanes[partition]
        spooled = await self._spooled(partition, max(1, limit // 2), 0)
        has_other = bool(spooled) or self._breaker.is_open
        live = await lane.read(limit - len(spooled), 0 if has_other else wait_s)
        return (*spooled, *live) or await self._spooled(partition, limit, wait_s if self._breaker.is_open else 0)

    async def done(self, deliveries: Sequence[Delivery]) -> None:
        """To each queue its own. Raises QueueError while the queue is down; call it again with the same ones later."""
        spooled = [one for one in deliveries if one.origin == self._spool.name]
        await self._spool.done(spooled)
        live = [one for one in deliveries if one.origin != self._spool.name]
        if live and self._is_gone():
            raise QueueError(f"{self.name} is down ({self._cause.detail}); its entries are done with later")
        if live:
            await self._primary.done(live)

    async def lease(self, partition: int, owner: str, for_s: float) -> bool:
        """As the queue says. While it is down nobody can take a partition that was ours, and in a single process all are."""
        await self._spool.lease(partition, owner, for_s)
        try:
            async with asyncio.timeout(0 if self._is_gone() else self._patience_s):
                is_ours = await self._primary.lease(partition, owner, for_s)
        except (QueueError, TimeoutError):
            return not self._is_shared or partition in self._leased
        if is_ours:
            self._leased.add(partition)
        else:
            self._leased.discard(partition)
            self._lanes[partition].forget()
        return is_ours

    async def status(self) -> QueueStatus:
        """Both together; degraded while a step is in force, with its cause and since when."""
        detail = await self._asked()
        spool = await self._spool.status()
        self._look()
        steps, both = self._steps.shown(), (self._last, spool)
        states = {one.state for one in both} | ({"degraded"} if steps or detail else set())
        return QueueStatus(
            self.name,
            "down" if self._steps.now is Step.CLOSED else "degraded" if states != {"ok"} else "ok",
            "; ".join(text for text in (detail, *steps.values(), self._last.detail, spool.detail) if text),
            depth=sum(one.depth for one in both),
            records=sum(one.records for one in both),
            pending=sum(one.pending for one in both),
            bytes=sum(one.bytes for one in both),
            bytes_at_risk=self._risk.bytes,
            oldest_at=min((one.oldest_at for one in both if one.oldest_at), default=None),
            lost_records=sum(one.lost_records for one in both),
            steps=steps,
        )

    def pressure(self) -> Pressure:
        """The spool's while it stands in, or must; else the worse of both."""
        spool, primary = self._spool.pressure(), self._primary.pressure()
        if self._breaker.is_open or primary is Pressure.CLOSED:
            return spool
        return max(spool, primary)

    async def pump(self, pause_s: float = 1.0) -> None:
        """Where nobody reads here (receivers alone): bring what the spool holds into the queue, for ever."""
        while True:
            moved = sum([await self.pump_once(partition) for partition in range(self.partitions)])
            await asyncio.sleep(0 if moved else pause_s)

    async def pump_once(self, partition: int) -> int:
        """Bring the oldest entries of one partition into the queue; how many."""
        if not self._spool.holds(partition) or not self._breaker.allows():
            return 0
        given = await self._spool.read(partition, PUMPED, 0)
        try:
            await self._offered([one.entry for one in given])
        except (QueueError, TimeoutError) as error:
            self._failed(error)
            self._spool.again(partition)
            return 0
        await self._spool.done(given)
        return len(given)

    async def close(self) -> None:
        """Flush what is in memory and close both."""
        await self._risk.close()
        for lane in self._lanes:
            await lane.close()
        await self._spool.close()
        await self._primary.close()

    @asynccontextmanager
    async def _alone(self, digest: str) -> AsyncIterator[None]:
        """A retry waits until its first try is decided, or both could land."""
        while digest and (coming := self._coming.get(digest)):
            await coming.wait()
        over = self._coming[digest] = asyncio.Event()
        try:
            yield
        finally:
            self._coming.pop(digest, None)
            over.set()

    async def _offered(self, entries: Sequence[Entry], digest: str = "") -> bool:
        if self._primary.pressure() is Pressure.CLOSED:
            raise QueueFullError(f"{self.name} is full")
        async with asyncio.timeout(self._patience_s):
            is_new = await self._primary.append(entries, digest)
        self._recent.add(digest, to_nanos(self._clock.now()))
        self._worked()
        return is_new

    async def _spooled(self, partition: int, limit: int, wait_s: float) -> tuple[Delivery, ...]:
        if not wait_s and not self._spool.holds(partition):
            return ()
        return tuple(replace(one, is_again=True) for one in await self._spool.read(partition, limit, wait_s))

    async def _asked(self) -> str:
        """Ask the queue how it is; what is wrong with it. In quiet times this is the probe."""
        is_probe = self._breaker.is_open and monotonic() - self._asked_s > QUIET_S and self._breaker.allows()
        try:
            async with asyncio.timeout(self._patience_s):
                self._last = await self._primary.status()
        except (QueueError, TimeoutError) as error:
            if is_probe:
                self._failed(error)
            return "" if self._breaker.is_open else str(error) or f"{self.name} did not answer in {self._patience_s:g} s"
        if is_probe and self._primary.pressure() is not Pressure.CLOSED:
            self._worked()
        return next((lane.failure for lane in self._lanes if lane.failure), "")

    def _is_down(self) -> bool:
        return self._breaker.is_open

    def _is_gone(self) -> bool:
        return self._breaker.is_open and self._cause.code != "full"

    def _worked(self) -> None:
        if self._breaker.succeed():
            self._meter.set("pipeline_circuit_open", 0, part=self.name)
            self._look()

    def _failed(self, error: QueueError | TimeoutError) -> None:
        code = "full" if isinstance(error, QueueFullError) else "timeout" if isinstance(error, TimeoutError) else "error"
        cause = Cause(code, str(error) or f"{self.name} did not answer in {self._patience_s:g} s")
        self._meter.add("pipeline_append_errors_total", queue=self.name, cause=code)
        if self._breaker.fail():
            self._cause = cause
            self._meter.set("pipeline_circuit_open", 1, part=self.name)
            self._look()

    def _look(self) -> None:
        """Which steps are needed now."""
        pressure = self.pressure()
        self._meter.set("pipeline_pressure", pressure)
        room = Cause(pressure.name.lower(), f"the room is used up: {pressure.name.lower()}")
        needed = {Step.SPOOL: self._cause} if self._breaker.is_open else {}
        needed |= {Step.SHEDDING: room} if pressure else {}
        self._steps.need(needed | ({Step.CLOSED: room} if pressure is Pressure.CLOSED else {}))
