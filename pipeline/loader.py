"""Loads a file: parses in a thread while the batch before is written, and remembers what was loaded."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator

from analytics.templates import TemplateMiner
from domain.errors import WrongUseError
from domain.ports import Clock, DeadLetter, Load, OtlpDecoder, StateStore, TelemetryStore
from domain.window import from_nanos, rfc3339
from pipeline.batches import Batch, Finisher, count
from pipeline.opening import Opened, open_source
from pipeline.report import LoadOptions, LoadReport, Progress, Tally
from pipeline.source import Source
from pipeline.writing import write_batch

__all__ = ["LoadOptions", "LoadReport", "Loader", "Progress", "Source"]

Report = Callable[[Progress], None]


class Loader:
    """Takes whole files into the store. A bad line never stops a load: it is reported, and kept in the dead letters."""

    def __init__(self, store: TelemetryStore, state: StateStore, decoder: OtlpDecoder, clock: Clock) -> None:
        self._store = store
        self._state = state
        self._decoder = decoder
        self._clock = clock

    async def load(self, source: Source, options: LoadOptions, progress: Report) -> LoadReport:
        """Load one source. Raises WrongUseError when it was loaded before (unless `again`) or cannot be read."""
        sha256 = await asyncio.to_thread(source.sha256)
        await self._refuse_known(sha256, source, options)
        opened = await asyncio.to_thread(open_source, source, options, self._decoder)
        finisher = Finisher(TemplateMiner(await self._store.templates()), sha256)
        tally, began = Tally(), time.perf_counter()
        size = source.path.stat().st_size
        async for batch in _ahead(finisher.batches(opened.items)):
            count(tally, batch)
            await self._write(source.name, batch)
            progress(Progress(opened.content.bytes_read, size, tally.accepted, tally.rejected_total))
        if options.keep_days is not None:
            opened.reading.note(f"--keep {options.keep_days} is not kept yet: loaded files never expire")
        report = _report(source, opened, tally, sha256, time.perf_counter() - began)
        if tally.accepted:  # a load that took nothing may be tried again with better options
            load = Load(sha256, source.name, opened.signal, tally.accepted, tally.rejected_total, self._clock.now())
            await self._state.save_load(load)
        return report

    async def _refuse_known(self, sha256: str, source: Source, options: LoadOptions) -> None:
        known = None if options.again else await self._state.load(sha256)
        if known is None:
            return
        also = "" if known.name == source.name else f" as {known.name!r}"
        raise WrongUseError(
            f"{source.name!r} was already loaded at {rfc3339(known.loaded_at)}{also} ({known.accepted:,} records); "
            "use --again to load the same content a second time."
        )

    async def _write(self, name: str, batch: Batch) -> None:
        await write_batch(self._store, batch)
        if batch.rejections:
            now = self._clock.now()
            letters = [DeadLetter(name, rejected.line, rejected.reason, rejected.text, now) for rejected in batch.rejections]
            await self._state.add_dead_letters(letters)


async def _ahead(batches: Iterator[Batch]) -> AsyncIterator[Batch]:
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
