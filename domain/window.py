"""Time windows and RFC 3339 times; every time inside the program is aware and UTC."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NANOS_PER_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Window:
    """The half-open interval [start, end) in UTC; `tz` is the zone the reader thinks in."""

    start: datetime
    end: datetime
    tz: str = "UTC"

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a window needs aware times")
        if self.end < self.start:
            raise ValueError(f"window ends ({self.end}) before it starts ({self.start})")

    @property
    def length(self) -> timedelta:
        """How long the window is."""
        return self.end - self.start

    def contains(self, at: datetime) -> bool:
        """Whether an instant lies in [start, end)."""
        return self.start <= at < self.end

    def halves(self) -> tuple["Window", "Window"]:
        """The earlier and the later half, equally long and cut at a whole second; the earlier may begin up to a second sooner."""
        half = timedelta(seconds=math.ceil(self.length.total_seconds() / 2))
        middle = self.end - half
        return Window(middle - half, middle, self.tz), Window(middle, self.end, self.tz)

    def as_json(self) -> dict[str, str]:
        """The window as the documents carry it."""
        return {"start": rfc3339(self.start), "end": rfc3339(self.end), "tz": self.tz}


def rfc3339(at: datetime) -> str:
    """An instant as RFC 3339 in UTC, with as few fraction digits as it needs."""
    utc = at.astimezone(UTC)
    base = utc.strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{utc.microsecond:06d}".rstrip("0").rstrip(".") if utc.microsecond else ""
    return f"{base}{fraction}Z"


def parse_rfc3339(text: str) -> datetime:
    """An RFC 3339 text as an aware UTC datetime; a time without a zone is UTC. Raises ValueError."""
    at = datetime.fromisoformat(text.strip())
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def to_nanos(at: datetime) -> int:
    """Nanoseconds since the epoch, exact to the microsecond."""
    delta = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * NANOS_PER_SECOND + delta.microseconds * 1_000


def from_nanos(nanos: int) -> datetime:
    """The instant of a nanosecond count, cut to microseconds."""
    seconds, rest = divmod(nanos, NANOS_PER_SECOND)
    return datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=rest // 1_000)
