import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest
import redis

from adapters.redis_queue import EmbeddedQueue, RedisQueue, open_embedded_queue, open_redis_queue
from adapters.redis_queue_fill import Limits
from domain.errors import QueueError, QueueFullError
from domain.queue import Delivery, Entry, EntryKey, EventQueue, Pressure
from tests.fakes import FakeMeter
from tests.servers import Server, redis_program, running_redis

WAIT_S = 0.05


def entry(name: str, partition: int = 0, payload: bytes = b"payload", records: int = 1) -> Entry:
    return Entry(EntryKey(name), partition, payload, records, 1_770_000_000_000_000_000)


def keys(deliveries: Sequence[Delivery]) -> list[str]:
    return [one.entry.key for one in deliveries]


async def drained(queue: EventQueue, partition: int = 0) -> list[Delivery]:
    found: list[Delivery] = []
    while part := await queue.read(partition, 100, WAIT_S):
        found += part
    return found


@pytest.fixture
def meter() -> FakeMeter:
    return FakeMeter()


@pytest.fixture
async def queue(tmp_path: Path, meter: FakeMeter) -> AsyncIterator[EmbeddedQueue]:
    opened = await open_embedded_queue(tmp_path / "queue", 2, meter)
    yield opened
    await opened.close()


@pytest.fixture
def server(queue: EmbeddedQueue) -> Iterator[redis.Redis]:
    """Somebody else's connection to the queue's server."""
    with redis.Redis.from_url(queue.child.url, protocol=2, decode_responses=True) as client:
        yield client


async def appended(queue: EventQueue, names: Iterator[int], kept: list[str]) -> None:
    """Append until one fails, and note what was acknowledged."""
    try:
        for n in names:
            await queue.append([entry(f"e{n}", payload=os.urandom(2_000))])
            kept.append(f"e{n}")
    except QueueError:
        return


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
    os.kill(queue.child.pid, signal.SIGKILL)
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
    os.kill(queue.child.pid, signal.SIGKILL)
    with pytest.raises(QueueError):
        await waiting
    await when_up(queue, entry("c"))
    assert keys(await drained(queue)) == ["b", "c"]
    await queue.done(first)
    assert (await queue.status()).depth == 2


async def test_a_server_that_hangs_is_an_error_within_the_time_limit(queue: EmbeddedQueue, meter: FakeMeter) -> None:
    hasty = RedisQueue(queue.child.url, 2, meter, timeout_s=0.3)
    await hasty.append([entry("a")])
    os.kill(queue.child.pid, signal.SIGSTOP)
    try:
        async with asyncio.timeout(5):
            answers = await asyncio.gather(
                *(hasty.append([entry(f"e{n}")]) for n in range(50)), hasty.read(0, 1, 10.0), return_exceptions=True
            )
            status = await hasty.status()
    finally:
        os.kill(queue.child.pid, signal.SIGCONT)
    assert {type(answer) for answer in answers} == {QueueError}
    assert status.state == "down"
    assert meter.total("pipeline_append_errors_total", cause="connection") == 50
    await when_up(hasty, entry("after"))
    assert keys(await drained(hasty))[-1] == "after"
    await hasty.close()


async def test_a_full_server_refuses_and_keeps_what_it_took(queue: EmbeddedQueue, server: redis.Redis) -> None:
    server.config_set("maxmemory", "8mb")
    kept: list[str] = []
    with pytest.raises(QueueFullError):
        await filled(queue, kept)
    assert queue.pressure() is Pressure.CLOSED
    assert await queue.lease(0, "me", 30.0)
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


async def test_a_flushed_server_is_used_on_and_the_loss_is_counted(queue: EmbeddedQueue, server: redis.Redis, meter: FakeMeter) -> None:
    await queue.append([entry("a", records=3), entry("b", records=5)])
    await queue.done(await queue.read(0, 1, WAIT_S))
    server.flushall()
    await queue.append([entry("c", records=7)])
    found = await drained(queue) or await drained(queue)
    assert keys(found) == ["c"]
    await queue.done(found)
    status = await queue.status()
    assert (status.lost_records, status.state, status.depth) == (5, "degraded", 0)
    assert "5 acknowledged records are gone" in status.detail
    assert meter.total("pipeline_events_lost_total") == 5


async def test_a_loss_is_found_without_anything_new(queue: EmbeddedQueue, server: redis.Redis) -> None:
    await drained(queue)
    await queue.append([entry("a", records=4)])
    server.flushall()
    await drained(queue)
    await drained(queue)
    assert (await queue.status()).lost_records == 4


async def test_a_folder_deleted_between_two_starts_is_a_loss(tmp_path: Path, meter: FakeMeter) -> None:
    queue = await open_embedded_queue(tmp_path / "queue", 1, meter)
    await queue.append([entry("a", records=3), entry("b", records=4)])
    await queue.done(await queue.read(0, 1, WAIT_S))
    await queue.close()
    shutil.rmtree(tmp_path / "queue")
    queue = await open_embedded_queue(tmp_path / "queue", 1, meter)
    await drained(queue)
    assert (await queue.status()).lost_records == 4
    await queue.close()


@pytest.mark.parametrize("is_done", [True, False])
async def test_a_restart_alone_is_no_loss(tmp_path: Path, meter: FakeMeter, is_done: bool) -> None:
    for _ in range(3):
        queue = await open_embedded_queue(tmp_path / "queue", 2, meter)
        await queue.append([entry("a", records=3), entry("b", 1, records=4)])
        for partition in range(2):
            found = await drained(queue, partition)
            await queue.done(found if is_done else found[1:])
        await queue.append([entry("c", records=5)])
        await queue.close()
    queue = await open_embedded_queue(tmp_path / "queue", 2, meter)
    await drained(queue)
    assert (await queue.status()).lost_records == 0
    await queue.close()


async def test_deleted_pending_entries_are_skipped_and_told(queue: EmbeddedQueue, server: redis.Redis, meter: FakeMeter) -> None:
    await queue.append([entry("a"), entry("b"), entry("c")])
    found = await drained(queue)
    server.xdel("wf:q:0", found[1].position)
    assert "somebody else" in (await queue.status()).detail
    other = RedisQueue(queue.child.url, 2, meter)
    assert keys(await drained(other)) == ["a", "c"]
    status = await other.status()
    assert (status.pending, "1 delivered entries were deleted" in status.detail) == (2, True)
    await other.close()


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


async def test_entries_of_others_are_left_alone(queue: EmbeddedQueue, server: redis.Redis) -> None:
    server.xadd("wf:q:0", {"x": "1"})
    await queue.append([entry("a")])
    found = await drained(queue)
    assert keys(found) == ["a"]
    await queue.done(found)
    assert server.xlen("wf:q:0") == 1
    assert "none of ours" in (await queue.status()).detail


async def test_a_lease_has_one_owner_until_it_runs_out(queue: EmbeddedQueue, meter: FakeMeter) -> None:
    other = RedisQueue(queue.child.url, 2, meter)
    assert await queue.lease(0, "one", 0.2)
    assert not await other.lease(0, "two", 30.0)
    assert await other.lease(1, "two", 30.0)
    await queue.append([entry("a")])
    first = await drained(queue)
    await asyncio.sleep(0.25)
    assert await other.lease(0, "two", 30.0)
    assert not await queue.lease(0, "one", 0.2)
    again = await drained(other)
    assert [one.entry for one in again] == [one.entry for one in first]
    assert [(one.is_again, one.attempt) for one in again] == [(True, 2)]
    await other.close()
    assert await queue.lease(0, "one", 30.0)


async def test_concurrent_appends_share_round_trips(queue: EmbeddedQueue, server: redis.Redis) -> None:
    await queue.append([entry("first")])
    before = server.info("commandstats")["cmdstat_evalsha"]["calls"]
    await asyncio.gather(*(queue.append([entry(f"e{n}", n % 2)], f"digest{n}") for n in range(100)))
    assert server.info("commandstats")["cmdstat_evalsha"]["calls"] - before <= 2
    assert (await queue.status()).depth == 101


async def test_pressure_follows_depth_and_bytes(tmp_path: Path, meter: FakeMeter) -> None:
    queue = await open_embedded_queue(tmp_path / "queue", 1, meter, Limits(depth=100, bytes=100_000))
    steps = []
    for wanted in (79, 80, 90, 95, 98):
        depth = (await queue.status()).depth
        await queue.append([entry(f"e{n}") for n in range(depth, wanted)])
        await queue.status()
        steps.append(queue.pressure())
    assert steps == [Pressure.NONE, Pressure.NO_DEBUG, Pressure.NO_INFO, Pressure.NO_NORMAL, Pressure.CLOSED]
    await queue.done(await drained(queue))
    await queue.append([entry("big", payload=bytes(92_000))])
    await queue.status()
    assert queue.pressure() is Pressure.NO_INFO
    await queue.close()


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("appendfsync", "everysec", "may lose up to 2 s"),
        ("appendfsync", "no", "appendfsync always"),
        ("appendonly", "no", "appendonly yes"),
        ("maxmemory-policy", "allkeys-lru", "maxmemory-policy noeviction"),
    ],
)
async def test_settings_that_weaken_the_queue_are_named(
    queue: EmbeddedQueue, server: redis.Redis, setting: str, value: str, said: str
) -> None:
    server.config_set(setting, value)
    status = await queue.status()
    assert status.state == "degraded"
    assert said in status.detail


async def test_a_server_that_hides_its_settings_is_only_noted(queue: EmbeddedQueue, server: redis.Redis, meter: FakeMeter) -> None:
    server.acl_setuser("shy", enabled=True, nopass=True, keys=["*"], commands=["+@all", "-config"])
    other = RedisQueue(queue.child.url.replace("unix://", "unix://shy:x@"), 1, meter)
    status = await other.status()
    assert (status.state, "not known" in status.detail) == ("ok", True)
    await other.close()


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
