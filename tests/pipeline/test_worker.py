"""From the queue to the store: everything once, whatever fails in between."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from domain.counts import CountBatch
from domain.errors import QueueError, StoreError, StoreRefusedError
from domain.ids import DEFAULT_TENANT, Tenant
from domain.queue import Delivery, Entry, EntryKey
from domain.telemetry import LogRecord
from domain.window import to_nanos
from tests.fakes import FakeClock, FakeQueue, FakeTelemetryStore
from tests.pipeline.plants import Plant, running, sampler_of

NDJSON = "application/x-ndjson"


def body(*numbers: int, **fields: object) -> bytes:
    lines = ({"timestamp": "2026-03-01T11:59:00Z", "service": "pay", "body": f"paid {number} coins", **fields} for number in numbers)
    return "\n".join(map(json.dumps, lines)).encode()


@dataclass(slots=True)
class TroubledStore(FakeTelemetryStore):
    """Fails as often as told, before or after having stored; refuses rows whose body has a forbidden word."""

    fail_before: int = 0
    fail_after: int = 0
    forbidden: str = "\0"
    calls: list[int] = field(default_factory=list)

    async def write_logs(self, records: Sequence[LogRecord], tenant: Tenant = DEFAULT_TENANT) -> int:
        self.calls.append(len(records))
        if self.fail_before:
            self.fail_before -= 1
            raise StoreError("too many parts")
        if any(self.forbidden in record.body for record in records):
            raise StoreRefusedError("a record has a field that does not fit its column")
        written = await FakeTelemetryStore.write_logs(self, records, tenant)
        if self.fail_after:
            self.fail_after -= 1
            raise StoreError("the connection broke after the rows were sent")
        return written


def bodies(store: FakeTelemetryStore) -> list[str]:
    return sorted(log.body for log in store.logs)


async def test_records_arrive_once_with_ids_arrival_and_counts_and_the_queue_is_empty() -> None:
    store, queue = FakeTelemetryStore(), FakeQueue()
    async with running(Plant(store=store, queue=queue)) as ways:
        received = await ways.receiver.take("logs", body(1, 2, 3, status_code=200, duration_ms=10), NDJSON)
        await ways.settle(queue)
    assert received.accepted == 3
    assert [log.record_id.rpartition("-")[2] for log in store.logs] == ["0", "1", "2"]
    assert {log.arrival.keep_days for log in store.logs} == {30}
    (batch,) = store.count_batches
    assert sum(count.events for count in batch.counts.values()) == 3
    assert sum(sum(count.latencies.values()) for count in batch.counts.values()) == 3
    assert queue.held == {}


async def test_a_write_that_failed_before_or_after_storing_is_tried_again_and_stored_once() -> None:
    store, queue = TroubledStore(fail_before=2, fail_after=2), FakeQueue()
    async with running(Plant(store=store, queue=queue)) as ways:
        await ways.receiver.take("logs", body(1, 2), NDJSON)
        await ways.settle(queue)
    assert bodies(store) == ["paid 1 coins", "paid 2 coins"]


class DeafQueue(FakeQueue):
    """A queue that cannot be told what is done, the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.told = [asyncio.Event(), asyncio.Event()]

    async def done(self, deliveries: Sequence[Delivery]) -> None:
        first, second = self.told
        if not first.is_set():
            first.set()
            raise QueueError("down")
        await super().done(deliveries)
        second.set()


async def test_a_queue_that_was_down_is_told_what_is_stored_though_nothing_more_comes() -> None:
    async with running(Plant(queue=(queue := DeafQueue()))) as ways:
        await ways.receiver.take("logs", body(1), NDJSON)
        await ways.settle(queue)
        assert queue.held
        async with asyncio.timeout(30):
            await queue.told[1].wait()
    assert queue.held == {}


async def test_a_refused_record_is_found_alone_and_the_others_are_stored() -> None:
    plant = Plant(store=(store := TroubledStore(forbidden=" 5 ")), queue=(queue := FakeQueue()))
    async with running(plant) as ways:
        await ways.receiver.take("logs", body(*range(9)), NDJSON)
        await ways.settle(queue)
    assert len(store.logs) == 8
    ((signal, record, reason),) = plant.refused
    assert isinstance(record, LogRecord)
    assert (signal, record.body) == ("logs", "paid 5 coins")
    assert "does not fit" in reason


async def test_what_is_delivered_again_is_written_where_it_is_missing_only() -> None:
    store, queue = FakeTelemetryStore(), FakeQueue()
    first = Plant(store=store, queue=queue)
    async with running(first) as ways:
        await ways.receiver.take("logs", body(1, 2, 3), NDJSON)
        kept = dict(queue.held)
        await ways.settle(queue)
    store.count_batches.clear()  # killed after the rows and before the counts, one row short
    store.logs.pop(1)
    queue.held = kept
    queue.again()
    async with running(Plant(store=store, queue=queue)) as ways:
        await ways.settle(queue)
    assert bodies(store) == ["paid 1 coins", "paid 2 coins", "paid 3 coins"]
    assert len(store.count_batches) == 1
    queue.held = kept
    queue.again()
    async with running(Plant(store=store, queue=queue)) as ways:
        await ways.settle(queue)
    assert (len(store.logs), len(store.count_batches), queue.held) == (3, 1, {})


async def test_an_entry_that_cannot_be_read_holds_nobody_up() -> None:
    plant = Plant(store=(store := FakeTelemetryStore()), queue=(queue := FakeQueue()))
    async with running(plant) as ways:
        await ways.plane.append([Entry(EntryKey("broken"), 0, b"no payload", 1, 0)])
        await ways.receiver.take("logs", body(1), NDJSON)
        await ways.settle(queue)
    assert [delivery.entry.key for delivery in plant.poisoned] == ["broken"]
    assert len(store.logs) == 1


async def test_a_copy_of_an_entry_is_stored_once_whenever_it_comes() -> None:
    store, queue = FakeTelemetryStore(), FakeQueue()
    async with running(Plant(store=store, queue=queue)) as ways:
        await ways.receiver.take("logs", body(1, 2), NDJSON)
        (entry,) = [delivery.entry for delivery in queue.held.values()]
        await ways.plane.append([entry, entry])
        await ways.settle(queue)
        await ways.plane.append([entry])
        await ways.settle(queue)
    assert len(store.logs) == 2
    assert sum(count.events for batch in store.count_batches for count in batch.counts.values()) == 2


async def test_an_undecided_record_stays_in_the_queue_until_its_request_is_decided() -> None:
    clock, store, queue = FakeClock(), FakeTelemetryStore(), FakeQueue()
    plant = Plant(store=store, queue=queue, clock=clock, sampler=sampler_of("prod", clock))
    async with running(plant) as ways:
        await ways.receiver.take("logs", body(1, trace_id="ab" * 16), NDJSON)
        await asyncio.sleep(0.1)
        assert (len(queue.held), store.logs) == (1, [])
        await ways.receiver.take("logs", body(2, trace_id="ab" * 16, severity="ERROR"), NDJSON)
        await ways.settle(queue)
    assert bodies(store) == ["paid 1 coins", "paid 2 coins"]
    assert {log.sample_reason for log in store.logs} == {"error"}
    assert queue.held == {}


async def test_what_is_sampled_out_is_counted_and_weights_make_up_for_it() -> None:
    clock, store, queue = FakeClock(), FakeTelemetryStore(), FakeQueue()
    plant = Plant(store=store, queue=queue, clock=clock, sampler=sampler_of("prod", clock))
    async with running(plant) as ways:
        await ways.receiver.take("logs", body(*range(2_000), event_type="api", status_code=200, duration_ms=5), NDJSON)
        await ways.settle(queue)
    assert 0 < len(store.logs) < 400
    assert sum(count.events for batch in store.count_batches for count in batch.counts.values()) == 2_000
    assert 1_200 < sum(log.weight for log in store.logs) < 2_800


async def test_a_retry_by_another_way_after_a_restart_is_known() -> None:
    store, queue = FakeTelemetryStore(), FakeQueue()
    async with running(Plant(store=store, queue=queue)) as ways:
        await ways.receiver.take("logs", body(1, 2), NDJSON)
        (entry,) = [delivery.entry for delivery in queue.held.values()]
        await ways.settle(queue)
    async with running(Plant(store=store, queue=queue)) as ways:
        await ways.plane.append([entry])
        await ways.settle(queue)
    assert (len(store.logs), queue.held) == (2, {})


class SharedQueue(FakeQueue):
    """Its partition is somebody else's until it is given up."""

    is_ours = False

    async def lease(self, partition: int, owner: str, for_s: float) -> bool:
        del partition, owner, for_s
        return self.is_ours


async def test_what_the_owner_before_stored_is_known_when_a_partition_is_taken_over() -> None:
    """The worker has run for long; another one stored an entry; a copy of it comes by another receiver after the take-over."""
    clock, store, queue = FakeClock(), FakeTelemetryStore(), SharedQueue()
    async with running(Plant(store=store, queue=queue, clock=clock)) as ways:
        await ways.plane.start()
        clock.at += timedelta(hours=1)
        await ways.receiver.take("logs", body(1, 2), NDJSON)
        (delivery,) = queue.held.values()
        store.count_batches.append(CountBatch((delivery.entry.key,), {}, to_nanos(clock.at)))
        await ways.receiver.take("logs", body(3), NDJSON)
        await asyncio.sleep(0.05)
        assert store.logs == []
        queue.is_ours = True
        await ways.settle(queue)
    assert bodies(store) == ["paid 3 coins"]


class SlowlyDoneQueue(FakeQueue):
    """Hands an entry over once more while it is told that the entry is done."""

    async def done(self, deliveries: Sequence[Delivery]) -> None:
        if self.appended == 1:
            await self.append([delivery.entry for delivery in deliveries])
            await asyncio.sleep(0.2)
        await FakeQueue.done(self, deliveries)


async def test_a_copy_that_comes_while_the_queue_is_told_is_done_with_too() -> None:
    store, queue = FakeTelemetryStore(), SlowlyDoneQueue()
    async with running(Plant(store=store, queue=queue)) as ways:
        await ways.receiver.take("logs", body(1, 2), NDJSON)
        await ways.settle(queue)
        await asyncio.sleep(0.3)
        await ways.settle(queue)
        for _ in range(300):
            if not queue.held:
                break
            await asyncio.sleep(0.01)
    assert (len(store.logs), queue.held) == (2, {})
