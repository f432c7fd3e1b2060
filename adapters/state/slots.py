"""Work on a clock: each slot claimed by one process at a time, and done once."""

from datetime import datetime, timedelta

from sqlalchemy import func, update

from adapters.state.database import Database, upsertion
from adapters.state.tables import SLOTS


class SqlSlots:
    """Slots in the state database; the claim is one statement, so two processes never hold a slot."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, kind: str, slot: datetime, now: datetime, lease: timedelta) -> bool:
        """Whether the slot is ours until `now + lease`: it is new, or its lease ran out before it was done."""
        row = {"kind": kind, "slot": slot, "claimed_until": now + lease, "attempt": 1}
        statement = upsertion(SLOTS, self._database.dialect).values(row)
        is_free = SLOTS.c.done_at.is_(None) & (SLOTS.c.claimed_until <= now)
        again = {"claimed_until": statement.excluded.claimed_until, "attempt": SLOTS.c.attempt + 1}
        claiming = statement.on_conflict_do_update(index_elements=[SLOTS.c.kind, SLOTS.c.slot], set_=again, where=is_free)
        return bool(await self._database.rows(claiming.returning(SLOTS.c.attempt)))

    async def finish(self, kind: str, slot: datetime) -> None:
        """Marks a slot done for good."""
        mine = (SLOTS.c.kind == kind, SLOTS.c.slot == slot)
        await self._database.execute(update(SLOTS).where(*mine).values(done_at=func.now()))
