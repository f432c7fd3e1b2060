"""`watchfloor replay spool`: what a stopped service left in its spool is stored, written to a file, or read back from one."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from domain.errors import DataFolderError
from domain.letters import DeadLetter
from domain.ports import StateStore
from domain.queue import Entry
from observability.metrics import Metrics
from pipeline.dump import dump, entries_of, letters_of
from pipeline.spool.queue import contents
from service.commands.ingest import readable
from service.folder import DataFolder, holder
from service.invocation import Invocation
from service.queues import SPOOL, spool_of
from service.settings import Settings, read_settings
from service.stores import opened_state, state_database
from service.wiring import open_parts

COMMAND = "replay spool"
MOST_LETTERS = 100_000
GROUP = 64


async def main(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Exit 3 when there is nothing. Raises DataFolderError while a service holds the folder: it stores its spool by itself."""
    settings = read_settings(invocation.data_dir)
    if held := holder(settings.data_dir):
        who = f"{held.command!r} (process {held.pid}{f', serving at {held.address}' if held.address else ''})"
        raise DataFolderError(
            f"the data folder {str(settings.data_dir)!r} is held by {who}, which stores its spool by itself; end it first"
        )
    if options["dump"]:
        return await _dumped(invocation, settings, options["dump"])
    if options["source"]:
        await _filled(invocation, settings, readable(options["source"]))
    return await _stored(invocation, settings)


async def _dumped(invocation: Invocation, settings: Settings, file: Path) -> int:
    async with _state(settings) as (folder, state):
        letters = (await state.dead_letters(limit=MOST_LETTERS))[::-1]
        tally = _Tally()
        await asyncio.to_thread(dump, tally.of(_entries(folder)), letters, file)
    document = {"file": str(file), "entries": tally.entries, "records": tally.records, "dead_letters": len(letters)}
    invocation.show(document, f"{file}: {tally.records:,} records of {tally.entries:,} entries, {len(letters):,} dead letters")
    return 0 if tally.entries or letters else 3


async def _filled(invocation: Invocation, settings: Settings, file: Path) -> None:
    async with _state(settings) as (folder, state):
        known = frozenset(one.letter_id for one in await state.dead_letters(limit=MOST_LETTERS))
        letters: Sequence[DeadLetter] = await asyncio.to_thread(lambda: [one for one in letters_of(file) if one.letter_id not in known])
        await asyncio.to_thread(lambda: sum(1 for _ in entries_of(file)))  # all of it is right, or none is taken
        spool = await asyncio.to_thread(spool_of, settings, folder, Metrics())
        entries = entries_of(file)
        try:
            while group := await asyncio.to_thread(lambda: list(islice(entries, GROUP))):
                await spool.append(group)
        finally:
            await spool.close()
        await state.add_dead_letters(letters)
    invocation.say(f"read {file}: {len(letters):,} dead letters were new")


async def _stored(invocation: Invocation, settings: Settings) -> int:
    entries = await asyncio.to_thread(lambda: [(one.key, one.records) for one in _entries(settings.data_dir)])
    records = sum(count for _, count in entries)
    if entries:
        async with open_parts(settings, COMMAND) as parts:
            await parts.plane.written([key for key, _ in entries])
    text = f"{records:,} records of {len(entries):,} entries are stored now, or sampled out." if entries else "The spool is empty."
    invocation.show({"entries": len(entries), "records": records}, text)
    return 0 if entries else 3


@asynccontextmanager
async def _state(settings: Settings) -> AsyncIterator[tuple[Path, StateStore]]:
    """The data folder, held, and its state; the telemetry store may be down."""
    with closing(DataFolder.open(settings.data_dir, COMMAND, datetime.now(UTC))) as folder:
        async with state_database(settings, folder) as database:
            yield folder.path, opened_state(database)[0]


def _entries(folder: Path) -> Iterator[Entry]:
    spool = folder / SPOOL
    return contents(spool) if spool.is_dir() else iter(())


class _Tally:
    """Counts what passes."""

    def __init__(self) -> None:
        self.entries = self.records = 0

    def of(self, entries: Iterator[Entry]) -> Iterator[Entry]:
        for one in entries:
            self.entries, self.records = self.entries + 1, self.records + one.records
            yield one
