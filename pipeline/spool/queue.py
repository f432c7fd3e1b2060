"""The queue on files: durable when `append` returns, and what was acknowledged stays until it is done."""

import asyncio
import fcntl
import logging
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from domain.errors import QueueError
from domain.ports import Clock, Meter
from domain.queue import Delivery, Entry, Pressure, QueueStatus
from domain.window import from_nanos, to_nanos
from pipeline.spool.commit import QUEUE, GroupCommit
from pipeline.spool.digests import Digests
from pipeline.spool.disk import Disk, SystemDisk
from pipeline.spool.fill import Fill
from pipeline.spool.frames import Batch, Frame, Place
from pipeline.spool.index import Index
from pipeline.spool.recovery import Found, found_in
from pipeline.spool.segments import SEGMENT_AGE_NS, SEGMENT_BYTES, Segments

LOCK = "lock"
READ_BYTES = 16 << 20
MEASURE_S = 1.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Room of a spool in bytes: on disk, of the disk left to others, of what may wait for the disk, and of one segment."""

    max_bytes: int = 2 << 30
    spare_bytes: int = 64 << 20
    waiting_bytes: int = 64 << 20
    segment_bytes: int = SEGMENT_BYTES


class SpoolQueue:
    """An EventQueue on a folder it holds alone, made by `open_spool`. All file work runs in threads."""

    def __init__(self, segments: Segments, found: Found, partitions: int, *, limits: Limits, meter: Meter, clock: Clock, lock: int) -> None:
        self.name, self.partitions = QUEUE, partitions
        self.stands_in = ""  # why there is no other queue, where there should be one
        self._segments, self._meter, self._clock, self._lock = segments, meter, clock, lock
        self._torn, self._corrupt, self._lost, self._aside = found.torn, found.corrupt, found.lost, set(found.aside)
        self._index = Index(partitions)
        self._index.add(found.places, are_again=True)
        self._index.living.update(dict.fromkeys(found.segments, 0))
        self._digests = Digests(found.digests, set(found.gone))
        self._fill = Fill(limits.max_bytes, limits.spare_bytes, limits.waiting_bytes)
        self._commit = GroupCommit(segments, self._fill, meter, clock, landed=self._landed, measure=self._measure)
        self._arrived = [asyncio.Event() for _ in range(partitions)]
        self._owners: dict[int, str] = {}
        self._measured_s = 0.0
        self._take_measure(segments.used(), segments.free())

    async def append(self, entries: Sequence[Entry], digest: str = "") -> bool:
        """Durable when it returns True; False for a digest of the last 15 minutes. Raises QueueFullError, QueueError."""
        if self.pressure() is Pressure.CLOSED:
            await self._measure()
        await self._commit.other(digest)
        if self.knows(digest):
            return False
        now_ns = to_nanos(self._clock.now())
        await self._commit.commit(Batch(tuple(entries), digest, now_ns))
        return True

    def knows(self, digest: str) -> bool:
        """Whether a request of this digest was appended here in the last 15 minutes."""
        return self._digests.recent.knows(digest, to_nanos(self._clock.now()))

    async def read(self, partition: int, limit: int, wait_s: float) -> tuple[Delivery, ...]:
        """At most `limit` entries of a partition, oldest first; () after `wait_s` without any."""
        if not self._index.waiting(partition) and not await self._something(partition, wait_s):
            return ()
        places = self._index.take(partition, limit, READ_BYTES)
        try:
            payloads = await self._commit.threads.run(self._segments.read, places)
        except (QueueError, asyncio.CancelledError):
            self._index.put_back(partition, places)
            raise
        pairs = list(zip(places, payloads, strict=True))
        if broken := [place for place, payload in pairs if not place.is_whole(payload)]:
            await self._set_aside(broken)
        return tuple(self._index.delivery(self.name, place, payload) for place, payload in pairs if place.is_whole(payload))

    async def done(self, deliveries: Sequence[Delivery]) -> None:
        """Forget these; a segment without anything left is removed."""
        places = self._index.drop(one.position for one in deliveries)
        if not places:
            return
        try:
            await self._commit.threads.run(self._segments.mark, places)
            await self._clear_away()
        except OSError as error:
            log.warning("spool.mark_failed", extra={"cause": str(error), "entries": len(places)})

    async def lease(self, partition: int, owner: str, for_s: float) -> bool:
        """Always: one process holds the folder. What another owner left undone is delivered again."""
        del for_s
        if self._owners.setdefault(partition, owner) != owner:
            self._owners[partition] = owner
            self.again(partition)
        return True

    def again(self, partition: int) -> None:
        """Deliver what was delivered and is not done once more."""
        self._index.again(partition)
        self._arrived[partition].set()

    def holds(self, partition: int) -> bool:
        """Whether a read would find something now."""
        return self._index.waiting(partition)

    async def status(self) -> QueueStatus:
        """Counts of what is not done yet."""
        await self._measure()
        oldest_ns = self._index.oldest_ns()
        status = QueueStatus(
            self.name,
            "degraded" if self.stands_in or self.pressure() is Pressure.CLOSED else "ok",
            self._detail(),
            depth=self._index.depth,
            records=self._index.records,
            pending=self._index.pending,
            bytes=self._index.bytes,
            oldest_at=from_nanos(oldest_ns) if oldest_ns is not None else None,
            lost_records=self._lost,
            steps={"spool": self.stands_in} if self.stands_in else {},
        )
        show(self._meter, status, self._clock.now())
        return status

    def pressure(self) -> Pressure:
        """By the share of its room that is used: 80, 90, 95, 98 %; also when the disk itself runs full."""
        return self._fill.pressure()

    async def close(self) -> None:
        """Waits for what is being written, and lets the folder go."""
        await self._commit.finish()
        await self._commit.threads.run(self._segments.roll)
        self._commit.threads.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _landed(self, frames: Sequence[Frame]) -> None:
        for frame in frames:
            self._digests.add(frame.segment, frame.digest, frame.at_ns)
            for partition in self._index.add(frame.places):
                self._arrived[partition].set()

    async def _something(self, partition: int, wait_s: float) -> bool:
        self._arrived[partition].clear()
        try:
            async with asyncio.timeout(wait_s):
                await self._arrived[partition].wait()
        except TimeoutError:
            return False
        return self._index.waiting(partition)

    async def _set_aside(self, broken: Sequence[Place]) -> None:
        """Damage after the start: the segment is put aside, what is whole in it is still delivered."""
        self._index.drop(place.position for place in broken)
        fresh = {place.segment for place in broken} - self._aside
        self._aside |= fresh
        self._corrupt += len(fresh)
        self._lost += sum(place.records for place in broken)
        _tell_damage(self._meter, len(fresh), sum(place.records for place in broken))
        async with self._commit.turn:
            for number in fresh:
                await self._commit.threads.run(self._segments.set_aside, number)

    async def _clear_away(self) -> None:
        """Remove consumed segments. In turn with writing: what is written and not yet taken note of must not go with them."""
        if not self._consumed():
            return
        async with self._commit.turn:
            now_ns = to_nanos(self._clock.now())
            await self._commit.threads.run(self._segments.roll, now_ns - SEGMENT_AGE_NS)
            for number in self._consumed():
                if not self._segments.is_growing(number):
                    del self._index.living[number]
                    await self._commit.threads.run(self._segments.remove, number, self._digests.leave(number, now_ns))
            for number in self._digests.expire(now_ns):
                await self._commit.threads.run(self._segments.forget_digests, number)
        await self._measure(0.0)

    def _consumed(self) -> list[int]:
        return [number for number, count in self._index.living.items() if not count and number not in self._aside]

    async def _measure(self, older_s: float = MEASURE_S) -> None:
        if time.monotonic() - self._measured_s < older_s:
            return
        self._measured_s = time.monotonic()
        try:
            self._take_measure(await self._commit.threads.run(self._segments.used), await self._commit.threads.run(self._segments.free))
        except OSError as error:
            log.warning("spool.not_measured", extra={"cause": str(error)})

    def _take_measure(self, used: int, free: int) -> None:
        self._fill.used, self._fill.free = used, free
        self._meter.set("pipeline_spool_bytes", used)

    def _detail(self) -> str:
        parts = [
            f"{self._fill.share:.0%} of its room is used" if self.pressure() else "",
            f"{self._corrupt} damaged segments were put aside" if self._corrupt else "",
            f"{self._torn} unfinished appends were cut off" if self._torn else "",
        ]
        return "; ".join(part for part in parts if part)


def show(meter: Meter, status: QueueStatus, now: datetime) -> None:
    """Put a status into the gauges of its queue."""
    age_s = (now - status.oldest_at).total_seconds() if status.oldest_at else 0.0
    meter.set("pipeline_queue_depth", status.depth, queue=status.name)
    meter.set("pipeline_queue_records", status.records, queue=status.name)
    meter.set("pipeline_queue_pending", status.pending, queue=status.name)
    meter.set("pipeline_queue_bytes", status.bytes, queue=status.name)
    meter.set("pipeline_oldest_age_seconds", max(age_s, 0.0), queue=status.name)


def open_spool(
    folder: Path, partitions: int, meter: Meter, clock: Clock, *, limits: Limits | None = None, disk: Disk | None = None
) -> SpoolQueue:
    """Open or make a spool and read what it holds (blocking: 2 to 4 s a GB). Raises QueueError when it cannot, or another holds it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _locked(folder)
        found = found_in(folder, clock.now().timestamp())
    except OSError as error:
        raise QueueError(f"the spool {str(folder)!r} cannot be used ({error.strerror}); make the folder writable") from error
    if found.torn or found.corrupt:
        log.warning("spool.damage", extra={"torn": found.torn, "corrupt": found.corrupt, "lost_records": found.lost})
    _tell_damage(meter, found.corrupt, found.lost)
    chosen = limits or Limits()
    segments = Segments(folder, disk or SystemDisk(), found.last, chosen.segment_bytes)
    return SpoolQueue(segments, found, partitions, limits=chosen, meter=meter, clock=clock, lock=lock)


def contents(folder: Path) -> Iterator[Entry]:
    """The entries of a spool that are not done, without taking them; blocking. Raises QueueError when another process holds it."""
    lock = _locked(folder)
    try:
        found = found_in(folder, time.time())
        segments = Segments(folder, SystemDisk(), found.last)
        for place in found.places:
            yield place.entry(segments.read([place])[0])
    finally:
        os.close(lock)


def _tell_damage(meter: Meter, segments: int, records: int) -> None:
    if segments:
        meter.add("pipeline_corrupt_segments_total", segments)
    if records:
        meter.add("pipeline_events_lost_total", records)


def _locked(folder: Path) -> int:
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise QueueError(f"the spool {str(folder)!r} is held by another process; end that one, or name another data folder") from error
    return lock
