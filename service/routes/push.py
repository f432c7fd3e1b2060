"""What is pushed over our own routes: OTLP/HTTP, and NDJSON or JSON objects."""

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from domain.errors import TooLargeError, WatchfloorError
from domain.telemetry import Signal
from pipeline.limits import DEFAULT_LIMITS
from pipeline.pushed.objects import object_items
from pipeline.receive import NDJSON_TYPES, Received
from service.bodies import REPEAT_HEADERS, Bodies, Body, kind_of
from service.gate import Gate
from service.problems import problem_response
from service.refusals import otlp_refusal
from service.requests import IngestRequest

OTLP_TYPES = frozenset({"application/json", "application/x-protobuf"})
JSON = "application/json"
SHOWN_REJECTIONS = 100
# Options of a request that is a push; any other one is about a file.
_OF_PUSHES = frozenset({"format", "service", "signal"})


def push_routes(gate: Gate) -> APIRouter:
    """Routes that take pushes alone: OTLP/HTTP, and NDJSON or JSON objects."""
    router = APIRouter(tags=["intake"])
    bodies = Bodies(gate.settings.max_body_mb << 20)
    router.include_router(otlp_routes(gate, bodies))

    @router.post("/api/ingest", summary="Push NDJSON or JSON objects")
    async def ingest(options: Annotated[IngestRequest, Query()], request: Request) -> Response:
        if is_push(options, kind_of(request)):
            return await pushed(gate, bodies, options, request)
        detail = "This process takes pushes alone: NDJSON or JSON objects, without options of files. Load files where the store is."
        return problem_response(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)

    return router


def otlp_routes(gate: Gate, bodies: Bodies) -> APIRouter:
    router = APIRouter()

    async def take(signal: Signal, request: Request) -> Response:
        kind = kind_of(request)
        if kind not in OTLP_TYPES:
            return problem_response(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"OTLP/HTTP takes {sorted(OTLP_TYPES)}, not {kind!r}.")
        try:
            async with bodies.taken(request) as body:
                taken = await gate.receiver.take(signal, body.content, kind, source=body.source, digest=body.digest)
        except WatchfloorError as error:
            return otlp_refusal(error, kind)
        answer = gate.encode_response(signal, kind, len(taken.rejections), _said(taken))
        return Response(answer, media_type=kind, headers=repeat_headers(taken))

    @router.post("/v1/logs", summary="OTLP/HTTP logs")
    async def logs(request: Request) -> Response:
        return await take("logs", request)

    @router.post("/v1/traces", summary="OTLP/HTTP traces")
    async def traces(request: Request) -> Response:
        return await take("traces", request)

    @router.post("/v1/metrics", summary="OTLP/HTTP metrics")
    async def metrics(request: Request) -> Response:
        return await take("metrics", request)

    return router


def repeat_headers(taken: Received) -> dict[str, str]:
    """The header that says a request was taken before."""
    return dict(REPEAT_HEADERS) if taken.is_repeat else {}


def _said(taken: Received) -> str:
    if not taken.rejections:
        return ""
    first = taken.rejections[0]
    return f"{len(taken.rejections)} not taken, {taken.accepted} taken; the first: record {first.line}: {first.reason}"


def is_push(options: IngestRequest, kind: str) -> bool:
    """Whether a body is pushed events: JSON by its type, and nothing said that is about a file."""
    is_json = kind in NDJSON_TYPES or kind == JSON
    return is_json and options.format in {"auto", "ndjson"} and options.model_fields_set <= _OF_PUSHES


async def pushed(gate: Gate, bodies: Bodies, options: IngestRequest, request: Request) -> Response:
    async with bodies.taken(request) as body:
        taken = await _received(gate, options, body)
    rejected = [{"line": one.line, "reason": one.reason} for one in taken.rejections[:SHOWN_REJECTIONS]]
    document = {"accepted": taken.accepted, "rejected_total": len(taken.rejections), "rejected": rejected}
    if rejected and not taken.accepted:
        detail = f"None of the {len(taken.rejections)} lines can be taken; line {rejected[0]['line']}: {rejected[0]['reason']}"
        return problem_response(HTTPStatus.BAD_REQUEST, detail, **document)
    return JSONResponse(document, headers=repeat_headers(taken))


async def _received(gate: Gate, options: IngestRequest, body: Body) -> Received:
    if body.kind == JSON:
        given = (body.content, options.service, options.signal)
        return await gate.receiver.accept(lambda: object_items(*given), body.digest, body.source, len(body.content))
    lines = await asyncio.to_thread(body.content.count, b"\n")
    if lines > DEFAULT_LIMITS.records:
        raise TooLargeError(f"A request may hold {DEFAULT_LIMITS.records:,} lines, not {lines:,}; send smaller batches.")
    return await gate.receiver.take(options.signal, body.content, body.kind, options.service, source=body.source, digest=body.digest)
