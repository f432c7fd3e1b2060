"""Writes a bundle to the store: what is there already is left out, what may pass is tried again, what is refused is found alone."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from time import monotonic, perf_counter
from typing import Any

from domain.counts import CountBatch
from domain.errors import QueueError, StoreError, StoreRefusedError
from domain.ids import Tenant
from domain.ports import Clock, Meter, TelemetryStore
from domain.queue import Delivery, EventQueue
from domain.telemetry import Signal
from domain.window import to_nanos
from pipeline.counting import Counts, unguarded
from pipeline.reading import Record
from pipeline.tracking import Bundle, Tracker, times_of

log = logging.getLogger(__name__)

Refused = Callable[[Signal, Record, str], Awaitable[None]]
Delays = Callable[[], Iterator[float]]
OWED_S = 1.0  # from one try to tell the queue what is stored to the next, while nothing else is written


class Writer:
    """One bundle at a time. A store or queue that fails is asked again without end, with growing pauses: nothing is given up."""

    def __init__(self, store: TelemetryStore, queue: EventQueue, refused: Refused, *, clock: Clock, meter: Meter, delays: Delays) -> None:
        self.failure = ""
        self.failing_since_s: float | None = None
        self._store = store
        self._queue = queue
        self._refused = refused
        self._clock = clock
        self._meter = meter
        self._delays = delays
        self._undone: list[Delivery] = []
        self._tell_again_s = 0.0

    @property
    def is_owing(self) -> bool:
        """Whether the queue has still to be told of stored entries, and may be asked again: the next write, also an empty one, does."""
        return bool(self._undone) and monotonic() >= self._tell_again_s

    async def write(self, bundle: Bundle) -> Sequence[Delivery]:
        """Write rows, then counts, then be done with the entries; the deliveries it was done with, when all of it holds."""
        if bundle.templates:
            await self._insist(lambda: self._store.write_templates(bundle.templates))
        for (tenant, signal), rows in bundle.rows.items():
            await self._write_new(tenant, signal, rows, bundle.doubtful)
        new = [tracker for tracker in bundle.settled if not tracker.is_whole]
        for tenant in {tracker.tenant for tracker in new}:
            await self._write_counts(tenant, [tracker for tracker in new if tracker.tenant == tenant])
        self._recovered()
        for (outcome, reason, left_out), records in bundle.left_out.items():
            self._meter.add("pipeline_outcomes_total", records, outcome=outcome, reason=reason, signal=left_out)
        deliveries = [delivery for tracker in bundle.settled for delivery in tracker.deliveries]
        await self._be_done(deliveries)
        return deliveries

    async def _be_done(self, deliveries: Sequence[Delivery]) -> None:
        """A queue that does not answer holds up nobody: its entries are stored, and are known should they come again."""
        self._undone.extend(deliveries)
        if not self._undone:
            return
        try:
            await self._queue.done(self._undone)
        except QueueError as error:
            self._tell_again_s = monotonic() + OWED_S
            log.warning("pipeline.done_failed", extra={"entries": len(self._undone), "error": str(error)})
            return
        self._undone = []

    async def _write_new(self, tenant: Tenant, signal: Signal, rows: Sequence[Record], doubtful: set[str]) -> None:
        new = await self._new(tenant, signal, rows, doubtful) if doubtful else rows
        if new:
            await self._write_rows(tenant, signal, new, is_retry=False)

    async def _new(self, tenant: Tenant, signal: Signal, rows: Sequence[Record], doubtful: set[str]) -> Sequence[Record]:
        asked = times_of(rows, doubtful)
        if not asked:
            return rows
        known = await self._insist(lambda: self._store.stored_ids(signal, asked, tenant))
        self._meter.add("pipeline_duplicate_rows_total", len(known), signal=signal)
        return [row for row in rows if row.record_id not in known]

    async def _write_rows(self, tenant: Tenant, signal: Signal, rows: Sequence[Record], *, is_retry: bool) -> None:
        async for _ in self._attempts():
            try:
                # A write that failed may have landed, or a part of it: from the second attempt on the store is asked first.
                left = await self._missing(tenant, signal, rows) if is_retry else rows
                began = perf_counter()
                await self._store_rows(tenant, signal, left)
            except StoreRefusedError as error:
                await self._halve(tenant, signal, rows, error)
                return
            except StoreError as error:
                is_retry = True
                self._failed(error)
                continue
            self._meter.observe("pipeline_write_seconds", perf_counter() - began, signal=signal)
            self._meter.add("pipeline_written_rows_total", len(left), signal=signal)
            return

    async def _missing(self, tenant: Tenant, signal: Signal, rows: Sequence[Record]) -> Sequence[Record]:
        asked = times_of(rows, {row.record_id for row in rows})
        known = await self._store.stored_ids(signal, asked, tenant)
        return [row for row in rows if row.record_id not in known]

    async def _store_rows(self, tenant: Tenant, signal: Signal, rows: Sequence[Any]) -> None:
        if signal == "logs":
            await self._store.write_logs(rows, tenant)
        elif signal == "traces":
            await self._store.write_spans(rows, tenant)
        else:
            await self._store.write_metrics(rows, tenant)

    async def _halve(self, tenant: Tenant, signal: Signal, rows: Sequence[Record], error: StoreRefusedError) -> None:
        if len(rows) == 1:
            await self._refused(signal, rows[0], str(error))
            return
        middle = len(rows) // 2
        # Metric points of several kinds go to several tables, so a refused write may have stored a part.
        for half in (rows[:middle], rows[middle:]):
            await self._write_rows(tenant, signal, half, is_retry=True)

    async def _write_counts(self, tenant: Tenant, trackers: Sequence[Tracker]) -> None:
        counts, keys = Counts(unguarded), tuple(tracker.key for tracker in trackers)
        counts.merge(tracker.counts for tracker in trackers)
        batch = CountBatch(keys, counts.result(), to_nanos(self._clock.now()), tenant)
        is_retry = False
        async for _ in self._attempts():
            try:
                if not is_retry or not await self._store.counted(keys[:1], tenant):
                    await self._store.write_counts(batch)
            except StoreError as error:
                is_retry = True
                self._failed(error)
                continue
            return

    async def _insist(self, action: Callable[[], Awaitable[Any]]) -> Any:
        async for _ in self._attempts():
            try:
                return await action()
            except StoreError as error:
                self._failed(error)
        return None

    async def _attempts(self) -> AsyncIterator[None]:
        delays = self._delays()
        while True:
            yield
            await asyncio.sleep(next(delays))

    def _failed(self, error: StoreError) -> None:
        if not self.failure:
            log.warning("pipeline.write_failed", extra={"error": str(error)})
            self.failing_since_s = perf_counter()
        self.failure = str(error)
        self._meter.add("pipeline_write_errors_total", cause=type(error).__name__)

    def _recovered(self) -> None:
        if self.failure:  # a bundle was written: what failed is over
            log.info("pipeline.write_recovered", extra={"after_s": round(perf_counter() - (self.failing_since_s or 0), 1)})
        self.failure, self.failing_since_s = "", None
