import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from adapters.redis_queue import EmbeddedQueue, RedisQueue, open_redis_queue
from domain.errors import QueueError, QueueFullError
from domain.queue import Entry, EventQueue, Pressure
from tests.contracts.queues import WAIT_S, drained, entry, keys
from tests.fakes import FakeMeter
from tests.servers import Server, redis_program, running_redis, send_signal


async def appended(queue: EventQueue, names: Iterator[int], kept: list[str]) -> None:
    """Append until one fails, and note what was acknowledged."""
    try:
        for n in names:
            await queue.append([entry(f"e{n}", payload=os.urandom(2_000))])
            kept.append(f"e{n}")
    except QueueError:
        return


async def leased(queue: EventQueue, owner: str) -> None:
    """Until the partition is this owner's."""
    for _ in range(400):
        if await queue.lease(0, owner, 30.0):
            return
        await asyncio.sleep(0.05)
    pytest.fail("the lease did not run out")


async def filled(queue: EventQueue, kept: list[str]) -> None:
    """Append 20 MB."""
    for n in range(100):
        await queue.append([entry(f"e{n}", payload=os.urandom(200_000))], f"digest{n}")
        kept.append(f"e{n}")


async def reached(kept: list[str], most: int) -> None:
    """Until so many were acknowledged."""
    for _ in range(10_000):
        if len(kept) >= most:
            return
        await asyncio.sleep(0.001)
    pytest.fail(f"only {len(kept)} were acknowledged")


async def when_up(queue: EventQueue, one: Entry) -> None:
    """Append as soon as the queue takes it."""
    for _ in range(200):
        try:
            await queue.append([one])
        except QueueError:
            await asyncio.sleep(0.02)
        else:
            return
    pytest.fail("the queue did not come back")


async def test_what_was_acknowledged_outlives_a_killed_server(queue: EmbeddedQueue) -> None:
    kept: list[str] = []
    numbers = iter(range(1_000_000))
    senders = [asyncio.create_task(appended(queue, numbers, kept)) for _ in range(20)]
    await reached(kept, 300)
    send_signal(queue.child.pid, signal.SIGKILL)
    await asyncio.gather(*senders)
    await when_up(queue, entry("after"))
    found = keys(await drained(queue))
    assert set(kept) <= set(found)
    assert len(found) == len(set(found))
    assert found[-1] == "after"
    assert (await queue.status()).lost_records == 0


async def test_a_reader_goes_on_after_a_killed_server(queue: EmbeddedQueue) -> None:
    await queue.append([entry("a"), entry("b")])
    first = await queue.read(0, 1, WAIT_S)
    waiting = asyncio.create_task(queue.read(1, 10, 20.0))
    await asyncio.sleep(0.02)
    send_signal(queue.child.pid, signal.SIGKILL)
    with pytest.raises(QueueError):
        await waiting
    await when_up(queue, entry("c"))
    assert keys(await drained(queue)) == ["b", "c"]
    await queue.done(first)
    assert (await queue.status()).depth == 2


async def test_a_server_that_hangs_is_an_error_within_the_time_limit(queue: EmbeddedQueue, meter: FakeMeter) -> None:
    hasty = RedisQueue(queue.child.url, 2, meter, timeout_s=0.3)
    await hasty.append([entry("a")])
    send_signal(queue.child.pid, signal.SIGSTOP)
    try:
        async with asyncio.timeout(5):
            answers = await asyncio.gather(
                *(hasty.append([entry(f"e{n}")]) for n in range(50)), hasty.read(0, 1, 10.0), return_exceptions=True
            )
            status = await hasty.status()
    finally:
        send_signal(queue.child.pid, signal.SIGCONT)
    assert {type(answer) for answer in answers} == {QueueError}
    assert status.state == "down"
    assert meter.total("pipeline_append_errors_total", cause="connection") == 50
    await when_up(hasty, entry("after"))
    assert keys(await drained(hasty))[-1] == "after"
    await hasty.close()


async def test_a_full_server_refuses_and_keeps_what_it_took(queue: EmbeddedQueue, server: redis.Redis, meter: FakeMeter) -> None:
    shared = RedisQueue(queue.child.url, 2, meter)
    server.config_set("maxmemory", "8mb")
    kept: list[str] = []
    with pytest.raises(QueueFullError):
        await filled(queue, kept)
    assert queue.pressure() is Pressure.CLOSED
    assert await shared.lease(0, "me", 30.0)
    await shared.close()
    found = await drained(queue)
    assert keys(found) == kept
    await queue.done(found[: len(found) // 2])
    await queue.status()
    assert queue.pressure() is Pressure.NONE
    assert await queue.append([entry("again")], f"digest{len(kept)}")
    assert (await queue.status()).lost_records == 0


async def test_nothing_of_a_refused_request_is_kept(queue: EmbeddedQueue, server: redis.Redis) -> None:
    server.config_set("maxmemory", "1")
    with pytest.raises(QueueFullError):
        await queue.append([entry("a"), entry("b", 1)], "digest")
    server.config_set("maxmemory", "512mb")
    assert (await queue.status()).depth == 0
    assert await queue.append([entry("a"), entry("b", 1)], "digest")


async def test_a_lost_reply_is_read_again_and_what_is_held_is_not(queue: EmbeddedQueue, server: redis.Redis) -> None:
    await queue.append([entry("a"), entry("b"), entry("c")])
    held = await queue.read(0, 1, WAIT_S)
    server.xreadgroup("watchfloor", "owner", {"wf:q:0": ">"}, count=1)  # what a reply that never came would have taken
    waiting = asyncio.create_task(queue.read(1, 1, 20.0))
    server.client_kill_filter(_type="normal", skipme=True)
    await asyncio.wait([waiting])
    assert isinstance(waiting.exception(), QueueError)
    reading = asyncio.create_task(queue.read(0, 1, 20.0))
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait([reading])
    found = await drained(queue)
    assert [(one.entry.key, one.is_again) for one in found] == [("b", True), ("c", False)]
    assert {row["message_id"]: row["times_delivered"] for row in server.xpending_range("wf:q:0", "watchfloor", "-", "+", 10)}[
        held[0].position
    ] == 1


async def test_a_lease_has_one_owner_until_it_runs_out(queue: EmbeddedQueue, meter: FakeMeter) -> None:
    one, other = (RedisQueue(queue.child.url, 2, meter) for _ in range(2))
    assert await one.lease(0, "one", 1.0)
    assert not await other.lease(0, "two", 30.0)
    assert await other.lease(1, "two", 30.0)
    await queue.append([entry("a")])
    first = await drained(one)
    await leased(other, "two")
    assert not await one.lease(0, "one", 1.0)
    again = await drained(other)
    assert keys(again) == keys(first)
    assert [(each.is_again, each.attempt) for each in again] == [(True, 2)]
    await other.close()
    assert await one.lease(0, "one", 30.0)
    await one.close()


async def test_concurrent_appends_share_round_trips(queue: EmbeddedQueue, server: redis.Redis) -> None:
    await queue.append([entry("first")])
    before = server.info("commandstats")["cmdstat_evalsha"]["calls"]
    await asyncio.gather(*(queue.append([entry(f"e{n}", n % 2)], f"digest{n}") for n in range(100)))
    assert server.info("commandstats")["cmdstat_evalsha"]["calls"] - before <= 2
    assert (await queue.status()).depth == 101


async def test_a_server_that_is_not_there_is_an_error_at_once(tmp_path: Path, meter: FakeMeter) -> None:
    queue = open_redis_queue(f"unix://{tmp_path}/nobody", 1, meter)
    with pytest.raises(QueueError, match="does not answer"):
        await queue.append([entry("a")])
    with pytest.raises(QueueError):
        await queue.read(0, 1, WAIT_S)
    assert (await queue.status()).state == "down"
    await queue.close()


@pytest.mark.server
async def test_a_killed_redis_of_somebody_else_keeps_everything_too(meter: FakeMeter) -> None:
    program = redis_program()
    if program is None:
        pytest.skip("redis-server is not installed here")
    with running_redis(program) as server:
        await _survive(server, open_redis_queue(server.url, 1, meter))


async def _survive(server: Server, queue: RedisQueue) -> None:
    kept: list[str] = []
    senders = [asyncio.create_task(appended(queue, iter(range(n * 1_000, n * 1_000 + 1_000)), kept)) for n in range(20)]
    await reached(kept, 200)
    server.kill()
    await asyncio.gather(*senders)
    server.start()
    await when_up(queue, entry("after"))
    found = keys(await drained(queue))
    assert set(kept) <= set(found)
    assert found[-1] == "after"
    await queue.close()


async def test_a_closed_queue_ends_its_readers_and_starts_no_server_again(queue: EmbeddedQueue) -> None:
    waiting = asyncio.create_task(queue.read(0, 1, 20.0))
    await asyncio.sleep(0.02)
    await queue.close()
    await asyncio.wait([waiting])
    assert isinstance(waiting.exception(), QueueError)
    with pytest.raises(QueueError, match="stopped"):
        await queue.append([entry("a")])
    assert queue.child.pid is None
