"""A chat server on loopback that is as bad as it is told to be."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from evals.robustness.kinds import KINDS, Asked, Kind

PIECE = 20_000
STATUS = {"500": "500 Broken", "429": "429 Busy"}


@dataclass(slots=True)
class BadServer:
    """Answers every request in its present kind; `asked` counts the requests."""

    kind: Kind = KINDS[0]
    asked: int = 0
    base_url: str = ""
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()
            self._open.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"GET"):
            writer.write(_plain("200 OK", "application/json", b'{"object": "list", "data": []}'))
            return
        lengths = [int(line.split(b":")[1]) for line in head.lower().splitlines() if line.startswith(b"content-length")]
        request = json.loads(await reader.readexactly(lengths[0]))
        self.asked += 1
        for part in bytes_of(self.kind, asked_of(request)):
            writer.write(part)
            await writer.drain()

    def stop(self) -> None:
        """Let go of whoever still waits."""
        for task in self._open:
            task.cancel()


@asynccontextmanager
async def bad_server() -> AsyncIterator[BadServer]:
    """A server that is bad in the kind that is set on it."""
    bad = BadServer()
    server = await asyncio.start_server(bad.connected, "127.0.0.1", 0)
    bad.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield bad
    finally:
        bad.stop()
        server.close()


def asked_of(request: Mapping[str, Any]) -> Asked:
    """What a request asks for, by the schema it brings."""
    form = request.get("response_format", {}).get("json_schema", {}).get("schema", {})
    offered = {name: _names(held) for name, held in form.get("properties", {}).items()}
    return Asked(offered, str(request["messages"][-1]["content"]))


def _names(field_schema: Mapping[str, Any]) -> tuple[str, ...]:
    items = field_schema.get("items", {})
    tools = items.get("properties", {}).get("tool", {})
    return tuple(str(name) for name in (items.get("enum") or tools.get("enum") or ()))


def bytes_of(kind: Kind, asked: Asked) -> Iterator[bytes]:
    """What a kind of badness sends."""
    said = kind.text(asked)
    if kind.way in STATUS:
        yield _plain(STATUS[kind.way], "application/json", b'{"error": {"message": "no", "type": "x"}}')
    elif kind.way == "html":
        yield _plain("200 OK", "text/html", b"<html><body><h1>It works</h1></body></html>")
    elif kind.way == "json":
        message = {"role": "assistant", "content": said}
        yield _plain("200 OK", "application/json", json.dumps({"choices": [{"index": 0, "message": message}]}).encode())
    elif kind.way != "closed":
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
        yield from _events(kind, said)


def _events(kind: Kind, said: str) -> Iterator[bytes]:
    if kind.way == "garbage":
        yield b"data: {not json\n\ndata: \xff\xfe\n\n"
    elif kind.way == "nulls":
        yield b'data: {"id": null, "choices": null}\n\ndata: null\n\ndata: {"choices": [{"delta": null}]}\n\n'
    elif kind.way == "call":
        yield _event({"tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": {"name": "answer", "arguments": said}}]})
    else:
        half = len(said) // 2 if kind.way == "cut" else len(said)
        yield from (_event({"content": said[start : min(start + PIECE, half)]}) for start in range(0, half, PIECE))
    if kind.way not in ("cut", "garbage"):
        yield _event({}, "stop") + b"data: [DONE]\n\n"


def _event(delta: Mapping[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "bad", "choices": [choice]}
    return f"data: {json.dumps(body)}\n\n".encode()


def _plain(status: str, content_type: str, body: bytes) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
