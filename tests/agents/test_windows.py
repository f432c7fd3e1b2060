"""Phrases of time become windows."""

from datetime import UTC, datetime, timedelta

import pytest

from agents.windows import baseline_of, parse_time, window_of, without_times
from domain.errors import WrongUseError
from domain.window import Window

OLDEST = datetime(2015, 5, 17, 10, 5, 3, tzinfo=UTC)
NEWEST = datetime(2015, 5, 20, 21, 5, tzinfo=UTC)
EDGE = NEWEST + timedelta(microseconds=1)


def utc(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2015, 5, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("errors in the last 2 hours", utc(20, 19, 5), EDGE),
        ("the last hour", utc(20, 20, 5), EDGE),
        ("the past day", utc(19, 21, 5), EDGE),
        ("last three days", utc(17, 21, 5), EDGE),
        ("yesterday", utc(19), utc(20)),
        ("what failed today?", utc(20), utc(21)),
        ("this morning", utc(20), utc(20, 12)),
        ("yesterday evening", utc(19, 18), utc(20)),
        ("last night", utc(19, 18), utc(20, 6)),
        ("since 10:00", utc(20, 10), EDGE),
        ("since 22:00", utc(19, 22), EDGE),
        ("between 10:00 and 11:30", utc(20, 10), utc(20, 11, 30)),
        ("between 10 and 11?", utc(20, 10), utc(20, 11)),
        ("between 23:00 and 01:00", utc(19, 23), utc(20, 1)),
        ("on 18 May 2015", utc(18), utc(19)),
        ("on May 18th", utc(18), utc(19)),
        ("18/May/2015", utc(18), utc(19)),
        ("on May 18 between 10:00 and 11:30", utc(18, 10), utc(18, 11, 30)),
        ("between 10:00 and 11:30 on May 18", utc(18, 10), utc(18, 11, 30)),
        ("on Monday", utc(18), utc(19)),
        ("before May 18", OLDEST, utc(18)),
        ("until May 18", OLDEST, utc(19)),
        ("after May 18", utc(19), EDGE),
        ("since May 18", utc(18), EDGE),
        ("before 10:00", OLDEST, utc(20, 10)),
        ("last week", utc(11), utc(18)),
        ("this week", utc(18), utc(25)),
        ("2015-05-18", utc(18), utc(19)),
        ("from 2015-05-18T10:00:00Z to 2015-05-18T12:00Z", utc(18, 10), utc(18, 12)),
        ("2015-05-18 to 2015-05-19", utc(18), utc(20)),
        ("from May 17 to May 18", utc(17), utc(19)),
        ("at 15:54 on May 19", utc(19, 15, 54), utc(19, 15, 55)),
        ("May 18 10:05:03", utc(18, 10, 5, 3), utc(18, 10, 5, 4)),
        ("around 14:30 yesterday", utc(19, 14, 15), utc(19, 14, 45)),
        ("at 3pm", utc(20, 15), utc(20, 16)),
        ("2 hours ago", utc(20, 18, 35), utc(20, 19, 35)),
        ("in the first 30 minutes", OLDEST, OLDEST + timedelta(minutes=30)),
        ("in May 2015", utc(1), datetime(2015, 6, 1, tzinfo=UTC)),
        ("how many errors today compared with yesterday", utc(20), utc(21)),
    ],
)
def test_a_phrase_of_time_is_a_window(question: str, start: datetime, end: datetime) -> None:
    window = window_of(question, NEWEST, OLDEST, NEWEST)
    assert window is not None
    assert (window.start, window.end) == (start, end)


@pytest.mark.parametrize(
    "question",
    [
        "top 5 routes by 404",
        "the slowest hour",
        "between 5 and 10 errors",
        "may I ask",
        "how many per hour",
        "first 10 lines",
        "errors of 10.0.0.1",
    ],
)
def test_no_time_is_read_into_other_words(question: str) -> None:
    assert window_of(question, NEWEST, OLDEST, NEWEST) is None


def test_a_date_without_a_year_takes_it_from_the_data() -> None:
    oldest, newest = datetime(2013, 11, 1, tzinfo=UTC), datetime(2014, 2, 1, tzinfo=UTC)
    december, january = (window_of(text, newest, oldest, newest) for text in ("on 24 December", "on 5 January"))
    assert december
    assert january
    assert (december.start.year, january.start.year) == (2013, 2014)


def test_words_of_time_are_read_in_the_askers_zone() -> None:
    window = window_of("yesterday", NEWEST, OLDEST, NEWEST, "Asia/Seoul")
    assert window
    assert window.start == datetime(2015, 5, 19, 15, tzinfo=UTC)
    assert window.tz == "Asia/Seoul"


def test_an_open_window_ends_now_when_now_is_later_than_the_data() -> None:
    now = NEWEST + timedelta(hours=1)
    window = window_of("since 10:00", now, OLDEST, NEWEST)
    assert window
    assert window.end == now


@pytest.mark.parametrize("question", ["on February 31", "on 2015-13-40", "at 25:00"])
def test_a_day_or_time_that_does_not_exist_is_said(question: str) -> None:
    with pytest.raises(WrongUseError, match="there is no"):
        window_of(question, NEWEST, OLDEST, NEWEST)


def test_an_unknown_zone_is_said() -> None:
    with pytest.raises(WrongUseError, match="Atlantis"):
        window_of("yesterday", NEWEST, OLDEST, NEWEST, "Atlantis/Capital")


def test_everything_stored_is_compared_by_its_halves() -> None:
    current, baseline = baseline_of("what changed?", Window(OLDEST, EDGE), OLDEST)
    assert OLDEST - timedelta(seconds=1) < baseline.start <= OLDEST
    assert baseline.length == current.length
    assert baseline.end == current.start
    assert current.end == EDGE


def test_what_is_new_in_everything_stored_was_not_there_in_its_first_third() -> None:
    current, baseline = baseline_of("which errors are new?", Window(utc(17), utc(20)), utc(17))
    assert (baseline.start, baseline.end, current.start, current.end) == (utc(17), utc(18), utc(18), utc(20))


def test_a_window_is_compared_with_the_same_length_before_it() -> None:
    window = Window(utc(19), utc(20))
    assert baseline_of("what changed?", window, OLDEST) == (window, Window(utc(18), utc(19)))


def test_with_too_little_stored_before_it_a_window_is_compared_by_halves() -> None:
    current, baseline = baseline_of("what changed?", Window(utc(17, 11), utc(17, 15)), OLDEST)
    assert (baseline.start, baseline.end, current.end) == (utc(17, 11), utc(17, 13), utc(17, 15))


def test_a_named_baseline_is_taken() -> None:
    today = Window(utc(20), utc(21))
    assert baseline_of("errors today compared with yesterday", today, OLDEST) == (today, Window(utc(19), utc(20)))
    hour = Window(utc(19, 10), utc(19, 11))
    assert baseline_of("vs the hour before", hour, OLDEST) == (hour, Window(utc(19, 9), utc(19, 10)))
    everything = Window(OLDEST, EDGE)
    assert baseline_of("is it slower than yesterday?", everything, OLDEST) == (Window(utc(20), EDGE), Window(utc(19), utc(20)))


def test_two_days_side_by_side_are_now_and_before() -> None:
    question = "what changed between May 18 and May 19?"
    window = window_of(question, NEWEST, OLDEST, NEWEST)
    assert window == Window(utc(19), utc(20))
    assert baseline_of(question, window, OLDEST) == (window, Window(utc(18), utc(19)))


def test_words_of_time_leave_the_question() -> None:
    assert without_times("errors in the last 2 hours").split() == ["errors"]
    assert without_times("routes on May 18 between 10:00 and 11:30").split() == ["routes"]
    assert without_times("requests per hour") == "requests per hour"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("now", NEWEST),
        ("-1h", NEWEST - timedelta(hours=1)),
        ("-2d", NEWEST - timedelta(days=2)),
        ("-1h30m", NEWEST - timedelta(minutes=90)),
        ("2015-05-18T10:00:00Z", utc(18, 10)),
        ("2015-05-18T12:00:00+02:00", utc(18, 10)),
        ("2015-05-18", utc(18)),
    ],
)
def test_a_time_option_is_read(text: str, at: datetime) -> None:
    assert parse_time(text, NEWEST) == at


@pytest.mark.parametrize("text", ["", "yesterdayish", "-1y", "25:00", "1h"])
def test_a_bad_time_option_says_what_to_give(text: str) -> None:
    with pytest.raises(WrongUseError, match="RFC 3339"):
        parse_time(text, NEWEST)


def test_less_than_a_second_of_data_has_a_baseline_too() -> None:
    start = datetime(2026, 3, 1, 12, 0, 0, 57_000, tzinfo=UTC)
    current, before = baseline_of("Which errors are new?", Window(start, start + timedelta(milliseconds=900)), start)
    assert before.start <= before.end == current.start <= current.end
