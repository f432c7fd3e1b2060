"""The OTLP codec at its limits: what is odd, hostile, large or new, in both forms."""

import contextlib
import json
import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from adapters.otlp import JSON_TYPE, PROTOBUF_TYPE, OtlpCodec
from adapters.otlp_buckets import MOST_BUCKETS, Spread, from_exponential
from adapters.otlp_records import TOO_DEEP
from adapters.otlp_wire import pieces
from domain.errors import TooLargeError, WrongUseError
from domain.telemetry import HistogramPoint, MetricPoint
from tests.adapters.test_otlp import AT, SPAN, log_document, log_message


def test_exponential_histograms_become_explicit_ones_in_both_forms() -> None:
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add(name="lat", unit="ms")
    point = metric.exponential_histogram.data_points.add(time_unix_nano=AT, count=10, sum=21.5, scale=0, zero_count=1)
    point.positive.offset = 1
    point.positive.bucket_counts.extend([2, 3])
    point.negative.offset = -1
    point.negative.bucket_counts.extend([4, 0])
    plain = {
        "timeUnixNano": str(AT), "count": "10", "sum": 21.5, "scale": 0, "zeroCount": "1",
        "positive": {"offset": 1, "bucketCounts": ["2", "3"]}, "negative": {"offset": -1, "bucketCounts": ["4", "0"]},
    }  # fmt: skip
    metrics = [{"name": "lat", "unit": "ms", "exponentialHistogram": {"dataPoints": [plain]}}]
    document = json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}).encode()
    buckets = HistogramPoint(10, 21.5, (0, 4, 1, 2, 3, 0), (-1.0, -0.5, 2.0, 4.0, 8.0))
    expected = (MetricPoint(AT, "unknown", "lat", 21.5, "ms", "histogram", histogram=buckets),)
    assert OtlpCodec().decode("metrics", request.SerializeToString(), PROTOBUF_TYPE).metrics == expected
    assert OtlpCodec().decode("metrics", document, JSON_TYPE).metrics == expected


@pytest.mark.parametrize("scale", [-3, 0, 2, 6])
def test_the_borders_of_an_exponential_histogram_hold_the_values_that_fell_in(scale: int) -> None:
    base = 2.0 ** (2.0**-scale)
    values = [0.3, 1.5, 7.0, 1_000.0]
    indexes = [math.ceil(math.log(value, base)) - 1 for value in values]
    counts = [sum(index == place for index in indexes) for place in range(indexes[0], indexes[-1] + 1)]
    point = from_exponential(4, 0.0, scale, 0, positive=Spread(indexes[0], counts), negative=Spread(0, ()))
    edges = (0.0, *point.bounds, math.inf)
    for (low, high), count in zip(pairwise(edges), point.bucket_counts, strict=True):
        assert count == sum(low < value <= high for value in values)


@pytest.mark.parametrize(
    "wrong",
    [
        {"scale": 21, "positive": {"bucketCounts": [1]}},
        {"scale": -10, "positive": {"offset": 9, "bucketCounts": [1]}},
        {"scale": 3, "positive": {"bucketCounts": [1] * (MOST_BUCKETS + 1)}},
        {"scale": 0, "sum": "NaN"},
    ],
)
def test_an_exponential_histogram_beyond_what_is_stored_is_rejected(wrong: dict[str, Any]) -> None:
    metrics = [{"name": "lat", "exponentialHistogram": {"dataPoints": [{"timeUnixNano": str(AT), **wrong}]}}]
    decoded = OtlpCodec().decode("metrics", json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}).encode(), JSON_TYPE)
    assert (decoded.metrics, len(decoded.rejections)) == ((), 1)


@pytest.mark.parametrize(
    "point",
    [
        {"asDouble": "NaN"}, {"asDouble": "Infinity"}, {"asDouble": 1, "flags": 1}, {"asInt": "7", "timeUnixNano": str(2**64 - 1)},
        {"asInt": "7", "timeUnixNano": "-5"},
    ],
)  # fmt: skip
def test_a_point_without_a_number_or_a_time_is_rejected(point: dict[str, Any]) -> None:
    metrics = [{"name": "load", "gauge": {"dataPoints": [{"timeUnixNano": str(AT), **point}]}}]
    decoded = OtlpCodec().decode("metrics", json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}).encode(), JSON_TYPE)
    assert (decoded.metrics, len(decoded.rejections)) == ((), 1)


@pytest.mark.parametrize("points", [True, 7, "x", {"a": 1}, [7], []])
def test_points_that_are_no_list_reject_their_metric(points: Any) -> None:
    document = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "a", "sum": {"dataPoints": points}}]}]}]}
    decoded = OtlpCodec().decode("metrics", json.dumps(document).encode(), JSON_TYPE)
    assert (decoded.metrics, len(decoded.rejections)) == ((), 1)


def test_a_histogram_whose_buckets_and_bounds_do_not_fit_is_rejected() -> None:
    request = ExportMetricsServiceRequest()
    points = request.resource_metrics.add().scope_metrics.add().metrics.add(name="lat").histogram.data_points
    points.add(time_unix_nano=AT, bucket_counts=[1, 2], explicit_bounds=[1.0, 2.0])
    points.add(time_unix_nano=AT, bucket_counts=[1, 2, 3], explicit_bounds=[2.0, 1.0])
    points.add(time_unix_nano=AT, count=2**64 - 1, bucket_counts=[1, 2], explicit_bounds=[1.0])
    points.add(time_unix_nano=AT, count=3, sum=1.0)
    decoded = OtlpCodec().decode("metrics", request.SerializeToString(), PROTOBUF_TYPE)
    assert [rejection.line for rejection in decoded.rejections] == [1, 2, 3]
    assert decoded.metrics[0].histogram == HistogramPoint(3, 1.0, (), ())


@pytest.mark.parametrize("trace_id", [b"t" * 15, b"t" * 17, bytes(16)])
def test_ids_of_another_length_or_of_zeros_are_no_ids(trace_id: bytes) -> None:
    logs = log_message()
    logs.resource_logs[0].scope_logs[0].log_records[0].trace_id = trace_id
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(trace_id=trace_id, span_id=b"s" * 8, start_time_unix_nano=AT)
    (log,) = OtlpCodec().decode("logs", logs.SerializeToString(), PROTOBUF_TYPE).logs
    assert (log.trace_id, log.span_id) == ("", SPAN)
    assert OtlpCodec().decode("logs", log_document(traceId=trace_id.hex()), JSON_TYPE).logs[0].trace_id == ""
    assert len(OtlpCodec().decode("traces", request.SerializeToString(), PROTOBUF_TYPE).rejections) == 1


@pytest.mark.parametrize(
    "record",
    [
        {"eventName": {"a": 1}}, {"body": {"stringValue": 7}}, {"attributes": [{"key": 7, "value": {}}]},
        {"attributes": [{"key": "k", "value": {"boolValue": "yes"}}]}, {"timeUnixNano": 1e300},
        {"attributes": [{"key": "k", "value": {"intValue": "9" * 400}}]}, {"spanId": ["x"]},
    ],
)  # fmt: skip
def test_fields_of_another_type_reject_the_record(record: dict[str, Any]) -> None:
    decoded = OtlpCodec().decode("logs", log_document(**record), JSON_TYPE)
    assert (decoded.logs, len(decoded.rejections)) == ((), 1)


def test_values_nested_too_deep_are_left_out_in_both_forms() -> None:
    value: dict[str, Any] = {"stringValue": "deep"}
    message = log_message()
    inner = message.resource_logs[0].scope_logs[0].log_records[0].attributes.add(key="l").value
    for _ in range(30):
        value = {"arrayValue": {"values": [value]}}
        inner = inner.array_value.values.add()
    inner.string_value = "deep"
    from_json = OtlpCodec().decode("logs", log_document(attributes=[{"key": "l", "value": value}]), JSON_TYPE).logs[0]
    from_protobuf = OtlpCodec().decode("logs", message.SerializeToString(), PROTOBUF_TYPE).logs[0]
    assert from_json.attributes["l"] == from_protobuf.attributes["l"] == "[" * 17 + f'"{TOO_DEEP}"' + "]" * 17


def test_what_a_record_may_not_have_is_left_to_the_pipeline_but_never_grows() -> None:
    key = "k" * 100_000
    inner = {"kvlistValue": {"values": [{"key": f"{key}{number}", "value": {"stringValue": "v" * 40_000}} for number in range(200)]}}
    (log,) = OtlpCodec().decode("logs", log_document(attributes=[{"key": key, "value": inner}] * 3), JSON_TYPE).logs
    assert max(map(len, log.attributes)) <= 1_024
    assert max(map(len, log.attributes.values())) == 32_769
    many = [{"key": f"k{number}", "value": {"stringValue": "v"}} for number in range(300)]
    (log,) = OtlpCodec().decode("logs", log_document(attributes=many), JSON_TYPE).logs
    assert len(log.attributes) == 129


def test_a_request_from_a_newer_protocol_is_read_as_far_as_it_is_known() -> None:
    body = log_message().SerializeToString() + b"\xba\x3e\x03new"
    assert len(OtlpCodec().decode("logs", body, PROTOBUF_TYPE).logs) == 1
    assert len(OtlpCodec().decode("logs", log_document(newField=[1], flags=7), JSON_TYPE).logs) == 1


def large_message(groups: int, scopes: int, records: int, text: str) -> Any:
    request = ExportLogsServiceRequest()
    for group_number in range(groups):
        group = request.resource_logs.add()
        group.resource.attributes.add(key="service.name").value.string_value = f"s{group_number}"
        for _ in range(scopes):
            scope = group.scope_logs.add()
            for number in range(records):
                scope.log_records.add(time_unix_nano=AT + number).body.string_value = f"{text}{number}"
    return request


@pytest.mark.parametrize(("groups", "scopes", "records"), [(1, 1, 1_300), (3, 5, 90), (700, 2, 1), (2, 1, 0)])
def test_the_pieces_of_a_large_request_hold_its_records_in_their_order(groups: int, scopes: int, records: int) -> None:
    whole = large_message(groups, scopes, records, "x" * 2_000)
    parts = [ExportLogsServiceRequest.FromString(piece) for piece in pieces(whole.SerializeToString(), 10_000)]
    assert all(part.ByteSize() < 3 << 20 for part in parts)
    assert [
        (group.resource.attributes[0].value.string_value, record.body.string_value)
        for request in (ExportLogsServiceRequest(resource_logs=[group for part in parts for group in part.resource_logs]),)
        for group in request.resource_logs for scope in group.scope_logs for record in scope.log_records
    ] == [
        (group.resource.attributes[0].value.string_value, record.body.string_value)
        for group in whole.resource_logs for scope in group.scope_logs for record in scope.log_records
    ]  # fmt: skip


def test_a_large_request_decodes_as_a_small_one_does() -> None:
    whole = large_message(2, 2, 200, "y" * 2_000)
    assert whole.ByteSize() > 1 << 20
    decoded = OtlpCodec().decode("logs", whole.SerializeToString(), PROTOBUF_TYPE)
    assert [log.timestamp_ns - AT for log in decoded.logs] == list(range(200)) * 4
    assert [log.service for log in decoded.logs] == ["s0"] * 400 + ["s1"] * 400


def test_too_many_or_too_large_pieces_are_refused_before_they_are_parsed() -> None:
    with pytest.raises(TooLargeError, match="records"):
        list(pieces(b"\x0a\x00" * 11, 10))
    with pytest.raises(TooLargeError, match="One record"):
        list(pieces(large_message(1, 1, 1, "z" * (2 << 20)).SerializeToString(), 10))


@given(body=st.binary(max_size=60), most=st.integers(0, 5))
def test_any_bytes_are_pieces_or_refused(body: bytes, most: int) -> None:
    with contextlib.suppress(WrongUseError):
        for piece in pieces(body, most):
            assert piece
