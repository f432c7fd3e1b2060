"""Keeps the roll-ups up to what has arrived."""

from datetime import date, datetime, timedelta

from domain.ports import Clock
from domain.rollups import FAMILIES, TIERS, Family, RollUpStore

# What was spooled keeps its day of arrival however late it is written, so all days are looked at now and then; the last ones always.
ALL_DAYS_EVERY = timedelta(hours=1)
LAST_DAYS = timedelta(days=1)


class RollUps:
    """Call `advance` every minute or so, from one place; what one call could not do the next one does."""

    def __init__(self, store: RollUpStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._all_at: datetime | None = None

    async def advance(self) -> int:
        """Write every bucket that something arrived for since; how many. Raises StoreError, and then nothing is wrong, only not done."""
        now = self._clock.now()
        is_due = self._all_at is None or now - self._all_at >= ALL_DAYS_EVERY
        since = None if is_due else (now - LAST_DAYS).date()
        written = 0
        for family in FAMILIES:
            for day in await self._store.unrolled(family, since):
                written += await self._roll(family, day, now.date())
        self._all_at = now if is_due else self._all_at
        return written

    async def _roll(self, family: Family, day: date, today: date) -> int:
        # A coarser tier is made of the next finer one; of the rows themselves where that one may have lost the day already.
        written, source = 0, None
        for tier in TIERS:
            if tier.keeps(day, today):
                written += await self._store.roll_up(family, day, tier, source)
                source = tier
        return written
