"""The bytes of a spool segment: one frame an append, each behind a marker of its own file, so that damage can be stepped over."""

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import ormsgpack

from domain.queue import Entry, EntryKey

MAGIC = b"WFSPOOL1"
MARKER = 8  # random bytes of one file, as Avro's sync marker: no payload holds them but by chance
COPIES = 3  # of the marker at the head of a file: without it no frame is found
START = len(MAGIC) + COPIES * MARKER
_LENGTHS = struct.Struct("<8sII")  # marker, bytes of the head, bytes of the payloads
FIXED = _LENGTHS.size + 4  # and the CRC-32 of these and the head


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry lies: its segment, the frame it came in, its number there, and its payload's bytes in the file."""

    segment: int
    frame: int
    index: int
    key: EntryKey
    partition: int
    records: int
    received_at_ns: int
    at: int
    length: int
    crc: int

    @property
    def position(self) -> str:
        """The place in words, as a delivery carries it."""
        return f"{self.segment}:{self.frame}:{self.index}"

    def is_whole(self, payload: bytes) -> bool:
        """Whether these are the bytes that were appended."""
        return len(payload) == self.length and zlib.crc32(payload) == self.crc

    def entry(self, payload: bytes) -> Entry:
        """The entry with its payload."""
        return Entry(self.key, self.partition, payload, self.records, self.received_at_ns)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one append asks to keep: its entries, the digest of its request and when it came (ns)."""

    entries: tuple[Entry, ...]
    digest: str
    at_ns: int

    @property
    def size(self) -> int:
        """Bytes of the payloads."""
        return sum(len(one.payload) for one in self.entries)


@dataclass(frozen=True, slots=True)
class Frame:
    """One append as it lies in a segment; `before` counts the records of the frames before it, so that a hole has a size."""

    segment: int
    start: int
    end: int
    digest: str
    at_ns: int
    before: int
    places: tuple[Place, ...]

    @property
    def records(self) -> int:
        """Records up to the end of this frame."""
        return self.before + sum(place.records for place in self.places)


def file_head() -> bytes:
    """The first bytes of a new segment."""
    return MAGIC + COPIES * os.urandom(MARKER)


def marker_of(data: bytes) -> bytes:
    """The marker by a file's first bytes: each byte as most of its copies say."""
    copies = [data[at : at + MARKER] for at in range(len(MAGIC), START, MARKER)]
    return bytes(sorted(three)[1] for three in zip(*copies, strict=True))


def framed(marker: bytes, batch: Batch, segment: int, start: int, before: int) -> tuple[bytes, Frame]:
    """A batch as the bytes of one frame, and where its parts lie."""
    rows = [(one.key, one.partition, one.records, one.received_at_ns, len(one.payload), zlib.crc32(one.payload)) for one in batch.entries]
    head = ormsgpack.packb([batch.digest, batch.at_ns, before, rows])
    lengths = _LENGTHS.pack(marker, len(head), batch.size)
    data = b"".join([lengths, zlib.crc32(lengths + head).to_bytes(4, "little"), head, *(one.payload for one in batch.entries)])
    places = tuple(_places(segment, start, start + FIXED + len(head), rows))
    return data, Frame(segment, start, start + len(data), batch.digest, batch.at_ns, before, places)


def frame_at(data: bytes, marker: bytes, start: int, segment: int) -> Frame | None:
    """The frame that begins here, if its head is whole; its payloads are not looked at and may be cut."""
    at = start + FIXED
    if at > len(data) or data[start : start + MARKER] != marker:
        return None
    _, head_size, size = _LENGTHS.unpack_from(data, start)
    head = data[at : at + head_size]
    expected = int.from_bytes(data[start + _LENGTHS.size : at], "little")
    if zlib.crc32(data[start : start + _LENGTHS.size] + head) != expected:
        return None
    digest, at_ns, before, rows = ormsgpack.unpackb(head)
    payloads = at + head_size
    return Frame(segment, start, payloads + size, digest, at_ns, before, tuple(_places(segment, start, payloads, rows)))


def announced_end(data: bytes, start: int) -> int:
    """Where a frame that begins here would have its head end, going by its lengths alone."""
    if start + FIXED > len(data):
        return start + FIXED
    return start + FIXED + int(_LENGTHS.unpack_from(data, start)[1])


def _places(segment: int, frame: int, at: int, rows: Sequence[Sequence[Any]]) -> Iterator[Place]:
    for index, (key, partition, records, received_at_ns, length, crc) in enumerate(rows):
        yield Place(segment, frame, index, key, partition, records, received_at_ns, at, length, crc)
        at += length
