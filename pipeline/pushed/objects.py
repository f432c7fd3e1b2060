"""Pushed JSON: one object, an array of them (Fluent Bit's `json`), or one a line (its `json_lines`)."""

from collections.abc import Iterator

import orjson

from domain.errors import TooLargeError, WrongUseError
from domain.telemetry import Rejection, Signal
from pipeline.limits import DEFAULT_LIMITS
from pipeline.lines import Line
from pipeline.ndjson import parse_ndjson, record_of_object
from pipeline.otlp_files import signal_in
from pipeline.reading import Item, Reading, Taken, parsed

_SHOWN, _START = 2_000, 4_096


def object_items(body: bytes, service: str = "", signal: Signal = "logs", most: int = DEFAULT_LIMITS.records) -> Iterator[Item]:
    """An item an object, numbered from 1. Raises WrongUseError for an OTLP document, TooLargeError for more than `most` objects."""
    reading = Reading(name="request", service=service, signal=signal)
    if body.lstrip()[:1] == b"[":
        yield from _of_array(body, reading, most)
        return
    if signal_in(body[:_START].decode("utf-8", "replace")):
        raise WrongUseError("The body is an OTLP document; send it to /v1/logs, /v1/traces or /v1/metrics.")
    if body.count(b"\n") > most:
        raise TooLargeError(f"A request may hold {most:,} objects; send smaller batches.")
    yield from parsed(_lines(body), parse_ndjson, reading)


def _of_array(body: bytes, reading: Reading, most: int) -> Iterator[Item]:
    try:
        objects = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise WrongUseError(f"The body is not JSON: {error}") from error
    if len(objects) > most:
        raise TooLargeError(f"A request may hold {most:,} objects; send smaller batches.")
    for number, values in enumerate(objects, start=1):
        try:
            yield Taken(number, record_of_object(values, reading))
        except ValueError as error:
            yield Rejection(number, str(error), str(values)[:_SHOWN])


def _lines(body: bytes) -> Iterator[Line]:
    for number, raw in enumerate(body.split(b"\n"), start=1):
        yield Line(number, raw.decode("utf-8", "replace"))
