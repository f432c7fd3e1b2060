"""Request bodies."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.otlp import JSON_TYPE, PROTOBUF_TYPE
from domain.errors import QueueError, QueueFullError, QuotaError, StoreError, WrongUseError
from domain.ids import DEFAULT_TENANT
from domain.queue import Entry, Pressure
from domain.telemetry import LogRecord, Signal
from pipeline.breaker import Breaker
from pipeline.fallback import FallbackQueue
from pipeline.quotas import Quota
from pipeline.receive import Received
from pipeline.spool.queue import open_spool
from pipeline.worker import Observer
from tests.adapters.test_otlp import log_document, log_message, metric_message
from tests.fakes import FakeClock, FakeMeter, FakeQueue, FakeStateStore, FakeTelemetryStore
from tests.pipeline.plants import Plant, running

NDJSON = "application/x-ndjson"


class Front:
    """A receiver whose every request is stored before it is looked at."""

    def __init__(self) -> None:
        self.store, self.state, self.queue = FakeTelemetryStore(), FakeStateStore(), FakeQueue()
        self.plant = Plant(store=self.store, state=self.state, queue=self.queue)
        self.observers: list[Observer] = []

    async def take(self, signal: Signal, body: bytes, content_type: str, service: str = "") -> Received:
        async with running(self.plant) as ways:
            for observer in self.observers:
                ways.receiver.subscribe(observer)
            received = await ways.receiver.take(signal, body, content_type, service)
            await ways.settle(self.queue)
        return received


async def test_otlp_in_both_forms_is_stored_with_ids_and_hot_fields() -> None:
    front = Front()
    assert (await front.take("logs", log_message().SerializeToString(), PROTOBUF_TYPE)).accepted == 1
    assert (await front.take("logs", log_document(), JSON_TYPE)).accepted == 1
    assert [log.status for log in front.store.logs] == [503, 0]
    assert {log.host for log in front.store.logs} == {"h1"}
    assert len({log.event_id for log in front.store.logs}) == 2
    assert len({log.template_id for log in front.store.logs}) == len(front.store.mined) == 1


async def test_what_cannot_be_taken_is_told_and_kept() -> None:
    front = Front()
    received = await front.take("metrics", metric_message().SerializeToString(), PROTOBUF_TYPE)
    assert (received.accepted, len(received.rejections), len(front.store.metrics)) == (3, 2, 3)
    assert len(front.state.kept_letters[DEFAULT_TENANT]) == 2


async def test_ndjson_keeps_the_good_lines() -> None:
    front = Front()
    good = json.dumps({"timestamp": "2026-01-01T00:00:00Z", "body": "x"})
    received = await front.take("logs", f"{good}\nbad\n\n{good}".encode(), "application/x-ndjson", service="pay")
    assert (received.accepted, [rejection.line for rejection in received.rejections]) == (2, [2])
    assert {log.service for log in front.store.logs} == {"pay"}


async def test_a_malformed_body_is_wrong_use_and_stores_nothing() -> None:
    front = Front()
    with pytest.raises(WrongUseError):
        await front.take("logs", b"\xff\xff", PROTOBUF_TYPE)
    assert front.store.logs == []


def wide(**fields: object) -> bytes:
    return json.dumps({"timestamp": "2026-01-01T00:00:00Z", "service": "pay", "body": "paid", "event_type": "api", **fields}).encode()


async def test_wide_events_keep_their_id_and_their_own_fields() -> None:
    front = Front()
    event = wide(
        event_id="EVT-1", customer_id="cust-7", region="eu-west", error_message="boom", metrics={"db.pool.used": 3, "a": {"b": 1.5}}
    )
    await front.take("logs", event, NDJSON)
    (log,) = front.store.logs
    assert log.event_id == "EVT-1"
    sent = {"event_type": "api", "customer_id": "cust-7", "metrics.db.pool.used": "3", "metrics.a.b": "1.5"}
    assert log.attributes == {"cloud.region": "eu-west", "exception.message": "boom", **sent}


async def test_an_event_without_an_id_gets_one_that_a_retry_gets_too() -> None:
    first, again = Front(), Front()
    body = b"\n".join([wide(), wide(), wide(status_code=201)])
    for front in (first, again):
        await front.take("logs", body, NDJSON)
    ids = [log.event_id for log in first.store.logs]
    assert ids == [log.event_id for log in again.store.logs]
    assert len(set(ids)) == 3
    assert all(event_id.startswith("EVT-") for event_id in ids)


async def test_flagged_events_are_stored_with_the_reason_and_rows_go_on_over_requests() -> None:
    store, queue = FakeTelemetryStore(), FakeQueue()
    async with running(Plant(store=store, queue=queue)) as ways:
        for status in (200, 500, 502, 503):
            await ways.receiver.take("logs", wide(status_code=status), NDJSON)
        await ways.settle(queue)
    flags = [{name: text for name, text in log.attributes.items() if name.startswith("watchfloor.")} for log in store.logs]
    assert flags[0] == {}
    assert flags[1] == {"watchfloor.flagged": "true", "watchfloor.reason": "HTTP status 500", "watchfloor.rule": "status"}
    assert [flag.get("watchfloor.critical") for flag in flags] == [None, None, None, "true"]


async def test_a_sender_cannot_flag_or_unflag_an_event() -> None:
    front = Front()
    forged = {"watchfloor.flagged": "true", "watchfloor.critical": "true", "watchfloor.other": "x"}
    await front.take("logs", wide(status_code=200, attributes=forged), NDJSON)
    await front.take("logs", wide(status_code=500, watchfloor={"flagged": False}), NDJSON)
    assert front.store.logs[0].attributes == {"event_type": "api"}
    assert front.store.logs[1].attributes["watchfloor.flagged"] == "true"


async def test_observers_get_the_records_as_stored_and_none_can_fail_a_request() -> None:
    front = Front()
    seen: list[LogRecord] = []

    async def broken(_records: Sequence[LogRecord]) -> None:
        raise StoreError("the watcher's own store is away")

    async def watching(records: Sequence[LogRecord]) -> None:
        seen.extend(records)

    front.observers += [broken, watching]
    assert (await front.take("logs", wide(status_code=500), NDJSON)).accepted == 1
    await front.take("metrics", metric_message().SerializeToString(), PROTOBUF_TYPE)
    assert seen == front.store.logs
    assert seen[0].attributes["watchfloor.flagged"] == "true"


async def test_a_request_that_comes_twice_is_stored_once_and_answered_alike() -> None:
    front = Front()
    first, again = [await front.take("logs", wide(), NDJSON) for _ in range(2)]
    assert (first.accepted, again.accepted, first.is_repeat, again.is_repeat) == (1, 1, False, True)
    assert len(front.store.logs) == 1


async def test_nothing_is_acknowledged_that_the_queue_does_not_keep() -> None:
    front = Front()
    front.queue.failing = [QueueError("the queue is away")]
    with pytest.raises(QueueError):
        await front.take("logs", wide(), NDJSON)
    front.queue.squeeze = Pressure.CLOSED
    with pytest.raises(QueueFullError, match="Send it again later"):
        await front.take("logs", wide(), NDJSON)
    front.queue.squeeze = Pressure.NONE
    await front.take("logs", wide(), NDJSON)
    assert len(front.store.logs) == 1


async def test_under_pressure_ordinary_records_are_shed_and_told_and_errors_are_not() -> None:
    front = Front()
    front.queue.squeeze = Pressure.NO_NORMAL
    body = b"\n".join([wide(), wide(severity="DEBUG"), wide(status_code=200), wide(status_code=500), wide(severity="WARN")])
    assert (await front.take("logs", body, NDJSON)).accepted == 1
    assert [log.status for log in front.store.logs] == [500]
    assert front.plant.meter.total("pipeline_outcomes_total", outcome="shed", reason="debug") == 1
    assert front.plant.meter.total("pipeline_outcomes_total", outcome="shed") == 4


async def test_a_source_over_its_quota_is_refused_before_anything_is_parsed() -> None:
    front = Front()
    front.plant.quota = Quota(bytes_per_s=1.0)
    async with running(front.plant) as ways:
        await ways.receiver.take("logs", wide(), NDJSON)
        with pytest.raises(QuotaError):
            await ways.receiver.take("logs", b"not even parsed", NDJSON)


class SlowQueue(FakeQueue):
    """Keeps nothing until it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let, self.kept = asyncio.Event(), asyncio.Event()

    async def append(self, entries: Sequence[Entry], digest: str = "") -> bool:
        await self.let.wait()
        self.kept.set()
        return await super().append(entries, digest)


async def test_a_hasty_source_is_answered_from_memory_and_its_bytes_are_at_risk_until_they_are_durable(tmp_path: Path) -> None:
    primary, meter, clock, store = SlowQueue(), FakeMeter(), FakeClock(), FakeTelemetryStore()
    queue = FallbackQueue(primary, open_spool(tmp_path, 1, meter, clock), Breaker(), meter, clock, patience_s=60)
    plant = Plant(store=store, queue=queue, clock=clock, meter=meter, hasty=frozenset({"lamp"}))
    async with running(plant) as ways:
        assert (await ways.receiver.take("logs", wide(), NDJSON, source="lamp")).accepted == 1
        assert meter.total("pipeline_bytes_at_risk") > 0
        primary.let.set()
        await primary.kept.wait()
        await ways.settle(primary)
    assert (len(store.logs), meter.total("pipeline_bytes_at_risk")) == (1, 0)
