"""A dump is read by people, and read back it is the same entries."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import WrongUseError
from domain.ids import Tenant
from domain.letters import DeadLetter
from domain.queue import Entry, EntryKey
from domain.telemetry import HistogramPoint, LogRecord, MetricPoint, SpanRecord
from pipeline.dump import dump, entries_of, letters_of
from pipeline.entries import Slice, decoded, encoded

NANOS = st.integers(1, 2**63 - 1)
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
ATTRIBUTES = st.dictionaries(TEXT, TEXT, max_size=2)
NUMBERS = st.floats(allow_nan=False)
LOGS = st.builds(
    LogRecord,
    timestamp_ns=NANOS,
    service=TEXT,
    body=TEXT,
    severity_number=st.integers(0, 24),
    user=TEXT,
    status=st.integers(0, 999),
    duration_ms=st.none() | NUMBERS,
    response_bytes=st.none() | st.integers(0, 2**40),
    weight=st.integers(1, 1_000),
    attributes=ATTRIBUTES,
    resource=ATTRIBUTES,
    sample_reason=TEXT,
)
SPANS = st.builds(
    SpanRecord,
    trace_id=TEXT,
    span_id=TEXT,
    parent_span_id=TEXT,
    service=TEXT,
    name=TEXT,
    start_ns=NANOS,
    duration_ns=st.integers(0, 2**62),
    status=TEXT,
    attributes=ATTRIBUTES,
)
HISTOGRAMS = st.builds(HistogramPoint, st.integers(0, 9), NUMBERS, st.tuples(st.integers(0, 9)), st.tuples(NUMBERS))
POINTS = st.builds(MetricPoint, timestamp_ns=NANOS, service=TEXT, name=TEXT, value=NUMBERS, histogram=st.none() | HISTOGRAMS)
SLICES = st.lists(LOGS | SPANS | POINTS, max_size=4).flatmap(
    lambda records: st.builds(
        Slice,
        records=st.just(tuple(records)),
        names=st.just(tuple(f"n{number}" for number in range(len(records)))),
        content=TEXT,
        source=TEXT,
        mode=st.sampled_from(["push", "load"]),
        keep_days=st.integers(0, 9),
        tenant=st.sampled_from([Tenant("default"), Tenant("other")]),
    )
)
LETTER = DeadLetter("app.log", 7, "there is no body", "a\u00e9\n\x00", datetime(2026, 3, 1, 12, 0, 0, 5, UTC))
TRIED = replace(
    LETTER,
    letter_id="DL-1",
    kind="retryable",
    cause="refused",
    format="record?signal=logs&at=5",
    payload=b"\x00\xff",
    record_id="k.0-1",
    attempts=2,
    next_at=datetime(2026, 3, 1, 13, tzinfo=UTC),
    outcome="no answer",
)


def entry_of(number: int, part: Slice) -> Entry:
    return Entry(EntryKey(f"k{number}"), number % 3, encoded(part), len(part.records), 1_770_000_000_123_456_789)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(SLICES, max_size=3))
def test_what_is_read_back_is_what_was_dumped(parts: list[Slice], tmp_path: Path) -> None:
    entries = [entry_of(number, part) for number, part in enumerate(parts)]
    file = tmp_path / "dump.ndjson"
    assert dump(entries, [LETTER, TRIED], file) == 2 + sum(max(len(part.records), 1) for part in parts)
    back = list(entries_of(file))
    assert [decoded(one) for one in back] == [decoded(one) for one in entries]
    assert [(one.key, one.partition, one.records, one.received_at_ns) for one in back] == [
        (one.key, one.partition, one.records, one.received_at_ns) for one in entries
    ]
    assert list(letters_of(file)) == [LETTER, TRIED]


def test_letters_of_an_older_dump_are_the_same_ones_each_time_they_are_read(tmp_path: Path) -> None:
    told = {"source": "a.log", "reason": "no time", "text": "x"}
    rows = [{"received_at": "2026-03-01T12:00:00Z", "dead_letter": {**told, "line": line}} for line in (3, 4)]
    (tmp_path / "old").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    first, again = (list(letters_of(tmp_path / "old")) for _ in range(2))
    assert first == again
    assert len({letter.letter_id for letter in first}) == 2
    assert {(letter.kind, letter.cause, letter.format) for letter in first} == {("poison", "malformed", "")}


def test_a_line_says_what_a_person_wants_to_know(tmp_path: Path) -> None:
    log = LogRecord(1_770_000_000_000_000_001, "shop", "paid", 17, user="u1", status=503, method="GET", attributes={"region": "eu"})
    dump([entry_of(0, Slice((log,), ("1",), source="key-1"))], [], tmp_path / "file")
    row = orjson.loads((tmp_path / "file").read_bytes())
    assert row["entry"]["key"] == "k0"
    assert {name: value for name, value in row.items() if name != "entry"} == {
        "received_at": "2026-02-02T02:40:00.123456789Z",
        "tenant": "default",
        "source": "key-1",
        "signal": "logs",
        "event_id": "EVT--1",
        "timestamp": "2026-02-02T02:40:00.000000001Z",
        "service": "shop",
        "severity": "ERROR",
        "severity_number": 17,
        "body": "paid",
        "http_method": "GET",
        "status_code": 503,
        "user_id": "u1",
        "attributes": {"region": "eu"},
    }


def test_a_number_that_is_none_comes_back(tmp_path: Path) -> None:
    dump([entry_of(0, Slice((MetricPoint(5, "s", "n", math.nan),), ("1",)))], [], tmp_path / "file")
    (record,) = decoded(next(entries_of(tmp_path / "file"))).records
    assert isinstance(record, MetricPoint)
    assert math.isnan(record.value)


def test_an_entry_nobody_can_read_is_kept_as_it_is(tmp_path: Path) -> None:
    broken = Entry(EntryKey("k"), 0, b"\x00\xffno payload", 3, 1_000)
    dump([broken], [], tmp_path / "file")
    assert list(entries_of(tmp_path / "file")) == [broken]


def test_a_line_that_is_missing_or_foreign_is_named(tmp_path: Path) -> None:
    logs = tuple(LogRecord(number + 1, "s", "b") for number in range(3))
    dump([entry_of(0, Slice(logs, ("1", "2", "3")))], [], tmp_path / "file")
    lines = (tmp_path / "file").read_bytes().splitlines(keepends=True)
    for kept, words in ((lines[:1] + lines[2:], "'k0' at line 1"), ([*lines, b'{"a": 1}\n'], "Line 4"), ([b"{\n"], "Line 1")):
        (tmp_path / "other").write_bytes(b"".join(kept))
        with pytest.raises(WrongUseError, match=words):
            list(entries_of(tmp_path / "other"))
