"""POST /api/chat (JSON or Server-Sent Events), threads and runs."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from domain.errors import NothingFoundError, WatchfloorError
from domain.ids import ThreadId
from graph.events import Event
from service import actions
from service.parts import Parts
from service.problems import problem, status_of, unexpected
from service.requests import ChatRequest

log = logging.getLogger(__name__)

EVENT_STREAM = "text/event-stream"
HEARTBEAT_S = 15.0
STREAM_HEADERS = {"cache-control": "no-cache", "x-accel-buffering": "no"}


def chat_routes(parts: Parts) -> APIRouter:
    """Routes of questions and answers."""
    router = APIRouter(prefix="/api", tags=["chat"])

    @router.post("/chat", summary="Answer a question; `Accept: text/event-stream` streams the steps")
    async def chat(body: ChatRequest, request: Request) -> Response:
        if EVENT_STREAM in request.headers.get("accept", ""):
            return StreamingResponse(_events(parts, body), media_type=EVENT_STREAM, headers=STREAM_HEADERS)
        return JSONResponse((await actions.ask(parts, body)).as_json())

    @router.get("/threads/{thread_id}", summary="The turns of a conversation")
    async def thread(thread_id: str) -> Mapping[str, Any]:
        turns = await parts.state.turns(ThreadId(thread_id))
        if not turns:
            raise NothingFoundError(f"There is no thread {thread_id!r}.")
        return {"thread_id": thread_id, "turns": [{"question": turn.question, "headline": turn.headline} for turn in turns]}

    return router


def run_routes(parts: Parts) -> APIRouter:
    """Routes of stored runs and traces."""
    router = APIRouter(prefix="/api", tags=["runs"])

    @router.get("/runs/{run_id}", summary="A stored analysis")
    async def run(run_id: str) -> Mapping[str, Any]:
        return await actions.analysis_document(parts, run_id)

    @router.get("/traces/{trace_id}", summary="The spans of one of our own recent traces")
    async def trace(trace_id: str) -> Mapping[str, Any]:
        spans = parts.traces.spans(trace_id)
        if not spans:
            raise NothingFoundError(f"Trace {trace_id!r} is not among the recent ones.")
        return {"trace_id": trace_id, "spans": spans}

    return router


async def _events(parts: Parts, body: ChatRequest) -> AsyncIterator[str]:
    """The events of a run as they happen; a reader who leaves cancels the run."""
    queue: asyncio.Queue[Event | None] = asyncio.Queue()
    run = asyncio.create_task(_watched(parts, body, queue))
    try:
        while (event := await _next(queue)) is not None:
            yield _frame(event)
    finally:
        run.cancel()


async def _watched(parts: Parts, body: ChatRequest, queue: asyncio.Queue[Event | None]) -> None:
    try:
        await actions.ask(parts, body, queue.put_nowait)
    except WatchfloorError as error:
        queue.put_nowait(Event("error", {"problem": problem(status_of(error), str(error), exit_code=error.exit_code)}))
    except Exception as error:  # the HTTP edge: a stream that has begun can only say that it failed
        log.exception("chat.failed")
        queue.put_nowait(Event("error", {"problem": unexpected(error)}))
    finally:
        queue.put_nowait(None)


async def _next(queue: asyncio.Queue[Event | None]) -> Event | None:
    try:
        async with asyncio.timeout(HEARTBEAT_S):
            return await queue.get()
    except TimeoutError:
        return Event("token", {"text": ""})


def _frame(event: Event) -> str:
    return f"event: {event.name}\ndata: {json.dumps(event.data, ensure_ascii=False, default=str)}\n\n"
