"""The OTLP codec, protobuf and JSON."""

import json
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

from adapters.otlp import JSON_TYPE, PROTOBUF_TYPE, OtlpCodec, encode_response
from adapters.otlp_records import weight_of
from domain.errors import WrongUseError
from domain.telemetry import HistogramPoint, LogRecord, MetricPoint, Signal, SpanRecord

AT = 1_767_225_600_000_000_000
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
RESOURCE = {"attributes": [{"key": "service.name", "value": {"stringValue": "pay"}}, {"key": "host.name", "value": {"stringValue": "h1"}}]}


def log_document(**record: Any) -> bytes:
    full = {"timeUnixNano": str(AT), "severityNumber": 17, "body": {"stringValue": "boom"}, "traceId": TRACE, "spanId": SPAN, **record}
    return json.dumps({"resourceLogs": [{"resource": RESOURCE, "scopeLogs": [{"logRecords": [full]}]}]}).encode()


def log_message() -> ExportLogsServiceRequest:
    request = ExportLogsServiceRequest()
    group = request.resource_logs.add()
    group.resource.attributes.add(key="service.name").value.string_value = "pay"
    group.resource.attributes.add(key="host.name").value.string_value = "h1"
    record = group.scope_logs.add().log_records.add(time_unix_nano=AT, severity_number=17)
    record.body.string_value = "boom"
    record.trace_id, record.span_id = bytes.fromhex(TRACE), bytes.fromhex(SPAN)
    record.attributes.add(key="http.response.status_code").value.int_value = 503
    return request


def test_a_log_reads_the_same_in_both_forms() -> None:
    attributes = [{"key": "http.response.status_code", "value": {"intValue": "503"}}]
    expected = LogRecord(
        AT,
        "pay",
        "boom",
        17,
        TRACE,
        SPAN,
        attributes={"http.response.status_code": "503"},
        resource={"service.name": "pay", "host.name": "h1"},
    )
    assert OtlpCodec().decode("logs", log_document(attributes=attributes), JSON_TYPE).logs == (expected,)
    assert OtlpCodec().decode("logs", log_message().SerializeToString(), f"{PROTOBUF_TYPE}; charset=x").logs == (expected,)


def test_nested_values_become_dotted_names_and_json() -> None:
    value = {"kvlistValue": {"values": [{"key": "a", "value": {"boolValue": True}}, {"key": "b", "value": {"doubleValue": 1.5}}]}}
    listed = {"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "x"}]}}
    attributes = [{"key": "o", "value": value}, {"key": "l", "value": listed}, {"key": "raw", "value": {"bytesValue": "AQI="}}]
    (log,) = OtlpCodec().decode("logs", log_document(attributes=attributes), JSON_TYPE).logs
    assert log.attributes == {"o.a": "true", "o.b": "1.5", "l": '[1,"x"]', "raw": "0102"}


def test_severity_comes_from_the_text_when_there_is_no_number() -> None:
    (log,) = OtlpCodec().decode("logs", log_document(severityNumber=0, severityText="Warning"), JSON_TYPE).logs
    assert log.severity_number == 13


@pytest.mark.parametrize("record", [{"timeUnixNano": "x"}, {"timeUnixNano": None}, {"traceId": "zz"}, {"attributes": [{"no": "key"}]}])
def test_a_bad_record_is_rejected_by_number_and_the_others_are_kept(record: dict[str, Any]) -> None:
    document = json.loads(log_document(**record))
    records = document["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
    records.append(json.loads(log_document())["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0])
    decoded = OtlpCodec().decode("logs", json.dumps(document).encode(), JSON_TYPE)
    assert [rejection.line for rejection in decoded.rejections] == [1]
    assert len(decoded.logs) == 1


def test_a_span_reads_the_same_in_both_forms() -> None:
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.add(key="service.name").value.string_value = "pay"
    span = group.scope_spans.add().spans.add(name="GET /", kind=2, start_time_unix_nano=AT, end_time_unix_nano=AT + 5_000_000)
    span.trace_id, span.span_id, span.trace_state = bytes.fromhex(TRACE), bytes.fromhex(SPAN), "ot=th:8"
    span.status.code, span.status.message = 2, "no"
    plain = {
        "traceId": TRACE.upper(), "spanId": SPAN, "name": "GET /", "kind": "SPAN_KIND_SERVER", "traceState": "ot=th:8",
        "startTimeUnixNano": str(AT), "endTimeUnixNano": str(AT + 5_000_000), "status": {"code": 2, "message": "no"}, "unknown": 1,
    }  # fmt: skip
    resource = {"attributes": RESOURCE["attributes"][:1]}
    document = json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [plain]}]}]}).encode()
    expected = SpanRecord(TRACE, SPAN, "", "pay", "GET /", AT, 5_000_000, "Server", "Error", "no", 2, {}, {"service.name": "pay"})
    assert OtlpCodec().decode("traces", document, JSON_TYPE).spans == (expected,)
    assert OtlpCodec().decode("traces", request.SerializeToString(), PROTOBUF_TYPE).spans == (expected,)


def test_a_span_without_ids_is_rejected() -> None:
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(name="x", start_time_unix_nano=AT)
    decoded = OtlpCodec().decode("traces", request.SerializeToString(), PROTOBUF_TYPE)
    assert decoded.spans == ()
    assert len(decoded.rejections) == 1


def metric_message() -> ExportMetricsServiceRequest:
    request = ExportMetricsServiceRequest()
    metrics = request.resource_metrics.add().scope_metrics.add().metrics
    metrics.add(name="load", unit="1").gauge.data_points.add(time_unix_nano=AT, as_double=0.5)
    counter = metrics.add(name="hits")
    counter.sum.is_monotonic = True
    counter.sum.data_points.add(time_unix_nano=AT, as_int=7)
    spread = metrics.add(name="lat", unit="ms").histogram.data_points.add(time_unix_nano=AT, count=3, sum=6.0)
    spread.bucket_counts.extend([1, 2])
    spread.explicit_bounds.append(2.0)
    metrics.add(name="old").summary.data_points.add(time_unix_nano=AT)
    metrics.add(name="void").gauge.data_points.add(time_unix_nano=AT)
    return request


METRIC_JSON = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [
    {"name": "load", "unit": "1", "gauge": {"dataPoints": [{"timeUnixNano": str(AT), "asDouble": 0.5}]}},
    {"name": "hits", "sum": {"isMonotonic": True, "dataPoints": [{"timeUnixNano": str(AT), "asInt": "7"}]}},
    {"name": "lat", "unit": "ms", "histogram": {"dataPoints": [
        {"timeUnixNano": str(AT), "count": "3", "sum": 6.0, "bucketCounts": ["1", "2"], "explicitBounds": [2.0]}]}},
    {"name": "old", "summary": {"dataPoints": [{"timeUnixNano": str(AT)}]}},
    {"name": "void", "gauge": {"dataPoints": [{"timeUnixNano": str(AT)}]}},
]}]}]}  # fmt: skip


def test_metrics_read_the_same_in_both_forms_and_other_kinds_are_rejected() -> None:
    expected = (
        MetricPoint(AT, "unknown", "load", 0.5, "1"),
        MetricPoint(AT, "unknown", "hits", 7.0, "", "sum", is_monotonic=True),
        MetricPoint(AT, "unknown", "lat", 6.0, "ms", "histogram", histogram=HistogramPoint(3, 6.0, (1, 2), (2.0,))),
    )
    for body, kind in ((metric_message().SerializeToString(), PROTOBUF_TYPE), (json.dumps(METRIC_JSON).encode(), JSON_TYPE)):
        decoded = OtlpCodec().decode("metrics", body, kind)
        assert decoded.metrics == expected
        assert [rejection.line for rejection in decoded.rejections] == [4, 5]


@pytest.mark.parametrize("signal", ["logs", "traces", "metrics"])
@pytest.mark.parametrize(
    ("body", "kind"), [(b"\xff\xff\xff", PROTOBUF_TYPE), (b"{", JSON_TYPE), (b"[]", JSON_TYPE), (b'{"x":1}', JSON_TYPE)]
)
def test_a_malformed_body_is_wrong_use(signal: Signal, body: bytes, kind: str) -> None:
    with pytest.raises(WrongUseError):
        OtlpCodec().decode(signal, body, kind)


@pytest.mark.parametrize("body", [b'{"resourceLogs": [7]}', b'{"resourceLogs": {"a": 1}}', b'{"resourceLogs": [{"scopeLogs": [7]}]}'])
def test_a_document_of_another_shape_is_wrong_use(body: bytes) -> None:
    with pytest.raises(WrongUseError):
        OtlpCodec().decode("logs", body, JSON_TYPE)


def test_another_content_type_is_wrong_use() -> None:
    with pytest.raises(WrongUseError, match="text/plain"):
        OtlpCodec().decode("logs", b"", "text/plain")


def test_an_empty_request_is_an_empty_success() -> None:
    assert OtlpCodec().decode("logs", b"", PROTOBUF_TYPE).logs == ()
    assert OtlpCodec().decode("logs", b"{}", JSON_TYPE).logs == ()


def test_responses_come_in_the_request_s_form() -> None:
    assert encode_response("logs", PROTOBUF_TYPE) == b""
    assert encode_response("logs", JSON_TYPE) == b"{}"
    partial = ExportTraceServiceResponse.FromString(encode_response("traces", PROTOBUF_TYPE, 3, "no ids"))
    assert (partial.partial_success.rejected_spans, partial.partial_success.error_message) == (3, "no ids")
    warned = ExportLogsServiceResponse.FromString(encode_response("logs", PROTOBUF_TYPE, 0, "note"))
    assert warned.partial_success.error_message == "note"
    assert json.loads(encode_response("metrics", JSON_TYPE, 2, "x")) == {"partialSuccess": {"rejectedDataPoints": "2", "errorMessage": "x"}}


@pytest.mark.parametrize(("state", "weight"), [("", 1), ("ot=th:0", 1), ("ot=th:c", 4), ("a=b,ot=rv:1;th:e", 8), ("ot=th:zz", 1)])
def test_a_threshold_in_the_trace_state_is_a_weight(state: str, weight: int) -> None:
    assert weight_of(state) == weight
