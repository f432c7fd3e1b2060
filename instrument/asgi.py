"""ASGI middleware: one wide event per HTTP request, handed to a sender when the response is over."""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from instrument.request import Ongoing, begin, end
from instrument.routes import route_of
from instrument.sink import Sink
from instrument.tracing import trace_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SERVER_ERROR = 500
CLIENT_CLOSED = 499  # nginx's status of a request whose client went away
MOST_TEXT = 200


class WideEvents:
    """Wraps an application and puts one event per request; what the application does is never changed.

    `service` only where it differs from the sender's. `without`: paths that are not told, health checks say.
    """

    def __init__(self, app: App, sender: Sink, *, service: str = "", without: frozenset[str] = frozenset()) -> None:
        self._app, self._sender, self._service, self._without = app, sender, service, without

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._without:
            await self._app(scope, receive, send)
            return
        with Exchange(scope, send, self._tell) as exchange:
            await self._app(scope, receive, exchange.send)

    def _tell(self, event: dict[str, Any]) -> None:
        if self._service:
            event["service"] = self._service
        self._sender.put(event)


class Exchange:
    """One request and its response while they pass; at its end, whatever that is, the event is told."""

    def __init__(self, scope: Scope, send: Send, tell: Callable[[dict[str, Any]], None]) -> None:
        self._scope, self._send, self._tell = scope, send, tell
        self._root = str(scope.get("root_path", ""))
        self._headers = {name: value.decode("latin-1") for name, value in scope.get("headers", ())}
        self._status, self._bytes, self._is_whole = 0, 0, False
        self._began_ns = time.perf_counter_ns()
        request_id = self._header(b"x-request-id")[:MOST_TEXT] or uuid4().hex
        self._ongoing = Ongoing(request_id, *trace_of(self._header(b"traceparent")))

    def __enter__(self) -> Self:
        self._token = begin(self._ongoing)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        end(self._token)
        self._tell(self._event(error))

    async def send(self, message: Message) -> None:
        """Pass a message of the response on, and remember what it says."""
        await self._send(message)
        if message["type"] == "http.response.start":
            self._status = message["status"]
        elif message["type"] == "http.response.body":
            self._bytes += len(message.get("body", b""))
            self._is_whole = not message.get("more_body", False)

    def _event(self, error: BaseException | None) -> dict[str, Any]:
        status, failure = self._outcome(error)
        route, method = route_of(self._scope, self._root), str(self._scope.get("method", ""))
        ongoing = self._ongoing
        return {
            **ongoing.said,
            "timestamp": datetime.now(UTC).isoformat(),
            "severity": "ERROR" if status >= SERVER_ERROR or "error_code" in failure else "INFO",
            "body": f"{method} {route} {status}",
            "event_type": "api",
            "route": route,
            "http_method": method,
            "status_code": status,
            "duration_ms": (time.perf_counter_ns() - self._began_ns) / 1e6,
            "request_id": ongoing.request_id,
            "trace_id": ongoing.trace_id,
            "span_id": ongoing.span_id,
            "user_agent": self._header(b"user-agent")[:MOST_TEXT],
            "client": (self._scope.get("client") or ("",))[0],
            "response_bytes": self._bytes,
            **failure,
            **({"logged": dict(ongoing.logged)} if ongoing.logged else {}),
        }

    def _outcome(self, error: BaseException | None) -> tuple[int, dict[str, Any]]:
        """The status a request is remembered by, and what went wrong with it."""
        if error is not None and not isinstance(error, Exception):  # cancelled: the client went away, or the server stops
            return self._status or CLIENT_CLOSED, {"response_complete": self._is_whole, "cancelled": True}
        if error is not None:
            return self._status or SERVER_ERROR, {"error_code": type(error).__qualname__, "error_message": _said(error)}
        if not self._status:
            return SERVER_ERROR, {"error_code": "no_response", "error_message": "the application sent no response"}
        return self._status, {} if self._is_whole else {"response_complete": False}

    def _header(self, name: bytes) -> str:
        return str(self._headers.get(name, ""))


def _said(error: BaseException) -> str:
    """The message of an error without running code of its class."""
    return next((given for given in error.args if isinstance(given, str)), type(error).__qualname__)[:2_000]
