"""Loki's push API: streams of labelled lines, as JSON or as snappy-packed protobuf (logproto.PushRequest)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import orjson
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto  # type: ignore[import-untyped]
from google.protobuf.descriptor_pool import DescriptorPool  # type: ignore[import-untyped]
from google.protobuf.message import DecodeError, Message  # type: ignore[import-untyped]
from google.protobuf.message_factory import GetMessageClass  # type: ignore[import-untyped]

from domain.errors import TooLargeError, WrongUseError
from domain.telemetry import LogRecord, Rejection
from pipeline.limits import DEFAULT_LIMITS
from pipeline.reading import Item, Taken
from pipeline.severity import INFO, number_of, split_level
from pipeline.values import attributes_of

# The order of Loki's own service discovery (limits_config.discover_service_name), after the name it gives itself.
_SERVICES = (
    "service_name", "service", "app", "application", "name", "app_kubernetes_io_name", "container", "container_name",
    "k8s_container_name", "component", "workload", "job", "k8s_job_name",
)  # fmt: skip
_LEVELS = ("detected_level", "level", "severity", "severity_text", "lvl", "loglevel")
_HOSTS = ("host", "hostname", "host_name", "node_name", "k8s_node_name", "instance")
_TRACES, _SPANS = ("trace_id", "traceID", "traceid", "TraceId"), ("span_id", "spanID", "spanid", "SpanId")
_LABEL = re.compile(r'\s*([a-zA-Z_][\w.:/-]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|(?=\}))')
_ESCAPED = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_LAST_CHARACTER = 0x10FFFF
_SHOWN = 2_000
_MOST_LINE = 1 << 20
_TEXT, _RAW = FieldDescriptorProto.TYPE_STRING, FieldDescriptorProto.TYPE_BYTES
_NUMBER, _WHOLE = FieldDescriptorProto.TYPE_INT64, FieldDescriptorProto.TYPE_INT32
# Messages of logproto as Promtail, Alloy and Vector send them; a field is (number, name, type or message, repeated). Streams and
# entries are bytes to their parents: each is parsed by itself, so that many tiny ones never stand in memory together.
_MESSAGES: Mapping[str, tuple[tuple[int, str, Any, bool], ...]] = {
    "Timestamp": ((1, "seconds", _NUMBER, False), (2, "nanos", _WHOLE, False)),
    "Pair": ((1, "name", _TEXT, False), (2, "value", _TEXT, False)),
    "Entry": ((1, "timestamp", "Timestamp", False), (2, "line", _TEXT, False), (3, "metadata", "Pair", True)),
    "Stream": ((1, "labels", _TEXT, False), (2, "entries", _RAW, True)),
    "PushRequest": ((1, "streams", _RAW, True),),
}


class Line(NamedTuple):
    """One line of a stream with what was sent beside it."""

    timestamp_ns: int
    text: str
    metadata: Mapping[str, str]


def parse_loki(body: bytes, content_type: str, most: int = DEFAULT_LIMITS.records) -> Iterator[Item]:
    """A log record a line, numbered from 1 over the whole request. `body` is unpacked.

    Raises WrongUseError for a body that is no push request, TooLargeError for more than `most` lines.
    """
    is_json = content_type.partition(";")[0].strip().lower() == "application/json"
    streams = _json_streams(body) if is_json else _protobuf_streams(body)
    number = 0
    for count, (labels, lines) in enumerate(streams, start=1):
        for line in lines:
            number += 1
            if number > most:
                break
            yield _item(number, labels, line)
        if max(number, count) > most:
            raise TooLargeError(f"A request may hold {most:,} lines; send smaller batches.")


def labels_of(text: str) -> dict[str, str]:
    """The labels of a stream selector such as `{app="web", level="info"}`. Raises ValueError when it is none."""
    inner = text.strip()
    if not (inner.startswith("{") and inner.endswith("}")):
        raise ValueError(f"{text[:80]!r} is no set of labels")
    labels: dict[str, str] = {}
    at = 1
    while inner[at:-1].strip():
        found = _LABEL.match(inner, at)
        if found is None:
            raise ValueError(f"{inner[at : at + 80]!r} is no label")
        labels[found[1]] = _ESCAPED.sub(_unescaped, found[2])
        at = found.end()
    return labels


def record_of(labels: Mapping[str, str], line: Line) -> LogRecord:
    """A line as a record: labels describe where it comes from, structured metadata the line itself. Raises ValueError."""
    if line.timestamp_ns <= 0:
        raise ValueError("the line has no time after 1970")
    both = {**labels, **line.metadata}
    job = _first(both, _SERVICES)
    return LogRecord(
        timestamp_ns=line.timestamp_ns,
        service=job.rpartition("/")[2] or job or "unknown",
        body=line.text,
        severity_number=number_of(_first(both, _LEVELS)) or split_level(line.text)[0] or INFO,
        trace_id=_first(both, _TRACES),
        span_id=_first(both, _SPANS),
        host=_first(both, _HOSTS),
        attributes=attributes_of(line.metadata),
        resource=attributes_of(labels),
    )


def _item(number: int, labels: Mapping[str, str] | str, line: Line | str) -> Item:
    if isinstance(line, str):
        return Rejection(number, line)
    if isinstance(labels, str):
        return Rejection(number, labels, line.text[:_SHOWN])
    try:
        return Taken(number, record_of(labels, line))
    except ValueError as error:
        return Rejection(number, str(error), line.text[:_SHOWN])


_Streams = Iterator[tuple[Mapping[str, str] | str, Iterable[Line | str]]]


def _json_streams(body: bytes) -> _Streams:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise WrongUseError(f"The body is not JSON: {error}") from error
    streams = document.get("streams") if isinstance(document, dict) else None
    if not isinstance(streams, list):
        raise WrongUseError("The body has no list 'streams', so it is no Loki push request.")
    for stream in streams:
        if not isinstance(stream, dict) or not isinstance(stream.get("values", []), list):
            raise WrongUseError("A stream is an object with 'stream' (its labels) and a list 'values'.")
        yield _json_labels(stream.get("stream", {})), (_json_line(value) for value in stream.get("values", []))


def _json_labels(labels: object) -> Mapping[str, str] | str:
    if not isinstance(labels, dict):
        return "the labels of the stream are no object"
    return {name: value for name, value in labels.items() if isinstance(value, str)}


def _json_line(value: object) -> Line | str:
    if not isinstance(value, list) or len(value) not in {2, 3} or not isinstance(value[1], str):
        return 'a value is ["<nanoseconds>", "<line>"] or has an object of metadata as its third'
    try:
        timestamp_ns = int(value[0])
    except (TypeError, ValueError, OverflowError):
        return f"{value[0]!r:.60} is no time; it is a text of nanoseconds"
    metadata = value[2] if len(value) > 2 else {}  # noqa: PLR2004 (the third is the metadata)
    if not isinstance(metadata, dict):
        return "structured metadata is an object of texts"
    return Line(timestamp_ns, value[1], {name: text for name, text in metadata.items() if isinstance(text, str)})


def _protobuf_streams(body: bytes) -> _Streams:
    for raw in _message("PushRequest", body).streams:
        stream = _message("Stream", raw)
        yield _labels_or_reason(stream.labels), (_protobuf_line(entry) for entry in stream.entries)


def _message(name: str, body: bytes) -> Any:
    message: Any = message_types()[name]()
    try:
        message.ParseFromString(body)
    except DecodeError as error:
        raise WrongUseError(f"The body is no Loki push request in protobuf: {error}") from error
    return message


def _labels_or_reason(text: str) -> Mapping[str, str] | str:
    try:
        return labels_of(text)
    except ValueError as error:
        return str(error)


def _protobuf_line(raw: bytes) -> Line | str:
    if len(raw) > _MOST_LINE:
        return f"the line is larger than {_MOST_LINE} bytes"
    entry = _message("Entry", raw)
    at = entry.timestamp
    return Line(at.seconds * 10**9 + at.nanos, entry.line, {pair.name: pair.value for pair in entry.metadata})


@cache
def message_types() -> Mapping[str, type[Message]]:
    """The classes of the messages, by name."""
    file = FileDescriptorProto(name="watchfloor/logproto.proto", package="watchfloor.logproto", syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, field, kind, is_repeated in fields:
            label = FieldDescriptorProto.LABEL_REPEATED if is_repeated else FieldDescriptorProto.LABEL_OPTIONAL
            added = message.field.add(name=field, number=number, label=label)
            if isinstance(kind, str):
                added.type, added.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".watchfloor.logproto.{kind}"
            else:
                added.type = kind
    pool = DescriptorPool()
    pool.Add(file)
    return {name: GetMessageClass(pool.FindMessageTypeByName(f"watchfloor.logproto.{name}")) for name in _MESSAGES}


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    if len(code) == 1:
        return _PLAIN_ESCAPES.get(code, code)
    number = int(code[1:], 16)
    return chr(number) if number <= _LAST_CHARACTER else "\ufffd"


def _first(values: Mapping[str, str], names: Iterable[str]) -> str:
    return next((values[name] for name in names if values.get(name)), "")
