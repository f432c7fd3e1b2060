"""Hand-written fakes of the ports, shared by the tests."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(slots=True)
class FakeClock:
    """A clock that stands still until it is moved."""

    at: datetime = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at
