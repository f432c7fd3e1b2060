"""Days and clock times as people write them, read in a calendar that knows now and what is stored."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import WrongUseError
from domain.window import Window

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)day"
YEAR = r"(?:19|20)\d\d"
DAY = r"[0-3]?\d(?:st|nd|rd|th)?"
DATE = (
    rf"(?:{YEAR}[-/]\d\d[-/]\d\d"
    rf"|{DAY}(?:\s+of\s+|\s+|/|-){MONTH}(?:(?:,?\s*|/|-){YEAR})?(?!\w)"
    rf"|{MONTH}\.?\s+(?:the\s+)?{DAY}(?!\w|:)(?:,?\s*{YEAR}(?!\w))?"
    rf"|(?:the\s+)?day\s+before\s+yesterday|yesterday|today|(?:last\s+|this\s+)?{WEEKDAY})"
)
CLOCK = r"(?:[0-2]?\d:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:\s*[ap]m)?|[01]?\d\s*[ap]m|noon|midnight)(?![a-y0-9_])"
ZONE = r"(?:\s*(?:z|utc|gmt|[+-]\d\d:?\d\d)(?!\w))"
MOMENT = rf"(?:{DATE}(?:(?:t|,?\s+(?:at\s+)?){CLOCK}{ZONE}?)?|{CLOCK}{ZONE}?(?:,?\s+(?:on\s+)?(?:the\s+)?{DATE})?)"
ONE_DAY = timedelta(days=1)
LAST_HOUR = 23
WITHOUT_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where relative times are read from: the asker's now and zone, and the bounds of what is stored (`newest` inclusive)."""

    now: datetime
    oldest: datetime
    newest: datetime
    tz: str = "UTC"

    @property
    def zone(self) -> ZoneInfo:
        """The asker's zone; raises WrongUseError when there is no such zone."""
        try:
            return ZoneInfo(self.tz)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise WrongUseError(f"there is no time zone {self.tz!r}; give a name such as 'UTC' or 'Europe/Berlin'") from error

    @property
    def edge(self) -> datetime:
        """The exclusive end of an open window: now, or just behind the newest event."""
        return self.now if self.now > self.newest else self.newest + timedelta(microseconds=1)

    @property
    def today(self) -> date:
        """The asker's day."""
        return self.now.astimezone(self.zone).date()

    @property
    def anchor(self) -> datetime:
        """The latest instant a bare clock time may mean."""
        return min(self.now, self.newest)

    def at(self, day: date, clock: time = time()) -> datetime:
        """A wall-clock time of the asker's zone as an instant."""
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def window(self, start: datetime, end: datetime) -> Window:
        """A window in the asker's zone; an end before the start gives an empty window."""
        return Window(start.astimezone(UTC), max(start, end).astimezone(UTC), self.tz)

    def year_of(self, month: int, day: int) -> int:
        """The year a date without one means: the latest in which it lies inside what is stored, else the newest year."""
        first, last = self.oldest.astimezone(self.zone).date(), self.newest.astimezone(self.zone).date()
        for year in range(last.year, first.year - 1, -1):
            if first <= _date(year, month, day) <= last:
                return year
        return last.year


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, a clock time, or both; `grain` is how long the thing named lasts. `fixed` when the zone was written."""

    day: date | None
    clock: time | None
    grain: timedelta
    offset: str = ""

    def span(self, calendar: Calendar, day: date | None = None) -> tuple[datetime, datetime]:
        """Start and end of what is named; a bare clock time is taken on `day`, else as the latest one not after the data."""
        start = self._start(calendar, self.day or day)
        return start, start + self.grain if self.clock else calendar.at(start.astimezone(calendar.zone).date() + ONE_DAY)

    def _start(self, calendar: Calendar, day: date | None) -> datetime:
        clock = self.clock or time()
        if day is None:
            found = self._instant(calendar, calendar.anchor.astimezone(calendar.zone).date(), clock)
            return found if found <= calendar.anchor else found - ONE_DAY
        return self._instant(calendar, day, clock)

    def _instant(self, calendar: Calendar, day: date, clock: time) -> datetime:
        if not self.offset:
            return calendar.at(day, clock)
        shift = "+00:00" if self.offset in ("z", "utc", "gmt") else self.offset
        return datetime.fromisoformat(f"{day.isoformat()}T{clock.isoformat()}{shift}").astimezone(UTC)


def read_moment(text: str, calendar: Calendar) -> Moment:
    """What a text matched by MOMENT names. A day that does not exist (31 February) raises WrongUseError."""
    found_day = re.search(DATE, text, re.IGNORECASE)
    rest = text.replace(found_day[0], " ", 1) if found_day else text
    found_clock = re.search(CLOCK, rest.lower().lstrip("t "), re.IGNORECASE)
    clock, grain = _clock(found_clock[0]) if found_clock else (None, ONE_DAY)
    zone = re.search(ZONE, rest.lower()[-7:]) if found_clock else None
    return Moment(_day(found_day[0], calendar) if found_day else None, clock, grain, zone[0].strip() if zone else "")


def month_number(name: str) -> int:
    """1 to 12 of a month's English name or its first three letters."""
    return MONTHS.index(name.lower()[:3]) + 1


def _day(text: str, calendar: Calendar) -> date:
    lowered = text.lower()
    if "yesterday" in lowered:
        return calendar.today - ONE_DAY * (2 if "before" in lowered else 1)
    if lowered == "today":
        return calendar.today
    if weekday := re.search(WEEKDAY, lowered):
        back = (calendar.today.weekday() - WEEKDAYS.index(weekday[0][:3])) % 7
        return calendar.today - ONE_DAY * (back or (0 if lowered.startswith("this") else 7))
    return _dated(lowered, calendar)


def _dated(text: str, calendar: Calendar) -> date:
    if iso := re.fullmatch(r"(\d{4})[-/](\d\d)[-/](\d\d)", text):
        return _checked(int(iso[1]), int(iso[2]), int(iso[3]), text)
    year = re.search(YEAR, text)
    rest = text.replace(year[0], " ", 1) if year else text
    month = month_number(re.search(MONTH, rest)[0])  # type: ignore[index]  # DATE matched, so there is one
    day = int(re.search(r"\d+", rest)[0])  # type: ignore[index]
    return _checked(int(year[0]) if year else calendar.year_of(month, day), month, day, text)


def _clock(text: str) -> tuple[time, timedelta]:
    if text in ("noon", "midnight"):
        return time(12 if text == "noon" else 0), timedelta(minutes=1)
    digits = [int(part) for part in re.findall(r"\d+", text.partition(".")[0])]
    hour, minute, second = (*digits, 0, 0)[:3]
    if text.endswith("m"):
        hour = hour % 12 + 12 * text.endswith("pm")
    grain = timedelta(seconds=1) if len(digits) > WITHOUT_SECONDS else timedelta(minutes=1)
    if hour > LAST_HOUR:
        raise WrongUseError(f"there is no time of day {text!r}; give hours from 0 to 23")
    return time(hour, minute, second), grain if ":" in text else timedelta(hours=1)


def _checked(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise WrongUseError(f"there is no day {text!r} in {year}; give a date such as 2015-05-18") from error


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        return date.min
