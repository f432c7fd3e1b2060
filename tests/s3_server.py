"""As much of S3 as pyarrow speaks: objects, ranges, listings and uploads in parts, in memory; signatures are not checked."""

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

XML = "application/xml"
ACCOUNT = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true"}
MODIFIED = "Sun, 01 Mar 2026 12:00:00 GMT"


@dataclass(slots=True)
class Bucket:
    """Objects by key, uploads that are not complete, and what was asked.

    `refused`: methods answered with 503 from now on; `garbles`: what is stored loses its last byte; `page`: names a listing.
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, dict[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    garbles: bool = False
    page: int = 1_000


class S3Handler(BaseHTTPRequestHandler):
    """Path-style addresses: /bucket/key."""

    bucket: Bucket
    name = ""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        asked, key = self.began()
        if key is None:
            return
        content = self.bucket.objects.get(key)
        if not key:
            self.listing(asked)
        elif content is None:
            self.fail(404, "NoSuchKey")
        else:
            self.piece(content)

    def piece(self, content: bytes) -> None:
        first, last = self.range(len(content))
        whole = first == 0 and last == len(content) - 1
        span = {} if whole else {"Content-Range": f"bytes {first}-{last}/{len(content)}"}
        self.reply(200 if whole else 206, content[first : last + 1], {**self.facts(content), **span})

    def do_HEAD(self) -> None:
        _, key = self.began()
        if key is None:
            return
        content = self.bucket.objects.get(key) if key else b""
        self.reply(200 if content is not None else 404, content or b"", self.facts(content or b""))

    def do_PUT(self) -> None:
        body = self.body()
        asked, key = self.began()
        if not key:
            return
        if upload := asked.get("uploadId"):
            self.bucket.uploads[upload][int(asked["partNumber"])] = body
        else:
            self.bucket.objects[key] = body[:-1] if self.bucket.garbles else body
        self.reply(200, b"", {"ETag": tag(body)})

    def do_POST(self) -> None:
        body = self.body()
        asked, key = self.began()
        if not key:
            return
        if "uploads" in asked:
            self.upload_begun(key)
            return
        assert body.startswith(b"<"), "an upload is completed by naming its parts"
        parts = self.bucket.uploads.pop(asked["uploadId"])
        self.bucket.objects[key] = b"".join(parts[number] for number in sorted(parts))
        self.reply(200, document("CompleteMultipartUploadResult", f"<ETag>{tag(self.bucket.objects[key])}</ETag>"), {})

    def upload_begun(self, key: str) -> None:
        upload = f"upload-{len(self.bucket.asked)}"
        self.bucket.uploads[upload] = {}
        inner = f"<Bucket>{self.name}</Bucket><Key>{escape(key)}</Key><UploadId>{upload}</UploadId>"
        self.reply(200, document("InitiateMultipartUploadResult", inner), {})

    def do_DELETE(self) -> None:
        asked, key = self.began()
        if not key:
            return
        if upload := asked.get("uploadId"):
            self.bucket.uploads.pop(upload, None)
        else:
            self.bucket.objects.pop(key, None)
        self.reply(204, b"", {})

    def began(self) -> tuple[dict[str, str], str | None]:
        """The query and the key ("" for the bucket itself); None when the request was answered with an error here."""
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        self.bucket.asked.append(f"{self.command} {key}")
        if self.command in self.bucket.refused:
            self.fail(503, "SlowDown")
            return asked, None
        if bucket != self.name:
            self.fail(404, "NoSuchBucket")
            return asked, None
        return asked, key

    def listing(self, asked: dict[str, str]) -> None:
        prefix, delimiter, after = asked.get("prefix", ""), asked.get("delimiter", ""), asked.get("continuation-token", "")
        found: dict[str, bytes | None] = {}
        for key in sorted(key for key in self.bucket.objects if key.startswith(prefix)):
            folder, cut, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
            found[prefix + folder + cut if cut else key] = None if cut else self.bucket.objects[key]
        names = [name for name in found if name > after][: min(self.bucket.page, int(asked.get("max-keys", "1000")))]
        more = bool(names) and names[-1] != list(found)[-1]
        told = f"<NextContinuationToken>{escape(names[-1])}</NextContinuationToken>" if more else ""
        entries = "".join(entry(name, found[name]) for name in names)
        head = f"<Name>{self.name}</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{len(names)}</KeyCount>"
        self.reply(200, document("ListBucketResult", f"{head}<IsTruncated>{str(more).lower()}</IsTruncated>{told}{entries}"), {})

    def range(self, size: int) -> tuple[int, int]:
        unit, _, span = self.headers.get("Range", "").partition("=")
        if unit != "bytes":
            return 0, size - 1
        first, _, last = span.partition("-")
        return int(first), min(int(last or size - 1), size - 1)

    def body(self) -> bytes:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or self.http_chunks()
        return unframed(raw) if "aws-chunked" in self.headers.get("Content-Encoding", "") else raw

    def http_chunks(self) -> bytes:
        parts = []
        while self.headers.get("Transfer-Encoding") == "chunked" and (size := int(self.rfile.readline(), 16)):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        if parts:
            self.rfile.readline()
        return b"".join(parts)

    def facts(self, content: bytes) -> dict[str, str]:
        return {"ETag": tag(content), "Last-Modified": MODIFIED, "Accept-Ranges": "bytes", "Content-Type": "binary/octet-stream"}

    def fail(self, status: int, code: str) -> None:
        self.reply(status, document("Error", f"<Code>{code}</Code><Message>{code}</Message>"), {"Content-Type": XML})

    def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": XML, **headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its parent names it so
        """Says nothing."""


def unframed(raw: bytes) -> bytes:
    """The content of an `aws-chunked` body: size lines in hex before each piece, trailers after the last."""
    parts, at = [], 0
    while size := int(raw[at : (end := raw.index(b"\r\n", at))].partition(b";")[0], 16):
        parts.append(raw[end + 2 : end + 2 + size])
        at = end + 2 + size + 2
    return b"".join(parts)


def tag(content: bytes) -> str:
    return f'"{hashlib.md5(content).hexdigest()}"'


def document(name: str, inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><{name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inner}</{name}>'.encode()


def entry(name: str, content: bytes | None) -> str:
    if content is None:
        return f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>"
    facts = f"<LastModified>2026-03-01T12:00:00.000Z</LastModified><ETag>{tag(content)}</ETag><Size>{len(content)}</Size>"
    return f"<Contents><Key>{escape(name)}</Key>{facts}<StorageClass>STANDARD</StorageClass></Contents>"


@contextmanager
def s3_serving(name: str = "cold") -> Iterator[tuple[str, Bucket]]:
    """A server with one bucket; gives its address and the bucket."""
    bucket = Bucket()
    handler = type("BucketHandler", (S3Handler,), {"bucket": bucket, "name": name})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", bucket
    server.shutdown()
    server.server_close()


@contextmanager
def account() -> Iterator[None]:
    """The usual variables of an account, for the length of a test."""
    before = {name: os.environ.get(name) for name in ACCOUNT}
    os.environ.update(ACCOUNT)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            os.environ.update({name: value} if value is not None else {})
