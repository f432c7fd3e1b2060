from pathlib import Path

from domain.queue import Entry, EntryKey
from evals.soak.spool import flip_done, flip_marks, flip_undone, tear
from observability.metrics import Metrics
from pipeline.spool.queue import SpoolQueue, open_spool
from tests.fakes import FakeClock


def opened(folder: Path) -> SpoolQueue:
    return open_spool(folder, 1, Metrics(), FakeClock())


def reopen(folder: Path) -> None:
    """The segments as a crash leaves them."""
    for path in folder.glob("*.ready"):
        path.rename(path.with_suffix(".open"))


async def spool(folder: Path) -> None:
    """Two entries, the first of them done."""
    queue = opened(folder)
    for name in ("a", "b"):
        await queue.append([Entry(EntryKey(name), 0, name.encode() * 500, 3, 1)])
    given = await queue.read(0, 1, 0)
    await queue.done(given)
    await queue.close()
    reopen(folder)


async def left(folder: Path) -> list[str]:
    queue = opened(folder)
    found = [str(one.entry.key) for one in await queue.read(0, 10, 0)]
    await queue.close()
    return found


async def test_a_torn_append_takes_nothing_that_was_whole(tmp_path: Path) -> None:
    await spool(tmp_path)
    assert tear(tmp_path)
    assert await left(tmp_path) == ["b"]


async def test_a_bit_in_what_is_done_takes_nothing(tmp_path: Path) -> None:
    await spool(tmp_path)
    assert flip_done(tmp_path)
    assert await left(tmp_path) == ["b"]


async def test_a_bit_in_the_marks_brings_an_entry_again(tmp_path: Path) -> None:
    await spool(tmp_path)
    assert flip_marks(tmp_path)
    assert await left(tmp_path) == ["a", "b"]


async def test_a_bit_in_what_is_not_done_takes_it_and_no_more(tmp_path: Path) -> None:
    await spool(tmp_path)
    assert flip_undone(tmp_path)
    assert await left(tmp_path) == []


def test_an_empty_spool_has_nothing_to_damage(tmp_path: Path) -> None:
    assert not any((tear(tmp_path), flip_done(tmp_path), flip_undone(tmp_path), flip_marks(tmp_path)))
