"""The real `watchfloor` in processes of its own, as chDB opens one path a process."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WATCHFLOOR = str(Path(sys.executable).with_name("watchfloor"))
PATIENCE_S = 60
# The same command line many times in one process: what takes seconds are the imports.
MANY = """
import json, sys
from typer.testing import CliRunner
from service.cli import app
ends = [CliRunner().invoke(app, words) for words in json.load(sys.stdin)]
print(json.dumps([{"code": end.exit_code, "out": end.stdout, "err": end.stderr} for end in ends]))
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What `--json` printed; stdout must be one JSON document and nothing else."""
        return json.loads(self.out)


def _environment() -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WATCHFLOOR_")}
    return {**kept, "WATCHFLOOR_DATA_DIR": "data"}


def watchfloor(folder: Path, *words: str, stdin: bytes = b"") -> Ended:
    """One command, run in a folder; its data folder is `data` below it."""
    done = subprocess.run(
        [WATCHFLOOR, *words], cwd=folder, env=_environment(), input=stdin, capture_output=True, timeout=PATIENCE_S, check=False
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def many(folder: Path, commands: Sequence[Sequence[str]]) -> list[Ended]:
    """Commands one after the other in one process; a crash of one is its exit code 1 without a word on stderr."""
    given = json.dumps(commands).encode()
    script = [sys.executable, "-c", MANY]
    done = subprocess.run(script, cwd=folder, env=_environment(), input=given, capture_output=True, timeout=PATIENCE_S, check=True)
    return [Ended(**end) for end in json.loads(done.stdout)]


@dataclass(frozen=True, slots=True)
class Service:
    """A running `watchfloor serve`."""

    process: subprocess.Popen[bytes]
    address: str
    folder: Path


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Service]:
    """A service on a free port, ended at the end."""
    said = folder / "serve.log"
    with said.open("wb") as log:
        command = [WATCHFLOOR, "serve", "--port", "0", *options]
        process = subprocess.Popen(command, cwd=folder, env=_environment(), stderr=log, stdout=subprocess.DEVNULL)
    try:
        yield Service(process, _address(process, said), folder)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], said: Path) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"on (http://\S+) ", said.read_text()):
            return found[1]
        time.sleep(0.05)
    raise AssertionError(f"the service did not start: {said.read_text()}")
