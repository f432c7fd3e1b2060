"""Files for the tests of the pipeline, and the shortest way to read them."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.otlp import OtlpCodec
from domain.telemetry import LogRecord, Rejection
from domain.window import from_nanos, rfc3339
from pipeline.loader import LoadOptions, LoadReport, Progress, Source
from pipeline.opening import Opened, open_source
from pipeline.reading import Taken
from tests.fakes import FakeClock, FakeStateStore, FakeTelemetryStore
from tests.pipeline.plants import Plant, running

WRITTEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def write(folder: Path, content: str | bytes, name: str = "app.log", at: datetime = WRITTEN) -> Source:
    """A file with this content, last written at that time."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return Source.of_path(path)


def opened(source: Source, **options: Any) -> tuple[Opened, list[LogRecord], list[Rejection]]:
    """A source, its log records and its rejections."""
    one = open_source(source, LoadOptions(**options), OtlpCodec())
    items = list(one.items)
    logs = [item.record for item in items if isinstance(item, Taken) and isinstance(item.record, LogRecord)]
    return one, logs, [item for item in items if isinstance(item, Rejection)]


def times(logs: list[LogRecord]) -> list[str]:
    """The times of logs as RFC 3339."""
    return [rfc3339(from_nanos(log.timestamp_ns)) for log in logs]


class World:
    """A loader with stores that remember."""

    def __init__(self) -> None:
        self.store, self.state, self.clock = FakeTelemetryStore(), FakeStateStore(), FakeClock()
        self.steps: list[Progress] = []

    def load(self, source: Source, **options: Any) -> LoadReport:
        """Load a source to its end, with a queue of its own."""
        return asyncio.run(self._loaded(source, LoadOptions(**options)))

    async def _loaded(self, source: Source, options: LoadOptions) -> LoadReport:
        async with running(Plant(store=self.store, state=self.state, clock=self.clock)) as ways:
            return await ways.loader.load(source, options, self.steps.append)
