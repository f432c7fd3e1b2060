"""The stretch of time a briefing of a kind is about: the last full hour, day or week before an instant, in a reader's zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.briefing import BriefingKind, Period

HOUR, DAY, WEEK_DAYS = timedelta(hours=1), timedelta(days=1), 7
LENGTHS: Mapping[BriefingKind, timedelta] = {"hourly": HOUR, "daily": DAY, "weekly": DAY * WEEK_DAYS}
# The first event of a stored day rarely falls on its first second.
SLACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored, from the oldest event to `until`, the first whole minute after the newest."""

    oldest: datetime
    until: datetime

    def covers(self, period: Period) -> bool:
        """Whether a period is stored from its start to its end, give or take five minutes."""
        return self.oldest <= period.start + SLACK and self.until >= period.end - SLACK


def whole_minute(at: datetime) -> datetime:
    """The first whole minute after an instant."""
    return at.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)


def calendar_period(kind: BriefingKind, at: datetime, tz: str) -> Period:
    """The last hour, local day or seven local days that ended at or before `at`; a day of a clock change has 23 or 25 hours."""
    zone = ZoneInfo(tz)
    local = at.astimezone(zone)
    if kind == "hourly":
        end = local.astimezone(UTC) - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return Period(end - HOUR, end)
    days = WEEK_DAYS if kind == "weekly" else 1
    ends = (datetime.combine(local.date() - DAY * back, time(), zone).astimezone(UTC) for back in (days, 0))
    return Period(*ends)


def latest_period(kind: BriefingKind, at: datetime, stored: Stored) -> Period:
    """As long as a period of the kind, up to `at` or to the last minute stored, whichever is earlier."""
    end = min(at.astimezone(UTC), stored.until)
    return Period(end - LENGTHS[kind], end)


def period_of(kind: BriefingKind, at: datetime, stored: Stored, tz: str) -> tuple[Period, str]:
    """The period of a briefing made at `at`, and what the reader must know about its choice.

    The calendar's, when it is stored whole; else the latest of the same length, unless what is stored ended a whole length before `at`.
    """
    period = calendar_period(kind, at, tz)
    if stored.covers(period) or not stored.oldest < at <= stored.until + LENGTHS[kind]:
        return period, ""
    name = {"hourly": "hour", "daily": "day", "weekly": "week"}[kind]
    return latest_period(kind, at, stored), f"The last full {name} is not stored whole, so this is about the latest {name} that is stored."
