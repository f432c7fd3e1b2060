"""The files of a spool: segments that grow, are read and go away. Blocking; one call of `write` at a time."""

import contextlib
import errno
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from domain.errors import QueueError
from pipeline.spool.disk import Disk, sync_folder
from pipeline.spool.frames import START, Batch, Frame, Place, file_head, framed
from pipeline.spool.marks import mark_bytes

OPEN, READY, CORRUPT, DONE, DIGESTS, NEW = ".open", ".ready", ".corrupt", ".done", ".digests", ".new"
SEGMENT_BYTES = 16 << 20
SEGMENT_AGE_NS = 60_000_000_000


@dataclass(slots=True)
class Growing:
    """The segment that is being written."""

    number: int
    file: int
    marker: bytes
    began_ns: int
    size: int = START
    records: int = 0


@dataclass(slots=True)
class Segments:
    """The segment files of one folder; `last` is the highest number ever used there, so that none is used twice."""

    folder: Path
    disk: Disk
    last: int
    segment_bytes: int = SEGMENT_BYTES
    growing: Growing | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def write(self, batches: Sequence[Batch], now_ns: int) -> tuple[Frame, ...]:
        """Append batches with one write and one sync; nothing of them stays when it raises OSError."""
        with self._turn:
            growing = self._ready_to_grow(now_ns)
            parts, frames = _encoded(growing, batches)
            try:
                self.disk.write(growing.file, parts)
                self.disk.sync(growing.file)
            except OSError:
                self._give_up(growing)
                raise
            growing.size += len(parts)
            growing.records += sum(place.records for frame in frames for place in frame.places)
            return frames

    def roll(self, older_than_ns: int = 0) -> int | None:
        """End the growing segment if it began before this time (0: in any case); its number."""
        with self._turn:
            growing = self.growing
            if growing is None or (older_than_ns and growing.began_ns > older_than_ns):
                return None
            self._end(growing)
            return growing.number

    def read(self, places: Sequence[Place]) -> tuple[bytes, ...]:
        """The payload bytes of entries, in their order, as far as they can be read. Raises QueueError when a file cannot be opened now."""
        return tuple(
            payload for number, group in groupby(places, attrgetter("segment")) for payload in self._payloads(number, tuple(group))
        )

    def mark(self, places: Iterable[Place]) -> None:
        """Note that entries are done. Not synced: a mark that is lost means one more delivery."""
        for number, group in groupby(sorted(places, key=attrgetter("segment")), attrgetter("segment")):
            file = os.open(self._path(number, DONE), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                self.disk.write(file, mark_bytes(group))
            finally:
                os.close(file)

    def remove(self, number: int, digests: Mapping[str, int]) -> None:
        """Delete a consumed segment, keeping the digests that must still be known."""
        with contextlib.suppress(OSError):  # without room for them the room of the segment matters more
            self._keep(number, digests)
        for ending in (OPEN, READY):
            self._path(number, ending).unlink(missing_ok=True)
        self._path(number, DONE).unlink(missing_ok=True)

    def forget_digests(self, number: int) -> None:
        """Delete the remembered digests of a segment that is gone."""
        self._path(number, DIGESTS).unlink(missing_ok=True)

    def set_aside(self, number: int) -> None:
        """Rename a damaged segment; what is whole in it can still be read."""
        with self._turn:
            if self.growing and self.growing.number == number:
                self._end(self.growing)
            with contextlib.suppress(OSError):
                self._path(number, READY).rename(self._path(number, CORRUPT))
                sync_folder(self.folder)

    def is_growing(self, number: int) -> bool:
        """Whether this is the segment that is being written."""
        return self.growing is not None and self.growing.number == number

    def free(self) -> int:
        """Bytes the disk has left."""
        return self.disk.free(self.folder)

    def used(self) -> int:
        """Bytes of all files."""
        total = 0
        for entry in os.scandir(self.folder):
            with contextlib.suppress(FileNotFoundError):
                total += entry.stat().st_size
        return total

    def _path(self, number: int, ending: str) -> Path:
        return self.folder / f"{number:08d}{ending}"

    def _ready_to_grow(self, now_ns: int) -> Growing:
        growing = self.growing
        if growing and (growing.size >= self.segment_bytes or now_ns - growing.began_ns > SEGMENT_AGE_NS):
            self._end(growing)
        return self.growing or self._begin(now_ns)

    def _begin(self, now_ns: int) -> Growing:
        self.last += 1
        path, head = self._path(self.last, OPEN), file_head()
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            self.disk.write(file, head)
            sync_folder(self.folder)
        except OSError:
            os.close(file)
            path.unlink(missing_ok=True)
            raise
        self.growing = Growing(self.last, file, head[-8:], now_ns)
        return self.growing

    def _end(self, growing: Growing) -> None:
        self.growing = None
        os.close(growing.file)
        path = self._path(growing.number, OPEN)
        if growing.size == START:
            path.unlink(missing_ok=True)
            return
        with contextlib.suppress(OSError):  # the name is for people; the next start sees to it
            path.rename(self._path(growing.number, READY))
            sync_folder(self.folder)

    def _give_up(self, growing: Growing) -> None:
        """After a failed sync the kernel may have dropped the pages and say nothing the next time: never write on in this file."""
        with contextlib.suppress(OSError):
            os.ftruncate(growing.file, growing.size)
        self._end(growing)

    def _keep(self, number: int, digests: Mapping[str, int]) -> None:
        if not digests:
            return
        head = file_head()
        kept = (Batch((), digest, at_ns) for digest, at_ns in digests.items())
        fresh = self._path(number, NEW)
        fresh.write_bytes(head + b"".join(framed(head[-8:], batch, number, 0, 0)[0] for batch in kept))
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.rename(self._path(number, DIGESTS))
        sync_folder(self.folder)

    def _payloads(self, number: int, places: Sequence[Place]) -> list[bytes]:
        file = self._opened(number)
        if file < 0:
            return [b"" for _ in places]
        try:
            return [_bytes_of(file, place) for place in places]
        finally:
            os.close(file)

    def _opened(self, number: int) -> int:
        """The file of a segment, -1 when somebody deleted it."""
        for ending in (OPEN, READY, CORRUPT):  # in the order a segment takes these names
            try:
                return os.open(self._path(number, ending), os.O_RDONLY)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise QueueError(f"segment {number} of the spool cannot be opened ({error.strerror}); it is tried again") from error
        return -1


def _bytes_of(file: int, place: Place) -> bytes:
    """What can be read of a payload; a place the disk cannot read is damage."""
    try:
        return os.pread(file, place.length, place.at)
    except OSError:
        return b""


def is_full(error: Exception) -> bool:
    """Whether an error says that there is no room."""
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}


def _encoded(growing: Growing, batches: Sequence[Batch]) -> tuple[bytes, tuple[Frame, ...]]:
    at, before, parts, frames = growing.size, growing.records, [], []
    for batch in batches:
        data, frame = framed(growing.marker, batch, growing.number, at, before)
        parts.append(data)
        frames.append(frame)
        at, before = frame.end, frame.records
    return b"".join(parts), tuple(frames)
