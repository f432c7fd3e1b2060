"""What every event queue holds to."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from domain.queue import EventQueue, Pressure
from tests.contracts.queues import BACKENDS, PARTITIONS, WAIT_S, Bench, bench, drained, entry, keys


@pytest.fixture(params=BACKENDS)
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    """Where a queue is opened, closed and opened again."""
    async with bench(request, tmp_path) as made:
        yield made


@pytest.fixture
async def queue(place: Bench) -> EventQueue:
    return await place.opened()


async def test_what_is_appended_is_read_whole_and_in_order(queue: EventQueue) -> None:
    sent = [entry(f"e{n}", payload=bytes([n]) * 10, records=n + 1) for n in range(20)]
    for one in sent:
        assert await queue.append([one])
    found = await drained(queue, limit=7)
    assert [one.entry for one in found] == sent
    assert {(one.attempt, one.is_again) for one in found} == {(1, False)}


async def test_what_was_delivered_is_not_delivered_twice_while_open(queue: EventQueue) -> None:
    await queue.append([entry("a"), entry("b")])
    assert keys(await drained(queue, limit=1)) == ["a", "b"]
    assert await queue.read(0, 10, WAIT_S) == ()


async def test_appended_entries_outlive_a_restart(place: Bench, queue: EventQueue) -> None:
    await queue.append([entry("a"), entry("b", partition=1)])
    again = await place.opened()
    assert keys(await drained(again, 0)) == ["a"]
    assert keys(await drained(again, 1)) == ["b"]


async def test_what_was_not_done_comes_again_first_and_says_so(place: Bench, queue: EventQueue) -> None:
    await queue.append([entry(name) for name in ("a", "b", "c")])
    assert len(await queue.read(0, 2, WAIT_S)) == 2
    again = await place.opened()
    found = await drained(again)
    assert keys(found) == ["a", "b", "c"]
    assert [one.is_again for one in found[:2]] == [True, True]
    assert found[0].attempt >= 2 or found[0].is_again


async def test_done_entries_are_forgotten(place: Bench, queue: EventQueue) -> None:
    await queue.append([entry(name) for name in ("a", "b", "c")])
    first, second, third = await drained(queue)
    await queue.done([second, first])
    await queue.done([first])
    again = await place.opened()
    assert keys(await drained(again)) == [third.entry.key]


async def test_an_entry_done_after_it_came_again_is_gone(place: Bench, queue: EventQueue) -> None:
    await queue.append([entry("a")])
    await drained(queue)
    again = await place.opened()
    await again.done(await drained(again))
    third = await place.opened()
    assert await drained(third) == []


async def test_a_known_digest_is_not_appended_again(place: Bench, queue: EventQueue) -> None:
    digest = uuid4().hex
    assert await queue.append([entry("a")], digest)
    assert not await queue.append([entry("b")], digest)
    again = await place.opened()
    assert not await again.append([entry("c")], digest)
    assert await again.append([entry("d")], uuid4().hex)
    assert keys(await drained(again)) == ["a", "d"]


async def test_of_concurrent_appends_of_one_digest_one_is_taken(queue: EventQueue) -> None:
    digest = uuid4().hex
    taken = await asyncio.gather(*(queue.append([entry(f"e{n}")], digest) for n in range(20)))
    assert sum(taken) == 1
    assert len(await drained(queue)) == 1


async def test_concurrent_appends_are_all_kept(place: Bench, queue: EventQueue) -> None:
    names = [f"e{n}" for n in range(200)]
    await asyncio.gather(*(queue.append([entry(name, n % PARTITIONS)]) for n, name in enumerate(names)))
    again = await place.opened()
    found = [one for partition in range(PARTITIONS) for one in await drained(again, partition)]
    assert sorted(keys(found)) == sorted(names)


async def test_partitions_are_apart(queue: EventQueue) -> None:
    await queue.append([entry("a", 0), entry("b", 1), entry("c", 0)])
    left = await drained(queue, 0)
    assert keys(left) == ["a", "c"]
    await queue.done(left)
    assert keys(await drained(queue, 1)) == ["b"]


async def test_a_waiting_read_gets_what_comes(queue: EventQueue) -> None:
    await queue.read(0, 1, WAIT_S)
    waiting = asyncio.create_task(queue.read(0, 10, 20.0))
    await asyncio.sleep(0.05)
    await queue.append([entry("a")])
    assert keys(await waiting) == ["a"]


async def test_a_cancelled_read_loses_nothing(queue: EventQueue) -> None:
    for n in range(8):
        waiting = asyncio.create_task(queue.read(0, 10, 20.0))
        await asyncio.sleep(0.002)
        appending = asyncio.create_task(queue.append([entry(f"e{n}")]))
        await asyncio.sleep(0.0007 * n)
        waiting.cancel()
        await asyncio.wait([waiting, appending])
        came = [] if waiting.cancelled() else keys(waiting.result())
        assert [*came, *keys(await drained(queue))] == [f"e{n}"]


async def test_big_and_binary_payloads_come_back_as_they_were(place: Bench, queue: EventQueue) -> None:
    big = bytes(range(256)) * (5 << 12)
    await queue.append([entry("big", payload=big), entry("empty", payload=b""), entry("text", payload=b"\r\n$-1\r\n\x00\xff")])
    again = await place.opened()
    assert [one.entry.payload for one in await drained(again)] == [big, b"", b"\r\n$-1\r\n\x00\xff"]


async def test_a_status_counts_what_is_not_done(queue: EventQueue) -> None:
    await queue.append([entry("a", records=5, payload=b"x" * 1_000), entry("b", records=7), entry("c", 1, records=11)])
    taken = await queue.read(0, 1, WAIT_S)
    before = await queue.status()
    assert (before.depth, before.records, before.pending) == (3, 23, 1)
    assert before.bytes >= 1_000
    assert before.oldest_at is not None
    assert before.oldest_at.tzinfo is not None
    await queue.done(taken)
    after = await queue.status()
    assert (after.depth, after.records, after.pending, after.lost_records) == (2, 18, 0, 0)
    assert after.bytes < before.bytes


async def test_an_empty_queue_is_well_and_presses_nobody(queue: EventQueue) -> None:
    status = await queue.status()
    assert (status.state, status.depth, status.records, status.oldest_at) == ("ok", 0, 0, None)
    assert queue.pressure() is Pressure.NONE


async def test_an_owner_keeps_its_lease(queue: EventQueue) -> None:
    owner = uuid4().hex
    assert await queue.lease(0, owner, 30.0)
    assert await queue.lease(0, owner, 30.0)
    await queue.append([entry("a")])
    assert keys(await drained(queue)) == ["a"]
    assert await queue.lease(0, owner, 30.0)
    assert await queue.read(0, 10, WAIT_S) == ()
