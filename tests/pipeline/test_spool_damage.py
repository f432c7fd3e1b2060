"""What damage costs: a torn end is cut, a flipped bit takes its own entry and no other, and no start is ever blocked."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.spool.frames import START, Batch, file_head, framed, marker_of
from pipeline.spool.marks import SIZE, mark_bytes, marks
from pipeline.spool.scanning import scan
from tests.fakes import FakeMeter
from tests.pipeline.spools import all_of, entry, keys, names, opened

APPENDER = """
import asyncio, sys
from pathlib import Path
from tests.pipeline.spools import entry, opened

async def sender(queue, name):
    for number in range(100_000):
        await queue.append([entry(f"{name}-{number}", size=500), entry(f"{name}-{number}b", 1)])
        print(f"{name}-{number}", flush=True)

async def main():
    queue = opened(Path(sys.argv[1]), 2)
    await asyncio.gather(*(sender(queue, name) for name in "abcdefgh"))

asyncio.run(main())
"""
ROOT = Path(__file__).parents[2]


def segment(count: int, size: int = 60) -> tuple[bytes, list[int]]:
    """The bytes of a segment of so many frames of one entry, and where each frame ends."""
    data, before, ends = file_head(), 0, []
    for number in range(count):
        frame, place = framed(marker_of(data), Batch((entry(f"e{number}", size=size, records=2),), f"d{number}", 5), 1, len(data), before)
        data, before = data + frame, place.records
        ends.append(len(data))
    return data, ends


@pytest.mark.parametrize("cut", range(1, 130, 7))
def test_a_torn_end_is_cut_off_and_nothing_else(cut: int) -> None:
    data, ends = segment(5)
    seen = scan(data[:-cut], 1, is_open=True)
    assert not seen.is_damaged
    assert [place.key for place in seen.whole] == [f"e{n}" for n, end in enumerate(ends) if end <= len(data) - cut]
    assert seen.torn_at == max(end for end in ends if end <= len(data) - cut)


def test_any_flipped_bit_is_seen_and_takes_only_its_own_entry() -> None:
    data, ends = segment(4)
    for at in range(len(data)):
        bad = bytearray(data)
        bad[at] ^= 1 << (at % 8)
        seen = scan(bytes(bad), 1, is_open=False)
        hit = sum(end <= at for end in ends)
        assert seen.is_damaged or 8 <= at < START
        assert [place.key for place in seen.whole] == [f"e{n}" for n in range(4) if n != hit or at < START]


def test_records_that_damage_took_are_counted() -> None:
    data, ends = segment(6)
    bad = bytearray(data)
    bad[ends[1] + 3] ^= 1
    bad[ends[4] - 1] ^= 1
    seen = scan(bytes(bad), 1, is_open=False)
    assert (sum(hole.records for hole in seen.holes), sum(place.records for place in seen.broken)) == (2, 2)


def test_garbage_is_never_taken_for_entries() -> None:
    dice = random.Random(4)
    for size in (0, 3, 15, 16, 40, 1_000):
        seen = scan(dice.randbytes(size), 1, is_open=True)
        assert seen.whole == ()


def test_marks_that_are_torn_or_flipped_are_left_out() -> None:
    data, _ = segment(3)
    places = scan(data, 1, is_open=False).whole
    from_bytes = mark_bytes(places)
    assert len(list(marks(from_bytes))) == 3
    assert [mark.frame for mark in marks(from_bytes[:-5])] == [place.frame for place in places[:2]]
    flipped = bytes([from_bytes[0] ^ 4]) + from_bytes[1:]
    assert [mark.frame for mark in marks(flipped)] == [place.frame for place in places[1:]]
    shifted = from_bytes[: SIZE // 2] + from_bytes
    assert len(list(marks(shifted))) == 3


async def test_a_damaged_segment_is_put_aside_read_on_and_counted(tmp_path: Path) -> None:
    queue = opened(tmp_path)
    for name in "abcde":
        await queue.append([entry(name, size=100)])
    await queue.close()
    path = tmp_path / "00000001.ready"
    data = bytearray(path.read_bytes())
    data[data.index(b"c" * 100) + 50] ^= 8
    path.write_bytes(data)
    meter = FakeMeter()
    queue = opened(tmp_path, meter=meter)
    found = await all_of(queue)
    assert keys(found) == ["a", "b", "d", "e"]
    assert meter.total("pipeline_corrupt_segments_total") == 1
    assert meter.total("pipeline_events_lost_total") == 3
    assert (await queue.status()).lost_records == 3
    assert "00000001.corrupt" in names(tmp_path)
    await queue.done(found)
    await queue.append([entry("f")])
    await queue.close()
    meter = FakeMeter()
    queue = opened(tmp_path, meter=meter)
    assert keys(await all_of(queue)) == ["f"]
    assert meter.total("pipeline_corrupt_segments_total") == 0
    await queue.close()


async def test_damage_while_it_runs_is_found_when_the_entry_is_read(tmp_path: Path) -> None:
    meter = FakeMeter()
    queue = opened(tmp_path, meter=meter)
    await queue.append([entry("a"), entry("b"), entry("c")])
    path = tmp_path / "00000001.open"
    data = path.read_bytes()
    path.write_bytes(data.replace(b"b" * 40, b"b" * 39 + b"x"))
    assert keys(await all_of(queue)) == ["a", "c"]
    assert meter.total("pipeline_corrupt_segments_total") == 1
    await queue.append([entry("d")])
    assert keys(await all_of(queue)) == ["d"]
    await queue.close()


async def test_a_segment_that_somebody_deleted_holds_up_nothing(tmp_path: Path) -> None:
    meter = FakeMeter()
    queue = opened(tmp_path, meter=meter)
    await queue.append([entry("a")])
    (tmp_path / "00000001.open").unlink()
    assert await queue.read(0, 10, 0) == ()
    assert meter.total("pipeline_events_lost_total") == 3
    await queue.close()


async def test_files_that_are_no_segments_block_nothing(tmp_path: Path) -> None:
    for name, content in (("00000001.open", b""), ("00000002.ready", b""), ("00000003.ready", b"x" * 99), ("notes.txt", b"?")):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "00000004.digests").write_bytes(b"\x00" * 50)
    (tmp_path / "00000009.done").write_bytes(b"stale")
    queue = opened(tmp_path)
    await queue.append([entry("a")])
    assert keys(await all_of(queue)) == ["a"]
    assert "00000010.open" in names(tmp_path)
    await queue.close()


def killed_appender(folder: Path, after: int) -> list[str]:
    """The names that a child had acknowledged when it was killed."""
    child = subprocess.Popen([sys.executable, "-c", APPENDER, str(folder)], cwd=ROOT, stdout=subprocess.PIPE)
    assert child.stdout is not None
    said = [child.stdout.readline().decode().strip() for _ in range(after)]
    child.send_signal(signal.SIGKILL)
    said += child.stdout.read().decode().split("\n")[:-1]
    child.wait()
    return said


async def test_what_was_acknowledged_before_kill_9_is_there(tmp_path: Path) -> None:
    said = killed_appender(tmp_path, 400)
    queue = opened(tmp_path, 2)
    first, second = await all_of(queue), await all_of(queue, 1)
    assert set(said) <= set(keys(first))
    assert {f"{name}b" for name in said} <= set(keys(second))
    assert len(set(keys(first))) == len(first)
    assert all(one.entry.payload == entry(one.entry.key, size=500).payload for one in first)
    for name in "abcdefgh":
        mine = [int(key.split("-")[1]) for key in keys(first) if key.startswith(name)]
        assert mine == sorted(mine)
    await queue.close()
