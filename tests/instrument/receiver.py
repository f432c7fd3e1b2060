"""A receiver that answers what it is told to: in this process, on a free port of the loopback."""

import gzip
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request that came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in gzip.decompress(self.body).splitlines()]


@dataclass(slots=True)
class Receiver:
    """What came, and what is answered: `answers` one after the other, then 200. While `is_stalled`, nothing."""

    requests: list[Request] = field(default_factory=list)
    answers: list[tuple[int, Mapping[str, str], Any]] = field(default_factory=list)
    is_stalled: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for request in list(self.requests) for event in request.events]

    def answer(self, request: Request) -> tuple[int, Mapping[str, str], Any]:
        self.requests.append(request)
        return self.answers.pop(0) if self.answers else (200, {}, {"accepted": len(request.events), "rejected": []})


def within_patience(holds: Any) -> bool:
    """Whether something comes to hold in ten seconds."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.01)
    return False


@contextmanager
def running() -> Iterator[Receiver]:
    receiver = Receiver()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            while receiver.is_stalled.is_set():
                time.sleep(0.01)
            status, headers, said = receiver.answer(Request(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # a sender that waited no longer
                self.wfile.write(json.dumps(said).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's name)
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.daemon_threads = True
        receiver.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield receiver
        finally:
            receiver.is_stalled.clear()
            server.shutdown()


class Heard(list[dict[str, Any]]):
    """A sink that keeps what it hears."""

    def put(self, event: Mapping[str, Any]) -> bool:
        self.append(dict(event))
        return True
