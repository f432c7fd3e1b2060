"""Whatever is pushed is answered as the sender's fault or taken: never a 500."""

import gzip
import json
from functools import cache
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.pipeline.test_loki import message
from tests.service.gate import Gate, gate
from tests.service.test_intake import logs_message, spans_message

AT = str(1_767_225_600_000_000_000)
PROTOBUF, JSON, NDJSON = "application/x-protobuf", "application/json", "application/x-ndjson"
OTLP = ("/v1/logs", "/v1/traces", "/v1/metrics")
WAYS = [*((path, kind) for path in OTLP for kind in (PROTOBUF, JSON)), ("/loki/api/v1/push", JSON), ("/loki/api/v1/push", PROTOBUF),
        ("/_bulk", NDJSON), ("/elastic/x/_bulk", JSON), ("/api/ingest", NDJSON), ("/api/ingest", JSON)]  # fmt: skip
FINE = frozenset({200, 204, 400, 413, 415})
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ATTRIBUTES = [{"key": "k", "value": {"kvlistValue": {"values": [{"key": "a", "value": {"intValue": "7"}}]}}}]
DOCUMENTS: tuple[tuple[str, str, Any], ...] = (
    ("/v1/logs", JSON, {"resourceLogs": [{"resource": {"attributes": ATTRIBUTES}, "scopeLogs": [{"logRecords": [
        {"timeUnixNano": AT, "body": {"stringValue": "x"}, "attributes": ATTRIBUTES, "traceId": "ab" * 16, "severityNumber": 9}]}]}]}),
    ("/v1/traces", JSON, {"resourceSpans": [{"scopeSpans": [{"spans": [
        {"traceId": "ab" * 16, "spanId": "cd" * 8, "name": "x", "startTimeUnixNano": AT, "endTimeUnixNano": AT, "kind": 2,
         "status": {"code": 1}, "traceState": "ot=th:8", "attributes": ATTRIBUTES}]}]}]}),
    ("/v1/metrics", JSON, {"resourceMetrics": [{"scopeMetrics": [{"metrics": [
        {"name": "a", "sum": {"isMonotonic": True, "dataPoints": [{"timeUnixNano": AT, "asInt": "7"}]}},
        {"name": "b", "histogram": {"dataPoints": [
            {"timeUnixNano": AT, "count": "3", "sum": 6, "bucketCounts": ["1", "2"], "explicitBounds": [2]}]}},
        {"name": "c", "exponentialHistogram": {"dataPoints": [
            {"timeUnixNano": AT, "count": 3, "scale": 2, "zeroCount": 1, "positive": {"offset": 1, "bucketCounts": [2]}}]}}]}]}]}),
    ("/loki/api/v1/push", JSON, {"streams": [{"stream": {"app": "a"}, "values": [[AT, "x", {"trace_id": "t"}]]}]}),
    ("/api/ingest", JSON, [{"timestamp": "2026-03-01T10:00:00Z", "service": {"name": "a"}, "message": "x", "level": 30, "status": 200,
                            "duration_ms": 1.5, "attributes": {"a": {"b": [1]}}, "resource": {"c": "d"}, "sample_rate": 2}]),
)  # fmt: skip
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=6),
    st.just([]), st.just({}), st.lists(st.integers(0, 3), max_size=3), st.dictionaries(st.text(max_size=3), st.integers(0, 3), max_size=2),
    st.sampled_from(["NaN", "Infinity", "9" * 30, "-1", "1e400", "\x00", "\ud7ff"]),
)  # fmt: skip


@cache
def ways_in() -> Gate:
    """One application for all examples: what came before must not matter."""
    return gate(max_body_mb=1)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something else can be put in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, item in inner for place in places(item, (*path, name)))]


def replaced(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    """A document with something else at a place."""
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], other)
    return copy


def sent(path: str, body: bytes, kind: str, **headers: str) -> int:
    status = int(ways_in().post(path, body, kind, **headers).status_code)
    assert status in FINE
    return status


@pytest.mark.parametrize(("path", "kind", "document"), DOCUMENTS, ids=[path for path, _, _ in DOCUMENTS])
@given(data=st.data())
@SETTINGS
def test_a_document_with_something_else_anywhere_in_it_is_never_our_fault(path: str, kind: str, document: Any, data: st.DataObject) -> None:
    changed = document
    for _ in range(data.draw(st.integers(1, 3))):
        found = places(changed)
        changed = replaced(changed, found[data.draw(st.integers(0, len(found) - 1))], data.draw(ODD))
    sent(path, json.dumps(changed).encode("utf-8", "replace"), kind)


@pytest.mark.parametrize(("path", "kind"), WAYS)
@given(body=st.binary(max_size=200), packing=st.sampled_from(["", "gzip", "deflate", "zstd", "snappy", "br"]))
@settings(SETTINGS, max_examples=25)
def test_any_bytes_are_answered(path: str, kind: str, body: bytes, packing: str) -> None:
    sent(path, body, kind, content_encoding=packing)


@pytest.mark.parametrize(("path", "whole"), [("/v1/logs", logs_message(3)), ("/v1/traces", spans_message())], ids=["logs", "traces"])
@given(data=st.data())
@SETTINGS
def test_a_message_with_bytes_changed_or_cut_is_answered(path: str, whole: bytes, data: st.DataObject) -> None:
    body = bytearray(whole[: data.draw(st.integers(1, len(whole)))])
    for _ in range(data.draw(st.integers(0, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    sent(path, bytes(body), PROTOBUF)
    sent("/loki/api/v1/push", pa.Codec("snappy").compress(bytes(body), asbytes=True), PROTOBUF)


@given(cut=st.integers(0, 80), place=st.integers(0, 79), byte=st.integers(0, 255))
@SETTINGS
def test_a_loki_message_cut_or_changed_is_answered(cut: int, place: int, byte: int) -> None:
    body = bytearray(message('{app="web"}', (int(AT), "hello", {"trace_id": "t", "user": "ann"})))
    body[place % len(body)] = byte
    sent("/loki/api/v1/push", pa.Codec("snappy").compress(bytes(body[:cut] if cut else body), asbytes=True), PROTOBUF)


DEEP = 100_000
FIXED: tuple[tuple[str, bytes], ...] = (
    ("lists", b"[" * DEEP + b"]" * DEEP),
    ("objects", b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    ("lists in an event", b'{"timestamp":"2026-03-01T10:00:00Z","message":"x","d":' + b"[" * 900 + b"]" * 900 + b"}"),
    ("objects in an event", b'{"timestamp":"2026-03-01T10:00:00Z","message":"x","d":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}"),
    ("not a number", b'{"timestamp":"2026-03-01T10:00:00Z","message":"x","duration_ms":NaN}'),
    ("half a surrogate", b'{"timestamp":"2026-03-01T10:00:00Z","message":"\\ud800"}'),
    ("bad text", b'{"timestamp":"2026-03-01T10:00:00Z","message":"\xff\xfe"}'),
    ("a wrong pair", b'{"create":{}}\n{"@timestamp":"2026-03-01T10:00:00Z","message":"x","a":' + b"[" * 900 + b"]" * 900 + b"}\n"),
    ("many empty lines", b"\n" * 1_000_000),
    ("many tiny values", b"[" + b"1," * 500_000 + b"1]"),
    ("many tiny events", b"{}\n" * 300_000),
    ("empty", b""),
)


@pytest.mark.parametrize("body", [body for _, body in FIXED], ids=[name for name, _ in FIXED])
def test_odd_bodies_are_answered_on_every_way_in(body: bytes) -> None:
    for path, kind in WAYS:
        sent(path, body, kind)


def test_values_nested_in_a_message_are_answered() -> None:
    inner = b"\x0a\x01x"
    for _ in range(60):
        values = b"\x0a" + bytes([len(inner) & 0x7F | 0x80, len(inner) >> 7]) + inner
        inner = b"\x2a" + bytes([len(values) & 0x7F | 0x80, len(values) >> 7]) + values
    for tag in (b"\x2a", b"\x12", b"\x12", b"\x0a"):
        inner = tag + bytes([len(inner) & 0x7F | 0x80, len(inner) >> 7]) + inner
    assert sent("/v1/logs", inner, PROTOBUF) == 400


def test_a_length_that_is_not_true_is_no_fault_of_ours() -> None:
    assert sent("/v1/logs", b"", PROTOBUF, content_length="99999999999999999999") == 413


def test_truncated_packing_is_a_bad_request() -> None:
    whole = gzip.compress(logs_message(50))
    assert {sent("/v1/logs", whole[:cut], PROTOBUF, content_encoding="gzip") for cut in range(1, len(whole), 7)} == {400}
