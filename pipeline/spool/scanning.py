"""Reads a segment whole: what it holds, what is torn off its end, and what damage took."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from pipeline.spool.frames import MAGIC, MARKER, START, Frame, Place, announced_end, frame_at, marker_of


@dataclass(frozen=True, slots=True)
class Hole:
    """Bytes without a readable frame, and how many records they held (as far as a later frame tells)."""

    start: int
    end: int
    records: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What the bytes of a segment hold. `whole`: entries whose payload is intact; `torn_at`: where an unfinished last append begins."""

    frames: tuple[Frame, ...] = ()
    whole: tuple[Place, ...] = ()
    broken: tuple[Place, ...] = ()
    holes: tuple[Hole, ...] = ()
    torn_at: int | None = None

    @property
    def is_damaged(self) -> bool:
        """Whether something that was appended cannot be read."""
        return bool(self.holes or self.broken)


def scan(data: bytes, segment: int, *, is_open: bool) -> Scan:
    """Read a segment. Only the end of an open one may be torn; anything else that does not fit is damage."""
    if len(data) < START:
        return Scan(torn_at=0) if is_open else Scan(holes=(Hole(0, len(data), 0),))
    frames = tuple(_frames(data, marker_of(data), segment)) or tuple(_frames(data, data[START : START + MARKER], segment))
    torn_at = _torn_at(data, frames) if is_open else None
    if torn_at is not None:
        data, frames = data[:torn_at], tuple(frame for frame in frames if frame.end <= torn_at)
    places = [place for frame in frames for place in frame.places]
    whole = tuple(place for place in places if place.is_whole(data[place.at : place.at + place.length]))
    known = {place.position for place in whole}
    broken = tuple(place for place in places if place.position not in known)
    return Scan(frames, whole, broken, tuple(_holes(data, frames)), torn_at)


def _frames(data: bytes, marker: bytes, segment: int) -> Iterator[Frame]:
    at = START
    while 0 <= at < len(data):
        frame = frame_at(data, marker, at, segment)
        if frame:
            yield frame
        at = frame.end if frame else data.find(marker, at + 1)


def _torn_at(data: bytes, frames: tuple[Frame, ...]) -> int | None:
    if frames and frames[-1].end > len(data):
        return frames[-1].start
    end = frames[-1].end if frames else START
    rest = data[end:]
    is_unfinished = announced_end(data, end) > len(data) or not any(rest)
    return end if rest and is_unfinished else None


def _holes(data: bytes, frames: tuple[Frame, ...]) -> Iterator[Hole]:
    if data[: len(MAGIC)] != MAGIC:
        yield Hole(0, START, 0)
    if frames and frames[0].start > START:
        yield Hole(START, frames[0].start, frames[0].before)
    for one, other in pairwise(frames):
        if one.end < other.start:
            yield Hole(one.end, other.start, other.before - one.records)
    end = frames[-1].end if frames else START
    if end < len(data):
        yield Hole(end, len(data), 0)
