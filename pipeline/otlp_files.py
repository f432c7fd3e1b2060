"""Files of OTLP requests: the collector's JSON file exporter, whole JSON documents, and protobuf with or without length prefixes."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from domain.decoding import Decoded, OtlpDecoder
from domain.errors import WrongUseError
from domain.telemetry import Signal
from pipeline.lines import Line
from pipeline.reading import Item, Parse, Reading, Record, Taken, rejection

JSON_TYPE = "application/json"
PROTOBUF_TYPE = "application/x-protobuf"
MAX_DOCUMENT = 64 << 20
SIGNALS: tuple[Signal, ...] = ("logs", "traces", "metrics")
_GROUPS: tuple[tuple[str, Signal], ...] = (("resourceLogs", "logs"), ("resourceSpans", "traces"), ("resourceMetrics", "metrics"))
_PREFIX = 4


def signal_in(text: str) -> Signal | None:
    """The signal whose resource groups a JSON text names first."""
    places = [(text.find(f'"{name}"'), signal) for name, signal in _GROUPS]
    found = [place for place in places if place[0] >= 0]
    return min(found)[1] if found else None


def otlp_lines_parser(decoder: OtlpDecoder) -> Parse:
    """The parser of one JSON document a line."""

    def parse(lines: Iterable[Line], reading: Reading) -> Iterator[Item]:
        for line in lines:
            signal = signal_in(line.text) or reading.signal
            try:
                decoded = decoder.decode(signal, line.text.encode(), JSON_TYPE)
            except WrongUseError as error:
                yield rejection(line, str(error))
                continue
            yield from items_of(decoded, line.number)

    return parse


def otlp_document_parser(decoder: OtlpDecoder) -> Parse:
    """The parser of a text that is one JSON document over many lines."""

    def parse(lines: Iterable[Line], reading: Reading) -> Iterator[Item]:
        text = _whole(lines, reading)
        yield from items_of(decoder.decode(signal_in(text) or reading.signal, text.encode(), JSON_TYPE), None)

    return parse


def protobuf_items(body: bytes, decoder: OtlpDecoder, signal: Signal) -> Iterator[Item]:
    """The records of a protobuf body. Raises WrongUseError when it holds none."""
    number = 0
    for message in messages(body):
        decoded = decoder.decode(signal, message, PROTOBUF_TYPE)
        for item in items_of(decoded, None):
            number += 1
            yield item._replace(line=number) if isinstance(item, Taken) else replace(item, line=number)


def signal_of_protobuf(body: bytes, decoder: OtlpDecoder) -> Signal | None:
    """The signal a protobuf body is a request of: the only one whose records are whole; None when it is none."""
    first = next(messages(body), b"")
    return next((signal for signal in SIGNALS if first and _is_whole(first, decoder, signal)), None)


def messages(body: bytes) -> Iterator[bytes]:
    """The messages of a body: one alone, or each after its length in four bytes (big endian)."""
    if not _is_framed(body):
        yield body
        return
    at = 0
    while at < len(body):
        size = int.from_bytes(body[at : at + _PREFIX], "big")
        yield body[at + _PREFIX : at + _PREFIX + size]
        at += _PREFIX + size


def items_of(decoded: Decoded, line: int | None) -> Iterator[Item]:
    """Decoded records and rejections as items of one line, or numbered by themselves."""
    records: tuple[Record, ...] = (*decoded.logs, *decoded.spans, *decoded.metrics)
    for number, record in enumerate(records, start=1):
        yield Taken(line or number, record)
    for rejected in decoded.rejections:
        yield replace(rejected, line=line, reason=f"record {rejected.line}: {rejected.reason}") if line else rejected


def _is_framed(body: bytes) -> bool:
    at = 0
    while at + _PREFIX <= len(body):
        at += _PREFIX + int.from_bytes(body[at : at + _PREFIX], "big")
    return bool(body) and at == len(body)


def _is_whole(message: bytes, decoder: OtlpDecoder, signal: Signal) -> bool:
    try:
        decoded = decoder.decode(signal, message, PROTOBUF_TYPE)
    except WrongUseError:
        return False
    return bool(decoded.logs or decoded.spans or decoded.metrics) and not decoded.rejections


def _whole(lines: Iterable[Line], reading: Reading) -> str:
    parts: list[str] = []
    size = 0
    for line in lines:
        parts.append(line.text)
        size += len(line.text)
        if size > MAX_DOCUMENT:
            raise WrongUseError(f"{reading.name!r} is one JSON document over {MAX_DOCUMENT >> 20} MiB; split it into one request a line.")
    return "\n".join(parts)
