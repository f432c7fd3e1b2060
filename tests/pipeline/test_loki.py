"""Loki's push requests, in both forms."""

import json
from typing import Any

import pytest

from domain.errors import TooLargeError, WrongUseError
from domain.telemetry import LogRecord, Rejection
from pipeline.pushed.loki import labels_of, message_types, parse_loki
from pipeline.reading import Taken

AT = 1_767_225_600_000_000_000
JSON, PROTOBUF = "application/json", "application/x-protobuf"
LABELS = {"namespace": "shop", "container": "cart", "level": "warn"}


def document(*values: Any, labels: Any = None) -> bytes:
    return json.dumps({"streams": [{"stream": LABELS if labels is None else labels, "values": list(values)}]}).encode()


def message(labels: str, *lines: tuple[int, str, dict[str, str]]) -> bytes:
    """A request as Promtail writes it, unpacked."""
    types: Any = message_types()
    stream = types["Stream"](labels=labels)
    for at_ns, text, metadata in lines:
        entry = types["Entry"](line=text)
        entry.timestamp.seconds, entry.timestamp.nanos = divmod(at_ns, 10**9)
        for name, value in metadata.items():
            entry.metadata.add(name=name, value=value)
        stream.entries.append(entry.SerializeToString())
    body: bytes = types["PushRequest"](streams=[stream.SerializeToString()]).SerializeToString()
    return body


def logs(body: bytes, kind: str = JSON) -> list[LogRecord]:
    return [item.record for item in parse_loki(body, kind) if isinstance(item, Taken) and isinstance(item.record, LogRecord)]


def reasons(body: bytes, kind: str = JSON) -> dict[int, str]:
    return {item.line: item.reason for item in parse_loki(body, kind) if isinstance(item, Rejection)}


def test_both_forms_read_the_same() -> None:
    line = (AT + 7, "boom", {"trace_id": "0af7651916cd43dd8448eb211c80319c", "user": "ann"})
    text = '{container="cart", level="warn", namespace="shop"}'
    (from_protobuf,) = logs(message(text, line), PROTOBUF)
    (from_json,) = logs(document([str(line[0]), line[1], line[2]]))
    assert from_protobuf == from_json
    assert (from_json.timestamp_ns, from_json.service, from_json.severity_number) == (AT + 7, "cart", 13)
    assert (from_json.trace_id, from_json.attributes["user"]) == ("0af7651916cd43dd8448eb211c80319c", "ann")
    assert from_json.resource == LABELS


@pytest.mark.parametrize(
    ("labels", "service"),
    [
        ({"service_name": "pay", "app": "other"}, "pay"),
        ({"job": "shop/cart", "instance": "h1"}, "cart"),
        ({"app_kubernetes_io_name": "web"}, "web"),
        ({"filename": "/var/log/x.log"}, "unknown"),
    ],
)
def test_the_service_is_found_among_the_labels(labels: dict[str, str], service: str) -> None:
    assert logs(document([str(AT), "x"], labels=labels))[0].service == service


def test_the_severity_is_the_metadata_s_then_the_labels_then_the_line_s() -> None:
    body = document([str(AT), "x", {"detected_level": "error"}], [str(AT), "level=debug x"], [str(AT), "plain"], labels={"app": "a"})
    assert [log.severity_number for log in logs(body)] == [17, 5, 9]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("{}", {}),
        ('{a="1",b="x, y} \\"z\\""}', {"a": "1", "b": 'x, y} "z"'}),
        ('{ a = "tab\\tend\\\\" , }', {"a": "tab\tend\\"}),
        ('{a="\\u00e9\\x41"}', {"a": "\u00e9A"}),
    ],
)
def test_labels_are_read_as_prometheus_writes_them(text: str, labels: dict[str, str]) -> None:
    assert labels_of(text) == labels


@pytest.mark.parametrize("text", ["", "a=1", "{a=1}", '{a="1"', '{a="1" b="2"}', '{="x"}'])
def test_what_is_no_label_set_rejects_its_lines_alone(text: str) -> None:
    with pytest.raises(ValueError, match="no "):
        labels_of(text)
    assert list(reasons(message(text, (AT, "x", {}), (AT, "y", {})), PROTOBUF)) == [1, 2]


def test_a_bad_line_is_rejected_by_its_number_over_all_streams() -> None:
    streams = [{"stream": {"app": "a"}, "values": [[str(AT), "x"], ["soon", "y"], [str(AT)]]}, {"stream": 7, "values": [[str(AT), "z"]]}]
    body = json.dumps({"streams": [*streams, {"stream": {}, "values": [["-1", "w"], [str(AT), "v", []], [AT, "number"]]}]}).encode()
    assert [log.body for log in logs(body)] == ["x", "number"]
    assert list(reasons(body)) == [2, 3, 4, 5, 6]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"streams": {}}', b'{"streams": [7]}', b'{"streams": [{"values": 3}]}'])
def test_another_document_is_wrong_use(body: bytes) -> None:
    with pytest.raises(WrongUseError):
        list(parse_loki(body, JSON))


def test_bytes_that_are_no_message_are_wrong_use() -> None:
    with pytest.raises(WrongUseError):
        list(parse_loki(b"\xff\xff\xff", PROTOBUF))


def test_more_lines_than_the_most_are_too_many() -> None:
    with pytest.raises(TooLargeError):
        list(parse_loki(document([str(AT), "x"], [str(AT), "y"]), JSON, most=1))


@pytest.mark.parametrize("body", [b"\x0a\x00" * 9, b"\x0a\x12" + b"\x12\x00" * 9])
def test_empty_streams_and_empty_lines_are_counted_too(body: bytes) -> None:
    with pytest.raises(TooLargeError):
        list(parse_loki(body, PROTOBUF, most=8))
