"""What comes in over HTTP: OTLP in both forms, packed or not, bounded; and file bodies."""

import gzip
import json
import tracemalloc
import zlib
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

from service.routes.intake import MAX_BODY
from tests.service.world import BrokenTelemetryStore, Front, front

AT = 1_767_225_600_000_000_000
PROTOBUF, JSON = "application/x-protobuf", "application/json"
BYTES = {"content-type": "application/octet-stream"}


@pytest.fixture
def made() -> Front:
    return front()


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


def send(made: Front, signal: str, body: bytes, kind: str = PROTOBUF, **headers: str) -> Any:
    return made.client.post(f"/v1/{signal}", content=body, headers={"content-type": kind, **headers})


def refused(answer: Any, status: int) -> str:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    return str(answer.json()["detail"])


def test_protobuf_is_taken_and_answered_in_protobuf(made: Front) -> None:
    answer = send(made, "logs", logs_message(3))
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, PROTOBUF, b"")
    assert [(log.service, log.body) for log in made.store.logs] == [("pay", "line 0"), ("pay", "line 1"), ("pay", "line 2")]


def test_json_is_taken_and_answered_in_json(made: Front) -> None:
    answer = send(made, "logs", logs_document(str(AT)), f"{JSON}; charset=utf-8")
    assert (answer.status_code, answer.headers["content-type"], answer.json()) == (200, JSON, {})
    assert [log.timestamp_ns for log in made.store.logs] == [AT]


def test_spans_and_metrics_have_their_own_routes(made: Front) -> None:
    request = ExportMetricsServiceRequest()
    request.resource_metrics.add().scope_metrics.add().metrics.add(name="load").gauge.data_points.add(time_unix_nano=AT, as_double=0.5)
    assert send(made, "metrics", request.SerializeToString()).status_code == 200
    assert send(made, "traces", spans_message()).status_code == 200
    assert ([point.name for point in made.store.metrics], [span.name for span in made.store.spans]) == (["load"], ["GET /"])


def test_a_partial_success_counts_what_was_left_out_in_the_sender_s_form(made: Front) -> None:
    spans = ExportTraceServiceResponse.FromString(send(made, "traces", spans_message()).content)
    assert spans.partial_success.rejected_spans == 1
    assert spans.partial_success.error_message
    logs = send(made, "logs", logs_document(str(AT), "x"), JSON)
    assert logs.headers["content-type"] == JSON
    assert logs.json()["partialSuccess"]["rejectedLogRecords"] == "1"
    assert len(made.client.get("/api/dlq").json()) == 2


def test_an_empty_request_is_a_success(made: Front) -> None:
    answer = send(made, "logs", b"")
    assert ExportLogsServiceResponse.FromString(answer.content) == ExportLogsServiceResponse()
    assert made.store.logs == []


@pytest.mark.parametrize("body", [logs_message(2), logs_document(str(AT), str(AT))], ids=["protobuf", "json"])
def test_gzip_is_unpacked(made: Front, body: bytes) -> None:
    kind = JSON if body.startswith(b"{") else PROTOBUF
    assert send(made, "logs", gzip.compress(body), kind, **{"content-encoding": "GZIP"}).status_code == 200
    assert len(made.store.logs) == 2


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (gzip.compress(logs_message(50))[:-12], "truncated"),
        (gzip.compress(logs_message())[:4], "truncated"),
        (b"", "truncated"),
        (logs_message(), "does not unpack"),
        (gzip.compress(logs_message()) * 2, "after its end"),
    ],
)
def test_a_broken_gzip_is_refused_whole(made: Front, body: bytes, said: str) -> None:
    assert said in refused(send(made, "logs", body, **{"content-encoding": "gzip"}), 400)
    assert made.store.logs == []


def test_an_unknown_packing_is_named(made: Front) -> None:
    assert "'deflate'" in refused(send(made, "logs", zlib.compress(logs_message()), **{"content-encoding": "deflate"}), 415)


@pytest.mark.parametrize("kind", ["application/x-ndjson", "application/octet-stream", "text/plain", ""])
def test_another_content_type_is_refused(made: Front, kind: str) -> None:
    refused(send(made, "logs", logs_message(), kind), 415)


@pytest.mark.parametrize(("body", "kind"), [(b"\xff\xff\xff", PROTOBUF), (b"{", JSON), (b'{"resourceSpans": []}', JSON)])
def test_a_body_that_is_no_logs_request_is_wrong_use(made: Front, body: bytes, kind: str) -> None:
    assert refused(send(made, "logs", body, kind), 400)


def test_more_than_twenty_mebibytes_are_too_much_packed_or_not(made: Front) -> None:
    assert "20971520" in refused(send(made, "logs", bytes(MAX_BODY + 1)), 413)
    assert "unpacked" in refused(send(made, "logs", gzip.compress(bytes(MAX_BODY + 1)), **{"content-encoding": "gzip"}), 413)


def test_a_gzip_bomb_never_unfolds(made: Front) -> None:
    packer, block = zlib.compressobj(9, wbits=31), bytes(1 << 20)
    bomb = b"".join([*(packer.compress(block) for _ in range(256)), packer.flush()])
    assert len(bomb) < 1 << 20
    tracemalloc.start()
    try:
        refused(send(made, "logs", bomb, **{"content-encoding": "gzip"}), 413)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * MAX_BODY


def test_a_store_that_went_away_makes_the_sender_try_again() -> None:
    assert refused(send(front(store=BrokenTelemetryStore()), "logs", logs_message()), 503)


def load(made: Front, body: bytes, **options: Any) -> Any:
    return made.client.post("/api/ingest", params=options, content=body, headers=BYTES)


def test_a_file_s_bytes_are_loaded_as_a_file(made: Front) -> None:
    line = b'{"timestamp":"2026-03-01T10:00:00Z","service":"cart","message":"added"}\n'
    body = line + b"not json\n" + line
    report = load(made, gzip.compress(body), name="app.ndjson.gz").json()
    assert (report["accepted"], [item["line"] for item in report["rejected"]]) == (2, [2])
    assert (report["from"], made.store.logs[0].service) == ("2026-03-01T10:00:00Z", "cart")
    assert made.client.get("/api/dlq").json()[0]["source"] == "app.ndjson.gz"


def test_the_same_bytes_twice_are_wrong_use_unless_wanted(made: Front) -> None:
    body = b'{"timestamp":"2026-03-01T10:00:00Z","service":"cart","message":"added"}\n'
    load(made, body, name="one.log")
    assert "'one.log'" in refused(load(made, body, name="two.log"), 400)
    assert load(made, body, name="two.log", again=True).json()["accepted"] == 1


def test_the_file_s_own_time_gives_the_year_that_lines_lack(made: Front) -> None:
    line = b"Mar  1 10:00:00 host sshd[1]: Failed password for root from 203.0.113.7 port 22 ssh2\n"
    report = load(made, line, modified_at="2019-04-01T00:00:00Z").json()
    assert report["from"] == "2019-03-01T10:00:00Z"


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"modified_at": "lately"}, 400),
        ({"tz": "Mars"}, 400),
        ({"format": "xml"}, 422),
        ({"signal": "smoke"}, 422),
        ({"year": "99999"}, 422),
        ({"colour": "red"}, 422),
    ],
)
def test_options_that_mean_nothing_are_refused_before_anything_is_stored(made: Front, options: dict[str, str], status: int) -> None:
    refused_body = b'{"timestamp":"2026-03-01T10:00:00Z","service":"cart","message":"added"}\n'
    answer = load(made, refused_body, **options)
    assert (answer.status_code, made.store.logs) == (status, [])
