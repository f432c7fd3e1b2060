"""Turns the fields of a stamp into nanoseconds, with the zone and the year that the stamp leaves out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from domain.window import NANOS_PER_SECOND
from pipeline.stamps import Layout

_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS = {name: at for at, name in enumerate(_NAMES, start=1)}
_EPOCH = date(1970, 1, 1).toordinal()
_TWO_DIGIT_PIVOT = 70
_DAYS_OF_MONTH = 31
_A_YEAR = 12 * _DAYS_OF_MONTH
_HALF_A_YEAR = _A_YEAR // 2
_LATE_DAYS = 7
_LEAP_SECOND = 60
_CACHE_LIMIT = 10_000


@dataclass(slots=True)
class YearCounter:
    """The year of stamps that have none: a December followed by a January begins the next one."""

    year: int
    day: int = 0

    def of(self, month: int, day: int) -> int:
        """The year of the next stamp in file order. A line a few days late, over New Year, is of the year before."""
        at = month * _DAYS_OF_MONTH + day
        change = at - self.day
        if self.day and change < -_HALF_A_YEAR:
            self.year, self.day = self.year + 1, at
        elif self.day and change > _A_YEAR - _LATE_DAYS:
            return self.year - 1
        self.day = at
        return self.year


def first_year(month_days: Iterable[tuple[int, int]], modified_at: datetime) -> int:
    """The year of a text's first stamp, so that its latest is at most a day after the file was written."""
    counter = YearCounter(0)
    latest = max(((counter.of(month, day), month, day) for month, day in month_days), default=(0, 1, 1))
    limit = modified_at + timedelta(days=1)
    last_year = limit.year if latest[1:] <= (limit.month, limit.day) else limit.year - 1
    return last_year - latest[0]


def month_day(found: re.Match[str]) -> tuple[int, int]:
    """The month and day of a stamp."""
    fields = found.groupdict()
    return _month(fields), int(fields["d"])


class Calendar:
    """Nanoseconds since the epoch of stamps in one layout. `zone` is that of stamps without one."""

    def __init__(self, layout: Layout, zone: tzinfo, years: YearCounter | None = None) -> None:
        self._layout = layout
        self._zone = zone
        self._years = years
        self._hours: dict[tuple[int, int, int, int, str], int] = {}

    def nanos(self, found: re.Match[str]) -> int:
        """The instant of a stamp. Raises ValueError saying what is wrong with it."""
        fields = found.groupdict()
        if fields.get("k"):
            return int(fields["k"]) * 1_000_000
        if fields.get("e"):
            return int(fields["e"]) * NANOS_PER_SECOND + _fraction(fields)
        month, minute, second = _month(fields), int(fields["M"]), int(fields["S"])
        if minute >= 60 or second > _LEAP_SECOND:  # noqa: PLR2004 (minutes in an hour)
            raise ValueError(f"{found[0]!r} is no time of day")
        key = (self._year(fields, month), month, int(fields["d"]), _hour(fields), fields.get("z") or "")
        seconds = self._seconds(key, found[0]) + minute * 60 + second
        return seconds * NANOS_PER_SECOND + _fraction(fields)

    def _year(self, fields: dict[str, str | None], month: int) -> int:
        if self._years is not None:
            return self._years.of(month, int(fields["d"] or 0))
        if four := fields.get("y"):
            return int(four)
        two = int(fields["Y"] or 0)
        return two + (1900 if two >= _TWO_DIGIT_PIVOT else 2000)

    def _seconds(self, key: tuple[int, int, int, int, str], shown: str) -> int:
        known = self._hours.get(key)
        if known is None:
            if len(self._hours) >= _CACHE_LIMIT:
                self._hours.clear()
            known = self._hours[key] = self._hour_start(key, shown)
        return known

    def _hour_start(self, key: tuple[int, int, int, int, str], shown: str) -> int:
        year, month, day, hour, zone = key
        try:
            at = datetime(year, month, day, hour, tzinfo=_zone(zone) if zone else self._zone)
        except ValueError as error:
            raise ValueError(self._complaint(year, month, day, shown, error)) from error
        ordinal = date(year, month, day).toordinal() - _EPOCH
        return ordinal * 86_400 + hour * 3_600 - round((at.utcoffset() or timedelta()).total_seconds())

    def _complaint(self, year: int, month: int, day: int, shown: str, error: ValueError) -> str:
        if (month, day) == (2, 29):
            hint = "; give the right one with --year" if self._years else ""
            return f"{shown!r}: {year} has no 29 February{hint}"
        return f"{shown!r} is no date ({error})"


def _month(fields: dict[str, str | None]) -> int:
    name = fields.get("b")
    return MONTHS[name] if name else int(fields["m"] or 0)


def _hour(fields: dict[str, str | None]) -> int:
    hour, half = int(fields["H"] or 0), (fields.get("p") or "").lower()
    return hour % 12 + (12 if half == "pm" else 0) if half else hour


def _fraction(fields: dict[str, str | None]) -> int:
    if millis := fields.get("ms"):
        return int(millis) * 1_000_000
    digits = fields.get("f")
    return int(digits.ljust(9, "0")) if digits else 0


def _zone(text: str) -> tzinfo:
    if not text.startswith(("+", "-")):
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
