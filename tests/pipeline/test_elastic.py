"""Elastic's bulk requests and ECS documents."""

import json
from typing import Any

import pytest

from domain.errors import TooLargeError, WrongUseError
from domain.telemetry import LogRecord, Rejection
from pipeline.pushed.ecs import record_of_document
from pipeline.pushed.elastic import Bulk
from pipeline.reading import Reading, Taken

WHEN = "2026-01-01T00:00:00.123Z"


def lines(*objects: Any) -> bytes:
    return b"".join((item if isinstance(item, bytes) else json.dumps(item).encode()) + b"\n" for item in objects)


def taken(bulk: Bulk) -> list[LogRecord]:
    return [item.record for item in bulk.items() if isinstance(item, Taken) and isinstance(item.record, LogRecord)]


def rejected(bulk: Bulk) -> list[Rejection]:
    return [item for item in bulk.items() if isinstance(item, Rejection)]


def test_created_and_indexed_documents_are_taken_and_answered_in_order() -> None:
    source = {"@timestamp": WHEN, "message": "hello"}
    bulk = Bulk(lines({"create": {"_index": "logs-a"}}, source, {"index": {"_id": "7"}}, source), "logs-b")
    assert [(log.body, log.attributes["elastic.index"], log.event_id) for log in taken(bulk)] == [
        ("hello", "logs-a", ""),
        ("hello", "logs-b", "7"),
    ]
    answer = bulk.answer([], 3)
    assert (answer["took"], answer["errors"]) == (3, False)
    assert [(verb, item["_index"], item["status"]) for one in answer["items"] for verb, item in one.items()] == [
        ("create", "logs-a", 201),
        ("index", "logs-b", 201),
    ]


def test_each_action_that_cannot_be_done_is_answered_for_itself() -> None:
    source = {"@timestamp": WHEN, "message": "hello"}
    bulk = Bulk(
        lines(
            {"update": {"_id": "1"}}, {"doc": source}, {"delete": {"_id": "2"}}, {"create": {}}, b"not json", {"create": {}}, [1],
            {"create": {}}, {"message": "no time"}, {"create": {}}, source, {"create": {}},
        )
    )  # fmt: skip
    answer = bulk.answer(rejected(bulk), 0)
    assert [(verb, item["status"]) for one in answer["items"] for verb, item in one.items()] == [
        ("update", 400), ("delete", 400), ("create", 400), ("create", 400), ("create", 400), ("create", 201), ("create", 400),
    ]  # fmt: skip
    assert answer["errors"] is True
    assert "timestamp" in answer["items"][4]["create"]["error"]["reason"]
    assert [log.body for log in taken(bulk)] == ["hello"]


@pytest.mark.parametrize("body", [b"hello\n", b"[]\n{}\n", b'{"drop": {}}\n{}\n', b'{"create": 7}\n{}\n', b"{}\n"])
def test_a_line_that_is_no_action_refuses_the_request(body: bytes) -> None:
    with pytest.raises(WrongUseError, match="Line 1"):
        list(Bulk(body).items())


def test_more_actions_than_the_most_are_too_many() -> None:
    with pytest.raises(TooLargeError):
        list(Bulk(lines(*[{"create": {}}, {"@timestamp": WHEN, "message": "x"}] * 3), most=2).items())


NESTED = {
    "@timestamp": WHEN, "message": "GET /carts/7 500", "log": {"level": "error", "file": {"path": "/var/log/x"}},
    "service": {"name": "cart", "version": "1.2"}, "host": {"name": "h1", "ip": ["10.0.0.1"]}, "trace": {"id": "abc"},
    "http": {"request": {"method": "GET"}, "response": {"status_code": 500, "body": {"bytes": 12}}}, "url": {"path": "/carts/7"},
    "event": {"duration": 12_500_000, "dataset": "cart.access"}, "client": {"ip": "203.0.113.7"}, "user": {"name": "ann"},
    "error": {"code": "E7", "message": "boom"},
}  # fmt: skip


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        found.update(flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value})
    return found


@pytest.mark.parametrize("document", [NESTED, flat(NESTED)], ids=["nested", "dotted"])
def test_the_common_schema_fills_the_hot_fields(document: dict[str, Any]) -> None:
    log = record_of_document(document, Reading())
    assert (log.timestamp_ns, log.service, log.host, log.severity_number) == (1_767_225_600_123_000_000, "cart", "h1", 17)
    assert (log.route, log.method, log.status, log.duration_ms) == ("/carts/7", "GET", 500, 12.5)
    assert (log.client, log.user, log.error_code, log.trace_id, log.response_bytes) == ("203.0.113.7", "ann", "E7", "abc", 12)
    assert log.attributes == {"exception.message": "boom", "log.file.path": "/var/log/x", "event.dataset": "cart.access"}
    assert log.resource == {"service.version": "1.2", "host.ip": '["10.0.0.1"]'}


def test_hot_fields_are_found_behind_many_others() -> None:
    many = {f"labels.l{number}": "v" for number in range(300)}
    log = record_of_document({**many, "@timestamp": WHEN, "message": "x", "service.name": "pay"}, Reading())
    assert (log.service, log.body, len(log.attributes)) == ("pay", "x", 129)


@pytest.mark.parametrize("document", [{}, {"message": "x"}, {"@timestamp": "soon", "message": "x"}, {"@timestamp": WHEN}])
def test_a_document_without_time_or_words_says_so(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"timestamp|body|time"):
        record_of_document(document, Reading())
