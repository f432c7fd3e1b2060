"""The parts of the product that are measured, started as a user starts them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from evals.flow.sender import GIVEN

HOST = "127.0.0.1"
START_S = 60.0


@dataclass(frozen=True, slots=True)
class Programs:
    """What is started: the product's command, and a Redis or Valkey server."""

    watchfloor: str
    server: str


@dataclass(frozen=True, slots=True)
class Part:
    """A running part of the data plane."""

    process: subprocess.Popen[bytes]
    port: int

    def metrics(self) -> Mapping[str, float]:
        """Its metrics, by series."""
        lines = _read(f"http://{HOST}:{self.port}/metrics").decode().splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if not line.startswith("#"))}

    def waiting(self) -> int:
        """Records that the queue holds."""
        return int(json.loads(_read(f"http://{HOST}:{self.port}/health/queue"))["records"])

    def total(self, name: str, **labels: str) -> float:
        """The sum of a metric's series with these labels."""
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        series = self.metrics().items()
        return sum(value for key, value in series if key.partition("{")[0] == name and all(one in key for one in wanted))

    def cpu_s(self) -> float:
        """CPU seconds it has used."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def stop_still(self) -> None:
        """Let it stand still."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def started(programs: Programs, part: str, folder: Path, **settings: str) -> Iterator[Part]:
    """A part of the product on a folder; settings by their names in lower case."""
    port = _free_port()
    environment = {**os.environ, **{f"WATCHFLOOR_{name.upper()}": value for name, value in settings.items()}}
    command = [programs.watchfloor, "--data", str(folder), "serve", part, "--port", str(port)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process:  # noqa: S603  our own command
        try:
            _wait(process, port)
            yield Part(process, port)
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.communicate()


@contextmanager
def server(programs: Programs, folder: Path) -> Iterator[str]:
    """The URL of a Redis server of its own, synced on every write as the embedded one is."""
    socket_path = folder / "s"
    given = {"--port": "0", "--unixsocket": str(socket_path), "--dir": str(folder), "--appendonly": "yes", "--appendfsync": "always"}
    kept = {"--save": "", "--maxmemory": "1gb", "--maxmemory-policy": "noeviction"}
    command = [programs.server, *(word for pair in {**given, **kept}.items() for word in pair)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603  the server that was found
        try:
            while not socket_path.exists():
                time.sleep(0.05)
            yield f"unix://{socket_path}"
        finally:
            process.terminate()


def sending(part: Part, rate: int, seconds: float, name: str) -> subprocess.Popen[bytes]:
    """A sender at work; its answer is what `answer` reads."""
    given = dict(zip(GIVEN, (HOST, part.port, rate, seconds, name), strict=True))
    command = [sys.executable, "-m", "evals.flow.sender", *map(str, given.values())]
    return subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603  our own module


def answer(sender: subprocess.Popen[bytes]) -> Mapping[str, object]:
    """What came of a sender, once it has ended."""
    told, _ = sender.communicate()
    return dict(json.loads(told))


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            _read(f"http://{HOST}:{port}/health/live")
        except (URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the part did not start: {process.poll()}")


def _read(url: str) -> bytes:
    with urlopen(url, timeout=30) as response:  # noqa: S310  a loopback address of ours
        return bytes(response.read())


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])
