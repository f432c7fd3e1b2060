"""What keeps the store in order."""

from collections.abc import Sequence
from datetime import date

import pytest

from domain.archive import ArchiveError
from domain.errors import StoreError
from domain.rollups import Family
from pipeline.retention.expiry import Limits
from pipeline.retention.job import Retention
from pipeline.rollups import RollUps
from service.housekeeping import housekeeping_jobs
from service.scheduler import Job
from tests.fakes import FakeClock
from tests.service.world import NothingToRoll, no_archive


class FailingRollUps(NothingToRoll):
    """A store whose roll-ups cannot be looked at."""

    async def unrolled(self, family: Family, since: date | None = None) -> tuple[date, ...]:
        raise StoreError("away")


class Days:
    """Notes that retention asked for the days of the store."""

    def __init__(self) -> None:
        self.asked = 0

    def open(self) -> None:
        self.asked += 1
        raise ArchiveError("seen")


def jobs(store: NothingToRoll, days: Days) -> Sequence[Job]:
    clock = FakeClock()
    return housekeeping_jobs(RollUps(store, clock), Retention(days.open, no_archive, Limits(1)), clock)  # type: ignore[arg-type]


async def test_retention_follows_the_roll_ups() -> None:
    days = Days()
    rolling, retaining = jobs(NothingToRoll(), days)
    assert (rolling.kind, retaining.kind, retaining.every > rolling.every) == ("rollups", "retention", True)
    await retaining.run(FakeClock().now())
    assert days.asked == 1


async def test_nothing_is_removed_that_could_not_be_rolled_up() -> None:
    days = Days()
    _, retaining = jobs(FailingRollUps(), days)
    with pytest.raises(StoreError):
        await retaining.run(FakeClock().now())
    assert days.asked == 0
