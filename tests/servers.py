"""Servers that tests start for themselves and throw away."""

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

DEBIAN_VERSIONS = Path("/usr/lib/postgresql")
OWNER = "postgres"  # made by Debian's package; the programs refuse to run as root
PORT = "5432"  # of a Unix socket in a directory of its own, so it is always free


def postgresql_programs() -> Path | None:
    """The directory of initdb and pg_ctl: of the newest version Debian has installed, else the one on PATH."""
    versions = sorted(DEBIAN_VERSIONS.glob("[0-9]*/bin/initdb"), key=lambda program: float(program.parts[-3]))
    found = versions[-1] if versions else shutil.which("initdb")
    return Path(found).parent if found else None


@contextmanager
def running_postgresql(programs: Path) -> Iterator[str]:
    """The URL of an empty database on a Unix socket; nothing of it is synced to disk, nothing remains."""
    with TemporaryDirectory(prefix="watchfloor-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, OWNER, OWNER)
        data, log = f"{folder}/data", f"{folder}/log"
        settings = shlex.join(["-F", "-h", "", "-p", PORT, "-k", folder])
        _run(folder, programs / "initdb", "-D", data, "-U", "watchfloor", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        _run(folder, programs / "pg_ctl", "start", "-w", "-D", data, "-l", log, "-o", settings)
        try:
            yield f"postgresql://watchfloor@/postgres?host={quote(folder, safe='')}&port={PORT}"
        finally:
            _run(folder, programs / "pg_ctl", "stop", "-w", "-D", data, "-m", "immediate")


def redis_program() -> Path | None:
    """Debian's redis-server."""
    found = shutil.which("redis-server")
    return Path(found) if found else None


@dataclass
class Server:
    """A Redis on a Unix socket in a folder; what it wrote outlives `kill` and is read back by `start`."""

    program: Path
    folder: str
    settings: tuple[str, ...] = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"unix://{self.folder}/s"

    def start(self) -> None:
        """Start it and wait until it answers."""
        place = ("--port", "0", "--unixsocket", f"{self.folder}/s", "--dir", self.folder, "--logfile", f"{self.folder}/log")
        self.process = subprocess.Popen([self.program, *place, *self.settings])
        with redis.Redis.from_url(self.url, protocol=2, retry=Retry(ConstantBackoff(0.02), 500)) as client:
            client.ping()

    def kill(self) -> None:
        """End it as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def send_signal(pid: int | None, number: signal.Signals) -> None:
    """Signal a server, if it runs: 0 would mean this very process and its whole group."""
    if pid:
        os.kill(pid, number)


@contextmanager
def running_redis(program: Path, *settings: str) -> Iterator[Server]:
    """An empty Redis of its own folder, by default syncing at every append."""
    with TemporaryDirectory(prefix="wf-") as folder:
        server = Server(program, folder, *([settings] if settings else []))
        server.start()
        try:
            yield server
        finally:
            server.kill()


def _run(folder: str, program: Path, *arguments: str) -> None:
    user = OWNER if os.geteuid() == 0 else None
    done = subprocess.run([program, *arguments], cwd=folder, user=user, group=user, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        log = Path(folder, "log")
        said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        raise RuntimeError(f"{program.name} {arguments[0]!r} failed with {done.returncode}: {done.stderr.strip()} {said[-2_000:]}")
