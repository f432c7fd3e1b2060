"""Limits on records: what is too much is cut and named, what no store holds is made storable."""

import ormsgpack
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.telemetry import LogRecord, MetricPoint, SpanRecord
from pipeline.limits import OTHER, TRUNCATED, Cardinality, Limits, limited, storable

AT = 1_767_225_600_000_000_000
SMALL = Limits(attributes=3, value=10, newest_ns=AT + 1_000)


def log(**fields: object) -> LogRecord:
    return LogRecord(**{"timestamp_ns": AT, "service": "pay", "body": "boom", **fields})  # type: ignore[arg-type]


def test_an_ordinary_record_is_handed_back_as_it_is() -> None:
    record = log(attributes={"a": "b"}, duration_ms=1.5, response_bytes=7)
    kept, cut = limited(record)
    assert kept is record
    assert cut == ()


def test_long_values_are_cut_and_named() -> None:
    kept, cut = limited(log(body="x" * 11, attributes={"a": "y" * 12, "b": "z"}), SMALL)
    assert isinstance(kept, LogRecord)
    assert (kept.body, kept.attributes["a"], kept.attributes["b"]) == ("x" * 10, "y" * 10, "z")
    assert cut == ("a", "body")
    assert kept.attributes[TRUNCATED] == "a,body"


def test_only_the_first_attributes_are_kept() -> None:
    kept, cut = limited(log(attributes=dict.fromkeys("abcde", "v")), SMALL)
    assert list(kept.attributes) == ["a", "b", "c", TRUNCATED]
    assert cut == ("attributes",)


def test_a_long_record_whose_values_are_short_is_not_cut() -> None:
    record = log(attributes={"a": "v" * 9, "b": "w" * 9})
    assert limited(record, SMALL) == (record, ())


def test_nul_and_lone_surrogates_become_storable_and_are_not_called_cut() -> None:
    kept, cut = limited(log(body="a\0b", host="\ud800x", attributes={"k\0": "v\udfff"}))
    assert isinstance(kept, LogRecord)
    assert (kept.body, kept.host, dict(kept.attributes)) == ("a\ufffdb", "\ufffdx", {"k\ufffd": "v\ufffd"})
    assert cut == ()


def test_a_sender_cannot_say_that_something_was_cut() -> None:
    kept, cut = limited(log(attributes={TRUNCATED: "body", "a": "b"}))
    assert (dict(kept.attributes), cut) == ({"a": "b"}, ())


def test_numbers_out_of_range_are_brought_into_it() -> None:
    kept, cut = limited(log(severity_number=99, status=-4, response_bytes=-1, weight=0, duration_ms=float("nan")))
    assert isinstance(kept, LogRecord)
    assert (kept.severity_number, kept.status, kept.response_bytes, kept.weight, kept.duration_ms) == (24, 0, 0, 1, None)
    assert set(cut) == {"severity_number", "status", "response_bytes", "weight", "duration_ms"}


def test_times_a_store_cannot_hold_are_moved_to_the_nearest_that_it_can() -> None:
    late, _ = limited(log(timestamp_ns=2**64 - 1), SMALL)
    span, cut = limited(SpanRecord("t", "s", "", "pay", "GET", -5, duration_ns=-1))
    assert isinstance(late, LogRecord)
    assert isinstance(span, SpanRecord)
    assert (late.timestamp_ns, span.start_ns, span.duration_ns) == (AT + 1_000, 1, 0)
    assert cut == ("duration_ns", "start_ns")


def test_a_metric_value_that_is_no_number_is_named() -> None:
    kept, cut = limited(MetricPoint(AT, "pay", "load", float("inf")))
    assert isinstance(kept, MetricPoint)
    assert (kept.value, cut) == (0.0, ("value",))


@given(
    body=st.text(st.characters(), max_size=30),
    attributes=st.dictionaries(st.text(st.characters(), max_size=12), st.text(st.characters(), max_size=14), max_size=6),
    number=st.integers(-(2**70), 2**70),
)
@settings(max_examples=150, deadline=None)
def test_whatever_comes_fits_the_limits_and_an_entry(body: str, attributes: dict[str, str], number: int) -> None:
    record = log(body=body, attributes=attributes, timestamp_ns=number, status=number, response_bytes=number, occurrences=number)
    kept, _ = limited(record, SMALL)
    own = {name: value for name, value in kept.attributes.items() if name != TRUNCATED}
    assert len(own) <= 3
    assert all(len(value) <= 10 for value in own.values())
    assert ormsgpack.packb(kept)
    assert limited(kept, SMALL)[0] == kept or TRUNCATED in kept.attributes


def test_an_astral_character_is_no_surrogate() -> None:
    assert storable("a😀b") == "a😀b"


def test_the_value_after_the_most_is_other() -> None:
    guard = Cardinality(2)
    assert [guard.kept("pay", "route", value) for value in "abcab"] == ["a", "b", OTHER, "a", "b"]
    assert guard.kept("cart", "route", "c") == "c"
    assert guard.kept("pay", "status", "c") == "c"
