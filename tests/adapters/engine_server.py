"""ClickHouse's HTTP protocol in front of the embedded engine: what a test needs of a server where none can be had."""

import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import chdb
import lz4.frame  # type: ignore[import-untyped]
import zstandard

DECODERS = {"lz4": lz4.frame.decompress, "zstd": zstandard.decompress}
TRANSPORT = {"query", "database", "session_id", "query_id", "default_format", "client_protocol_version", "wait_end_of_query", "compress"}
TRANSPORT |= {"enable_http_compression", "send_progress_in_http_headers", "http_headers_progress_interval_ms", "buffer_size"}
FORMAT = re.compile(r"\sFORMAT\s+(\w+)\s*$", re.IGNORECASE)


class Handler(BaseHTTPRequestHandler):
    """One request, one connection to the engine, as a server gives every request its own settings."""

    path_of_engine = ""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.reply(200, b"Ok.\n")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or self.chunks()
        body = DECODERS.get(self.headers.get("Content-Encoding", ""), bytes)(body)
        given = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        if (kind := self.headers.get("Content-Type", "")).startswith("multipart/form-data"):
            given, body = {**given, **fields(kind, body)}, b""
        try:
            self.reply(200, self.answer(given, body))
        except RuntimeError as error:
            code = re.search(r"Code: (\d+)", str(error))
            self.reply(500, str(error).encode(), {"X-ClickHouse-Exception-Code": code[1] if code else "1"})

    def answer(self, given: dict[str, str], body: bytes) -> bytes:
        params = {name.removeprefix("param_"): value for name, value in given.items() if name.startswith("param_")}
        connection: Any = chdb.connect(self.path_of_engine)  # type: ignore[no-untyped-call]
        try:
            for name, value in sorted(given.items(), key=lambda item: item[0] == "readonly"):
                if name not in TRANSPORT and not name.startswith("param_"):
                    connection.query(f"SET {name} = '{value}'")
            if "query" in given and body:
                return self.insert(connection, given["query"], body)
            return self.select(connection, given.get("query") or body.decode(), params)
        finally:
            connection.close()

    def select(self, connection: Any, sql: str, params: dict[str, str]) -> bytes:
        form = FORMAT.search(sql)
        found = connection.query(FORMAT.sub("", sql), form[1] if form else "TabSeparated", params=params).bytes()
        return bytes(found or b"")

    def insert(self, connection: Any, sql: str, body: bytes) -> bytes:
        with tempfile.NamedTemporaryFile() as file:
            file.write(body)
            file.flush()
            connection.query(FORMAT.sub(f" FROM INFILE '{file.name}' FORMAT \\1", sql))
        return b""

    def chunks(self) -> bytes:
        parts = []
        while self.headers.get("Transfer-Encoding") == "chunked" and (size := int(self.rfile.readline(), 16)):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        return b"".join(parts)

    def reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "X-ClickHouse-Timezone": "UTC", **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its parent names it so
        """Says nothing."""


def fields(kind: str, body: bytes) -> dict[str, str]:
    """The fields of a form: long parameters come in one."""
    form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    named = {str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True) for part in form.walk()}
    return {name: value.decode() for name, value in named.items() if isinstance(value, bytes)}


@contextmanager
def serving(path: str) -> Iterator[str]:
    """A server over the engine of this process; gives its address."""
    handler = type("EngineHandler", (Handler,), {"path_of_engine": path})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
