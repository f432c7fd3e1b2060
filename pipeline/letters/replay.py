"""Replays dead letters: the store is asked first, so what is stored already is only marked, however often it is tried."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from domain.errors import QueueError, StoreError
from domain.letters import DeadLetter, LetterFilter, pause
from domain.ports import Clock, Meter, StateStore, TelemetryStore
from domain.queue import Entry
from pipeline.admission import Admission
from pipeline.letters.contents import entry_of, format_of, parsed_again, record_of
from pipeline.letters.rows import write_records
from pipeline.plane import DataPlane

log = logging.getLogger(__name__)

MOST, GROUP = 10_000, 100
LEASE = timedelta(minutes=2)  # longer than a group of letters takes at most
PATIENCE_S = 45.0

FateName = Literal["replayed", "already_stored", "still_refused", "not_replayable", "later", "under_way"]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a letter; `detail` says why it is still one."""

    name: FateName
    detail: str = ""


Fates = dict[str, Fate]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a replay works with. `keep_days`: how long what is parsed again stays."""

    plane: DataPlane
    store: TelemetryStore
    state: StateStore
    admission: Admission
    clock: Clock
    meter: Meter
    delays: Callable[[], Iterator[float]]
    keep_days: int = 30


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many letters came to what."""

    counts: Mapping[FateName, int] = field(default_factory=dict)
    is_dry: bool = False


class Replayer:
    """Several may work at once, in several processes: a letter is claimed before it is tried."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def replay(self, where: LetterFilter, *, is_dry: bool = False) -> Replayed:
        """Try the letters that match and were not replayed, 10,000 at most, those tried least first. Raises StoreError.

        A dry run tells which have something to replay ("replayed") and which have not, and changes nothing.
        """
        state, counts = self._desk.state, Counter[FateName]()
        ids = await state.waiting_letters(where, limit=MOST)
        for first in range(0, len(ids), GROUP):
            group = ids[first : first + GROUP]
            fates = await self._foreseen(group) if is_dry else await self._tried(group)
            counts.update(fate.name for fate in fates.values())
        return Replayed(dict(counts), is_dry)

    async def _foreseen(self, ids: Sequence[str]) -> Fates:
        letters = await self._desk.state.dead_letters(limit=len(ids), where=LetterFilter(ids=tuple(ids)))
        return {one.letter_id: Fate("replayed" if format_of(one).name else "not_replayable") for one in letters}

    async def _tried(self, ids: Sequence[str]) -> Fates:
        now, state = self._desk.clock.now(), self._desk.state
        claimed = await state.claim_letters(ids, now, now + LEASE)
        fates = {one: Fate("under_way") for one in ids}
        ways = {"record": self._records, "entry": self._entries, "ndjson": self._lines, "": self._others}
        for name, way in ways.items():
            letters = [letter for letter in claimed if format_of(letter).name == name]
            try:
                fates |= await way(letters) if letters else {}
            except (StoreError, QueueError) as error:
                log.warning("letters.replay_failed", extra={"letters": len(letters), "error": str(error)})
                fates |= {letter.letter_id: Fate("later", str(error)) for letter in letters}
        await state.settle_letters([settled(letter, fates[letter.letter_id], self._desk.clock.now()) for letter in claimed])
        return fates

    async def _records(self, letters: Sequence[DeadLetter]) -> Fates:
        """The rows alone: the record was counted and sampled when it came."""
        read = {letter.letter_id: record_of(letter) for letter in letters}
        records = {name: record for name, record in read.items() if not isinstance(record, str)}
        outcome = await write_records(self._desk, list(records.values()))
        fates = {name: Fate("still_refused", record) for name, record in read.items() if isinstance(record, str)}
        for name, record in records.items():
            if record.record_id in outcome.refused:
                fates[name] = Fate("still_refused", outcome.refused[record.record_id])
            else:
                fates[name] = Fate("already_stored" if record.record_id in outcome.known else "replayed")
        return fates

    async def _entries(self, letters: Sequence[DeadLetter]) -> Fates:
        return await self._queued({letter.letter_id: entry_of(letter) for letter in letters})

    async def _lines(self, letters: Sequence[DeadLetter]) -> Fates:
        admission, keep_days = self._desk.admission, self._desk.keep_days
        return await self._queued({letter.letter_id: parsed_again(letter, admission, keep_days) for letter in letters})

    async def _queued(self, read: Mapping[str, Entry | str]) -> Fates:
        """Entries take the way of all entries, under their own keys; a text instead of one says why there is none."""
        entries = {name: entry for name, entry in read.items() if isinstance(entry, Entry)}
        fates = {name: Fate("still_refused", why) for name, why in read.items() if isinstance(why, str)}
        known = await self._desk.store.counted([entry.key for entry in entries.values()]) if entries else frozenset()
        fresh = [entry for entry in entries.values() if entry.key not in known]
        if fresh:
            await self._append(fresh)
        return fates | {name: Fate("already_stored" if entry.key in known else "replayed") for name, entry in entries.items()}

    async def _append(self, entries: Sequence[Entry]) -> None:
        plane = self._desk.plane
        partitions = (await plane.start()).partitions
        await plane.append([replace(entry, partition=entry.partition % partitions) for entry in entries])
        try:
            async with asyncio.timeout(PATIENCE_S):
                await plane.written([entry.key for entry in entries])
        except TimeoutError as error:
            raise QueueError(f"{len(entries)} entries are in the queue and were not stored within {PATIENCE_S:.0f} s") from error

    async def _others(self, letters: Sequence[DeadLetter]) -> Fates:
        return {letter.letter_id: Fate("not_replayable") for letter in letters}


async def retry_letters(replayer: Replayer, now: datetime) -> Replayed:
    """Replay the retryable letters that are due. Raises StoreError."""
    return await replayer.replay(LetterFilter(kind="retryable", due_at=now))


def settled(letter: DeadLetter, fate: Fate, now: datetime) -> DeadLetter:
    """The letter after a try. What may pass is due again later; what is refused again waits for a person."""
    if fate.name == "not_replayable":
        return letter
    tried = replace(letter, attempts=letter.attempts + 1, next_at=None, outcome=fate.detail or fate.name)
    if fate.name in {"replayed", "already_stored"}:
        return replace(tried, replayed_at=now)
    if fate.name == "later":
        return replace(tried, kind="retryable", next_at=now + pause(tried.attempts))
    return replace(tried, kind="poison")
