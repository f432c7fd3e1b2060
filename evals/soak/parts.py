"""The product as processes, started by its command line, so that they can be killed: plane, receivers, worker and queue."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from domain.errors import WatchfloorError
from evals.model.serving import free_port
from evals.soak.schedule import QUEUE, Mode

READY_S, STOP_S, ANSWER_S = 90.0, 60.0, 5.0
PARTITIONS = 2
MEMORY = "512mb"
_RESTING = {"full": "1kb", "rest": MEMORY}


@dataclass(slots=True)
class Part:
    """One process, started as often as wanted on the same folder and port."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: dict[str, str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Its process id. Raises WatchfloorError when it does not run."""
        if self.process is None or self.process.poll() is not None:
            raise WatchfloorError(f"the {self.name} does not run; its last words are in {str(self.folder)!r}.log")
        return self.process.pid

    @property
    def ended(self) -> int | None:
        """The exit status of a process that is not there any more; None while it runs."""
        return self.process.poll() if self.process is not None else None

    def start(self, **settings: str) -> None:
        """Start it and wait until it answers. Raises WatchfloorError when it ends or does not answer within 90 s."""
        self.starts += 1
        words = [*self.command, "--data", str(self.folder), "serve", self.name.partition("-")[0], "--port", str(self.port)]
        with self.folder.with_suffix(".log").open("ab") as log:
            environment = {**os.environ, **self.environment, **settings}
            self.process = subprocess.Popen(words, stdout=log, stderr=log, env=environment)  # noqa: S603 (our own command)
        end = time.monotonic() + READY_S
        while not self._answers():
            if time.monotonic() > end:
                raise WatchfloorError(f"the {self.name} does not answer after {READY_S:g} s")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def end(self) -> None:
        """End it as an operator would. Raises WatchfloorError when it does not end within a minute."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired as error:
            self.kill()
            raise WatchfloorError(f"the {self.name} did not end within {STOP_S:g} s") from error

    def ask(self, path: str) -> str:
        """What it answers to a GET; empty when it does not answer, or not with success."""
        with suppress(OSError, HTTPException), closing(HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S)) as link:
            link.request("GET", path)
            answer = link.getresponse()
            return answer.read().decode() if answer.status == HTTPStatus.OK else ""
        return ""

    def figure(self, *names: str) -> float:
        """The sum of these of its metrics, over all their labels."""
        return total(self.ask("/metrics"), *names)

    def status(self) -> Mapping[str, Any]:
        """What it says of its queue; empty when it does not answer."""
        return dict(json.loads(self.ask("/health/queue") or "{}"))

    def _answers(self) -> bool:
        return bool(self.pid and self.ask("/health/live"))


@dataclass(slots=True)
class Queue:
    """The Redis or Valkey of a mode: the plane's own child, or a server beside it that we start."""

    folder: Path
    program: Path | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / ("r.sock" if self.program else "v.sock")

    @property
    def pid(self) -> int:
        """Its process id; 0 when it does not run."""
        if self.process is not None:
            return self.process.pid if self.process.poll() is None else 0
        with suppress(OSError, ValueError):
            pid = int((self.folder / "server.pid").read_text(encoding="ascii"))
            return pid if _is_server(pid, self.folder) else 0
        return 0

    def start(self) -> None:
        """Start the server that is beside the product; a child is started by its parent."""
        if self.program is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = {"port": "0", "unixsocket": str(self.socket), "dir": str(self.folder), "logfile": str(self.folder / "log")}
        settings |= {"appendonly": "yes", "appendfsync": "always", "save": "", "maxmemory": MEMORY, "maxmemory-policy": "noeviction"}
        words = [str(self.program), *(word for name, value in settings.items() for word in (f"--{name}", value))]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 (our own settings)
        end = time.monotonic() + READY_S
        while not self.ask("PING").startswith("+PONG"):
            if time.monotonic() > end:
                raise WatchfloorError(f"{self.program.name} does not answer after {READY_S:g} s")
            time.sleep(0.02)

    def signal(self, number: signal.Signals) -> None:
        """Send its process a signal, if it runs."""
        with suppress(ProcessLookupError):
            if pid := self.pid:
                os.kill(pid, number)

    def kill(self) -> None:
        """End it as a crash would."""
        self.signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def ask(self, words: str) -> str:
        """What it answers to a command, as far as it does."""
        with suppress(OSError), closing(socket.socket(socket.AF_UNIX)) as link:
            link.settimeout(2)
            link.connect(str(self.socket))
            link.sendall(f"{words}\r\n".encode())
            return link.recv(4_096).decode()
        return ""

    def hold(self, *, is_full: bool) -> None:
        """Give it no memory for more, or its own again; one that was started anew has its own."""
        self.ask(f"CONFIG SET maxmemory {_RESTING['full' if is_full else 'rest']}")


@dataclass(slots=True)
class Plant:
    """All processes of a mode over their folders. `owner` holds the store."""

    mode: Mode
    parts: Mapping[str, Part]
    queue: Queue | None

    @property
    def owner(self) -> Part:
        """The part that holds the store."""
        return self.parts["worker" if self.mode == "redis" else "plane"]

    @property
    def receivers(self) -> tuple[Part, ...]:
        """The parts that take pushes."""
        return tuple(part for name, part in self.parts.items() if name != "worker")

    def end(self) -> None:
        """End all parts as an operator would, receivers first."""
        for part in (*self.receivers, self.owner):
            part.end()


def total(metrics: str, *names: str, **labels: str) -> float:
    """The sum of these metrics in Prometheus' text, over all series that have these labels."""
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    lines = (line for line in metrics.splitlines() if re.split(r"[{ ]", line, maxsplit=1)[0] in names)
    return sum(float(line.rpartition(" ")[2]) for line in lines if all(one in line for one in wanted))


def redis_program() -> Path | None:
    """A redis-server or valkey-server of this machine."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    return Path(found) if found else None


@contextmanager
def plant(mode: Mode, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Iterator[Plant]:
    """The processes of a mode, started; killed at the end. Raises WatchfloorError without a redis-server where one is needed."""
    made = _plant(mode, command, folder, dict(environment))
    with ExitStack() as stack:
        if made.queue is not None:
            stack.callback(made.queue.kill)
            made.queue.start()
        for part in made.parts.values():
            stack.callback(part.kill)
        for part in made.parts.values():
            part.start()
        yield made


def _plant(mode: Mode, command: Sequence[str], folder: Path, environment: dict[str, str]) -> Plant:
    if mode != "redis":
        own = {**environment, "WATCHFLOOR_REDIS_URL": "", "WATCHFLOOR_QUEUE": "spool" if mode == "spool" else "auto"}
        queue = Queue(folder / "plane" / QUEUE) if mode == "embedded" else None
        return Plant(mode, {"plane": Part("plane", command, folder / "plane", own)}, queue)
    program = redis_program()
    if program is None:
        raise WatchfloorError("neither redis-server nor valkey-server is on PATH: install one, or leave the mode 'redis' out")
    queue = Queue(folder / "redis", program)
    shared = {**environment, "WATCHFLOOR_REDIS_URL": f"unix://{queue.socket}", "WATCHFLOOR_PARTITIONS": str(PARTITIONS)}
    names = ("worker", "receiver-1", "receiver-2")
    return Plant(mode, {name: Part(name, command, folder / name, shared) for name in names}, queue)


def _is_server(pid: int, folder: Path) -> bool:
    """Whether a process works on a folder: the number of a dead one may be somebody else's by now."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cwd").resolve() == folder.resolve()
    return False
