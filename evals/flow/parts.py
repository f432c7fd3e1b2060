"""The parts of the product that are measured: those of the soak, and senders beside them."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evals.flow.sender import GIVEN
from evals.soak.parts import Part, Queue, total

HOST = "127.0.0.1"
PAUSE_S = 0.5


@dataclass(frozen=True, slots=True)
class Programs:
    """What is started: the product's command, and a Redis or Valkey server."""

    watchfloor: str
    server: str


@contextmanager
def started(programs: Programs, name: str, folder: Path, **settings: str) -> Iterator[Part]:
    """A part of the product on a folder; settings by their names in lower case."""
    environment = {f"WATCHFLOOR_{key.upper()}": value for key, value in settings.items()}
    part = Part(name, (programs.watchfloor,), folder, environment)
    try:
        part.start()
        yield part
    finally:
        part.kill()


@contextmanager
def server(programs: Programs, folder: Path) -> Iterator[str]:
    """The URL of a server of its own, synced on every write as the embedded one is."""
    queue = Queue(folder / "queue", Path(programs.server))
    try:
        queue.start()
        yield f"unix://{queue.socket}"
    finally:
        queue.kill()


def metric(part: Part, name: str, **labels: str) -> float:
    """The sum of a metric's series with these labels."""
    return total(_said(part, "/metrics"), name, **labels)


def waiting(part: Part) -> int:
    """Records that the queue holds."""
    return int(json.loads(_said(part, "/health/queue"))["records"])


def sending(part: Part, rate: int, seconds: float, name: str) -> subprocess.Popen[bytes]:
    """A sender at work; its answer is what `answer` reads."""
    given = dict(zip(GIVEN, (HOST, part.port, rate, seconds, name), strict=True))
    command = [sys.executable, "-m", "evals.flow.sender", *map(str, given.values())]
    return subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603  our own module


def answer(sender: subprocess.Popen[bytes]) -> Mapping[str, object]:
    """What came of a sender, once it has ended."""
    told, _ = sender.communicate()
    return dict(json.loads(told))


def _said(part: Part, path: str) -> str:
    """What a part answers, however busy it is. Raises WatchfloorError when it has ended."""
    while not (said := part.ask(path)) and part.pid:
        time.sleep(PAUSE_S)
    return said
