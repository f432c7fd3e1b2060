"""Layouts of time stamps, and years and zones that stamps leave out."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.window import from_nanos, rfc3339, to_nanos
from pipeline.dates import Calendar, YearCounter, first_year
from pipeline.instants import nanos_of
from pipeline.stamps import LAYOUTS, detect, is_ambiguous

KOLKATA = ZoneInfo("Asia/Kolkata")


def read(line: str, year: int = 2026) -> str:
    place = detect([line])
    assert place is not None, line
    found = place.find(line)
    assert found is not None
    years = None if place.layout.has_year else YearCounter(year)
    return rfc3339(from_nanos(Calendar(place.layout, UTC, years).nanos(found)))


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("2015-10-18 18:01:47,978 INFO [main] x", "2015-10-18T18:01:47.978Z"),
        ("2026-01-05T10:00:00.123+0100 ERROR x", "2026-01-05T09:00:00.123Z"),
        ("2026-01-05T10:00:00-05:30 x", "2026-01-05T15:30:00Z"),
        ("[Sun Dec 04 04:47:44 2005] [error] x", "2005-12-04T04:47:44Z"),
        ("[Sun Dec 04 04:47:44.5 2005] [core:error] x", "2005-12-04T04:47:44.5Z"),
        ("17/06/09 20:10:40 INFO x", "2017-06-09T20:10:40Z"),
        ("081109 203615 148 INFO x", "2008-11-09T20:36:15Z"),
        ("03-17 16:13:38.811  1702  2395 D x", "2026-03-17T16:13:38.811Z"),
        ("20171223-22:15:29:606|x", "2017-12-23T22:15:29.606Z"),
        ("20171224-0:7:20:44|x", "2017-12-24T00:07:20.044Z"),
        ("- 2005-06-03-15.42.50.363779 R02 x", "2005-06-03T15:42:50.363779Z"),
        ("[10.30 16:49:06] x", "2026-10-30T16:49:06Z"),
        ("134681 node-246 unix.hw 1077804742 1 x", "2004-02-26T14:12:22Z"),
        ("1077804742.25 x", "2004-02-26T14:12:22.25Z"),
        ("1767225600123 x", "2026-01-01T00:00:00.123Z"),
        ("nova.log.1.2017-05-16_13:53:08 2017-05-16 00:00:00.008 1 INFO x", "2017-05-16T00:00:00.008Z"),
        ("2026/11/21 10:00:00 [error] 1#0: x", "2026-11-21T10:00:00Z"),
        ("21-Nov-2026 10:00:00.123 SEVERE x", "2026-11-21T10:00:00.123Z"),
        ("Nov 21, 2026 1:00:00 PM x", "2026-11-21T13:00:00Z"),
        ("Nov 21, 2026 12:00:01 AM x", "2026-11-21T00:00:01Z"),
        ("I1121 10:00:00.123456       1 main.go:42] x", "2026-11-21T10:00:00.123456Z"),
        ("Dec 10 06:55:46 host x", "2026-12-10T06:55:46Z"),
        ('time="2026-11-21T10:00:00Z" level=info', "2026-11-21T10:00:00Z"),
        ("25.12.2026 08:00:00 x", "2026-12-25T08:00:00Z"),
        ("12/25/2026 08:00:00 PM x", "2026-12-25T20:00:00Z"),
        ("2016-09-28 04:30:30, Info   CBS   x", "2016-09-28T04:30:30Z"),
        ("2015-07-29 17:41:44,747 - INFO  [x] - y", "2015-07-29T17:41:44.747Z"),
    ],
)
def test_a_layout_is_found_and_read(line: str, at: str) -> None:
    assert read(line) == at


@pytest.mark.parametrize("line", ["no stamp here", "version 1.2.3 of 10", "GET /2026-01-01 10", "at 10:00 sharp", "12345678901234567890 x"])
def test_text_without_stamps_has_no_layout(line: str) -> None:
    assert detect([line]) is None


def test_one_mention_of_a_date_in_many_lines_is_no_layout() -> None:
    assert detect(["plain words"] * 30 + ["it broke on 2026-01-01 10:00:00 they say"] + ["plain words"] * 30) is None


def test_a_stamp_deep_in_a_continuation_line_does_not_begin_a_record() -> None:
    sample = ["2026-01-01 10:00:00 a", "  caused at 2025-01-01 10:00:00", "2026-01-01 10:00:01 b", "2026-01-01 10:00:02 b"]
    place = detect(sample)
    assert place is not None
    assert [bool(place.find(line)) for line in sample] == [True, False, True, True]


def test_day_first_is_found_when_a_day_is_over_twelve_and_else_is_ambiguous() -> None:
    day_first = detect(["01/02/2026 10:00:00 x", "25/02/2026 10:00:00 x"])
    unclear = detect(["01/02/2026 10:00:00 x"])
    assert day_first is not None
    assert day_first.layout.name.startswith("dd/mm")
    assert unclear is not None
    assert is_ambiguous(unclear)


def test_a_year_turns_between_december_and_january_and_back_for_a_late_line() -> None:
    counter = YearCounter(2025)
    days = [(11, 3), (12, 31), (1, 1), (12, 31), (1, 1), (3, 5), (2, 27), (12, 20), (1, 3)]
    assert [counter.of(*day) for day in days] == [2025, 2025, 2026, 2025, 2026, 2026, 2026, 2026, 2027]


@pytest.mark.parametrize(
    ("dates", "year"),
    [
        ([(3, 1)], 2026),
        ([(3, 2)], 2026),
        ([(3, 3)], 2025),
        ([(12, 10)], 2025),
        ([(12, 31), (1, 1)], 2025),
        ([(12, 1), (1, 20), (12, 30), (1, 2), (3, 1)], 2024),
        ([(3, 27), (4, 20)], 2025),
        ([], 2026),
    ],
)
def test_the_latest_stamp_is_at_most_a_day_after_the_file_was_written(dates: list[tuple[int, int]], year: int) -> None:
    assert first_year(dates, datetime(2026, 3, 1, 12, tzinfo=UTC)) == year


def test_the_29th_of_february_outside_a_leap_year_is_an_error_with_advice() -> None:
    layout = next(layout for layout in LAYOUTS if layout.name == "Jan 02 hh:mm:ss")
    found = layout.pattern.match("Feb 29 10:00:00")
    assert found is not None
    with pytest.raises(ValueError, match="2025 has no 29 February; give the right one with --year"):
        Calendar(layout, UTC, YearCounter(2025)).nanos(found)
    assert Calendar(layout, UTC, YearCounter(2024)).nanos(found) == to_nanos(datetime(2024, 2, 29, 10, tzinfo=UTC))


@pytest.mark.parametrize("stamp", ["2026-13-01 10:00:00", "2026-02-30 10:00:00", "2026-01-01 25:00:00", "2026-01-01 10:61:00"])
def test_an_impossible_time_is_an_error(stamp: str) -> None:
    found = LAYOUTS[0].pattern.match(stamp)
    assert found is not None
    with pytest.raises(ValueError, match="2026"):
        Calendar(LAYOUTS[0], UTC).nanos(found)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 (the zone is the calendar's)
def test_a_local_time_is_that_of_its_zone(naive: datetime) -> None:
    at = naive.replace(tzinfo=KOLKATA)
    found = LAYOUTS[0].pattern.match(f"{naive:%Y-%m-%d %H:%M:%S}.{naive.microsecond:06d}")
    assert found is not None
    assert Calendar(LAYOUTS[0], KOLKATA).nanos(found) == to_nanos(at)


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2026-01-01T00:00:00.123456789Z", 1_767_225_600_123_456_789),
        ("2026-01-01 00:00:00", 1_767_225_600_000_000_000),
        ("2026-01-01T01:00:00+01:00", 1_767_225_600_000_000_000),
        (1_767_225_600, 1_767_225_600_000_000_000),
        (1_767_225_600.5, 1_767_225_600_500_000_000),
        (1_767_225_600_123, 1_767_225_600_123_000_000),
        (1_767_225_600_123_456, 1_767_225_600_123_456_000),
        ("1767225600123456789", 1_767_225_600_123_456_789),
        ("01/Jan/2026:00:00:00 +0000", 1_767_225_600_000_000_000),
    ],
)
def test_json_instants_of_every_unit(value: object, at: int) -> None:
    assert nanos_of(value, UTC) == at


@pytest.mark.parametrize("value", ["soon", "", None, True, [], -5, 0, "2026-99-01T00:00:00Z", 10**30, float("nan"), float("inf")])
def test_what_is_no_instant_is_an_error(value: object) -> None:
    with pytest.raises(ValueError, match=r"time|after 1970"):
        nanos_of(value, UTC)


def test_a_text_without_a_zone_is_in_the_given_one() -> None:
    assert nanos_of("2026-01-01 05:30:00", timezone(timedelta(hours=5, minutes=30))) == 1_767_225_600_000_000_000
