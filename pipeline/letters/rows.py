"""Writes single records once more, after the store was asked which of them it has."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from domain.errors import StoreError
from domain.ids import DEFAULT_TENANT, Tenant
from domain.ports import Clock, Meter, TelemetryStore
from domain.telemetry import Signal
from pipeline.plane import DataPlane
from pipeline.reading import Record
from pipeline.tracking import Bundle, signal_of, times_of
from pipeline.writer import Delays, Writer

PATIENCE_S = 20.0


class Desk(Protocol):
    """What is needed to write."""

    @property
    def plane(self) -> DataPlane: ...
    @property
    def store(self) -> TelemetryStore: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def meter(self) -> Meter: ...
    @property
    def delays(self) -> Delays: ...


@dataclass(slots=True)
class Written:
    """Record ids that were there before, and those the store refused, with its reason."""

    known: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)

    async def refuse(self, signal: Signal, record: Record, reason: str) -> None:
        """Take note; the letter is there already."""
        del signal
        self.refused[record.record_id] = reason


async def write_records(desk: Desk, records: Sequence[Record]) -> Written:
    """Write what is not there, bisecting what is refused. Raises StoreError when the store does not take rows for 20 s."""
    rows: dict[tuple[Tenant, Signal], list[Record]] = {}
    for record in records:
        rows.setdefault((DEFAULT_TENANT, signal_of(record)), []).append(record)
    written = Written()
    for (tenant, signal), group in rows.items():
        written.known |= await desk.store.stored_ids(signal, times_of(group, {one.record_id for one in group}), tenant)
    fresh = {key: left for key, group in rows.items() if (left := [one for one in group if one.record_id not in written.known])}
    if fresh:
        await _write(desk, Bundle(rows=fresh), written)
    return written


async def _write(desk: Desk, bundle: Bundle, written: Written) -> None:
    writer = Writer(desk.store, await desk.plane.start(), written.refuse, clock=desk.clock, meter=desk.meter, delays=desk.delays)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await writer.write(bundle)
    except TimeoutError as error:
        raise StoreError(f"the store took no rows for {PATIENCE_S:.0f} s: {writer.failure or 'it does not answer'}") from error
