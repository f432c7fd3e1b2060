"""The routes that take telemetry, over a receiver that keeps what it is given: everything between them is real."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from fastapi import FastAPI
from fastapi.testclient import TestClient

from adapters.otlp import OtlpCodec, encode_response
from domain.errors import WatchfloorError
from domain.telemetry import LogRecord, MetricPoint, Rejection, Signal, SpanRecord
from pipeline.lines import Line
from pipeline.ndjson import parse_ndjson
from pipeline.otlp_files import items_of
from pipeline.reading import Item, Reading, Record, Taken, parsed
from pipeline.receive import NDJSON_TYPES, Received
from service.guard import LoopbackGuard
from service.parts import Parts
from service.problems import install_problems
from service.routes.intake import intake_routes
from service.routes.pushed import pushed_routes
from service.settings import Settings
from tests.fakes import FakeClock


@dataclass(slots=True)
class FakeReceiver:
    """Has the receiver's ways; `failing` is raised instead of taking anything."""

    records: list[Record] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    failing: WatchfloorError | None = None

    async def take(
        self, signal: Signal, body: bytes, content_type: str, service: str = "", *, source: str = "default", digest: str = ""
    ) -> Received:
        def items() -> Iterable[Item]:
            if content_type in NDJSON_TYPES:
                lines = (Line(number, raw.decode("utf-8", "replace")) for number, raw in enumerate(body.split(b"\n"), start=1))
                return parsed(lines, parse_ndjson, Reading(service=service, signal=signal))
            return items_of(OtlpCodec().decode(signal, body, content_type), None)

        return await self.accept(items, digest, source, len(body))

    async def accept(
        self, items: Callable[[], Iterable[Item]], digest: str, source: str = "default", size: int = 0, content: str = ""
    ) -> Received:
        if self.failing:
            raise self.failing
        parts = await asyncio.to_thread(lambda: list(items()))
        rejections = tuple(item for item in parts if isinstance(item, Rejection))
        records = [item.record for item in parts if isinstance(item, Taken)]
        is_repeat = f"{source}:{digest}" in self.seen
        if not is_repeat:
            self.seen.add(f"{source}:{digest}")
            self.records += records
            self.rejections += rejections
            self.sources.append(source)
        return Received(len(records), rejections, is_repeat)

    def logs(self) -> list[LogRecord]:
        return [record for record in self.records if isinstance(record, LogRecord)]

    def spans(self) -> list[SpanRecord]:
        return [record for record in self.records if isinstance(record, SpanRecord)]

    def points(self) -> list[MetricPoint]:
        return [record for record in self.records if isinstance(record, MetricPoint)]


@dataclass(slots=True)
class Gate:
    """The application's ways in, with what came through them."""

    receiver: FakeReceiver
    client: TestClient

    def post(self, path: str, body: bytes, kind: str, **headers: str) -> Any:
        """Push a body; underscores in names of headers are dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, content=body, headers={"content-type": kind, **named})


def gate(**settings: Any) -> Gate:
    """The ways in, over a receiver that takes everything."""
    receiver = FakeReceiver()
    parts = SimpleNamespace(
        settings=Settings(data_dir=Path("nowhere"), **settings), receiver=receiver, encode_response=encode_response, clock=FakeClock()
    )
    app = FastAPI()
    for routes in (intake_routes, pushed_routes):
        app.include_router(routes(cast("Parts", parts)))
    install_problems(app)
    app.add_middleware(LoopbackGuard)
    return Gate(receiver, TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False))
