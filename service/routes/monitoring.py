"""The live view: start, stop, pace and break the live feed; its events, also as a stream; what was done about them; thresholds."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from domain.documents import document
from service.live import CASCADE
from service.parts import Parts
from service.recent import RecentEvents, Wanted, event_document
from service.requests import AnomalyRequest, EventsRequest, RateRequest, StartRequest
from service.routes.chat import EVENT_STREAM, HEARTBEAT_S, STREAM_HEADERS

SHOWN_ACTIONS = 50


def monitoring_routes(parts: Parts) -> APIRouter:
    """The routes of monitoring, once more under /api/demo, with events and thresholds."""
    router = APIRouter(prefix="/api", tags=["monitoring"])
    switches, views = _switches(parts), _views(parts)
    for prefix in ("/monitoring", "/demo"):
        for routes in (switches, views):
            router.include_router(routes, prefix=prefix, include_in_schema=prefix != "/demo")
    router.include_router(_events(parts))
    router.include_router(_thresholds(parts))
    return router


def _switches(parts: Parts) -> APIRouter:
    router = APIRouter()

    @router.post("/start", summary="Start the live feed; 400 when it is running")
    async def start(body: StartRequest | None = None) -> Mapping[str, Any]:
        parts.live.start(body.rate if body else None)
        return _status(parts)

    @router.post("/stop", summary="Stop the live feed; 400 when it is stopped")
    async def stop() -> Mapping[str, Any]:
        await parts.live.stop()
        return _status(parts)

    @router.post("/clear", summary="Empty the live view; the store and the knowledge base keep what they have")
    async def clear() -> Mapping[str, Any]:
        parts.live.clear()
        return _status(parts)

    @router.post("/anomaly", summary="Force an anomaly for two minutes; 400 when the feed is stopped")
    async def anomaly(body: AnomalyRequest | None = None) -> Mapping[str, Any]:
        asked = body or AnomalyRequest()
        return document(parts.live.force(asked.kind or CASCADE, asked.service))

    @router.put("/rate", summary="Set the events a minute of the live feed")
    async def rate(body: RateRequest) -> Mapping[str, Any]:
        parts.live.set_rate(body.rate)
        return _status(parts)

    return router


def _views(parts: Parts) -> APIRouter:
    router = APIRouter()

    @router.get("/status", summary="Whether the live feed runs, its rate and its counts")
    async def status() -> Mapping[str, Any]:
        return _status(parts)

    @router.get("/events", summary="The last events, newest first")
    async def events(asked: Annotated[EventsRequest, Query()]) -> list[Mapping[str, Any]]:
        return _shown(parts, asked)

    @router.get("/flagged", summary="The last flagged events, newest first")
    async def flagged(asked: Annotated[EventsRequest, Query()]) -> list[Mapping[str, Any]]:
        return _shown(parts, asked.model_copy(update={"flagged": True}))

    @router.get("/ai-actions", summary="Issues, drafted alerts and tickets made without anybody asking")
    async def actions() -> Mapping[str, Any]:
        return {
            "issues": await parts.documents.find("issue", limit=SHOWN_ACTIONS),
            "alerts": await parts.documents.find("draft", limit=SHOWN_ACTIONS),
            "tickets": await parts.documents.find("ticket", limit=SHOWN_ACTIONS),
        }

    return router


def _events(parts: Parts) -> APIRouter:
    router = APIRouter()

    @router.get("/events", summary="The last pushed events; `Accept: text/event-stream` goes on as they come")
    async def events(asked: Annotated[EventsRequest, Query()], request: Request) -> Response:
        if EVENT_STREAM in request.headers.get("accept", ""):
            return StreamingResponse(stream(parts.live.recent, wanted(asked)), media_type=EVENT_STREAM, headers=STREAM_HEADERS)
        return JSONResponse(_shown(parts, asked))

    return router


def _thresholds(parts: Parts) -> APIRouter:
    router = APIRouter()

    @router.get("/thresholds", summary="The thresholds that flag events")
    async def thresholds() -> Mapping[str, float]:
        return parts.thresholds.current()

    @router.put("/thresholds", summary="Change thresholds, for the next event on")
    async def change(body: dict[str, float]) -> Mapping[str, float]:
        return await parts.thresholds.change(body)

    return router


def _status(parts: Parts) -> Mapping[str, Any]:
    return document(parts.live.status())


def _shown(parts: Parts, asked: EventsRequest) -> list[Mapping[str, Any]]:
    return [event_document(record) for record in parts.live.recent.newest(asked.limit, wanted(asked))]


def wanted(asked: EventsRequest) -> Wanted:
    """The events a request asks for."""
    return Wanted(asked.flagged, asked.service, asked.event_type)


async def stream(recent: RecentEvents, which: Wanted) -> AsyncGenerator[str, None]:
    """Events as they come, as Server-Sent Events named `event`; a comment when nothing came for a while."""
    with recent.followed() as queue:
        yield ": following\n\n"
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    record = await queue.get()
            except TimeoutError:
                yield ": nothing new\n\n"
                continue
            if record is None:
                return
            if which.has(record):
                yield f"event: event\ndata: {json.dumps(event_document(record), ensure_ascii=False)}\n\n"
