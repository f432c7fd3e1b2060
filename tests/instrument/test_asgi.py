import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, StreamingResponse

from domain.telemetry import LogRecord
from instrument.asgi import Receive, Scope, Send, WideEvents
from instrument.encoding import encoded
from instrument.request import annotate, current
from pipeline.ndjson import record_of
from pipeline.reading import Reading
from tests.instrument.receiver import Heard, within_patience
from tests.serving import serving

TRACE = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
PARTS, PART = 5, b"x" * 100
SCOPE: Scope = {"type": "http", "method": "GET", "path": "/a", "headers": [], "root_path": ""}


def shop() -> FastAPI:
    app = FastAPI()

    @app.get("/orders/{order}")
    def order(order: int) -> dict[str, int]:
        annotate(customer_id="C-17", user_id="ada", stock=3)
        return {"order": order}

    @app.get("/boom")
    async def boom() -> None:
        raise LookupError("no rate for EUR")

    @app.get("/busy")
    async def busy() -> PlainTextResponse:
        return PlainTextResponse("no", 503)

    @app.get("/stream")
    async def stream(pause_s: float = 0.01) -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            for _ in range(PARTS):
                yield PART
                await asyncio.sleep(pause_s)

        return StreamingResponse(parts())

    return app


@pytest.fixture(scope="module")
def heard() -> Heard:
    return Heard()


@pytest.fixture(scope="module")
def address(heard: Heard) -> Iterator[str]:
    app = shop()
    app.add_middleware(WideEvents, sender=heard, service="shop", without=frozenset({"/healthz"}))
    with serving(app) as url:
        yield url


@pytest.fixture(autouse=True)
def forget(heard: Heard) -> None:
    heard.clear()


def told(heard: Heard) -> dict[str, Any]:
    assert within_patience(lambda: len(heard) == 1)
    return heard[0]


def test_a_request_is_one_event_with_the_fields_of_the_contract(address: str, heard: Heard) -> None:
    answer = httpx.get(f"{address}/orders/7?q=1", headers={**TRACE, "x-request-id": "r-1", "user-agent": "test/1"})
    event = told(heard)
    assert answer.json() == {"order": 7}
    took_ms = event.pop("duration_ms")
    assert event.pop("timestamp").startswith("20")
    assert 0 < took_ms < answer.elapsed.total_seconds() * 1e3 + 1_000
    assert event == {
        "service": "shop", "severity": "INFO", "body": "GET /orders/{order} 200", "event_type": "api", "route": "/orders/{order}",
        "http_method": "GET", "status_code": 200, "request_id": "r-1", "trace_id": "0af7651916cd43dd8448eb211c80319c",
        "span_id": "b7ad6b7169203331", "user_agent": "test/1", "client": "127.0.0.1", "response_bytes": len(answer.content),
        "customer_id": "C-17", "user_id": "ada", "stock": 3,
    }  # fmt: skip


def test_the_pipeline_reads_the_event(address: str, heard: Heard) -> None:
    httpx.get(f"{address}/orders/7", headers=TRACE)
    event = told(heard)
    record = record_of(encoded(event).decode(), Reading())
    assert isinstance(record, LogRecord)
    assert (record.service, record.route, record.method, record.status, record.user) == ("shop", "/orders/{order}", "GET", 200, "ada")
    assert (record.trace_id, record.client, record.duration_ms) == (event["trace_id"], "127.0.0.1", event["duration_ms"])
    assert (record.attributes["event_type"], record.attributes["request_id"], record.attributes["customer_id"]) == (
        "api",
        event["request_id"],
        "C-17",
    )


def test_an_exception_nobody_caught_is_told_and_answered_as_without_us(address: str, heard: Heard) -> None:
    answer = httpx.get(f"{address}/boom")
    event = told(heard)
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert (event["status_code"], event["severity"]) == (500, "ERROR")
    assert (event["error_code"], event["error_message"]) == ("LookupError", "no rate for EUR")


def test_a_failure_the_application_answers_is_an_error_too(address: str, heard: Heard) -> None:
    httpx.get(f"{address}/busy")
    assert (told(heard)["status_code"], heard[0]["severity"]) == (503, "ERROR")


def test_a_stream_is_timed_to_its_end(address: str, heard: Heard) -> None:
    with httpx.stream("GET", f"{address}/stream") as answer:
        assert heard == []
        assert answer.read() == PART * PARTS
    event = told(heard)
    assert event["duration_ms"] >= PARTS * 10
    assert event["response_bytes"] == PARTS * len(PART)


def test_a_client_that_goes_away_is_told(address: str, heard: Heard) -> None:
    with httpx.stream("GET", f"{address}/stream?pause_s=0.05") as answer:
        next(answer.iter_raw())
    event = told(heard)
    assert (event["status_code"], event["response_complete"]) == (200, False)
    assert event["response_bytes"] < PARTS * len(PART)


def test_requests_at_the_same_time_are_not_mixed_up(address: str, heard: Heard) -> None:
    def ask(number: int) -> None:
        httpx.get(f"{address}/orders/{number}", headers={"x-request-id": f"r-{number}"})

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert within_patience(lambda: len(heard) == 20)
    assert {event["request_id"] for event in heard} == {f"r-{number}" for number in range(20)}


def test_a_path_left_out_is_not_told(address: str, heard: Heard) -> None:
    httpx.get(f"{address}/healthz")
    httpx.get(f"{address}/orders/7")
    assert told(heard)["route"] == "/orders/{order}"


def test_the_log_lines_of_a_request_are_counted(heard: Heard) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        ongoing = current()
        assert ongoing is not None
        ongoing.logged.update({"warn": 2})
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    asyncio.run(WideEvents(app, heard)(dict(SCOPE), nothing, swallow))
    assert (heard[0]["logged"], heard[0]["status_code"]) == ({"warn": 2}, 204)


async def nothing() -> dict[str, Any]:
    return {"type": "http.disconnect"}


async def swallow(_message: Any) -> None:
    pass


@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
async def test_what_is_no_http_request_passes_untouched(heard: Heard, kind: str) -> None:
    given: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        given.extend((scope, receive, send))

    scope: Scope = {"type": kind, "path": "/ws"}
    await WideEvents(app, heard)(scope, nothing, swallow)
    assert given == [scope, nothing, swallow]
    assert heard == []


@pytest.mark.parametrize("error", [ValueError("a"), KeyError(), asyncio.CancelledError(), SystemExit(3)])
async def test_every_exception_passes_as_it_is(heard: Heard, error: BaseException) -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        await WideEvents(app, heard)(dict(SCOPE), nothing, swallow)
    assert caught.value is error
    assert len(heard) == 1
    assert current() is None


async def test_a_cancelled_request_says_so(heard: Heard) -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await asyncio.sleep(60)

    task = asyncio.create_task(WideEvents(app, heard)(dict(SCOPE), nothing, swallow))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (heard[0]["status_code"], heard[0]["cancelled"], heard[0]["severity"]) == (499, True, "INFO")


async def test_an_application_that_sends_nothing_is_told_as_one(heard: Heard) -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        logging.getLogger(__name__).debug("silent")

    await WideEvents(app, heard)(dict(SCOPE), nothing, swallow)
    assert (heard[0]["status_code"], heard[0]["error_code"]) == (500, "no_response")


async def test_a_bare_scope_is_enough(heard: Heard) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"ab"})

    await WideEvents(app, heard)({"type": "http", "path": "/x/1"}, nothing, swallow)
    assert (heard[0]["route"], heard[0]["response_bytes"], len(heard[0]["request_id"])) == ("/x/{id}", 2, 32)


async def test_what_is_annotated_cannot_hide_how_a_request_ended(heard: Heard) -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        annotate(status_code=200, severity="DEBUG", error_code="fine", region="eu")
        raise LookupError("x")

    with pytest.raises(LookupError):
        await WideEvents(app, heard)(dict(SCOPE), nothing, swallow)
    assert {name: heard[0][name] for name in ("status_code", "severity", "error_code", "region")} == {
        "status_code": 500, "severity": "ERROR", "error_code": "LookupError", "region": "eu",
    }  # fmt: skip
