"""Windows and RFC 3339 times."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.window import Window, from_nanos, parse_rfc3339, rfc3339, to_nanos

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNTIL_2200 = int((datetime(2200, 1, 1, tzinfo=UTC) - EPOCH).total_seconds())
WHOLE_SECONDS = st.integers(0, UNTIL_2200).map(lambda seconds: EPOCH + timedelta(seconds=seconds))
INSTANTS = st.builds(lambda at, us, zone: (at + timedelta(microseconds=us)).astimezone(zone), WHOLE_SECONDS, st.integers(0, 999_999), ZONES)
LENGTHS = st.timedeltas(timedelta(0), timedelta(days=3650))
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@given(WHOLE_SECONDS, LENGTHS)
def test_halves_are_equally_long_and_cover_the_window(end: datetime, length: timedelta) -> None:
    window = Window(end - length, end)
    earlier, later = window.halves()
    assert earlier.length == later.length
    assert earlier.end == later.start
    assert later.end == window.end
    assert timedelta(0) <= window.start - earlier.start < timedelta(seconds=2)
    assert later.start.microsecond == 0


@given(WHOLE_SECONDS, st.integers(0, 100_000))
def test_halves_of_an_even_number_of_seconds_are_the_window_itself(start: datetime, seconds: int) -> None:
    window = Window(start, start + timedelta(seconds=2 * seconds), "Asia/Seoul")
    earlier, later = window.halves()
    assert (earlier.start, later.end) == (window.start, window.end)
    assert (earlier.tz, later.tz) == ("Asia/Seoul", "Asia/Seoul")


@given(INSTANTS, INSTANTS, INSTANTS)
def test_an_instant_lies_in_exactly_one_of_two_neighbouring_windows(one: datetime, other: datetime, third: datetime) -> None:
    first, middle, last = sorted((one, other, third))
    whole = Window(first, last)
    for at in (first, middle, last):
        assert whole.contains(at) == (Window(first, middle).contains(at) or Window(middle, last).contains(at))
        assert not (Window(first, middle).contains(at) and Window(middle, last).contains(at))
    assert not whole.contains(last)


@pytest.mark.parametrize(("start", "end"), [(NOON, NOON.replace(tzinfo=None)), (NOON.replace(tzinfo=None), NOON)])
def test_a_window_without_zones_is_refused(start: datetime, end: datetime) -> None:
    with pytest.raises(ValueError, match="aware"):
        Window(start, end)


def test_a_window_that_ends_before_it_starts_is_refused_and_an_empty_one_is_not() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        Window(NOON, NOON - timedelta(microseconds=1))
    assert Window(NOON, NOON).length == timedelta(0)


@given(INSTANTS)
def test_what_is_written_is_read_back(at: datetime) -> None:
    text = rfc3339(at)
    assert parse_rfc3339(text) == at
    assert parse_rfc3339(text).tzinfo is UTC
    assert text.endswith("Z")
    assert text[19:] == "Z" or not text.endswith("0Z")


@given(INSTANTS, INSTANTS)
def test_texts_of_whole_seconds_sort_as_their_instants(one: datetime, other: datetime) -> None:
    first, second = one.replace(microsecond=0), other.replace(microsecond=0)
    assert (rfc3339(first) < rfc3339(second)) == (first < second)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-03-01T12:00:00+09:00", "2026-03-01T03:00:00Z"),
        ("2026-03-01 12:00", "2026-03-01T12:00:00Z"),
        (" 2026-03-01 ", "2026-03-01T00:00:00Z"),
        ("2026-03-01T12:00:00.500Z", "2026-03-01T12:00:00.5Z"),
        ("2026-03-01T12:00:00.123456789Z", "2026-03-01T12:00:00.123456Z"),
    ],
)
def test_common_spellings_are_read(text: str, written: str) -> None:
    assert rfc3339(parse_rfc3339(text)) == written


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30T00:00:00Z", "2026-03-01T25:00:00Z", "-1h"])
def test_what_is_no_time_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_rfc3339(text)


@given(INSTANTS)
def test_nanoseconds_keep_an_instant_whole(at: datetime) -> None:
    assert from_nanos(to_nanos(at)) == at
    assert to_nanos(at) % 1_000 == 0


@given(st.integers(-(10**18), 7 * 10**18))
def test_a_nanosecond_count_is_cut_to_its_microsecond(nanos: int) -> None:
    assert to_nanos(from_nanos(nanos)) == nanos - nanos % 1_000


def test_the_epoch_is_zero_and_known_instants_are_known_counts() -> None:
    assert to_nanos(EPOCH) == 0
    assert to_nanos(datetime(2026, 1, 1, tzinfo=UTC)) == 1_767_225_600_000_000_000
    assert from_nanos(-1) == datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
