"""Roll-ups: what is kept of counts and gauges after their rows are gone, and how finely for how long."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol

Family = Literal["counts", "gauges"]
FAMILIES: tuple[Family, ...] = ("counts", "gauges")


@dataclass(frozen=True, slots=True)
class Tier:
    """Buckets of one length (aligned to 1970, UTC) and for how many days after their arrival they are kept."""

    name: str
    step_s: int
    lifetime: timedelta

    def keeps(self, arrived_on: date, today: date) -> bool:
        """Whether what arrived on a day is in this tier today for sure, and not about to be dropped."""
        return today - arrived_on < self.lifetime


TIERS = (
    Tier("1m", 60, timedelta(days=7)),
    Tier("5m", 300, timedelta(days=30)),
    Tier("1h", 3_600, timedelta(days=90)),
    Tier("1d", 86_400, timedelta(days=365)),
)


class RollUpStore(Protocol):
    """Where roll-ups are made. Raises StoreError.

    A bucket is kept apart for each day of arrival (UTC), is written whole from what arrived on that day, and is never written from
    fewer rows than before: so a step that is repeated, cut off or late changes nothing that is right.
    """

    async def unrolled(self, family: Family, since: date | None = None) -> tuple[date, ...]:
        """Days of arrival (from `since` on) of which the coarsest tier does not hold every row yet, oldest first."""
        ...

    async def roll_up(self, family: Family, day: date, tier: Tier, source: Tier | None) -> int:
        """Bring a tier's buckets of one day of arrival up to its source (None: the rows themselves); how many buckets were written."""
        ...

    async def close(self) -> None: ...
