import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from adapters.valkey import ValkeyChild, server_program
from domain.errors import QueueError
from tests.servers import redis_program, send_signal

PARENT = """
import asyncio, sys, pathlib
from adapters.valkey import ValkeyChild

async def main():
    child = ValkeyChild(pathlib.Path(sys.argv[1]))
    print(await child.start(), child.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.fixture
async def child(tmp_path: Path) -> AsyncIterator[ValkeyChild]:
    made = ValkeyChild(tmp_path / "queue")
    await made.start()
    yield made
    await made.stop()


def connected(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, protocol=2, decode_responses=True, socket_timeout=5)


def is_alive(pid: int | None) -> bool:
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def revived(child: ValkeyChild, old: int | None) -> None:
    """Until there is another server; the old one needs a moment to let go of its files."""
    while child.pid == old:
        await child.ensure()


def from_here(path: Path) -> Path:
    """The same place, named relative to where we are."""
    return Path(os.path.relpath(path))


async def test_a_folder_may_be_named_relative_to_where_we_are(tmp_path: Path) -> None:
    child = ValkeyChild(from_here(tmp_path / "queue"))
    await child.start()
    try:
        assert (tmp_path / "queue" / "valkey.log").exists()
    finally:
        await child.stop()


@contextmanager
def other_parent(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str, int]]:
    """A process of its own with a server on this folder."""
    with subprocess.Popen([sys.executable, "-c", PARENT, str(folder)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        url, pid = parent.stdout.readline().split()
        yield parent, url, int(pid)
        parent.kill()


async def test_the_server_syncs_every_append_and_never_evicts(child: ValkeyChild) -> None:
    with connected(child.url) as client:
        found = client.config_get("append*", "maxmemory*", "save", "port")
    wanted = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction", "save": "", "port": "0"}
    assert found == found | wanted
    assert found["maxmemory"] == str(512 << 20)


async def test_the_server_ends_when_it_is_stopped_and_finds_its_streams_again(child: ValkeyChild) -> None:
    with connected(child.url) as client:
        client.xadd("s", {"a": "1"})
    pid = child.pid
    await child.stop()
    assert not is_alive(pid)
    with connected(await child.start()) as client:
        assert client.xlen("s") == 1


async def test_a_killed_server_is_started_again_and_a_running_one_left_alone(child: ValkeyChild) -> None:
    first = child.pid
    await child.ensure()
    assert child.pid == first
    with connected(child.url) as client:
        client.xadd("s", {"a": "1"})
    send_signal(first, signal.SIGKILL)
    await revived(child, first)
    with connected(child.url) as client:
        assert client.xlen("s") == 1


async def test_a_stopped_server_is_not_started_again_by_ensure(child: ValkeyChild) -> None:
    await child.stop()
    with pytest.raises(QueueError, match="stopped"):
        await child.ensure()
    assert child.pid is None


async def test_the_server_dies_with_a_killed_parent_and_the_next_one_takes_over(tmp_path: Path) -> None:
    folder = tmp_path / "queue"
    with other_parent(folder) as (parent, url, pid):
        with connected(url) as client:
            client.xadd("s", {"a": "1"})
        parent.kill()
    child = ValkeyChild(folder)
    try:
        with connected(await child.start()) as client:
            assert client.xlen("s") == 1
        assert child.pid != pid
        assert not is_alive(pid)
    finally:
        await child.stop()


async def test_a_folder_has_one_server(child: ValkeyChild, tmp_path: Path) -> None:
    second = ValkeyChild(tmp_path / "queue", patience_s=0.1)
    with pytest.raises(QueueError, match=rf"process {child.pid}\) still works on"):
        await second.start()
    assert is_alive(child.pid)
    await second.stop()
    with connected(child.url) as client:
        assert client.ping()


async def test_a_long_path_gets_a_short_socket_that_is_removed(tmp_path: Path) -> None:
    child = ValkeyChild(tmp_path / ("x" * 60) / ("y" * 60))
    url = await child.start()
    socket = Path(url.removeprefix("unix://"))
    try:
        assert len(str(socket)) < 100
        assert str(socket).startswith(tempfile.gettempdir())
        send_signal(child.pid, signal.SIGKILL)
        await revived(child, child.pid)
        assert child.url == url
        with connected(url) as client:
            assert client.ping()
    finally:
        await child.stop()
    assert not os.access(socket.parent, os.F_OK)


async def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "queue"
    child = ValkeyChild(folder)
    with connected(await child.start()) as client:
        for n in range(10):
            client.xadd("s", {"a": "x" * 100, "n": n})
    await child.stop()
    log = next(folder.glob("appendonlydir/*.incr.aof"))
    damaged = bytearray(log.read_bytes())
    damaged[200:210] = b"\0" * 10
    log.write_bytes(damaged)
    with pytest.raises(QueueError, match="does not start"):
        await child.start()
    assert log.read_bytes() == bytes(damaged)


async def test_a_torn_last_append_is_cut_off(tmp_path: Path) -> None:
    folder = tmp_path / "queue"
    child = ValkeyChild(folder)
    with connected(await child.start()) as client:
        client.xadd("s", {"a": "1"})
        client.xadd("s", {"a": "2"})
    await child.stop()
    log = next(folder.glob("appendonlydir/*.incr.aof"))
    log.write_bytes(log.read_bytes()[:-5])
    try:
        with connected(await child.start()) as client:
            assert client.xlen("s") == 1
    finally:
        await child.stop()


async def test_a_program_that_is_no_server_is_an_error_with_its_words(tmp_path: Path) -> None:
    program = tmp_path / "fake-server"
    program.write_text("#!/bin/sh\necho 'no such option' >&2\nexit 1\n")
    program.chmod(0o755)
    started = time.monotonic()
    with pytest.raises(QueueError, match="no such option"):
        await ValkeyChild(tmp_path / "queue", program).start()
    assert time.monotonic() - started < 30


def test_the_wheel_carries_a_server() -> None:
    assert os.access(server_program(), os.X_OK)


async def test_a_server_without_its_supervisor_is_still_ended(child: ValkeyChild) -> None:
    pid = child.pid
    assert child._supervisor is not None
    child._supervisor.kill()
    await child.ensure()
    assert child.pid == pid
    await child.stop()
    await child.start()
    assert child.pid not in {None, pid}


@pytest.mark.server
async def test_a_redis_of_the_system_does_as_well(tmp_path: Path) -> None:
    program = redis_program()
    if program is None:
        pytest.skip("redis-server is not installed here")
    child = ValkeyChild(tmp_path / "queue", program)
    with connected(await child.start()) as client:
        client.xadd("s", {"a": "1"})
    send_signal(child.pid, signal.SIGKILL)
    await revived(child, child.pid)
    with connected(child.url) as client:
        assert client.xlen("s") == 1
    await child.stop()
