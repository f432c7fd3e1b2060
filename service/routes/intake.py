"""What comes in over our own routes: pushes, and the bytes of files."""

import tempfile
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from agents.windows import parse_time
from pipeline.loader import Progress, Source
from service import actions
from service.bodies import Bodies, kind_of
from service.parts import Parts
from service.requests import IngestRequest
from service.routes.push import is_push, otlp_routes, pushed


def intake_routes(parts: Parts) -> APIRouter:
    """Routes that take telemetry."""
    router = APIRouter(tags=["intake"])
    bodies = Bodies(parts.settings.max_body_mb << 20)
    router.include_router(otlp_routes(parts, bodies))

    @router.post("/api/ingest", summary="Push NDJSON or JSON objects, or load a file's bytes in any known format")
    async def ingest(options: Annotated[IngestRequest, Query()], request: Request) -> Response:
        if is_push(options, kind_of(request)):
            return await pushed(parts, bodies, options, request)
        modified_at = parse_time(options.modified_at or "now", parts.clock.now())
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "body"
            await _spooled(request.stream(), path)
            return JSONResponse(dict(await actions.ingest(parts, _source(path, options.name, modified_at), options, _quiet)))

    return router


def _source(path: Path, name: str, modified_at: datetime) -> Source:
    return Source(path=path, name=name, modified_at=modified_at)


def _quiet(_progress: Progress) -> None:
    """The sender shows its own progress."""


async def _spooled(stream: AsyncIterator[bytes], path: Path) -> None:
    with path.open("wb") as file:
        async for block in stream:
            file.write(block)
