"""A small OpenAI-compatible server on loopback, scripted reply by reply."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Step = str | int
Script = Callable[[Mapping[str, Any]], Step]


@dataclass(slots=True)
class ChatServer:
    """Each step, or what a script makes of the request, answers one request.

    A text streams, a number is an HTTP error, `cut` ends mid-stream, `hang` says nothing more.

    `silent` also leaves later requests unanswered, as a frozen process would.
    """

    steps: list[Step] | Script
    complaint: str = "try later"
    requests: list[dict[str, Any]] = field(default_factory=list)
    probes: int = 0
    is_frozen: bool = False
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next((int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")), 0)
        body = await reader.readexactly(length)
        if self.is_frozen:
            await asyncio.sleep(60)
        elif head.startswith("GET"):
            self.probes += 1
            await _reply(writer, 200, {"object": "list", "data": []})
        else:
            self.requests.append(json.loads(body))
            await self._step(writer, self.steps(self.requests[-1]) if callable(self.steps) else self.steps.pop(0))
        writer.close()

    async def _step(self, writer: asyncio.StreamWriter, step: Step) -> None:
        if isinstance(step, int):
            await _reply(writer, step, {"error": {"message": self.complaint, "type": "x"}})
            return
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        if step in ("hang", "silent", "cut"):
            self.is_frozen = step == "silent"
            await _send(writer, _chunk({"content": '{"desks"'}))
            await asyncio.sleep(0 if step == "cut" else 60)
            return
        for part in (step[: len(step) // 2], step[len(step) // 2 :]):
            await _send(writer, _chunk({"content": part}))
        usage = {"prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107}
        await _send(writer, {**_chunk({}, "stop"), "usage": usage})
        writer.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
        await writer.drain()


@asynccontextmanager
async def chat_server(steps: Sequence[Step] | Script, complaint: str = "try later") -> AsyncIterator[ChatServer]:
    """A server that answers with `steps` in order, or as a script says."""
    chat = ChatServer(steps if callable(steps) else list(steps), complaint)
    open_tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(chat.serve(reader, writer))
        open_tasks.add(task)
        await asyncio.wait({task})

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    chat.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    yield chat
    for task in open_tasks:
        task.cancel()
    server.close()


async def _reply(writer: asyncio.StreamWriter, status: int, document: object) -> None:
    body = json.dumps(document).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()


async def _send(writer: asyncio.StreamWriter, document: object) -> None:
    event = f"data: {json.dumps(document)}\n\n".encode()
    writer.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
    await writer.drain()


def _chunk(delta: dict[str, str], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "tiny", "choices": [choice]}
