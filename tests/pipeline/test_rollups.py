"""When which days are rolled up, and from what."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from domain.errors import StoreError
from domain.rollups import TIERS, Family, Tier
from pipeline.rollups import RollUps
from tests.fakes import FakeClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class FakeRollUpStore:
    """Says which days of counts lack something, and notes what is asked of it."""

    def __init__(self, *days: date) -> None:
        self.days = days
        self.since: list[date | None] = []
        self.steps: list[tuple[date, str, str]] = []
        self.failing: list[StoreError] = []

    async def unrolled(self, family: Family, since: date | None = None) -> tuple[date, ...]:
        if self.failing:
            raise self.failing.pop()
        self.since.append(since)
        return self.days if family == "counts" else ()

    async def roll_up(self, family: Family, day: date, tier: Tier, source: Tier | None) -> int:
        self.steps.append((day, tier.name, source.name if source else "rows"))
        return 1

    async def close(self) -> None:
        """Nothing is open."""


async def test_each_tier_is_made_of_the_next_finer_one() -> None:
    store = FakeRollUpStore(NOON.date())
    assert await RollUps(store, FakeClock(NOON)).advance() == 4
    assert [step[1:] for step in store.steps] == [("1m", "rows"), ("5m", "1m"), ("1h", "5m"), ("1d", "1h")]


@pytest.mark.parametrize(
    ("age_days", "steps"),
    [
        (6, ["1m<rows", "5m<1m", "1h<5m", "1d<1h"]),
        (7, ["5m<rows", "1h<5m", "1d<1h"]),
        (30, ["1h<rows", "1d<1h"]),
        (90, ["1d<rows"]),
        (365, []),
    ],
)
async def test_a_tier_that_may_have_lost_a_day_is_no_source_of_it(age_days: int, steps: list[str]) -> None:
    store = FakeRollUpStore((NOON - timedelta(days=age_days)).date())
    await RollUps(store, FakeClock(NOON)).advance()
    assert [f"{tier}<{source}" for _, tier, source in store.steps] == steps


async def test_all_days_are_looked_at_hourly_and_the_last_ones_always() -> None:
    store, clock = FakeRollUpStore(), FakeClock(NOON)
    work = RollUps(store, clock)
    for minutes in (0, 1, 58, 1, 1):
        clock.at += timedelta(minutes=minutes)
        await work.advance()
    yesterday = date(2026, 2, 28)
    assert store.since[::2] == [None, yesterday, yesterday, None, yesterday]


async def test_a_look_that_failed_is_taken_again() -> None:
    store = FakeRollUpStore()
    work = RollUps(store, FakeClock(NOON))
    store.failing.append(StoreError("away"))
    with pytest.raises(StoreError):
        await work.advance()
    await work.advance()
    assert store.since == [None, None]


def test_tiers_grow_and_each_divides_the_next() -> None:
    for finer, coarser in pairwise(TIERS):
        assert coarser.step_s % finer.step_s == 0
        assert coarser.lifetime > finer.lifetime
