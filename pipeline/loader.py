"""Loads a file through the queue: parses in a thread while the worker writes, and remembers what was loaded."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import astuple, dataclass, replace
from hashlib import sha256 as hash_of
from itertools import islice

from domain.decoding import OtlpDecoder
from domain.errors import WrongUseError
from domain.ports import Clock, Load, StateStore, TelemetryStore
from domain.queue import EntryKey
from domain.window import from_nanos, rfc3339
from pipeline.admission import MOST_RECORDS, Admission, Admitted, Origin, new_key
from pipeline.letters.box import LetterBox
from pipeline.opening import Opened, open_source
from pipeline.plane import DataPlane
from pipeline.reading import Item
from pipeline.report import LoadOptions, LoadReport, Progress, Tally
from pipeline.source import Source

__all__ = ["Desk", "LoadOptions", "LoadReport", "Loader", "Progress", "Source"]

AHEAD = 4  # batches that may wait to be written

Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Desk:
    """What loaders and followers work with."""

    plane: DataPlane
    store: TelemetryStore
    state: StateStore
    decoder: OtlpDecoder
    admission: Admission
    clock: Clock
    letters: LetterBox


class Loader:
    """Takes whole files into the store. A bad line never stops a load: it is reported, and kept in the dead letters.

    The keys of a load's entries come from its content and options, so one that died halfway and is run again writes nothing twice.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def load(self, source: Source, options: LoadOptions, progress: Report) -> LoadReport:
        """Load one source. Raises WrongUseError when it was loaded before (unless `again`) or cannot be read."""
        desk = self._desk
        sha256 = await asyncio.to_thread(source.sha256)
        await self._refuse_known(sha256, source, options)
        opened = await asyncio.to_thread(open_source, source, options, desk.decoder)
        tally, began = Tally(), time.perf_counter()
        size = source.path.stat().st_size
        first = self._first(sha256, options)
        line = _Line(desk, is_known=bool(await desk.store.counted([EntryKey(f"{first.key}-0.0")])))
        async for admitted in _ahead(self._admitted(opened.items, first)):
            tally.count(admitted.rejections, admitted.times_ns, admitted.joined_lines)
            await line.send(admitted)
            await keep_letters(desk, source.name, admitted)
            progress(Progress(opened.content.bytes_read, size, tally.accepted, tally.rejected_total))
        await line.end()
        report = _report(source, opened, tally, sha256, time.perf_counter() - began)
        if tally.accepted:  # a load that took nothing may be tried again with better options
            load = Load(sha256, source.name, opened.signal, tally.accepted, tally.rejected_total, desk.clock.now())
            await desk.state.save_load(load)
        return report

    def _admitted(self, items: Iterator[Item], first: Origin) -> Iterator[Admitted]:
        number = 0
        while part := list(islice(items, MOST_RECORDS)):
            yield self._desk.admission.admit(part, replace(first, key=f"{first.key}-{number}"))
            number += 1

    def _first(self, sha256: str, options: LoadOptions) -> Origin:
        salt = new_key(self._desk.clock) if options.again else hash_of(repr(astuple(options)).encode()).hexdigest()
        return Origin(f"F{sha256[:12]}{salt[:24]}", sha256, "file", "load", options.keep_days)

    async def _refuse_known(self, sha256: str, source: Source, options: LoadOptions) -> None:
        known = None if options.again else await self._desk.state.load(sha256)
        if known is None:
            return
        also = "" if known.name == source.name else f" as {known.name!r}"
        raise WrongUseError(
            f"{source.name!r} was already loaded at {rfc3339(known.loaded_at)}{also} ({known.accepted:,} records); "
            "use --again to load the same content a second time."
        )


class _Line:
    """The entries of one load on their way, a few ahead of the writer."""

    def __init__(self, desk: Desk, is_known: bool) -> None:
        self._desk = desk
        self._is_known = is_known
        self._under_way: deque[list[EntryKey]] = deque()

    async def send(self, admitted: Admitted) -> None:
        """Append what is not stored by an earlier try, and wait while too much is ahead."""
        keys = [entry.key for entry in admitted.entries]
        stored = await self._desk.store.counted(keys) if self._is_known and keys else frozenset()
        for entry in admitted.entries:
            if entry.key not in stored:
                await self._desk.plane.append([entry], entry.key)
        self._under_way.append([key for key in keys if key not in stored])
        while len(self._under_way) > AHEAD:
            await self._desk.plane.written(self._under_way.popleft())

    async def end(self) -> None:
        """Wait until everything is stored."""
        while self._under_way:
            await self._desk.plane.written(self._under_way.popleft())


async def keep_letters(desk: Desk, name: str, admitted: Admitted) -> None:
    """Keep what was rejected among the dead letters."""
    if admitted.rejections:
        await desk.letters.rejected(name, admitted)


async def _ahead(batches: Iterator[Admitted]) -> AsyncIterator[Admitted]:
    """Batches, each parsed in a thread while the caller works on the one before."""
    coming = asyncio.create_task(asyncio.to_thread(next, batches, None))
    try:
        while (batch := await coming) is not None:
            coming = asyncio.create_task(asyncio.to_thread(next, batches, None))
            yield batch
    finally:
        # A thread cannot be cancelled: wait for it, so that nobody closes the file under it.
        await asyncio.wait([coming])


def _report(source: Source, opened: Opened, tally: Tally, sha256: str, seconds: float) -> LoadReport:
    reading = opened.reading
    return LoadReport(
        name=source.name,
        format=opened.format,
        signal=opened.signal,
        accepted=tally.accepted,
        rejected_total=tally.rejected_total,
        rejected=tuple(tally.rejected),
        reasons=dict(tally.reasons),
        lines=reading.lines,
        joined_lines=tally.joined_lines,
        blank_lines=reading.blank_lines,
        rows_per_s=tally.accepted / max(seconds, 1e-9),
        from_at=from_nanos(tally.from_ns) if tally.from_ns is not None else None,
        to_at=from_nanos(tally.to_ns) if tally.to_ns is not None else None,
        notes=tuple(reading.notes),
        sha256=sha256,
    )
