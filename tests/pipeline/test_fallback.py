"""The fallback chain: nothing acknowledged is lost when the queue fails, hangs or is full, and every step is told and undone."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import QueueError, QueueFullError
from domain.queue import Delivery, Entry, Pressure, QueueStatus
from pipeline.breaker import Breaker
from pipeline.fallback import FallbackQueue
from pipeline.spool.queue import Limits
from tests.fakes import FakeClock, FakeMeter, FakeQueue
from tests.pipeline.spools import entry, keys, opened


class Outage(FakeQueue):
    """A queue that is well, down, or does not answer at all; `lands`: what it does not answer has happened all the same."""

    def __init__(self) -> None:
        super().__init__()
        self.state = "well"
        self.lands = False
        self.asked = 0

    async def _answer(self) -> None:
        self.asked += 1
        if self.state == "hanging":
            await asyncio.Event().wait()
        if self.state == "down":
            raise QueueError("connection refused")

    async def append(self, entries: Sequence[Entry], digest: str = "") -> bool:
        if self.lands:
            await super().append(entries, digest)
        await self._answer()
        return await super().append(entries, digest)

    async def read(self, partition: int, limit: int, wait_s: float) -> tuple[Delivery, ...]:
        await self._answer()
        return await super().read(partition, limit, min(wait_s, 0.01))

    async def done(self, deliveries: Sequence[Delivery]) -> None:
        await self._answer()
        await super().done(deliveries)

    async def lease(self, partition: int, owner: str, for_s: float) -> bool:
        await self._answer()
        return owner == "me"

    async def status(self) -> QueueStatus:
        await self._answer()
        return await super().status()


class Chain:
    """A fallback queue on a spool, with the clocks in hand."""

    def __init__(self, folder: Path, *, is_shared: bool = False, max_bytes: int = 1 << 20) -> None:
        self.primary, self.clock, self.meter = Outage(), FakeClock(), FakeMeter()
        self.spool = opened(folder, clock=self.clock, meter=self.meter, limits=Limits(max_bytes, 0))
        self.breaker = Breaker(self.now_s, lambda: 1.0)
        parts = (self.primary, self.spool, self.breaker, self.meter, self.clock)
        self.queue = FallbackQueue(*parts, is_shared=is_shared, patience_s=0.02, dice=lambda: 0.0)

    def now_s(self) -> float:
        return self.clock.at.timestamp()

    async def append(self, *names: str) -> None:
        for name in names:
            assert await self.queue.append([entry(name)], f"digest of {name}")

    async def read(self) -> list[Delivery]:
        found: list[Delivery] = []
        for _ in range(4):
            found.extend(await self.queue.read(0, 100, 0.01))
        return found

    def later(self, seconds: float) -> None:
        self.clock.at += timedelta(seconds=seconds)


@pytest.fixture
async def chain(tmp_path: Path) -> AsyncIterator[Chain]:
    made = Chain(tmp_path)
    yield made
    await made.queue.close()


def said(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == level and record.name.startswith("pipeline")]


async def test_a_queue_that_is_well_gets_everything(chain: Chain) -> None:
    await chain.append("a", "b")
    given = await chain.read()
    assert keys(given) == ["a", "b"]
    assert {one.origin for one in given} == {"fake"}
    assert (await chain.queue.status()).state == "ok"
    assert not await chain.queue.append([entry("c")], "digest of a")


async def test_what_the_queue_does_not_take_is_in_the_spool_and_comes_again_marked(chain: Chain) -> None:
    await chain.append("a")
    chain.primary.state = "down"
    await chain.append("b", "c", "d", "e")
    chain.primary.state = "well"
    chain.later(1)
    await chain.append("f")
    given = await chain.read()
    assert sorted(keys(given)) == ["a", "b", "c", "d", "e", "f"]
    assert {one.entry.key for one in given if one.is_again} == {"b", "c", "d", "e"}
    await chain.queue.done(given)
    assert (await chain.queue.status()).depth == 0


async def test_reads_go_on_from_the_spool_while_the_queue_is_down(chain: Chain) -> None:
    for state in ("down", "hanging"):
        chain.primary.state = state
        await chain.append(*(f"{state}{number}" for number in range(5)))
        assert keys(await chain.read()) == [f"{state}{number}" for number in range(5)]


async def test_an_open_circuit_asks_the_queue_no_more_until_a_probe(chain: Chain) -> None:
    chain.primary.state = "hanging"
    await chain.append("a", "b", "c")
    asked = chain.primary.asked
    await chain.append("d", "e", "f")
    assert chain.primary.asked == asked == 3
    chain.later(0.2)
    await chain.append("g", "h")
    assert chain.primary.asked == 4


async def test_each_step_down_is_one_warning_and_undone_with_one_line(chain: Chain, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    chain.primary.state = "down"
    for number in range(8):
        chain.later(1)
        await chain.append(str(number))
        await chain.read()
    assert said(caplog, logging.WARNING) == ["pipeline.step_down"]
    status = await chain.queue.status()
    assert (status.state, chain.meter.total("pipeline_fallback_step")) == ("degraded", 1)
    assert status.steps == {"spool": "since 2026-03-01T12:00:03Z: connection refused"}
    chain.primary.state = "well"
    chain.later(31)
    await chain.append("back")
    assert said(caplog, logging.INFO) == ["pipeline.step_undone"]
    assert said(caplog, logging.WARNING) == ["pipeline.step_down"]
    assert ((await chain.queue.status()).steps, chain.meter.total("pipeline_fallback_step")) == ({}, 0)


async def test_what_landed_in_both_has_one_key_and_is_marked(chain: Chain) -> None:
    chain.primary.state, chain.primary.lands = "hanging", True
    await chain.append("a")
    chain.primary.state = "well"
    given = await chain.read()
    assert keys(given) == ["a", "a"]
    assert any(one.is_again for one in given)


async def test_a_retry_is_known_on_whichever_way_the_first_try_went(chain: Chain) -> None:
    await chain.append("a")
    chain.primary.state = "down"
    await chain.append("b", "c", "d")
    assert not await chain.queue.append([entry("a2")], "digest of a")
    chain.primary.state = "well"
    chain.later(1)
    assert not await chain.queue.append([entry("b2")], "digest of b")
    assert sorted(keys(await chain.read())) == ["a", "b", "c", "d"]


async def test_a_retry_beside_its_first_try_lands_once(chain: Chain) -> None:
    chain.primary.state = "hanging"
    both = await asyncio.gather(chain.queue.append([entry("a")], "same"), chain.queue.append([entry("b")], "same"))
    assert list(both) == [True, False]
    assert keys(await chain.read()) == ["a"]


async def test_a_full_queue_is_still_read_while_the_spool_stands_in(chain: Chain) -> None:
    await chain.append("a")
    chain.primary.squeeze = Pressure.CLOSED
    assert chain.queue.pressure() is Pressure.NONE
    await chain.append("b", "c", "d", "e")
    given = await chain.read()
    assert sorted(keys(given)) == ["a", "b", "c", "d", "e"]
    await chain.queue.done(given)
    assert chain.primary.held == {}
    assert chain.meter.total("pipeline_fallback_steps_total", cause="full") == 1


async def test_when_the_spool_is_full_too_nothing_is_taken(tmp_path: Path) -> None:
    chain = Chain(tmp_path, max_bytes=20_000)
    chain.primary.state = "down"
    steps = set()
    while chain.queue.pressure() < Pressure.CLOSED:
        assert await chain.queue.append([entry("x", size=100)])
        steps.add(chain.meter.total("pipeline_fallback_step"))
    with pytest.raises(QueueFullError):
        await chain.queue.append([entry("y")])
    assert steps == {0, 1, 2, 3}
    assert (await chain.queue.status()).state == "down"
    await chain.queue.close()


async def test_done_of_a_queue_that_is_down_is_to_be_asked_again(chain: Chain) -> None:
    await chain.append("a")
    given = await chain.read()
    chain.primary.state = "down"
    await chain.append("b", "c", "d")
    given += await chain.read()
    assert sorted(keys(given)) == ["a", "b", "c", "d"]
    chain.primary.state = "well"
    with pytest.raises(QueueError, match="down"):
        await chain.queue.done(given)
    chain.later(1)
    await chain.append("e")
    await chain.queue.done(given)
    assert keys(await chain.read()) == ["e"]


async def test_in_quiet_times_a_status_that_is_answered_closes_the_circuit(chain: Chain) -> None:
    chain.primary.state = "down"
    await chain.append("a", "b", "c")
    chain.primary.state = "well"
    chain.later(60)
    chain.queue._asked_s -= 60
    assert (await chain.queue.status()).steps == {}
    assert not chain.breaker.is_open


async def test_the_spool_is_pumped_into_the_queue_when_it_is_back(chain: Chain) -> None:
    chain.primary.state = "down"
    await chain.append("a", "b", "c")
    assert await chain.queue.pump_once(0) == 0
    chain.later(1)
    assert await chain.queue.pump_once(0) == 0
    chain.primary.state = "well"
    chain.later(31)
    assert await chain.queue.pump_once(0) == 3
    given = await chain.read()
    assert keys(given) == ["a", "b", "c"]
    assert {one.origin for one in given} == {"fake"}


async def test_while_a_shared_queue_is_down_a_partition_stays_with_its_owner_only(tmp_path: Path) -> None:
    chain = Chain(tmp_path, is_shared=True)
    assert await chain.queue.lease(0, "me", 10)
    chain.primary.state = "hanging"
    assert await chain.queue.lease(0, "me", 10)
    chain.primary.state = "well"
    assert not await chain.queue.lease(0, "other", 10)
    chain.primary.state = "down"
    assert not await chain.queue.lease(0, "other", 10)
    await chain.queue.close()


async def test_bytes_acknowledged_from_memory_are_at_risk_until_they_are_durable(chain: Chain) -> None:
    assert await chain.queue.append_in_memory([entry("a", size=100)])
    assert chain.meter.total("pipeline_bytes_at_risk") == 100
    await asyncio.sleep(0.01)
    assert (await chain.queue.status()).bytes_at_risk == 0
    assert keys(await chain.read()) == ["a"]
