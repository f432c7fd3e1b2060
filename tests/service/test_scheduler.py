"""The scheduler: every slot once, what was missed one slot back, what failed after its lease."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import StoreError
from service.scheduler import Job, Outcome, Scheduler, due, slot_of
from tests.fakes import FakeClock, FakeSlots

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
LEASE = timedelta(minutes=5)


class NightIsOverError(Exception):
    """Ends a scheduler whose clock came to its end."""


@dataclass
class Night:
    """A clock that sleeping moves, until its end."""

    until: datetime
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON + MINUTE))
    ran: list[tuple[datetime, datetime]] = field(default_factory=list)
    slots: FakeSlots = field(default_factory=FakeSlots)
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        if self.clock.at >= self.until:
            raise NightIsOverError
        self.slept.append(seconds)
        self.clock.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    async def note(self, slot: datetime) -> None:
        self.ran.append((slot, self.clock.at))

    def scheduler(self, run: Callable[[datetime], Awaitable[None]] | None = None) -> Scheduler:
        return Scheduler(self.slots, self.clock, self.sleep, [Job("brief", HOUR, run or self.note, LEASE)])

    async def pass_with(self, *schedulers: Scheduler) -> None:
        with pytest.raises(NightIsOverError):
            await asyncio.gather(*(scheduler.run() for scheduler in schedulers))


@pytest.mark.parametrize(
    ("at", "every", "expected"),
    [
        (datetime(2026, 3, 1, 12, 59, 59, tzinfo=UTC), HOUR, datetime(2026, 3, 1, 12, tzinfo=UTC)),
        (datetime(2026, 3, 1, 12, 0, tzinfo=UTC), HOUR, datetime(2026, 3, 1, 12, tzinfo=UTC)),
        (datetime(2026, 3, 1, 23, 0, tzinfo=UTC), timedelta(days=1), datetime(2026, 3, 1, tzinfo=UTC)),
        (datetime(2026, 3, 1, 23, 0, tzinfo=UTC), timedelta(weeks=1), datetime(2026, 2, 23, tzinfo=UTC)),
    ],
)
def test_a_slot_begins_on_the_round_hour_day_or_monday(at: datetime, every: timedelta, expected: datetime) -> None:
    assert slot_of(at, every) == expected
    assert due(at, every) == (expected - every, expected)


async def test_each_slot_runs_once_within_half_a_minute_of_its_begin() -> None:
    night = Night(until=NOON + 3 * HOUR)
    await night.pass_with(night.scheduler())
    assert [slot for slot, _ in night.ran] == [NOON + number * HOUR for number in (-1, 0, 1, 2, 3)]
    assert all(at - slot <= timedelta(seconds=30) for slot, at in night.ran[2:])


async def test_two_instances_share_the_slots() -> None:
    night = Night(until=NOON + 3 * HOUR)
    await night.pass_with(night.scheduler(), night.scheduler())
    assert sorted(slot for slot, _ in night.ran) == [NOON + number * HOUR for number in (-1, 0, 1, 2, 3)]


async def test_after_a_long_sleep_one_slot_back_is_caught_up_and_no_storm() -> None:
    night = Night(until=NOON)
    scheduler = night.scheduler()
    await scheduler.attempt(scheduler.jobs[0])
    night.ran.clear()
    night.clock.at += 40 * HOUR
    await scheduler.attempt(scheduler.jobs[0])
    await scheduler.attempt(scheduler.jobs[0])
    assert [slot for slot, _ in night.ran] == [NOON + 39 * HOUR, NOON + 40 * HOUR]


async def test_a_slot_whose_run_failed_runs_again_after_its_lease(caplog: pytest.LogCaptureFixture) -> None:
    night = Night(until=NOON + 20 * MINUTE)

    async def fail_twice(slot: datetime) -> None:
        await night.note(slot)
        if slot == NOON and len([one for one, _ in night.ran if one == NOON]) < 3:
            raise StoreError("the store is away")

    scheduler = night.scheduler(fail_twice)
    await night.pass_with(scheduler)
    tries = [at for slot, at in night.ran if slot == NOON]
    assert [at - tries[0] for at in tries] == [timedelta(0), LEASE, 2 * LEASE]
    assert scheduler.outcomes == {"brief": Outcome(NOON, "done")}
    assert [(record.message, record.__dict__["job"]) for record in caplog.records] == [("job.failed", "brief")] * 2


async def test_a_slot_of_a_dead_process_is_taken_over_after_its_lease() -> None:
    night = Night(until=NOON + 10 * MINUTE)
    assert await night.slots.claim("brief", NOON, night.clock.at, LEASE)
    await night.pass_with(night.scheduler())
    ((_, at),) = [one for one in night.ran if one[0] == NOON]
    assert at == NOON + MINUTE + LEASE


async def test_a_run_longer_than_its_lease_is_ended() -> None:
    scheduler = Scheduler(FakeSlots(), FakeClock(NOON))
    job = Job("slow", HOUR, lambda _: asyncio.sleep(60), lease=timedelta(milliseconds=10))
    await scheduler.attempt(job)
    assert scheduler.outcomes == {"slow": Outcome(NOON, "failed", "TimeoutError: ")}


async def test_a_job_that_fails_leaves_the_others_alone() -> None:
    night = Night(until=NOON + HOUR)

    async def fail(slot: datetime) -> None:
        raise StoreError(f"nothing for {slot}")

    scheduler = night.scheduler()
    scheduler.jobs = [Job("bad", HOUR, fail, LEASE), *scheduler.jobs]
    await night.pass_with(scheduler)
    assert (scheduler.outcomes["bad"].state, scheduler.outcomes["brief"]) == ("failed", Outcome(NOON + HOUR, "done"))


async def test_a_state_database_that_went_away_is_waited_for() -> None:
    @dataclass(slots=True)
    class BrokenSlots(FakeSlots):
        async def claim(self, kind: str, slot: datetime, now: datetime, lease: timedelta) -> bool:
            raise StoreError("the state database failed")

    night = Night(until=NOON + HOUR, slots=BrokenSlots())
    await night.pass_with(night.scheduler())
    assert len(night.slept) > 100


async def test_cancelling_it_ends_a_run_and_leaves_the_slot_to_its_lease() -> None:
    slots, clock, started = FakeSlots(), FakeClock(NOON), asyncio.Event()

    async def begin(_: datetime) -> None:
        started.set()
        await asyncio.sleep(60)

    scheduler = Scheduler(slots, clock, jobs=[Job("brief", HOUR, begin, LEASE)])
    async with scheduler.working():
        await started.wait()
        assert scheduler.is_running
    assert not scheduler.is_running
    assert not await slots.claim("brief", NOON - HOUR, clock.at + LEASE - MINUTE, LEASE)
    assert await slots.claim("brief", NOON - HOUR, clock.at + LEASE, LEASE)
