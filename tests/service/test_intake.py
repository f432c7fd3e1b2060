"""OTLP over HTTP: both forms, packed or not, bounded, with the answers that OTLP/HTTP asks for."""

import gzip
import json
import zlib
from typing import Any

import pytest
import zstandard
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

from domain.errors import QueueError, QueueFullError, StoreError, StoreTimeoutError, WatchfloorError
from pipeline.quotas import OverQuotaError
from tests.service.gate import Gate, gate

AT = 1_767_225_600_000_000_000
PROTOBUF, JSON = "application/x-protobuf", "application/json"
MEBI = 1 << 20


@pytest.fixture
def made() -> Gate:
    return gate(max_body_mb=1)


def logs_message(count: int = 1) -> Any:
    """A request with that many logs of the service pay."""
    request = ExportLogsServiceRequest()
    group = request.resource_logs.add()
    group.resource.attributes.add(key="service.name").value.string_value = "pay"
    scope = group.scope_logs.add()
    for number in range(count):
        scope.log_records.add(time_unix_nano=AT + number).body.string_value = f"line {number}"
    return request.SerializeToString()


def logs_document(*times: object) -> bytes:
    """A JSON request with a log at each time."""
    records = [{"timeUnixNano": at, "body": {"stringValue": "boom"}} for at in times]
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).encode()


def spans_message() -> Any:
    """One span that can be taken and one without ids."""
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    spans.add(name="GET /", trace_id=b"t" * 16, span_id=b"s" * 8, start_time_unix_nano=AT, end_time_unix_nano=AT + 1)
    spans.add(name="no ids", start_time_unix_nano=AT)
    return request.SerializeToString()


def refused(answer: Any, status: int, kind: str = PROTOBUF) -> str:
    """The message of a google.rpc.Status, which comes in the request's own content type."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, kind)
    said = Status.FromString(answer.content).message if kind == PROTOBUF else answer.json()["message"]
    assert said
    return str(said)


def test_protobuf_is_taken_and_answered_in_protobuf(made: Gate) -> None:
    answer = made.post("/v1/logs", logs_message(3), PROTOBUF)
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, PROTOBUF, b"")
    assert [(log.service, log.body) for log in made.receiver.logs()] == [("pay", "line 0"), ("pay", "line 1"), ("pay", "line 2")]


def test_json_is_taken_and_answered_in_json(made: Gate) -> None:
    answer = made.post("/v1/logs", logs_document(str(AT)), f"{JSON}; charset=utf-8")
    assert (answer.status_code, answer.headers["content-type"], answer.json()) == (200, JSON, {})
    assert [log.timestamp_ns for log in made.receiver.logs()] == [AT]


def test_spans_and_metrics_have_their_own_routes(made: Gate) -> None:
    request = ExportMetricsServiceRequest()
    request.resource_metrics.add().scope_metrics.add().metrics.add(name="load").gauge.data_points.add(time_unix_nano=AT, as_double=0.5)
    assert made.post("/v1/metrics", request.SerializeToString(), PROTOBUF).status_code == 200
    assert made.post("/v1/traces", spans_message(), PROTOBUF).status_code == 200
    assert [point.name for point in made.receiver.points()] == ["load"]
    assert [span.name for span in made.receiver.spans()] == ["GET /"]


def test_a_partial_success_counts_what_was_left_out_in_the_sender_s_form(made: Gate) -> None:
    spans = ExportTraceServiceResponse.FromString(made.post("/v1/traces", spans_message(), PROTOBUF).content)
    assert spans.partial_success.rejected_spans == 1
    assert "record 2" in spans.partial_success.error_message
    logs = made.post("/v1/logs", logs_document(str(AT), "x"), JSON)
    assert logs.json()["partialSuccess"]["rejectedLogRecords"] == "1"
    assert len(made.receiver.rejections) == 2


def test_an_empty_request_is_a_success(made: Gate) -> None:
    answer = made.post("/v1/logs", b"", PROTOBUF)
    assert answer.status_code == 200
    assert ExportLogsServiceResponse.FromString(answer.content) == ExportLogsServiceResponse()
    assert made.post("/v1/logs", b"{}", JSON).json() == {}
    assert made.receiver.records == []


@pytest.mark.parametrize("body", [logs_message(2), logs_document(str(AT), str(AT))], ids=["protobuf", "json"])
@pytest.mark.parametrize("packing", ["GZIP", "deflate", "zstd", "identity"])
def test_packed_bodies_are_unpacked(made: Gate, body: bytes, packing: str) -> None:
    packers: dict[str, Any] = {"GZIP": gzip.compress, "deflate": zlib.compress, "zstd": zstandard.compress, "identity": bytes}
    pack = packers[packing]
    kind = JSON if body.startswith(b"{") else PROTOBUF
    assert made.post("/v1/logs", pack(body), kind, content_encoding=packing).status_code == 200
    assert len(made.receiver.logs()) == 2


@pytest.mark.parametrize(
    ("packing", "body", "said"),
    [
        ("gzip", gzip.compress(logs_message(50))[:-12], "truncated"),
        ("gzip", gzip.compress(logs_message())[:4], "truncated"),
        ("gzip", b"", "truncated"),
        ("gzip", logs_message(), "does not unpack"),
        ("gzip", gzip.compress(logs_message()) * 2, "after its end"),
        ("deflate", logs_message(), "does not unpack"),
        ("zstd", zstandard.compress(logs_message(50))[:-5], "does not unpack"),
        ("snappy", b"\x90\x03" + logs_message(), "does not unpack"),
        ("snappy", b"", "does not unpack"),
    ],
)
def test_a_broken_packing_is_refused_whole(made: Gate, packing: str, body: bytes, said: str) -> None:
    answer = made.post("/v1/logs", body, PROTOBUF, content_encoding=packing)
    assert said in refused(answer, 400)
    assert "retry-after" not in answer.headers
    assert made.receiver.records == []


def test_an_unknown_packing_is_named(made: Gate) -> None:
    assert "'br'" in refused(made.post("/v1/logs", logs_message(), PROTOBUF, content_encoding="br"), 415)


@pytest.mark.parametrize("kind", ["application/x-ndjson", "application/octet-stream", "text/plain", ""])
def test_another_content_type_is_refused(made: Gate, kind: str) -> None:
    answer = made.post("/v1/logs", logs_message(), kind)
    assert (answer.status_code, answer.headers["content-type"]) == (415, "application/problem+json")


@pytest.mark.parametrize(("body", "kind"), [(b"\xff\xff\xff", PROTOBUF), (b"{", JSON), (b'{"resourceSpans": []}', JSON)])
def test_a_body_that_is_no_logs_request_is_wrong_use(made: Gate, body: bytes, kind: str) -> None:
    refused(made.post("/v1/logs", body, kind), 400, kind)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_body_of_more_than_the_setting_is_too_much_packed_or_not(made: Gate, pack: Any) -> None:
    packing = "gzip" if pack is gzip.compress else "identity"
    assert f"{MEBI} bytes, unpacked" in refused(made.post("/v1/logs", pack(bytes(MEBI + 1)), PROTOBUF, content_encoding=packing), 413)


@pytest.mark.parametrize(
    ("error", "status", "pause"),
    [
        (QueueError("away"), 503, "2"),
        (QueueFullError("full"), 503, "2"),
        (OverQuotaError("over", 6.2), 429, "7"),
        (StoreError("away"), 503, "2"),
        (StoreTimeoutError("slow"), 504, "2"),
        (WatchfloorError("odd"), 500, None),
    ],
)
@pytest.mark.parametrize("kind", [PROTOBUF, JSON])
def test_only_what_may_be_sent_again_says_when(made: Gate, error: WatchfloorError, status: int, pause: str | None, kind: str) -> None:
    made.receiver.failing = error
    answer = made.post("/v1/logs", b"" if kind == PROTOBUF else b"{}", kind)
    assert refused(answer, status, kind) == str(error)
    assert answer.headers.get("retry-after") == pause


def test_a_retry_is_answered_as_the_first_was_and_says_so(made: Gate) -> None:
    first, again = (made.post("/v1/traces", spans_message(), PROTOBUF) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert ("watchfloor-repeat" in first.headers, again.headers.get("watchfloor-repeat")) == (False, "true")
    assert len(made.receiver.spans()) == 1


def test_a_key_of_the_sender_names_the_request(made: Gate) -> None:
    repeats = [
        made.post("/v1/logs", logs_message(count), PROTOBUF, idempotency_key=key, x_watchfloor_source=source).headers.get(
            "watchfloor-repeat"
        )
        for count, key, source in [(1, "k1", "a"), (1, "k2", "a"), (1, "k1", "b"), (2, "k1", "a")]
    ]
    assert repeats == [None, None, None, "true"]
    assert made.receiver.sources == ["a", "a", "b"]


@pytest.mark.parametrize("headers", [{"idempotency_key": "k" * 300}, {"x_watchfloor_source": "a\x7f"}])
def test_a_name_that_is_none_is_refused(made: Gate, headers: dict[str, str]) -> None:
    refused(made.post("/v1/logs", logs_message(), PROTOBUF, **headers), 400)
