"""The puppet behind a socket, as any OpenAI-compatible server: what it is sent is what a model would be sent."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from evals.injection.puppet import LETTERS_A_TOKEN, Mind, reply

MODEL = "puppet"


@contextmanager
def serving(mind: Mind) -> Iterator[str]:
    """A server on a free port of this machine that answers with this mind; its base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(mind))
    thread = threading.Thread(target=server.serve_forever, name="puppet", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answered(request: Mapping[str, Any], mind: Mind) -> tuple[str, dict[str, int]]:
    """The text of the answer to a request body, and what it cost."""
    form = request.get("response_format", {}).get("json_schema", {})
    parts = [message["content"] if message["role"] == "system" else _turn(message) for message in request["messages"]]
    text = "\n\n".join(parts)
    said = json.dumps(reply(form.get("name", "word"), text, form.get("schema", {}), mind), ensure_ascii=False)
    spent = len(text) // LETTERS_A_TOKEN, len(said) // LETTERS_A_TOKEN
    return said, {"prompt_tokens": spent[0], "completion_tokens": spent[1], "total_tokens": sum(spent)}


def _turn(message: Mapping[str, Any]) -> str:
    return f"## {message['role']}\n{message['content']}"


def _handler(mind: Mind) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One request at a time; answers are streamed as one piece."""

        def do_GET(self) -> None:
            self._send("application/json", json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]}).encode())

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            said, usage = answered(request, mind)
            self._send("text/event-stream", b"".join(_events(said, usage)))

        def log_message(self, *_given: object) -> None:
            """Says nothing."""

        def _send(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


def _events(said: str, usage: Mapping[str, int]) -> Iterator[bytes]:
    head = {"id": "puppet-1", "object": "chat.completion.chunk", "created": 0, "model": MODEL}
    told = {"index": 0, "delta": {"role": "assistant", "content": said}, "finish_reason": None}
    end = {"index": 0, "delta": {}, "finish_reason": "stop"}
    for choices, spent in (([told], None), ([end], None), ([], usage)):
        yield f"data: {json.dumps({**head, 'choices': choices, 'usage': spent})}\n\n".encode()
    yield b"data: [DONE]\n\n"
