"""Which entries of a segment are done: small marks appended to a file beside it, each with its own checksum."""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.spool.frames import Place

_MARK = struct.Struct("<QII")
SIZE = _MARK.size + 4


@dataclass(frozen=True, slots=True)
class Mark:
    """One entry that is done: the start of its frame, its number there, and its records."""

    frame: int
    index: int
    records: int


def mark_bytes(places: Iterable[Place]) -> bytes:
    """Marks of entries of one segment."""
    packed = (_MARK.pack(place.frame, place.index, place.records) for place in places)
    return b"".join(one + zlib.crc32(one).to_bytes(4, "little") for one in packed)


def marks(data: bytes) -> Iterator[Mark]:
    """The marks of a file; a torn or damaged one is left out, so its entry is delivered once more."""
    at = 0
    while at + SIZE <= len(data):
        one = data[at : at + _MARK.size]
        is_whole = zlib.crc32(one) == int.from_bytes(data[at + _MARK.size : at + SIZE], "little")
        if is_whole:
            yield Mark(*_MARK.unpack(one))
        at += SIZE if is_whole else 1
