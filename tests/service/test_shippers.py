"""Payloads as shippers send them (made by hand after their documents): what of them becomes which field."""

import asyncio
import gzip
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from domain.telemetry import LogRecord
from tests.service.gate import gate
from tests.service.world import front

GOLDEN = Path(__file__).parents[1] / "golden/push"
NDJSON, JSON, PROTOBUF = "application/x-ndjson", "application/json", "application/x-protobuf"
MS = 1_767_225_600_000
TRACE = "0af7651916cd43dd8448eb211c80319c"

DECLINED = 'level=error msg="payment declined" order=77'
BEATS = f"{JSON}; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Shipped:
    """A payload, how it is sent, and its records as (ms after MS, service, body, severity)."""

    name: str
    path: str
    kind: str
    expected: tuple[tuple[int, str, str, int], ...]
    answer: int = 200
    headers: dict[str, str] = field(default_factory=dict)


SHIPPED = (
    Shipped("fluent-bit.json_lines", "/api/ingest", JSON, ((123, "pay", DECLINED, 17), (1_500, "pay", "GET /health 200", 9))),
    Shipped("fluent-bit.json", "/api/ingest", JSON, ((123, "pay", "slow query", 13), (1_000, "pay", "fine", 9))),
    Shipped("fluent-bit.otlp.json", "/v1/logs", JSON, ((123, "pay", "payment declined", 9),)),
    Shipped("fluent-bit.bulk", "/elastic/_bulk", NDJSON, ((123, "pay", "ERROR payment declined", 17), (1_000, "pay", "ok", 9))),
    Shipped("vector.ndjson", "/api/ingest", NDJSON, ((123, "pay", "payment declined", 17), (1_000, "pay", "ok", 9))),
    Shipped("vector.bulk", "/elastic/_bulk", NDJSON, ((123, "pay", "payment declined", 17), (1_000, "pay", "ok", 9))),
    Shipped("filebeat.bulk", "/elastic/_bulk", BEATS, ((123, "pay", "POST /pay HTTP/1.1", 17), (1_000, "pay", "plain line", 9))),
    Shipped("loki.json", "/loki/api/v1/push", JSON, ((123, "pay", "payment declined", 17), (1_000, "cart", "ok", 9)), 204),
    Shipped("promtail.snappy", "/loki/api/v1/push", PROTOBUF, ((123, "pay", "payment declined", 17), (1_000, "cart", "ok", 9)), 204),
)  # fmt: skip


def taken(shipped: Shipped) -> list[LogRecord]:
    """The records of a payload, which must be answered as its sender likes."""
    ways = gate()
    answer = ways.post(shipped.path, (GOLDEN / shipped.name).read_bytes(), shipped.kind, **shipped.headers)
    assert answer.status_code == shipped.answer, answer.text
    assert ways.receiver.rejections == []
    return ways.receiver.logs()


def by_name(name: str) -> Shipped:
    return next(shipped for shipped in SHIPPED if shipped.name == name)


@pytest.mark.parametrize("shipped", SHIPPED, ids=[shipped.name for shipped in SHIPPED])
def test_what_a_shipper_sends_is_stored_as_it_meant(shipped: Shipped) -> None:
    found = [(log.timestamp_ns // 10**6 - MS, log.service, log.body, log.severity_number) for log in taken(shipped)]
    assert tuple(found) == shipped.expected


def test_every_payload_is_tried() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {shipped.name for shipped in SHIPPED}


def test_requests_of_beats_fill_the_fields_of_requests() -> None:
    log = taken(by_name("filebeat.bulk"))[0]
    assert (log.route, log.method, log.status, log.duration_ms) == ("/pay", "POST", 502, 812.5)
    assert (log.client, log.user, log.host, log.trace_id, log.response_bytes) == ("203.0.113.7", "ann", "node-1", TRACE, 512)


def test_what_a_shipper_says_of_the_place_is_kept() -> None:
    assert taken(by_name("fluent-bit.json_lines"))[0].attributes["kubernetes.pod_name"] == "pay-6d9f-x1"
    assert taken(by_name("fluent-bit.otlp.json"))[0].attributes == {"stream": "stderr", "kubernetes.pod_name": "pay-6d9f-x1"}
    assert taken(by_name("vector.ndjson"))[0].attributes["file"] == "/var/log/app.log"


@pytest.mark.parametrize("name", ["loki.json", "promtail.snappy"])
def test_loki_keeps_labels_and_metadata_apart(name: str) -> None:
    log = taken(by_name(name))[0]
    assert (log.trace_id, log.attributes["user_id"], log.resource["namespace"]) == (TRACE, "7", "shop")


def test_every_payload_goes_through_the_real_receiver_and_a_retry_adds_nothing() -> None:
    made = front(empty=True)
    with made.client:
        for again in (False, True):
            for shipped in SHIPPED:
                body, headers = (GOLDEN / shipped.name).read_bytes(), {"content-type": shipped.kind}
                answer = made.client.post(shipped.path, content=body, headers=headers)
                assert (answer.status_code, answer.headers.get("watchfloor-repeat") == "true") == (shipped.answer, again)
        made.settle()
    assert len(made.store.logs) == sum(len(shipped.expected) for shipped in SHIPPED)


async def test_others_are_served_while_a_large_body_is_unpacked_and_parsed() -> None:
    line = b'{"timestamp":"2026-03-01T10:00:00Z","service":"cart","message":"added to the cart","user_id":"u1"}\n'
    headers = {"content-type": NDJSON, "content-encoding": "gzip"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gate().client.app), base_url="http://127.0.0.1") as client:
        push = asyncio.create_task(client.post("/api/ingest", content=gzip.compress(line * 30_000), headers=headers))
        answered = 0
        while not push.done():
            answered += (await client.get("/elastic/")).status_code == HTTPStatus.OK
            await asyncio.sleep(0)  # nothing in that answer had to wait
    assert (await push).json()["accepted"] == 30_000
    assert answered > 10
