"""Request bodies."""

import json

import pytest

from adapters.otlp import JSON_TYPE, PROTOBUF_TYPE, OtlpCodec
from domain.errors import WrongUseError
from domain.ids import DEFAULT_TENANT
from pipeline.receive import Receiver
from tests.adapters.test_otlp import log_document, log_message, metric_message
from tests.fakes import FakeClock, FakeStateStore, FakeTelemetryStore


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
