"""Starts the local model server in a venv of its own, and stops it."""

import os
import select
import socket
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from domain.errors import WatchfloorError

SERVER = "xllamacpp==2026.10.11549"
SCRIPT = Path(__file__).with_name("llama_server.py")
READY_S = 120.0


@dataclass(frozen=True, slots=True)
class ModelServer:
    """A running server: where it answers, and its process."""

    base_url: str
    process: subprocess.Popen[str]

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()
        self.process.wait()


def download_wheels(requirements: tuple[str, ...], folder: Path) -> None:
    """`pip download --no-deps`: nothing of what is fetched is run. Raises WatchfloorError when pip fails."""
    _run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), *requirements])


def server_python(cache: Path) -> Path:
    """The Python of the server's own venv, made where missing."""
    home = cache / "server-venv"
    python = home / "bin" / "python"
    if not (home / "installed").exists():
        venv.create(home, with_pip=True, clear=True)
        _run([str(python), "-m", "pip", "install", "--quiet", "--no-deps", SERVER])
        (home / "installed").touch()
    return python


@contextmanager
def serving(python: Path, model: Path, log: Path) -> Iterator[ModelServer]:
    """The server on a free port of this machine; killed at the end. Raises WatchfloorError when it does not come up."""
    port = free_port()
    environment = {**os.environ, "GOMP_SPINCOUNT": "0"}
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(  # noqa: S603 (our own script)
            [str(python), str(SCRIPT), str(model), str(port)], stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
        )
        server = ModelServer(f"http://127.0.0.1:{port}/v1", process)
        try:
            _wait(process, log)
            yield server
        finally:
            server.kill()


def _wait(process: subprocess.Popen[str], log: Path) -> None:
    if process.stdout is None:
        raise WatchfloorError("the model server has no output to wait for")
    readable, _, _ = select.select([process.stdout], [], [], READY_S)
    line = process.stdout.readline() if readable else ""
    if not line.startswith("READY"):
        raise WatchfloorError(f"the model server did not come up within {READY_S:.0f} s; its last words are in {str(log)!r}")


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (pip)
    if done.returncode:
        raise WatchfloorError(f"{' '.join(command[1:5])} failed: {done.stderr.strip()[-400:]}")
