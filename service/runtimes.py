"""The product as evals see it: opened fresh on a folder, loaded and asked like a user would, and filled in bulk for benchmarks."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from domain.telemetry import LogRecord, LogTemplate
from pipeline.source import Source
from service import actions
from service.local import checked
from service.parts import Parts
from service.requests import ChatRequest, IngestRequest
from service.settings import read_settings
from service.wiring import open_parts


class PartsRuntime:
    """A runtime over wired parts."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def load(self, path: Path, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """`watchfloor ingest` of one file."""
        return await actions.ingest(self._parts, Source.of_path(path), checked(IngestRequest, options), lambda _: None)

    async def ask(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """`POST /api/chat`."""
        return (await actions.ask(self._parts, checked(ChatRequest, question))).as_json()

    async def write_logs(self, records: Sequence[LogRecord]) -> int:
        """Rows straight into the store."""
        return await self._parts.store.write_logs(records)

    async def write_templates(self, templates: Sequence[LogTemplate]) -> int:
        """Log templates straight into the store."""
        return await self._parts.store.write_templates(templates)


@asynccontextmanager
async def open_runtime(folder: Path) -> AsyncIterator[PartsRuntime]:
    """The product on a folder, with the settings in force."""
    async with open_parts(read_settings(folder), "eval") as parts:
        yield PartsRuntime(parts)
