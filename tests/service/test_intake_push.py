"""Events pushed as JSON to our own route, and in the protocols of Loki and Elastic."""

import gzip
import json
from typing import Any

import pyarrow as pa
import pytest

from domain.errors import QueueFullError
from pipeline.quotas import OverQuotaError
from tests.pipeline.test_loki import message
from tests.service.gate import Gate, gate

AT = 1_767_225_600_000_000_000
NDJSON, JSON, PROTOBUF = "application/x-ndjson", "application/json", "application/x-protobuf"
GOOD = b'{"timestamp":"2026-03-01T10:00:00Z","service":"cart","message":"added"}'
LOKI, BULK = "/loki/api/v1/push", "/_bulk"
STREAM = {"streams": [{"stream": {"app": "web"}, "values": [[str(AT), "hello"]]}]}


@pytest.fixture
def made() -> Gate:
    return gate()


def test_pushed_lines_keep_the_good_and_name_the_bad(made: Gate) -> None:
    answer = made.post("/api/ingest", b"\n".join([GOOD, b"not json", b"", b"[]", GOOD]), NDJSON)
    document = answer.json()
    assert (answer.status_code, document["accepted"], document["rejected_total"]) == (200, 2, 2)
    assert [item["line"] for item in document["rejected"]] == [2, 4]
    assert [log.body for log in made.receiver.logs()] == ["added", "added"]


def test_a_push_of_which_nothing_can_be_taken_is_refused(made: Gate) -> None:
    answer = made.post("/api/ingest", b"one\ntwo\n", NDJSON)
    assert (answer.status_code, answer.json()["rejected_total"]) == (400, 2)


def test_options_of_a_push_hold_for_its_lines(made: Gate) -> None:
    point = b'{"timestamp":"2026-03-01T10:00:00Z","name":"load","value":0.5}'
    assert made.post("/api/ingest?signal=metrics&service=h1&format=ndjson", point, NDJSON).json()["accepted"] == 1
    assert [(point.service, point.value) for point in made.receiver.points()] == [("h1", 0.5)]


@pytest.mark.parametrize("body", [GOOD, b"[" + GOOD + b"," + GOOD + b"]", GOOD + b"\n" + GOOD + b"\n"], ids=["object", "array", "lines"])
def test_json_is_one_object_an_array_or_lines(made: Gate, body: bytes) -> None:
    assert made.post("/api/ingest", body, JSON).json()["accepted"] == body.count(b"cart")
    assert {log.service for log in made.receiver.logs()} == {"cart"}


def test_a_retried_push_is_told_so(made: Gate) -> None:
    first, again = (made.post("/api/ingest", gzip.compress(GOOD), NDJSON, content_encoding="gzip", idempotency_key="7") for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["watchfloor-repeat"] == "true"
    assert len(made.receiver.logs()) == 1


def test_an_otlp_document_is_sent_to_its_own_route(made: Gate) -> None:
    answer = made.post("/api/ingest", b'{"resourceLogs": []}', JSON)
    assert answer.status_code == 400
    assert "/v1/logs" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "kind", "headers"),
    [
        (json.dumps(STREAM).encode(), JSON, {}),
        (gzip.compress(json.dumps(STREAM).encode()), JSON, {"content_encoding": "gzip"}),
        (pa.Codec("snappy").compress(message('{app="web"}', (AT, "hello", {})), asbytes=True), PROTOBUF, {}),
        (pa.Codec("snappy").compress(message('{app="web"}', (AT, "hello", {})), asbytes=True), PROTOBUF, {"content_encoding": "snappy"}),
    ],
    ids=["json", "gzip", "protobuf", "named"],
)
def test_loki_pushes_are_taken_without_a_word(made: Gate, body: bytes, kind: str, headers: dict[str, str]) -> None:
    answer = made.post(LOKI, body, kind, x_scope_orgid="team-a", **headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert [(log.service, log.body, log.timestamp_ns) for log in made.receiver.logs()] == [("web", "hello", AT)]
    assert made.receiver.sources == ["team-a"]


def test_a_loki_push_with_bad_lines_says_which_and_is_not_sent_again(made: Gate) -> None:
    values = [["soon", "x"], [str(AT), "good"]]
    answer = made.post(LOKI, json.dumps({"streams": [{"stream": {}, "values": values}]}).encode(), JSON)
    assert answer.status_code == 400
    assert "line 1" in answer.text
    assert [log.body for log in made.receiver.logs()] == ["good"]


@pytest.mark.parametrize(
    ("body", "kind", "status"), [(b"{", JSON, 400), (b"\x05hello", PROTOBUF, 400), (b"\xff\xff\xff\xff\x0fx", PROTOBUF, 413)]
)
def test_other_bodies_are_refused_as_loki_would(made: Gate, body: bytes, kind: str, status: int) -> None:
    answer = made.post(LOKI, body, kind)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")


@pytest.mark.parametrize("path", [BULK, "/elastic/_bulk", "/logs-app/_bulk", "/elastic/logs-app/_bulk"])
@pytest.mark.parametrize("kind", [NDJSON, "application/json; charset=UTF-8"])
def test_bulk_requests_are_taken_on_every_path(made: Gate, path: str, kind: str) -> None:
    source = {"@timestamp": "2026-03-01T10:00:00Z", "message": "hi", "service": {"name": "pay"}}
    objects: tuple[dict[str, Any], ...] = ({"create": {}}, source, {"delete": {"_id": "7"}})
    body = b"".join(json.dumps(one).encode() + b"\n" for one in objects)
    answer = made.post(path, body, kind)
    document: dict[str, Any] = answer.json()
    assert (answer.status_code, answer.headers["x-elastic-product"], document["errors"]) == (200, "Elasticsearch", True)
    assert [next(iter(item.values()))["status"] for item in document["items"]] == [201, 400]
    assert [log.service for log in made.receiver.logs()] == ["pay"]


def test_what_shippers_ask_an_elastic_server_is_answered_truthfully(made: Gate) -> None:
    for path in ("/elastic", "/elastic/"):
        answer = made.client.get(path)
        assert answer.headers["x-elastic-product"] == "Elasticsearch"
        assert "not Elasticsearch" in answer.json()["tagline"]
        assert made.client.head(path).status_code == 200
    assert made.client.get("/elastic/_license").json()["license"]["status"] == "active"
    assert made.client.get("/elastic/_cluster/health").status_code == 200
    refused = made.client.get("/elastic/_ilm/policy/filebeat")
    assert (refused.status_code, refused.json()["status"]) == (404, 404)


@pytest.mark.parametrize(("path", "body"), [(LOKI, json.dumps(STREAM).encode()), (BULK, b""), ("/api/ingest", GOOD)])
def test_a_full_queue_and_a_quota_make_shippers_wait(made: Gate, path: str, body: bytes) -> None:
    answers = []
    for error in (QueueFullError("full"), OverQuotaError("over", 3.0)):
        made.receiver.failing = error
        answers.append(made.post(path, body, JSON))
    assert [(answer.status_code, answer.headers["retry-after"]) for answer in answers] == [(503, "2"), (429, "3")]


def test_the_push_routes_keep_the_guard(made: Gate) -> None:
    for path in (LOKI, BULK, "/elastic/_bulk", "/api/ingest"):
        assert made.post(path, GOOD, JSON, origin="http://evil.example").status_code == 403
        assert made.post(path, GOOD, "text/plain").status_code == 415
        assert made.post(path, GOOD, JSON, host="evil.example").status_code == 421
