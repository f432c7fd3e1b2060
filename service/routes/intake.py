"""What comes in: OTLP/HTTP and file bodies."""

import gzip
import tempfile
import zlib
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from agents.windows import parse_time
from domain.errors import WrongUseError
from domain.telemetry import Signal
from pipeline.loader import Progress, Source
from service import actions
from service.parts import Parts
from service.problems import problem_response
from service.requests import IngestRequest

MAX_BODY = 20 << 20
WBITS_GZIP = 16 + zlib.MAX_WBITS
OTLP_TYPES = frozenset({"application/json", "application/x-protobuf"})
PACKINGS = frozenset({"gzip", "identity"})


def intake_routes(parts: Parts) -> APIRouter:
    """Routes that take telemetry."""
    router = APIRouter(tags=["intake"])

    async def take(signal: Signal, request: Request) -> Response:
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind not in OTLP_TYPES:
            return problem_response(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"OTLP/HTTP takes {sorted(OTLP_TYPES)}, not {kind!r}.")
        if (packing := _packing(request)) not in PACKINGS:
            return problem_response(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"The content encoding {packing!r} is not taken; send gzip or none.")
        body = await _body(request)
        if body is None:
            return problem_response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"At most {MAX_BODY} bytes, unpacked, are taken at once.")
        taken = await parts.receiver.take(signal, body, kind)
        reason = taken.rejections[0].reason if taken.rejections else ""
        return Response(parts.encode_response(signal, kind, len(taken.rejections), reason), media_type=kind)

    @router.post("/v1/logs", summary="OTLP/HTTP logs")
    async def logs(request: Request) -> Response:
        return await take("logs", request)

    @router.post("/v1/traces", summary="OTLP/HTTP traces")
    async def traces(request: Request) -> Response:
        return await take("traces", request)

    @router.post("/v1/metrics", summary="OTLP/HTTP metrics")
    async def metrics(request: Request) -> Response:
        return await take("metrics", request)

    @router.post("/api/ingest", summary="Load a file's bytes in any known format (gzip too)")
    async def ingest(options: Annotated[IngestRequest, Query()], request: Request) -> Mapping[str, Any]:
        modified_at = parse_time(options.modified_at or "now", parts.clock.now())
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "body"
            await _spooled(request.stream(), path)
            return await actions.ingest(parts, _source(path, options.name, modified_at), options, _quiet)

    return router


def _source(path: Path, name: str, modified_at: datetime) -> Source:
    return Source(path=path, name=name, modified_at=modified_at)


def _quiet(_progress: Progress) -> None:
    """The sender shows its own progress."""


async def _spooled(stream: AsyncIterator[bytes], path: Path) -> None:
    with path.open("wb") as file:
        async for block in stream:
            file.write(block)


def _packing(request: Request) -> str:
    return request.headers.get("content-encoding", "identity").strip().lower()


async def _body(request: Request) -> bytes | None:
    """The unpacked body; None when it is larger than we take. Raises WrongUseError for a broken gzip."""
    raw = bytearray()
    async for block in request.stream():
        raw += block
        if len(raw) > MAX_BODY:
            return None
    if _packing(request) != "gzip":
        return bytes(raw)
    return await run_in_threadpool(_unpacked, bytes(raw))


def _unpacked(raw: bytes) -> bytes | None:
    unpacker = zlib.decompressobj(WBITS_GZIP)
    try:
        body = unpacker.decompress(raw, MAX_BODY + 1)
    except (zlib.error, gzip.BadGzipFile) as error:
        raise WrongUseError(f"The body says gzip but does not unpack: {error}") from error
    if len(body) > MAX_BODY:
        return None
    if not unpacker.eof:
        raise WrongUseError("The gzip body is truncated; send it again whole.")
    if unpacker.unused_data:
        raise WrongUseError("The gzip body goes on after its end; send it as one gzip stream.")
    return body
