"""Which hour, day or week a briefing is about."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.briefing import BriefingKind, Period
from domain.periods import Stored, calendar_period, period_of, whole_minute

NOON = datetime(2026, 3, 4, 12, 20, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "tz", "start", "end"),
    [
        ("hourly", "UTC", "2026-03-04T11:00", "2026-03-04T12:00"),
        ("hourly", "Asia/Kolkata", "2026-03-04T10:30", "2026-03-04T11:30"),
        ("daily", "UTC", "2026-03-03T00:00", "2026-03-04T00:00"),
        ("daily", "Asia/Seoul", "2026-03-02T15:00", "2026-03-03T15:00"),
        ("weekly", "UTC", "2026-02-25T00:00", "2026-03-04T00:00"),
    ],
)
def test_the_last_full_period_of_the_readers_clock(kind: BriefingKind, tz: str, start: str, end: str) -> None:
    assert calendar_period(kind, NOON, tz) == Period(at(start), at(end))


@pytest.mark.parametrize(("now", "hours"), [("2026-03-30T08:00", 23), ("2026-10-26T08:00", 25), ("2026-03-29T08:00", 24)])
def test_a_day_of_a_clock_change_is_as_long_as_it_was(now: str, hours: int) -> None:
    period = calendar_period("daily", at(now), "Europe/Berlin")
    assert period.end - period.start == timedelta(hours=hours)


def test_a_period_that_ends_now_is_the_last_one() -> None:
    assert calendar_period("daily", at("2026-03-04T00:00"), "UTC").end == at("2026-03-04T00:00")


def test_a_day_stored_whole_is_taken_as_it_is() -> None:
    stored = Stored(at("2026-03-03T00:04"), at("2026-03-04T12:00"))
    assert period_of("daily", NOON, stored, "UTC") == (Period(at("2026-03-03T00:00"), at("2026-03-04T00:00")), "")


def test_a_day_stored_in_part_gives_way_to_the_latest_day_stored_and_says_so() -> None:
    stored = Stored(at("2026-03-03T12:00"), at("2026-03-04T12:00"))
    period, note = period_of("daily", NOON, stored, "UTC")
    assert period == Period(at("2026-03-03T12:00"), at("2026-03-04T12:00"))
    assert "not stored whole" in note


def test_data_that_ended_a_whole_length_ago_are_not_passed_off_as_the_period() -> None:
    stored = Stored(at("2026-03-01T00:00"), at("2026-03-03T12:19"))
    assert period_of("daily", NOON, stored, "UTC")[0] == Period(at("2026-03-03T00:00"), at("2026-03-04T00:00"))


def test_the_end_of_what_is_stored_is_a_whole_minute() -> None:
    assert whole_minute(at("2026-03-03T23:59:59.999")) == at("2026-03-04T00:00")
    assert whole_minute(at("2026-03-04T00:00")) == at("2026-03-04T00:01")
