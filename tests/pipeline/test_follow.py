"""Following a growing file."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from pipeline.follow import Follower, Tail
from pipeline.report import LoadOptions
from pipeline.source import Source
from tests.fakes import FakeTelemetryStore
from tests.pipeline.files import write
from tests.pipeline.plants import Plant, running

FIRST = "2026-01-01 00:00:00 ERROR one\n"


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def texts(tail: Tail) -> list[str]:
    return [line.text for line in tail.read()]


def test_a_tail_gives_whole_lines_once(tmp_path: Path) -> None:
    source = write(tmp_path, "a\nb")
    tail = Tail(source)
    assert (texts(tail), texts(tail)) == (["a"], [])
    append(source.path, "c\nd\n")
    assert texts(tail) == ["bc", "d"]
    tail.close()


def test_a_tail_begins_anew_after_truncation_and_rotation(tmp_path: Path) -> None:
    source = write(tmp_path, "a\nb\n")
    tail = Tail(source)
    assert texts(tail) == ["a", "b"]
    source.path.write_text("c\n")
    assert texts(tail) == ["c"]
    source.path.rename(tmp_path / "old")
    append(tmp_path / "old", "last\n")
    assert texts(tail) == ["last"]
    source.path.write_text("new\n")
    assert texts(tail) == ["new"]
    tail.close()


def test_a_line_over_the_limit_is_one_fault(tmp_path: Path) -> None:
    source = write(tmp_path, "x" * (9 << 20))
    tail = Tail(source)
    lines = [*tail.read(), *tail.read(), *tail.read()]
    append(source.path, "rest\nnext\n")
    lines += tail.read()
    assert [bool(line.fault) for line in lines] == [True, False]
    assert lines[1].text == "next"
    tail.close()


@asynccontextmanager
async def following(source: Source, store: FakeTelemetryStore) -> AsyncIterator[Callable[[int], Awaitable[bool]]]:
    stop, written = asyncio.Event(), asyncio.Condition()

    async def run(follower: Follower) -> None:
        async for _ in follower.follow(source, LoadOptions(), stop, poll_s=0.01):
            async with written:
                written.notify_all()

    async def reached(count: int) -> bool:
        async with asyncio.timeout(5), written:
            return await written.wait_for(lambda: len(store.logs) >= count)

    async with running(Plant(store=store)) as ways:
        task = asyncio.create_task(run(ways.follower))
        yield reached
        stop.set()
        async with asyncio.timeout(5):
            await task


async def test_appended_records_are_stored_and_their_lines_stay_together(tmp_path: Path) -> None:
    source, store = write(tmp_path, FIRST), FakeTelemetryStore()
    async with following(source, store) as reached:
        assert await reached(1)
        append(source.path, "2026-01-01 00:00:01 ERROR two\n  at Foo.java\n2026-01-01 00:00:02 INFO three\n")
        assert await reached(3)
    assert [log.body for log in store.logs] == ["one", "two\n  at Foo.java", "three"]


async def test_what_is_there_at_the_stop_is_stored(tmp_path: Path) -> None:
    source, store = write(tmp_path, FIRST * 3), FakeTelemetryStore()
    async with following(source, store):
        pass
    assert len(store.logs) == 3
