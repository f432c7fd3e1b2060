from pathlib import Path

import pytest
import redis

from adapters.redis_queue import EmbeddedQueue, RedisQueue, open_embedded_queue
from adapters.redis_queue_fill import Limits
from domain.queue import Pressure
from tests.contracts.queues import drained, entry, keys
from tests.fakes import FakeMeter


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


async def test_entries_of_others_are_left_alone(queue: EmbeddedQueue, server: redis.Redis) -> None:
    server.xadd("wf:q:0", {"x": "1"})
    await queue.append([entry("a")])
    found = await drained(queue)
    assert keys(found) == ["a"]
    await queue.done(found)
    assert server.xlen("wf:q:0") == 1
    assert "none of ours" in (await queue.status()).detail
