"""Days and clock times are read in a calendar."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from agents.moments import Calendar, read_moment

CALENDAR = Calendar(
    now=datetime(2024, 3, 6, 9, 30, tzinfo=UTC), oldest=datetime(2023, 12, 20, tzinfo=UTC), newest=datetime(2024, 3, 6, 9, tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("24 December", date(2023, 12, 24)),
        ("March 1st", date(2024, 3, 1)),
        ("3rd of January, 2024", date(2024, 1, 3)),
        ("yesterday", date(2024, 3, 5)),
        ("the day before yesterday", date(2024, 3, 4)),
        ("Wednesday", date(2024, 2, 28)),
        ("this Wednesday", date(2024, 3, 6)),
        ("last Monday", date(2024, 3, 4)),
    ],
)
def test_a_day_is_read(text: str, day: date) -> None:
    assert read_moment(text, CALENDAR).day == day


@pytest.mark.parametrize(
    ("text", "clock", "grain"),
    [
        ("10:05", time(10, 5), timedelta(minutes=1)),
        ("10:05:07", time(10, 5, 7), timedelta(seconds=1)),
        ("3pm", time(15), timedelta(hours=1)),
        ("12 am", time(0), timedelta(hours=1)),
        ("3:30 pm", time(15, 30), timedelta(minutes=1)),
        ("noon", time(12), timedelta(minutes=1)),
    ],
)
def test_a_clock_time_lasts_as_long_as_it_is_exact(text: str, clock: time, grain: timedelta) -> None:
    moment = read_moment(text, CALENDAR)
    assert (moment.clock, moment.grain) == (clock, grain)


def test_a_bare_clock_time_is_the_latest_that_is_not_after_the_data() -> None:
    assert read_moment("08:00", CALENDAR).span(CALENDAR)[0] == datetime(2024, 3, 6, 8, tzinfo=UTC)
    assert read_moment("23:00", CALENDAR).span(CALENDAR)[0] == datetime(2024, 3, 5, 23, tzinfo=UTC)


def test_a_written_offset_wins_over_the_askers_zone() -> None:
    seoul = Calendar(CALENDAR.now, CALENDAR.oldest, CALENDAR.newest, "Asia/Seoul")
    assert read_moment("2024-03-01T10:00:00Z", seoul).span(seoul)[0] == datetime(2024, 3, 1, 10, tzinfo=UTC)
    assert read_moment("2024-03-01 10:00", seoul).span(seoul)[0] == datetime(2024, 3, 1, 1, tzinfo=UTC)
    assert read_moment("2024-03-01T10:00:00+02:00", seoul).span(seoul)[0] == datetime(2024, 3, 1, 8, tzinfo=UTC)


def test_a_day_lasts_until_the_next_even_when_clocks_change() -> None:
    berlin = Calendar(datetime(2024, 4, 2, tzinfo=UTC), CALENDAR.oldest, datetime(2024, 4, 2, tzinfo=UTC), "Europe/Berlin")
    start, end = read_moment("2024-03-31", berlin).span(berlin)
    assert end - start == timedelta(hours=23)
