"""NDJSON records."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.otlp import OtlpCodec
from domain.telemetry import LogRecord, MetricPoint, SpanRecord
from pipeline.limits import TRUNCATED, limited
from pipeline.ndjson import record_of
from pipeline.opening import open_source
from pipeline.reading import Reading, Taken
from pipeline.report import LoadOptions
from tests.pipeline.files import opened, write

AT = "2026-01-01T00:00:00Z"
AT_NS = 1_767_225_600_000_000_000
LOG: dict[str, Any] = {"timestamp": AT, "service": "pay", "severity": "error", "body": "boom"}
SPAN: dict[str, Any] = {"trace_id": "a1", "span_id": "b2", "service": "pay", "name": "GET /", "start_time": AT, "duration_ms": 12.5}
METRIC: dict[str, Any] = {"timestamp": AT, "name": "load", "value": 0.5, "unit": "1", "service": "pay", "attributes": {"core": 1}}


def log_of(**fields: Any) -> LogRecord:
    record = record_of(json.dumps({**LOG, **fields}), Reading())
    assert isinstance(record, LogRecord)
    return record


def test_a_log_takes_the_fields_of_the_contract() -> None:
    log = log_of(
        trace_id="t", span_id="s", request_id="r", route="/a", http_method="GET", status_code=503, error_code="E1", error_message="no",
        duration_ms=1.5, user_id=7, region="eu", host="h", sample_rate=10, attributes={"k": {"n": True}}, extra=[1], gone=None,
    )  # fmt: skip
    assert log == LogRecord(
        AT_NS, "pay", "boom", 17, "t", "s", "/a", "GET", 503, "E1", 1.5, "", "7", "h", weight=10,
        attributes={"request_id": "r", "cloud.region": "eu", "exception.message": "no", "k.n": "true", "extra": "[1]"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"timestamp": None}, "there is no timestamp"),
        ({"timestamp": "soon"}, "'soon' is no time"),
        ({"body": None}, "there is no body"),
        ({"duration_ms": "fast"}, "duration_ms is 'fast', not a number"),
        ({"sample_rate": 0}, "sample_rate is 0"),
        ({"sample_rate": 1.5}, "not a whole number"),
        ({"response_bytes": -1}, "not a whole number of at least 0"),
    ],
)
def test_a_wrong_log_is_refused_with_its_reason(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        log_of(**fields)


@pytest.mark.parametrize("text", ["{", "[]", "7", '"x"', "null", ""])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not "):
        record_of(text, Reading())


@pytest.mark.parametrize(
    ("severity", "number"),
    [("ERROR", 17), ("warning", 13), (17, 17), (50, 17), (30, 9), ("strange", 9), (None, 9), ("fatal", 21), (True, 9)],
)
def test_severities_of_every_spelling(severity: object, number: int) -> None:
    assert log_of(severity=severity).severity_number == number


def test_other_names_for_the_same_fields() -> None:
    text = '{"@timestamp": 1767225600, "service": {"name": "cart"}, "level": "warn", "msg": "m", "method": "PUT", "client_ip": "1.2.3.4"}'
    log = record_of(text, Reading())
    assert isinstance(log, LogRecord)
    assert (log.timestamp_ns, log.service, log.severity_number, log.body) == (AT_NS, "cart", 13, "m")
    assert (log.method, log.client) == ("PUT", "1.2.3.4")


def test_a_change_event_needs_no_body() -> None:
    log = record_of(json.dumps({"timestamp": AT, "event": "deploy", "service": "pay", "version": "1.2", "author": "ann"}), Reading())
    assert isinstance(log, LogRecord)
    assert (log.event, log.body, log.attributes) == ("deploy", "deploy pay 1.2 ann", {"version": "1.2", "author": "ann"})


def test_a_span_and_a_metric_are_found_by_their_fields(tmp_path: Path) -> None:
    for row, kind in ((SPAN, SpanRecord), (METRIC, MetricPoint)):
        one = open_source(write(tmp_path, json.dumps(row) + "\n"), LoadOptions(), OtlpCodec())
        (item,) = one.items
        assert isinstance(item, Taken)
        assert isinstance(item.record, kind)


def test_a_span_takes_the_fields_of_the_contract() -> None:
    record = record_of(
        json.dumps({**SPAN, "status": "ERROR", "kind": "server", "parent_span_id": "c", "zone": "x"}), Reading(signal="traces")
    )
    assert record == SpanRecord("a1", "b2", "c", "pay", "GET /", AT_NS, 12_500_000, "Server", "Error", attributes={"zone": "x"})


@pytest.mark.parametrize("fields", [{"trace_id": ""}, {"name": None}, {"duration_ms": -1}, {"duration_ms": None}])
def test_a_wrong_span_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"there is no|before it starts"):
        record_of(json.dumps({**SPAN, **fields}), Reading(signal="traces"))


def test_a_metric_needs_a_number() -> None:
    assert record_of(json.dumps(METRIC), Reading(signal="metrics")) == MetricPoint(AT_NS, "pay", "load", 0.5, "1", attributes={"core": "1"})
    for value in (None, "x", True, "nan"):
        with pytest.raises(ValueError, match="value"):
            record_of(json.dumps({**METRIC, "value": value}), Reading(signal="metrics"))


def test_a_bad_line_is_rejected_with_its_number_and_text(tmp_path: Path) -> None:
    found, logs, rejected = opened(write(tmp_path, f"{json.dumps(LOG)}\n{{bad\n\n{json.dumps(LOG)}\n"))
    assert (found.format, len(logs)) == ("ndjson", 2)
    assert [(rejection.line, rejection.text) for rejection in rejected] == [(2, "{bad")]


def test_attributes_are_bounded() -> None:
    log = log_of(attributes={f"k{at}": "x" * 40_000 for at in range(200)})
    assert len(log.attributes) == 129
    assert max(map(len, log.attributes.values())) == 32_769
    kept, cut = limited(log)
    assert len(kept.attributes) == 128 + len([TRUNCATED])
    assert "attributes" in cut


def test_names_of_nested_fields_never_grow_with_their_number() -> None:
    log = log_of(**{"n" * 100_000: {f"k{at}": {"x" * 100_000: 1} for at in range(500)}})
    assert sum(map(len, log.attributes)) < 200_000


def test_a_value_nested_too_deep_to_be_written_rejects_its_line() -> None:
    deep = "[" * 400 + "]" * 400
    with pytest.raises(ValueError, match="JSON"):
        record_of(f'{{"timestamp": "2026-01-01T00:00:00Z", "body": "x", "deep": {deep}}}', Reading())


def test_a_duration_beyond_all_numbers_rejects_its_span() -> None:
    with pytest.raises(ValueError, match="too large"):
        record_of(json.dumps({**SPAN, "duration_ms": 1e308}), Reading(signal="traces"))
