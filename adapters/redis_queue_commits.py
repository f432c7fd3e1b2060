"""Group commit: appends that come together go to the server as one script, for one sync of its file."""

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from adapters.redis_queue_link import Argument, Link, RefusedQueueError
from adapters.redis_queue_numbers import Numbers
from adapters.redis_queue_scripts import APPEND
from domain.errors import QueueError, QueueFullError
from domain.ports import Meter
from domain.queue import Entry

NameT = TypeVar("NameT", int, str)
DIGEST_S = 900
MOST_APPENDS = 256
MOST_BYTES = 8 << 20  # one script holds the server up for about as long as it copies this


@dataclass(frozen=True, slots=True)
class _Append:
    entries: Sequence[Entry]
    digest: str
    answer: asyncio.Future[bool]

    @property
    def size(self) -> int:
        return sum(len(entry.payload) for entry in self.entries)


class Commits:
    """One batch is on its way at a time, so an append waits for at most two round trips and numbers go out in order."""

    def __init__(self, link: Link, name: str, numbers: Numbers, meter: Meter) -> None:
        self._link = link
        self._name = name
        self._numbers = numbers
        self._meter = meter
        self._waiting: deque[_Append] = deque()
        self._task: asyncio.Task[None] | None = None

    async def append(self, entries: Sequence[Entry], digest: str) -> bool:
        """Whether the entries were taken; False when the digest is known. Raises QueueError."""
        started = time.perf_counter()
        one = _Append(entries, digest, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._commit_all())
        try:
            taken = await one.answer
        except QueueError as error:
            self._meter.add("pipeline_append_errors_total", queue=self._name, cause=_cause(error))
            raise
        self._meter.observe("pipeline_append_seconds", time.perf_counter() - started, queue=self._name)
        return taken

    async def close(self) -> None:
        """Wait for what is on its way."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _commit_all(self) -> None:
        batch: list[_Append] = []
        try:
            while self._waiting:
                batch = self._next()
                if batch:
                    _answer(batch, await self._commit(batch))
        except QueueError as error:
            _fail([*batch, *self._waiting], error)
        finally:
            _fail([*batch, *self._waiting], QueueError("the queue stopped before this was appended; send it again"))
            self._waiting.clear()

    def _next(self) -> list[_Append]:
        batch: list[_Append] = []
        size = 0
        while self._waiting and len(batch) < MOST_APPENDS and (not batch or size + self._waiting[0].size <= MOST_BYTES):
            one = self._waiting.popleft()
            if not one.answer.done():
                batch.append(one)
                size += one.size
        return batch

    async def _commit(self, batch: Sequence[_Append]) -> list[bool]:
        partitions = sorted({entry.partition for one in batch for entry in one.entries})
        digests = sorted({one.digest for one in batch if one.digest})
        keys = [stream(p) for p in partitions] + [book(p) for p in partitions] + [f"wf:digest:{digest}" for digest in digests]
        sender, last = self._numbers.sender, [self._numbers.sent(p) for p in partitions]
        places, known = _places(partitions), _places(digests)
        words = chain.from_iterable(_words(one, places, known) for one in batch)
        try:
            answers = await self._link.script(APPEND, keys, [sender, DIGEST_S, len(partitions), *last, *words])
        except (RefusedQueueError, QueueFullError):
            raise
        except QueueError:
            self._numbers.renew()
            raise
        return self._counted(batch, [bool(answer) for answer in answers])

    def _counted(self, batch: Sequence[_Append], taken: list[bool]) -> list[bool]:
        for one, is_taken in zip(batch, taken, strict=True):
            for entry in one.entries if is_taken else ():
                self._numbers.acknowledge(entry.partition, entry.records)
        return taken


def stream(partition: int) -> str:
    """The key of a partition's stream."""
    return f"wf:q:{partition}"


def book(partition: int) -> str:
    """The key of a partition's book: the records and bytes in its stream, and the last number done of each sender."""
    return f"wf:book:{partition}"


def _places(names: Sequence[NameT]) -> dict[NameT, int]:
    return {name: place for place, name in enumerate(names, 1)}


def _words(one: _Append, partitions: Mapping[int, int], digests: Mapping[str, int]) -> list[Argument]:
    words: list[Argument] = [digests.get(one.digest, 0), len(one.entries)]
    for entry in one.entries:
        words += [partitions[entry.partition], entry.key, entry.records, entry.received_at_ns, entry.payload]
    return words


def _answer(batch: Sequence[_Append], taken: Sequence[bool]) -> None:
    for one, is_taken in zip(batch, taken, strict=True):
        if not one.answer.done():
            one.answer.set_result(is_taken)


def _fail(appends: Sequence[_Append], error: QueueError) -> None:
    for one in appends:
        if not one.answer.done():
            one.answer.set_exception(error)


def _cause(error: QueueError) -> str:
    if isinstance(error, QueueFullError):
        return "full"
    return "refused" if isinstance(error, RefusedQueueError) else "connection"
