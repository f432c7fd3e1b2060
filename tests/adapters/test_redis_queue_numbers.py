import asyncio
import shutil
from pathlib import Path

import pytest
import redis

from adapters.redis_queue import EmbeddedQueue, RedisQueue, open_embedded_queue
from tests.contracts.queues import WAIT_S, drained, entry, keys
from tests.fakes import FakeMeter


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


async def test_a_flush_seen_by_a_renewed_lease_is_the_same_loss(queue: EmbeddedQueue, server: redis.Redis, meter: FakeMeter) -> None:
    shared = RedisQueue(queue.child.url, 1, meter)
    assert await shared.lease(0, "me", 30.0)
    await shared.append([entry("a", records=3), entry("b", records=5)])
    await shared.done(await shared.read(0, 1, WAIT_S))
    server.flushall()
    assert await shared.lease(0, "me", 30.0)
    await shared.append([entry("c", records=7)])
    await drained(shared)
    await drained(shared)
    assert (await shared.status()).lost_records == 5
    await shared.close()


async def test_a_partition_that_moved_between_owners_is_no_loss(queue: EmbeddedQueue, meter: FakeMeter) -> None:
    here, there = (RedisQueue(queue.child.url, 1, meter) for _ in range(2))
    for turn in range(6):
        owner = (here, there)[turn % 2]
        assert await owner.lease(0, f"owner{turn % 2}", 0.05)
        await here.append([entry(f"a{turn}", records=3)])
        await there.append([entry(f"b{turn}", records=4), entry(f"c{turn}")])
        await owner.done((await drained(owner))[:-1])
        await asyncio.sleep(0.06)
    assert [(await one.status()).lost_records for one in (here, there)] == [0, 0]
    await here.close()
    await there.close()


async def test_a_loss_is_found_by_an_owner_that_does_not_send(queue: EmbeddedQueue, server: redis.Redis, meter: FakeMeter) -> None:
    sender, owner = (RedisQueue(queue.child.url, 1, meter) for _ in range(2))
    await sender.append([entry("a", records=3)])
    await owner.done(await drained(owner))
    await sender.append([entry("b", records=4)])
    server.flushall()
    await sender.append([entry("c")])
    assert keys([*await drained(owner), *await drained(owner)]) == ["c"]
    assert (await owner.status()).lost_records == 4
    await sender.close()
    await owner.close()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"acknowledged": 1, "arrived": {}}', '{"acknowledged": {"x": {}}, "arrived": {}}'])
async def test_a_file_of_numbers_that_cannot_be_read_claims_no_loss(tmp_path: Path, meter: FakeMeter, text: str) -> None:
    (tmp_path / "queue.numbers.json").write_text(text, encoding="utf-8")
    queue = await open_embedded_queue(tmp_path / "queue", 1, meter)
    await queue.append([entry("a")])
    await queue.done(await drained(queue))
    assert (await queue.status()).lost_records == 0
    await queue.close()
