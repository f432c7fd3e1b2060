"""What log shippers push in the protocols of other systems: Loki's push API and Elastic's bulk API."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from time import perf_counter
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from domain.errors import WatchfloorError
from pipeline.pushed.elastic import Bulk
from pipeline.pushed.loki import parse_loki
from pipeline.receive import Received
from service.bodies import Bodies, kind_of
from service.gate import Gate
from service.refusals import ELASTIC_HEADERS, elastic_problem, elastic_refusal, loki_refusal
from service.routes.push import JSON, repeat_headers

LOKI_TYPES = frozenset({JSON, "application/x-protobuf"})
# Shippers ask for a version before they send; this is the bulk API we answer like, and the tagline says who answers.
ELASTIC_VERSION = "8.19.0"
NODE: Mapping[str, Any] = {
    "name": "watchfloor",
    "cluster_name": "watchfloor",
    "version": {"number": ELASTIC_VERSION, "build_flavor": "default"},
    "tagline": "Watchfloor takes the bulk API; it is not Elasticsearch",
}


def pushed_routes(gate: Gate) -> APIRouter:
    """Routes of other systems' push protocols."""
    router = APIRouter(tags=["intake"])
    bodies = Bodies(gate.settings.max_body_mb << 20)
    router.include_router(_loki(gate, bodies))
    bulk = _bulk(gate, bodies)
    router.include_router(bulk)
    router.include_router(bulk, prefix="/elastic", include_in_schema=False)
    router.include_router(_questions())
    return router


def _loki(gate: Gate, bodies: Bodies) -> APIRouter:
    router = APIRouter()

    @router.post("/loki/api/v1/push", summary="Loki's push API: JSON, or protobuf packed with snappy")
    async def push(request: Request) -> Response:
        kind = kind_of(request)
        if kind not in LOKI_TYPES:
            return PlainTextResponse(f"Loki's push takes {sorted(LOKI_TYPES)}, not {kind!r}.\n", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        try:
            async with bodies.taken(request, "" if kind == JSON else "snappy") as body:
                content = body.content
                taken = await gate.receiver.accept(lambda: parse_loki(content, kind), body.digest, body.source, len(content))
        except WatchfloorError as error:
            return loki_refusal(error)
        return _loki_answer(taken)

    @router.get("/ready", summary="What Loki's clients ask before they push", include_in_schema=False)
    async def ready() -> Response:
        return PlainTextResponse("ready\n")

    return router


def _loki_answer(taken: Received) -> Response:
    """204; as in Loki a 400 says that lines are not taken while the others are, and is not sent again."""
    if not taken.rejections:
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=repeat_headers(taken))
    first = taken.rejections[0]
    said = f"{len(taken.rejections)} lines not taken, {taken.accepted} taken; the first is line {first.line}: {first.reason}\n"
    return PlainTextResponse(said, HTTPStatus.BAD_REQUEST, headers=repeat_headers(taken))


def _bulk(gate: Gate, bodies: Bodies) -> APIRouter:
    router = APIRouter()

    async def take(request: Request, index: str = "") -> Response:
        began = perf_counter()
        try:
            async with bodies.taken(request) as body:
                bulk = Bulk(body.content, index)
                taken = await gate.receiver.accept(bulk.items, body.digest, body.source, len(body.content))
                document = await asyncio.to_thread(bulk.answer, taken.rejections, round((perf_counter() - began) * 1_000))
        except WatchfloorError as error:
            return elastic_refusal(error)
        return JSONResponse(document, headers={**ELASTIC_HEADERS, **repeat_headers(taken)})

    @router.post("/_bulk", summary="Elastic's bulk API: logs to create or index; also under /elastic")
    async def bulk(request: Request) -> Response:
        return await take(request)

    @router.post("/{index}/_bulk", summary="Elastic's bulk API with an index for actions that name none; also under /elastic")
    async def bulk_of_index(index: str, request: Request) -> Response:
        return await take(request, index)

    return router


def _questions() -> APIRouter:
    """What shippers ask an Elastic server before they send; everything else is not here, and says so."""
    router = APIRouter(prefix="/elastic")

    @router.head("/", include_in_schema=False)
    @router.get("/", summary="What an Elastic client asks first: name and version of the bulk API spoken")
    async def node() -> Response:
        return JSONResponse(dict(NODE), headers=ELASTIC_HEADERS)

    @router.get("/_license", summary="What Beats ask: nothing beyond the basic licence is here")
    async def licence() -> Response:
        return JSONResponse(
            {"license": {"uid": "watchfloor", "type": "basic", "mode": "basic", "status": "active"}}, headers=ELASTIC_HEADERS
        )

    @router.get("/_cluster/health", summary="What Vector asks: whether the bulk API answers")
    async def health() -> Response:
        return JSONResponse({"cluster_name": "watchfloor", "status": "green", "number_of_nodes": 1}, headers=ELASTIC_HEADERS)

    @router.api_route("/{path:path}", methods=["GET", "HEAD", "POST", "PUT", "DELETE"], include_in_schema=False)
    async def others(path: str) -> Response:
        return elastic_problem(HTTPStatus.NOT_FOUND, f"[{path}] is not served: only _bulk is; set up no templates, policies or pipelines.")

    router.add_api_route("", node, methods=["GET", "HEAD"], include_in_schema=False)
    return router
