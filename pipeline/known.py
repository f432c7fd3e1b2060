"""Which entries are stored: remembered for a while, recalled where another owner stored them, else asked of the store."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from time import monotonic

import numpy as np
import numpy.typing as npt
import xxhash

from domain.errors import StoreError
from domain.ports import Clock, TelemetryStore
from domain.queue import Delivery, EntryKey
from domain.window import to_nanos
from pipeline.copies import FARTHEST_NS, copies, slice_of

log = logging.getLogger(__name__)

REMEMBERED_NS = 30 * 60 * 1_000_000_000
MOST, TOGETHER = 500_000, 4_096
Marks = npt.NDArray[np.uint64]


class Known:
    """What one owner knows of the entries that are stored. `recall` first, and whenever another may have owned a partition of ours."""

    def __init__(self, store: TelemetryStore, clock: Clock, delays: Callable[[], Iterator[float]]) -> None:
        self._store, self._clock, self._delays = store, clock, delays
        self._marks = MarkSet()
        self._since_ns: int | None = None
        self._recalling = asyncio.Lock()
        self._recalled_s = float("-inf")

    def __contains__(self, key: EntryKey) -> bool:
        return key in self._marks

    def add(self, keys: Sequence[EntryKey]) -> None:
        """These are stored whole."""
        forgotten_ns = self._marks.add([*keys, *map(slice_of, keys)], self._now_ns())
        self._since_ns = None if self._since_ns is None else max(self._since_ns, forgotten_ns)

    async def recall(self) -> None:
        """Learn what was stored lately by whomever; those who come while others do it wait for one that began after they came."""
        came_s = monotonic()
        async with self._recalling:
            if self._recalled_s < came_s:
                self._recalled_s, since_ns = monotonic(), self._now_ns() - REMEMBERED_NS
                found = await self._insist(lambda: self._store.counted_since(since_ns, MOST // 2))
                self._since_ns = max(self._since_ns or 0, since_ns if len(found) < MOST // 2 else self._now_ns())
                self.add(tuple(found))

    async def ask(self, deliveries: Iterable[Delivery]) -> frozenset[EntryKey]:
        """Copies of these that are stored, as far as they may be from a time that is not remembered."""
        keys = [key for one in deliveries if self._is_old(one) for key in copies(one.entry.key)]
        return await self._insist(lambda: self._store.counted(keys)) if keys else frozenset()

    def copy_of(self, key: EntryKey, asked: frozenset[EntryKey]) -> EntryKey | None:
        """The fullest copy of this one that is stored, by memory and by what was asked."""
        is_remembered = slice_of(key) in self._marks
        return next((one for one in copies(key) if one in asked or (is_remembered and one in self._marks)), None)

    def _is_old(self, delivery: Delivery) -> bool:
        return self._since_ns is None or delivery.entry.received_at_ns - FARTHEST_NS < self._since_ns

    def _now_ns(self) -> int:
        return to_nanos(self._clock.now())

    async def _insist(self, ask: Callable[[], Awaitable[frozenset[EntryKey]]]) -> frozenset[EntryKey]:
        for delay_s in self._delays():
            try:
                return await ask()
            except StoreError as error:
                log.warning("pipeline.check_failed", extra={"error": str(error)})
            await asyncio.sleep(delay_s)
        return frozenset()


class MarkSet:
    """Half an hour of keys, at most 500,000, as 64 bits of a hash: 8 bytes each once packed.

    Another key is taken for one of them once in some 10**13.
    """

    def __init__(self) -> None:
        self._fresh: set[int] = set()
        self._packed: deque[tuple[int, Marks]] = deque()
        self._sorted: Marks = np.empty(0, np.uint64)

    def __contains__(self, key: EntryKey) -> bool:
        mark = _mark(key)
        if mark in self._fresh:
            return True
        place = int(np.searchsorted(self._sorted, np.uint64(mark)))
        return place < self._sorted.size and int(self._sorted[place]) == mark

    def add(self, keys: Iterable[EntryKey], now_ns: int) -> int:
        """Remember these, and forget the oldest, some thousands at a time; until when everything may be forgotten now (0: nothing is)."""
        self._fresh.update(map(_mark, keys))
        if len(self._fresh) < TOGETHER:
            return 0
        self._packed.append((now_ns, np.fromiter(self._fresh, np.uint64, len(self._fresh))))
        self._fresh.clear()
        forgotten_ns = 0
        while self._is_over(now_ns):
            forgotten_ns, _ = self._packed.popleft()
        self._sorted = np.sort(np.concatenate([marks for _, marks in self._packed]))
        return forgotten_ns

    def _is_over(self, now_ns: int) -> bool:
        oldest_ns, _ = self._packed[0]
        return len(self._packed) > 1 and (now_ns - oldest_ns > REMEMBERED_NS or sum(marks.size for _, marks in self._packed) > MOST)


def _mark(key: EntryKey) -> int:
    return xxhash.xxh3_64_intdigest(key)
