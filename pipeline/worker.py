"""The owner of partitions: takes entries from the queue, finishes, counts and samples their records, and has them written."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

from domain.errors import QueueError, WatchfloorError
from domain.ids import DEFAULT_TENANT
from domain.ports import Clock, Meter, TelemetryStore
from domain.queue import Delivery, EntryKey, EventQueue
from domain.telemetry import LogRecord, MetricPoint
from domain.window import to_nanos
from pipeline.assembly import Assembly
from pipeline.copies import copies, pressure_of, shed_for
from pipeline.counting import Counts, Guard
from pipeline.ending import ended
from pipeline.entries import EntryError
from pipeline.finishing import Finisher
from pipeline.known import Known
from pipeline.reading import Record
from pipeline.sampling import TailSampler
from pipeline.tracking import Bundle, Tracker
from pipeline.writer import Delays, Writer

log = logging.getLogger(__name__)

READ_WAIT_S, TICK_S = 0.5, 0.05
READ_RECORDS, MOST_ENTRIES, READS_AHEAD = 20_000, 512, 2
LEASE_S, RENEW_S = 10.0, 3.0

Observer = Callable[[Sequence[LogRecord]], Awaitable[None]]
Poisoned = Callable[[Delivery, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a worker works with."""

    queue: EventQueue
    store: TelemetryStore
    finisher: Finisher
    sampler: TailSampler
    writer: Writer
    guard: Guard
    poisoned: Poisoned
    meter: Meter
    delays: Delays
    owner: str
    clock: Clock


@dataclass(frozen=True, slots=True)
class Group:
    """Deliveries of one entry. `known`: a copy of it that is stored; only what that copy lacks is to be written."""

    deliveries: list[Delivery]
    known: EntryKey | None = None


class Worker:
    """One a process. `run` goes on until cancelled; what was not written then is delivered again later."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._inbox: asyncio.Queue[tuple[Delivery, ...]] = asyncio.Queue(READS_AHEAD)
        self._active: dict[EntryKey, Tracker] = {}
        self._known = Known(desk.store, desk.clock, desk.delays)
        self._began_ns = to_nanos(desk.clock.now())
        self._owned_s: dict[int, float] = {}
        self._behind: dict[EntryKey, list[Delivery]] = {}
        self._freed: list[Delivery] = []
        self._assembly = Assembly()
        self._writing: asyncio.Task[None] | None = None
        self._waiting: dict[EntryKey, asyncio.Future[None]] = {}
        self._observers: list[Observer] = []

    def subscribe(self, observer: Observer) -> None:
        """Call this with the pushed log records that are kept, once they are stored. It delays the next write: hand long work on."""
        self._observers.append(observer)

    async def finish_of(self, keys: Iterable[EntryKey]) -> None:
        """Returns when these entries are finished in this process; meanwhile nothing waits for a fuller write."""
        waiting = {key: asyncio.get_running_loop().create_future() for key in keys if key not in self._known}
        self._waiting.update(waiting)
        try:
            await asyncio.gather(*waiting.values())
        finally:
            for key in waiting:
                self._waiting.pop(key, None)

    async def run(self) -> None:
        """Read every partition that is ours, and work on what comes. An unforeseen error anywhere ends all of it."""
        tasks = [asyncio.create_task(self._read(partition)) for partition in range(self.desk.queue.partitions)]
        tasks.append(asyncio.create_task(self._work_on()))
        try:
            over, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await ended(tasks)
        await next(iter(over))  # raises what ended it

    async def _work_on(self) -> None:
        while True:
            await self._work()

    async def stop(self) -> None:
        """Write what is settled, after `run` was cancelled; undecided records stay in the queue."""
        await self._written()
        await self._write(self._assembly.swap())

    async def _read(self, partition: int) -> None:
        while True:
            for delay_s in self.desk.delays():
                if await self._read_on(partition):
                    break
                await asyncio.sleep(min(delay_s, LEASE_S / 2))

    async def _read_on(self, partition: int) -> bool:
        """Read while the partition is ours; whether anything was read."""
        queue, limit, has_read, renew_s = self.desk.queue, MOST_ENTRIES, False, 0.0
        try:
            while monotonic() < renew_s or await self._owns(partition):
                renew_s = renew_s if monotonic() < renew_s else monotonic() + RENEW_S
                found = await queue.read(partition, limit, READ_WAIT_S)
                has_read = True
                if found:
                    await self._inbox.put(found)
                    limit = _next_limit(found)
        except QueueError as error:
            log.warning("pipeline.read_failed", extra={"partition": partition, "error": str(error)})
        return has_read

    async def _owns(self, partition: int) -> bool:
        """Whether the partition is ours for now. If somebody else may have had it in between, what they stored is learnt first."""
        asked_s = monotonic()
        if not await self.desk.queue.lease(partition, self.desk.owner, LEASE_S):
            return False
        is_new = asked_s - self._owned_s.get(partition, float("-inf")) > LEASE_S
        self._owned_s[partition] = asked_s
        if is_new:
            await self._known.recall()
        return monotonic() - asked_s < LEASE_S or await self._owns(partition)

    async def _work(self) -> None:
        found: tuple[Delivery, ...] = ()
        with suppress(TimeoutError):
            async with asyncio.timeout(TICK_S):
                found = await self._inbox.get()
        if found:
            self._tell(found)
        freed, self._freed = self._freed, []
        if found or freed:
            await self._take((*freed, *found))
        for settled in self.desk.sampler.due():
            self._assembly.settle(settled)
        is_idle = self._inbox.empty() and (self._writing is None or self._writing.done())
        is_owing = is_idle and self.desk.writer.is_owing
        if is_owing or self._assembly.is_ripe(is_idle=is_idle, is_urgent=bool(self._waiting)):
            await self._written()
            self._writing = asyncio.create_task(self._write(self._assembly.swap()))

    def _tell(self, deliveries: Sequence[Delivery]) -> None:
        for (origin, is_again), count in Counter((one.origin, one.is_again) for one in deliveries).items():
            self.desk.meter.add("pipeline_deliveries_total", count, queue=origin, again=str(is_again).lower())

    async def _take(self, deliveries: Sequence[Delivery]) -> None:
        asked = await self._known.ask(deliveries)
        groups: dict[EntryKey, Group] = {}
        for delivery in deliveries:
            self._sort(delivery, asked, groups)
        for group, error in await asyncio.to_thread(self._process, tuple(groups.values())):
            await self.desk.poisoned(group.deliveries[0], str(error))
            self._assembly.finish(self._whole(group.deliveries))

    def _is_doubtful(self, delivery: Delivery) -> bool:
        """Whether an earlier process may have stored a part of it."""
        return delivery.is_again or delivery.entry.received_at_ns < self._began_ns

    def _sort(self, delivery: Delivery, asked: frozenset[EntryKey], groups: dict[EntryKey, Group]) -> None:
        """Join it to an entry under way, put it behind another copy of it, be done with what is known, or make it a group to be read."""
        key, alike = delivery.entry.key, copies(delivery.entry.key)
        if (tracker := self._active.get(key)) is not None:
            tracker.deliveries.append(delivery)
        elif (group := groups.get(key)) is not None:
            group.deliveries.append(delivery)
        elif (other := next((one for one in alike if one in self._active or one in groups), None)) is not None:
            self._behind.setdefault(other, []).append(delivery)
        else:
            known = self._known.copy_of(key, asked)
            if known is not None and pressure_of(known) <= pressure_of(key):
                self._assembly.finish(self._whole([delivery]))
            else:
                groups[key] = Group([delivery], known)

    def _whole(self, group: list[Delivery]) -> Tracker:
        return Tracker(group, DEFAULT_TENANT, Counts(self.desk.guard), is_whole=True)

    def _process(self, groups: Sequence[Group]) -> list[tuple[Group, EntryError]]:
        """In a thread, alone: the groups whose entry cannot be read come back."""
        failed = []
        for group in groups:
            try:
                self._begin(group)
            except EntryError as error:
                failed.append((group, error))
        self._assembly.word(self.desk.finisher.take_templates())
        return failed

    def _begin(self, group: Group) -> None:
        deliveries, entry = group.deliveries, group.deliveries[0].entry
        part, records = self.desk.finisher.finished(entry)
        if group.known is not None:
            shed = pressure_of(group.known)
            records = [record for record, raw in zip(records, part.records, strict=True) if shed_for(raw, shed)]
        is_doubtful = any(self._is_doubtful(delivery) for delivery in deliveries)
        tracker = Tracker(deliveries, part.tenant, self._counted(records), is_doubtful, part.mode == "push", len(records))
        self._active[tracker.key] = tracker
        for record in records:
            if not tracker.is_push or isinstance(record, MetricPoint):
                self._assembly.keep(record, tracker)
                continue
            for settled in self.desk.sampler.offer(record, tracker, entry.received_at_ns):
                self._assembly.settle(settled)
        if not records:
            self._assembly.finish(tracker)

    def _counted(self, records: Sequence[Record]) -> Counts:
        counts = Counts(self.desk.guard)
        for record in records:
            if not isinstance(record, MetricPoint):
                counts.add(record)
        return counts

    async def _written(self) -> None:
        if self._writing is not None:
            writing, self._writing = self._writing, None
            await writing

    async def _write(self, bundle: Bundle) -> None:
        done = set(map(id, await self.desk.writer.write(bundle)))
        self._freed += [one for tracker in bundle.settled for one in tracker.deliveries if id(one) not in done]  # they came meanwhile
        keys = [tracker.key for tracker in bundle.settled]
        self._known.add(keys)
        for key in keys:
            self._active.pop(key, None)
            self._freed += self._behind.pop(key, [])
            if (waiter := self._waiting.get(key)) is not None and not waiter.done():
                waiter.set_result(None)
        await self._show(bundle.pushed)

    async def _show(self, records: Sequence[LogRecord]) -> None:
        for observer in self._observers if records else ():
            try:
                await observer(records)
            except WatchfloorError:
                log.exception("pipeline.observer_failed")  # what is stored stays accepted


def _next_limit(found: Sequence[Delivery]) -> int:
    records = sum(one.entry.records for one in found)
    return max(1, min(MOST_ENTRIES, READ_RECORDS * len(found) // max(records, 1)))
