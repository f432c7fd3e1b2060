"""Entries and dead letters as NDJSON that a person can read, and back again with the same keys and records."""

import base64
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from datetime import UTC
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson

from domain.errors import WrongUseError
from domain.ids import Tenant
from domain.letters import DeadLetter, letter_id
from domain.queue import Entry, EntryKey
from domain.telemetry import HistogramPoint, LogRecord, MetricPoint, SpanRecord, severity_text
from domain.window import from_nanos, parse_rfc3339, rfc3339
from pipeline.entries import EntryError, Slice, decoded, encoded
from pipeline.instants import nanos_of
from pipeline.reading import Record

_SIGNALS: Mapping[type[Record], str] = {LogRecord: "logs", SpanRecord: "traces", MetricPoint: "metrics"}
_KINDS = {signal: kind for kind, signal in _SIGNALS.items()}
_NAMES = {  # as input records call them (docs/pipeline.md); the others keep their own names
    "timestamp_ns": "timestamp",
    "start_ns": "start_time",
    "method": "http_method",
    "user": "user_id",
    "weight": "sample_rate",
}
_LOG_NAMES = {**_NAMES, "status": "status_code"}
_TIMES = {"timestamp_ns", "start_ns"}
_DERIVED = {"record_id", "arrival"}  # from the entry
_LETTER_TIMES = ("next_at", "replayed_at")
_LETTER_WORDS = ("source", "reason", "text")  # an older version reads these

Row = Mapping[str, Any]


def dump(entries: Iterable[Entry], letters: Iterable[DeadLetter], file: Path) -> int:
    """Write a line a record and a line a dead letter; the number of lines. Raises OSError."""
    fresh, count = file.with_name(f"{file.name}.new"), 0
    with fresh.open("wb") as out:
        for row in _rows(entries, letters):
            out.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    fresh.replace(file)
    return count


def entries_of(file: Path) -> Iterator[Entry]:
    """The entries of a dump. Raises WrongUseError naming the line that is none of a dump, or lacks its neighbours."""
    rows = ((number, row) for number, row in _read(file) if "entry" in row)
    for key, group in groupby(rows, lambda pair: pair[1]["entry"]["key"]):
        lines = list(group)
        try:
            yield _entry(EntryKey(key), [row for _, row in lines])
        except (KeyError, TypeError, ValueError) as error:
            raise WrongUseError(f"The entry {key!r} at line {lines[0][0]} of {str(file)!r} is not as it was dumped: {error}.") from error


def letters_of(file: Path) -> Iterator[DeadLetter]:
    """The dead letters of a dump. Raises WrongUseError."""
    for number, row in _read(file):
        if "dead_letter" not in row:
            continue
        try:
            yield _letter(row)
        except (KeyError, TypeError, ValueError) as error:
            raise WrongUseError(f"The dead letter at line {number} of {str(file)!r} is not as it was dumped: {error}.") from error


def _read(file: Path) -> Iterator[tuple[int, Row]]:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise WrongUseError(f"Line {number} of {str(file)!r} is not JSON: {error}.") from error
            if not isinstance(row, dict) or not (isinstance(row.get("entry"), dict) or "dead_letter" in row):
                raise WrongUseError(f"Line {number} of {str(file)!r} is no line of a dump; load other files with `watchfloor ingest`.")
            yield number, row


def _rows(entries: Iterable[Entry], letters: Iterable[DeadLetter]) -> Iterator[Row]:
    for entry in entries:
        yield from _rows_of(entry)
    for one in letters:
        yield _letter_row(one)


def _letter_row(letter: DeadLetter) -> Row:
    times = {name: rfc3339(at) for name in _LETTER_TIMES if (at := getattr(letter, name))}
    others = [one for one in fields(DeadLetter) if one.name not in {*_LETTER_TIMES, "payload", "received_at"}]
    told = {one.name: value for one in others if (value := getattr(letter, one.name)) != "" or one.name in _LETTER_WORDS}
    payload = {"payload": base64.b64encode(letter.payload).decode()} if letter.payload else {}
    return {"received_at": rfc3339(letter.received_at), "dead_letter": {**told, **times, **payload}}


def _letter(row: Row) -> DeadLetter:
    told = row["dead_letter"]
    times = {name: parse_rfc3339(told[name]) for name in _LETTER_TIMES if name in told}
    payload = base64.b64decode(told.get("payload", ""))
    known = {"letter_id": letter_id(row["received_at"], orjson.dumps(told)), **told}  # dumps of older versions name no id
    return DeadLetter(**{**known, **times, "payload": payload, "received_at": parse_rfc3339(row["received_at"])})


def _rows_of(entry: Entry) -> Iterator[Row]:
    head = {"key": entry.key, "of": entry.records, "partition": entry.partition}
    received_at = _time(entry.received_at_ns)
    try:
        part = decoded(entry)
    except EntryError as error:
        part = None
        yield {"entry": {**head, "unreadable": str(error), "payload": base64.b64encode(entry.payload).decode()}, "received_at": received_at}
    if part is None:
        return
    head |= {"mode": part.mode, "keep_days": part.keep_days, "content": part.content}
    came = {"received_at": received_at, "tenant": part.tenant, "source": part.source}
    for number, (record, name) in enumerate(zip(part.records, part.names, strict=True)):
        yield {"entry": {**head, "number": number, "name": name}, **came, "signal": _SIGNALS[type(record)], **record_row(record)}
    if not part.records:
        yield {"entry": head, **came}


def record_row(record: Record) -> Row:
    """A record by the names that input has; what is as usual is left out."""
    row: dict[str, Any] = {}
    for one in fields(record):
        value = getattr(record, one.name)
        if one.name not in _DERIVED and not _is_default(one, value):
            row[_shown_name(type(record), one.name)] = _shown(one.name, value)
    if isinstance(record, LogRecord) and (text := severity_text(record.severity_number)):
        row["severity"] = text
    return row


def _shown_name(kind: type[Record], name: str) -> str:
    return (_LOG_NAMES if kind is LogRecord else _NAMES).get(name, name)


def _is_default(one: "Field[Any]", value: Any) -> bool:
    default = one.default_factory() if one.default_factory is not MISSING else one.default
    return type(value) is type(default) and bool(value == default)


def _shown(name: str, value: Any) -> Any:
    if name in _TIMES:
        return _time(value)
    if isinstance(value, HistogramPoint):
        return {one.name: _shown(one.name, getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_shown(name, item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _time(nanos: int) -> str:
    """RFC 3339 to the nanosecond."""
    rest = nanos % 1_000_000_000
    whole = rfc3339(from_nanos(nanos - rest)).removesuffix("Z")
    return f"{whole}.{rest:09d}Z" if rest else f"{whole}Z"


def _entry(key: EntryKey, rows: Sequence[Row]) -> Entry:
    head = rows[0]["entry"]
    received_at_ns = nanos_of(rows[0]["received_at"], UTC)
    if "payload" in head:
        return Entry(key, head["partition"], base64.b64decode(head["payload"]), head["of"], received_at_ns)
    numbers = [row["entry"].get("number") for row in rows if "signal" in row]
    if numbers != list(range(head["of"])):
        raise ValueError(f"it has {head['of']} records, and here are number {numbers}: its lines must be all there and in their order")
    part = Slice(
        tuple(_record(row) for row in rows if "signal" in row),
        tuple(row["entry"]["name"] for row in rows if "signal" in row),
        head["content"],
        rows[0]["source"],
        head["mode"],
        head["keep_days"],
        Tenant(rows[0]["tenant"]),
    )
    return Entry(key, head["partition"], encoded(part), head["of"], received_at_ns)


def _record(row: Row) -> Record:
    kind = _KINDS[row["signal"]]
    known = {one.name: row[shown] for one in fields(kind) if (shown := _shown_name(kind, one.name)) in row and one.name not in _DERIVED}
    values = {name: _read_back(name, value) for name, value in known.items()}
    return kind(**values)


def _read_back(name: str, value: Any) -> Any:
    if name in _TIMES:
        return nanos_of(value, UTC)
    if name in {"value", "duration_ms"} and isinstance(value, str):
        return float(value)
    if name == "histogram":
        return HistogramPoint(value["count"], float(value["total"]), tuple(value["bucket_counts"]), tuple(map(float, value["bounds"])))
    return value
