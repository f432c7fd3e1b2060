"""The product from outside: every call is a `watchfloor` command in a process of its own."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from domain.errors import NothingFoundError, WatchfloorError
from evals.runtime import Document, RuntimeFactory

FLAGS = {"signal": "--signal", "service": "--service", "year": "--year", "format": "--format", "tz": "--tz", "from": "--from", "to": "--to"}
NOTHING_FOUND = 3


@dataclass(frozen=True, slots=True)
class CommandRuntime:
    """A data folder spoken to through the command line; `environment` is added to this process's."""

    command: Path
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    async def load(self, path: Path, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """`watchfloor ingest`."""
        return await self._json(["ingest", str(path), *_flags(options)])

    async def ask(self, question: Mapping[str, Any]) -> Document:
        """`watchfloor ask`. Raises NothingFoundError on exit 3 without a document."""
        return await self._json(["ask", str(question["question"]), *_flags(question)])

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        """Starts a command with `--json`, its output piped."""
        return await asyncio.create_subprocess_exec(
            str(self.command),
            "--data",
            str(self.folder),
            *arguments,
            "--json",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **self.environment},
        )

    async def _json(self, arguments: list[str]) -> Mapping[str, Any]:
        process = await self.start(*arguments)
        out, errors = await process.communicate()
        return document_of(process.returncode or 0, out, errors)


def document_of(code: int, out: bytes, errors: bytes) -> Mapping[str, Any]:
    """What a command printed. Raises NothingFoundError or WatchfloorError when that is an error or no document."""
    try:
        document: Mapping[str, Any] = json.loads(out)
    except json.JSONDecodeError:
        document = {"error": f"exit {code} without a document: {errors.decode('utf-8', errors='replace').strip()[-500:]}"}
    if "error" in document:
        raise (NothingFoundError if code == NOTHING_FOUND else WatchfloorError)(document["error"])
    return document


def outside(command: Path, environment: Mapping[str, str]) -> RuntimeFactory:
    """Opens data folders through the command line."""

    @asynccontextmanager
    async def opened(folder: Path) -> AsyncIterator[CommandRuntime]:
        yield CommandRuntime(command, folder, environment)

    return opened


def _flags(options: Mapping[str, Any]) -> list[str]:
    return [part for name, flag in FLAGS.items() if options.get(name) for part in (flag, str(options[name]))]
