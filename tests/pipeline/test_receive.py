"""Request bodies."""

import json
from collections.abc import Sequence

import pytest

from adapters.otlp import JSON_TYPE, PROTOBUF_TYPE, OtlpCodec
from domain.errors import StoreError, WrongUseError
from domain.ids import DEFAULT_TENANT
from domain.telemetry import LogRecord
from pipeline.receive import Receiver
from tests.adapters.test_otlp import log_document, log_message, metric_message
from tests.fakes import FakeClock, FakeStateStore, FakeTelemetryStore

NDJSON = "application/x-ndjson"


def parts() -> tuple[Receiver, FakeTelemetryStore, FakeStateStore]:
    store, state = FakeTelemetryStore(), FakeStateStore()
    return Receiver(store, state, OtlpCodec(), FakeClock()), store, state


async def test_otlp_in_both_forms_is_stored_with_ids_and_hot_fields() -> None:
    receiver, store, _ = parts()
    assert (await receiver.take("logs", log_message().SerializeToString(), PROTOBUF_TYPE)).accepted == 1
    assert (await receiver.take("logs", log_document(), JSON_TYPE)).accepted == 1
    assert [log.status for log in store.logs] == [503, 0]
    assert {log.host for log in store.logs} == {"h1"}
    assert len({log.event_id for log in store.logs}) == 2
    assert len({log.template_id for log in store.logs}) == len(store.mined) == 1


async def test_what_cannot_be_taken_is_told_and_kept() -> None:
    receiver, store, state = parts()
    received = await receiver.take("metrics", metric_message().SerializeToString(), PROTOBUF_TYPE)
    assert (received.accepted, len(received.rejections), len(store.metrics)) == (3, 2, 3)
    assert len(state.kept_letters[DEFAULT_TENANT]) == 2


async def test_ndjson_keeps_the_good_lines() -> None:
    receiver, store, _ = parts()
    good = json.dumps({"timestamp": "2026-01-01T00:00:00Z", "body": "x"})
    received = await receiver.take("logs", f"{good}\nbad\n\n{good}".encode(), "application/x-ndjson", service="pay")
    assert (received.accepted, [rejection.line for rejection in received.rejections]) == (2, [2])
    assert {log.service for log in store.logs} == {"pay"}


async def test_a_malformed_body_is_wrong_use_and_stores_nothing() -> None:
    receiver, store, _ = parts()
    with pytest.raises(WrongUseError):
        await receiver.take("logs", b"\xff\xff", PROTOBUF_TYPE)
    assert store.logs == []


def wide(**fields: object) -> bytes:
    return json.dumps({"timestamp": "2026-01-01T00:00:00Z", "service": "pay", "body": "paid", "event_type": "api", **fields}).encode()


async def test_wide_events_keep_their_id_and_their_own_fields() -> None:
    receiver, store, _ = parts()
    event = wide(
        event_id="EVT-1", customer_id="cust-7", region="eu-west", error_message="boom", metrics={"db.pool.used": 3, "a": {"b": 1.5}}
    )
    await receiver.take("logs", event, NDJSON)
    (log,) = store.logs
    assert log.event_id == "EVT-1"
    sent = {"event_type": "api", "customer_id": "cust-7", "metrics.db.pool.used": "3", "metrics.a.b": "1.5"}
    assert log.attributes == {"cloud.region": "eu-west", "exception.message": "boom", **sent}


async def test_an_event_without_an_id_gets_one_that_a_retry_gets_too() -> None:
    first, again = parts(), parts()
    body = b"\n".join([wide(), wide(), wide(status_code=201)])
    for receiver, _, _ in (first, again):
        await receiver.take("logs", body, NDJSON)
    ids = [log.event_id for log in first[1].logs]
    assert ids == [log.event_id for log in again[1].logs]
    assert len(set(ids)) == 3
    assert all(event_id.startswith("EVT-") for event_id in ids)


async def test_flagged_events_are_stored_with_the_reason_and_rows_go_on_over_requests() -> None:
    receiver, store, _ = parts()
    for status in (200, 500, 502, 503):
        await receiver.take("logs", wide(status_code=status), NDJSON)
    flags = [{name: text for name, text in log.attributes.items() if name.startswith("watchfloor.")} for log in store.logs]
    assert flags[0] == {}
    assert flags[1] == {"watchfloor.flagged": "true", "watchfloor.reason": "HTTP status 500", "watchfloor.rule": "status"}
    assert [flag.get("watchfloor.critical") for flag in flags] == [None, None, None, "true"]


async def test_a_sender_cannot_flag_or_unflag_an_event() -> None:
    receiver, store, _ = parts()
    forged = {"watchfloor.flagged": "true", "watchfloor.critical": "true", "watchfloor.other": "x"}
    await receiver.take("logs", wide(status_code=200, attributes=forged), NDJSON)
    await receiver.take("logs", wide(status_code=500, watchfloor={"flagged": False}), NDJSON)
    assert store.logs[0].attributes == {"event_type": "api"}
    assert store.logs[1].attributes["watchfloor.flagged"] == "true"


async def test_observers_get_the_records_as_stored_and_none_can_fail_a_request() -> None:
    receiver, store, _ = parts()
    seen: list[LogRecord] = []

    async def broken(_records: Sequence[LogRecord]) -> None:
        raise StoreError("the watcher's own store is away")

    async def watching(records: Sequence[LogRecord]) -> None:
        seen.extend(records)

    receiver.subscribe(broken)
    receiver.subscribe(watching)
    assert (await receiver.take("logs", wide(status_code=500), NDJSON)).accepted == 1
    await receiver.take("metrics", metric_message().SerializeToString(), PROTOBUF_TYPE)
    assert seen == store.logs
    assert seen[0].attributes["watchfloor.flagged"] == "true"
