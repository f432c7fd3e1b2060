"""The spool: durable when it says so, once delivered, and never silent about damage."""

import asyncio
import errno
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import QueueError, QueueFullError
from domain.queue import EntryKey, Pressure
from pipeline.spool.disk import SystemDisk
from pipeline.spool.queue import Limits
from tests.fakes import FakeClock
from tests.pipeline.spools import BadDisk, all_of, entry, keys, names, opened


async def test_what_is_appended_is_read_in_its_order_and_by_partition(tmp_path: Path) -> None:
    queue = opened(tmp_path, 2)
    assert await queue.append([entry("a"), entry("b", 1)])
    assert await queue.append([entry("c")])
    assert keys(await all_of(queue)) == ["a", "c"]
    assert [one.entry for one in await all_of(queue, 1)] == [entry("b", 1)]
    await queue.close()


async def test_what_is_not_done_comes_again_after_a_start_and_what_is_done_does_not(tmp_path: Path) -> None:
    queue = opened(tmp_path)
    await queue.append([entry("a"), entry("b"), entry("c")])
    given = await all_of(queue)
    assert [one.is_again for one in given] == [False, False, False]
    await queue.done(given[1:2])
    await queue.close()
    again = await all_of(opened(tmp_path))
    assert keys(again) == ["a", "c"]
    assert [(one.is_again, one.attempt) for one in again] == [(True, 2), (True, 2)]


async def test_a_consumed_segment_goes_and_its_digest_is_known_for_15_minutes(tmp_path: Path) -> None:
    clock = FakeClock()
    queue = opened(tmp_path, clock=clock)
    assert await queue.append([entry("a")], "one")
    assert not await queue.append([entry("b")], "one")
    clock.at += timedelta(minutes=2)
    await queue.done(await all_of(queue))
    assert names(tmp_path) == ["00000001.digests", "lock"]
    await queue.close()
    queue = opened(tmp_path, clock=clock)
    assert not await queue.append([entry("c")], "one")
    clock.at += timedelta(minutes=14)
    assert await queue.append([entry("d")], "one")
    assert keys(await all_of(queue)) == ["d"]
    await queue.close()


async def test_a_full_disk_refuses_the_append_and_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    disk = BadDisk()
    queue = opened(tmp_path, disk=disk)
    await queue.append([entry("a")], "one")
    disk.writes = [OSError(errno.ENOSPC, "No space left on device")]
    with pytest.raises(QueueFullError, match="No space left"):
        await queue.append([entry("b")], "two")
    assert await queue.append([entry("c")], "two")
    await queue.close()
    assert keys(await all_of(opened(tmp_path))) == ["a", "c"]


async def test_a_failed_sync_is_an_error_and_ends_the_segment(tmp_path: Path) -> None:
    disk = BadDisk()
    queue = opened(tmp_path, disk=disk)
    await queue.append([entry("a")])
    disk.syncs = [OSError(errno.EIO, "Input/output error")]
    with pytest.raises(QueueError, match="Input/output"):
        await queue.append([entry("b")])
    await queue.append([entry("c")])
    assert {"00000001.ready", "00000002.open"} <= set(names(tmp_path))
    await queue.close()
    assert keys(await all_of(opened(tmp_path))) == ["a", "c"]


async def test_pressure_rises_with_the_share_used_and_a_full_spool_refuses(tmp_path: Path) -> None:
    queue = opened(tmp_path, limits=Limits(max_bytes=100_000, spare_bytes=0))
    seen = [queue.pressure()]
    while seen[-1] < Pressure.CLOSED:
        await queue.append([entry(str(len(seen)), size=1_000)])
        seen.append(queue.pressure())
    with pytest.raises(QueueFullError):
        await queue.append([entry("one more")])
    assert sorted(set(seen)) == list(Pressure)
    assert seen == sorted(seen)
    await queue.close()


async def test_an_entry_that_cannot_be_written_fails_and_the_next_does_not(tmp_path: Path) -> None:
    queue = opened(tmp_path)
    with pytest.raises(QueueError):
        await queue.append([replace(entry("bad"), key=EntryKey("\ud800"))])
    assert await queue.append([entry("a")])
    assert keys(await all_of(queue)) == ["a"]
    await queue.close()


async def test_a_full_spool_opens_again_when_it_is_consumed(tmp_path: Path) -> None:
    queue = opened(tmp_path, limits=Limits(max_bytes=60_000, spare_bytes=0, segment_bytes=10_000))
    while queue.pressure() < Pressure.CLOSED:
        await queue.append([entry("x", size=1_000)])
    await queue.done(await all_of(queue))
    assert queue.pressure() is Pressure.NONE
    await queue.close()


async def test_a_disk_that_runs_full_is_pressure_too(tmp_path: Path) -> None:
    disk = BadDisk()
    disk.room = (64 << 20) + 1_000
    queue = opened(tmp_path, disk=disk)
    assert queue.pressure() is Pressure.CLOSED
    with pytest.raises(QueueFullError):
        await queue.append([entry("a")])
    await queue.close()


async def test_fifty_senders_share_syncs(tmp_path: Path) -> None:
    syncs = []

    class Counting(SystemDisk):
        def sync(self, file: int) -> None:
            syncs.append(file)
            super().sync(file)

    queue = opened(tmp_path, disk=Counting())

    async def sender(name: int) -> None:
        for number in range(10):
            assert await queue.append([entry(f"{name}-{number}")], f"{name}-{number}")

    await asyncio.gather(*(sender(name) for name in range(50)))
    assert len(await all_of(queue)) == 500
    assert len(syncs) < 250
    await queue.close()


async def test_a_folder_is_held_by_one(tmp_path: Path) -> None:
    queue = opened(tmp_path)
    with pytest.raises(QueueError, match="held by another"):
        opened(tmp_path)
    await queue.close()
    await opened(tmp_path).close()
