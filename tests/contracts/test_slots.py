"""What every keeper of slots holds to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from adapters.state import SqlSlots
from domain.ports import Slots
from tests.contracts.databases import BACKENDS, opened_database
from tests.fakes import FakeSlots

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
SECOND = timedelta(seconds=1)


@pytest.fixture(params=BACKENDS)
async def instances(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Slots, Slots]]:
    """Two instances of the service on one database."""
    if request.param == "fake":
        fake = FakeSlots()
        yield fake, fake
        return
    async with AsyncExitStack() as stack:
        databases = [opened_database(request), opened_database(request)]
        for database in databases:
            stack.push_async_callback(database.close)
        yield SqlSlots(databases[0]), SqlSlots(databases[1])


@pytest.fixture
def kind() -> str:
    return f"brief_{uuid4().hex}"


async def test_a_slot_is_claimed_once(instances: tuple[Slots, Slots], kind: str) -> None:
    one, other = instances
    assert await one.claim(kind, NOON, NOON, LEASE)
    assert not await other.claim(kind, NOON, NOON, LEASE)
    assert not await one.claim(kind, NOON, NOON, LEASE)


async def test_other_slots_and_kinds_stay_free(instances: tuple[Slots, Slots], kind: str) -> None:
    one, other = instances
    assert await one.claim(kind, NOON, NOON, LEASE)
    assert await other.claim(kind, NOON + timedelta(microseconds=1), NOON, LEASE)
    assert await other.claim(f"{kind}_2", NOON, NOON, LEASE)


async def test_a_slot_is_the_same_in_every_zone(instances: tuple[Slots, Slots], kind: str) -> None:
    one, other = instances
    assert await one.claim(kind, NOON, NOON, LEASE)
    assert not await other.claim(kind, NOON.astimezone(timezone(timedelta(hours=9))), NOON, LEASE)


async def test_a_lease_that_ran_out_is_claimed_again_by_one(instances: tuple[Slots, Slots], kind: str) -> None:
    one, other = instances
    assert await one.claim(kind, NOON, NOON, LEASE)
    assert not await other.claim(kind, NOON, NOON + LEASE - SECOND, LEASE)
    assert await other.claim(kind, NOON, NOON + LEASE, LEASE)
    assert not await one.claim(kind, NOON, NOON + LEASE + SECOND, LEASE)


async def test_what_is_finished_is_never_claimed_again(instances: tuple[Slots, Slots], kind: str) -> None:
    one, other = instances
    assert await one.claim(kind, NOON, NOON, LEASE)
    await one.finish(kind, NOON)
    assert not await other.claim(kind, NOON, NOON + 100 * LEASE, LEASE)
    assert await other.claim(kind, NOON + timedelta(hours=1), NOON, LEASE)


async def test_of_many_claims_at_once_one_wins(instances: tuple[Slots, Slots], kind: str) -> None:
    slots = [NOON + timedelta(hours=number) for number in range(4)]
    claims = [instances[turn % 2].claim(kind, slot, NOON, LEASE) for turn in range(10) for slot in slots]
    won = await asyncio.gather(*claims)
    assert [sum(won[number :: len(slots)]) for number in range(len(slots))] == [1, 1, 1, 1]
    again = await asyncio.gather(*(instances[turn % 2].claim(kind, slots[0], NOON + LEASE, LEASE) for turn in range(10)))
    assert sum(again) == 1
