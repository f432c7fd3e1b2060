"""Request bodies: read and unpacked inside limits, with what the headers say of them."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

import pyarrow as pa
from fastapi import Request
from starlette.requests import ClientDisconnect

from domain.errors import QueueFullError, TooLargeError, WrongUseError
from pipeline.limits import Cardinality

KEY_HEADER, SOURCE_HEADERS = "idempotency-key", ("x-watchfloor-source", "x-scope-orgid")
REPEAT_HEADERS: Mapping[str, str] = {"Watchfloor-Repeat": "true"}
PLAIN = frozenset({"", "identity"})
_AT_ONCE = 8
_MOST_NAME, _MOST_SOURCES = 256, 200
_PATIENCE_S = 60.0
_LONGEST_UVARINT = 5
_LARGE, _LARGE_AT_ONCE = 2 << 20, 2
# What the values of JSON take in memory is bounded by their number: up to 70 bytes each, however short they are written.
_MOST_CONTAINERS, _MOST_COMMAS = 1_500_000, 4_000_000


class UnsupportedError(WrongUseError):
    """A body of a kind or packing that is not taken here."""


class LateError(WrongUseError):
    """A body that did not arrive whole in time."""


@dataclass(frozen=True, slots=True)
class Body:
    """An unpacked body. `kind` is its content type in lower case without parameters, `key` the sender's own name for the request."""

    content: bytes
    kind: str
    key: str = ""
    source: str = "default"

    @property
    def digest(self) -> str:
        """What names the request: a retry of it has the same."""
        return f"key:{self.key}" if self.key else sha256(self.content).hexdigest()


@dataclass(slots=True)
class _Room:
    """Bytes held for all requests under way."""

    most: int
    held: int = 0


class _Share:
    """One request's part of the room, given back at its end."""

    def __init__(self, room: _Room) -> None:
        self._room = room
        self._mine = 0

    def add(self, size: int) -> None:
        """Hold more. Raises QueueFullError when there is no room."""
        if self._room.held + size > self._room.most:
            raise QueueFullError("Too many large requests are under way; send it again in a moment.")
        self._room.held += size
        self._mine += size

    def release(self) -> None:
        """Hold nothing any more."""
        self._room.held -= self._mine
        self._mine = 0


class Bodies:
    """Reads bodies of at most `most` bytes, unpacked; for all requests together eight times as many are held, then it is 503.

    Of those above 2 MiB two are parsed at once: what a hostile one parses to is many times its size.
    """

    def __init__(self, most: int, patience_s: float = _PATIENCE_S) -> None:
        self.most = most
        self._patience_s = patience_s
        self._room = _Room(_AT_ONCE * most)
        self._sources = Cardinality(_MOST_SOURCES)
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)

    @asynccontextmanager
    async def taken(self, request: Request, packing: str = "") -> AsyncIterator[Body]:
        """The body while it is worked on; `packing` stands where the request names none.

        Raises TooLargeError (413), UnsupportedError (415), WrongUseError (400), LateError (408) and QueueFullError (503).
        """
        named = request.headers.get("content-encoding", "").strip().lower()
        unpack, kind = _unpacker(packing if named in PLAIN else named), kind_of(request)
        share = _Share(self._room)
        try:
            content = await self._read(request, share)
            if unpack:
                content = await asyncio.to_thread(unpack, content, self.most)
                share.add(len(content))
            is_large = len(content) > _LARGE
            async with self._large if is_large else nullcontext():
                if is_large and "json" in kind:
                    await asyncio.to_thread(_refuse_dense, content)
                yield Body(content, kind, _named(request, KEY_HEADER), self._source(request))
        finally:
            share.release()

    async def _read(self, request: Request, share: _Share) -> bytes:
        said = request.headers.get("content-length", "")
        if said.isascii() and said.isdigit() and (len(said) > len(str(self.most)) + 1 or int(said) > self.most):
            raise _too_large(self.most)
        raw = bytearray()
        try:
            async with asyncio.timeout(self._patience_s):
                async for block in request.stream():
                    if len(raw) + len(block) > self.most:
                        raise _too_large(self.most)
                    share.add(len(block))
                    raw += block
        except TimeoutError as error:
            raise LateError(f"The body was not here whole after {self._patience_s:g} s; send it again.") from error
        except ClientDisconnect as error:
            raise WrongUseError("The sender went away before its body was whole; send it again.") from error
        return bytes(raw)

    def _source(self, request: Request) -> str:
        named = next((name for header in SOURCE_HEADERS if (name := _named(request, header))), "default")
        return self._sources.kept("", "source", named)


def kind_of(request: Request) -> str:
    """The content type of a request in lower case, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _refuse_dense(content: bytes) -> None:
    if content.count(b"{") + content.count(b"[") > _MOST_CONTAINERS or content.count(b",") > _MOST_COMMAS:
        raise TooLargeError("The JSON holds too many values; send smaller batches.")


def _named(request: Request, header: str) -> str:
    name = request.headers.get(header, "").strip()
    if len(name) > _MOST_NAME or not name.isprintable():
        raise WrongUseError(f"The header {header!r} holds at most {_MOST_NAME} printable characters.")
    return name


Unpack = Callable[[bytes, int], bytes]


def _unpacker(packing: str) -> Unpack | None:
    if packing in PLAIN:
        return None
    unpack = _UNPACKERS.get(packing)
    if unpack is None:
        raise UnsupportedError(f"The content encoding {packing!r} is not taken; send one of {sorted(_UNPACKERS)} or none.")
    return unpack


def _inflated(name: str, wbits: int, raw: bytes, most: int) -> bytes:
    unpacker = zlib.decompressobj(wbits)
    try:
        body = unpacker.decompress(raw, most + 1)
    except zlib.error as error:
        raise WrongUseError(f"The body says {name} but does not unpack: {error}") from error
    if len(body) > most:
        raise _too_large(most)
    if not unpacker.eof:
        raise WrongUseError(f"The {name} body is truncated; send it again whole.")
    if unpacker.unused_data:
        raise WrongUseError(f"The {name} body goes on after its end; send it as one {name} stream.")
    return body


def _unzstd(raw: bytes, most: int) -> bytes:
    try:
        with pa.CompressedInputStream(pa.BufferReader(raw), "zstd") as stream:
            body = bytes(stream.read(most + 1))
    except OSError as error:
        raise WrongUseError(f"The body says zstd but does not unpack: {error}") from error
    if len(body) > most:
        raise _too_large(most)
    return body


def _unsnapped(raw: bytes, most: int) -> bytes:
    """Snappy's block format: the length unpacked as a varint, then the blocks."""
    size = 0
    for place, byte in enumerate(raw[:_LONGEST_UVARINT]):
        size |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:  # noqa: PLR2004 (the high bit says that more follows)
            break
    if size > most:
        raise _too_large(most)
    try:
        return bytes(pa.decompress(raw, decompressed_size=size, codec="snappy", asbytes=True))
    except (OSError, ValueError) as error:
        raise WrongUseError(f"The body says snappy but does not unpack: {error}") from error


def _too_large(most: int) -> TooLargeError:
    return TooLargeError(f"At most {most} bytes, unpacked, are taken at once.")


_UNPACKERS: Mapping[str, Unpack] = {
    "gzip": partial(_inflated, "gzip", 16 + zlib.MAX_WBITS),
    "deflate": partial(_inflated, "deflate", zlib.MAX_WBITS),
    "snappy": _unsnapped,
    "zstd": _unzstd,
}
