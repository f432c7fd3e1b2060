"""The events that wait to be sent: a queue that is full at a number of events or of bytes, and counts what it could not take."""

import threading
from collections import deque
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the events so far. `refused`: the receiver would not have them; `dropped`: they never left."""

    sent: int = 0
    dropped: int = 0
    refused: int = 0


class Waiting:
    """Lines in their order. Its lock is held for a few instructions and never while anything is sent; the same thread may take it twice."""

    def __init__(self, capacity: int, capacity_bytes: int) -> None:
        self._capacity, self._capacity_bytes = capacity, capacity_bytes
        self._lines: deque[bytes] = deque()
        self._out: list[bytes] = []
        self._bytes = 0
        self._tally = Tally()
        self._told = 0
        self._lock = threading.RLock()  # a collection of garbage during `put` may log, and so put

    def __len__(self) -> int:
        return len(self._lines) + len(self._out)

    @property
    def tally(self) -> Tally:
        """What became of the events that no longer wait."""
        return self._tally

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another event."""
        return len(self) >= self._capacity

    def put(self, line: bytes) -> bool:
        """Whether the line waits now; else it is counted as dropped."""
        with self._lock:
            if self.is_full or self._bytes + len(line) > self._capacity_bytes:
                self._drop(1)
                return False
            self._lines.append(line)
            self._bytes += len(line)
            return True

    def take(self, most: int, most_bytes: int) -> list[bytes]:
        """The oldest lines, at least one if there is any; they keep their room until they are settled."""
        with self._lock:
            size = 0
            while self._lines and len(self._out) < most and (not self._out or size + len(self._lines[0]) <= most_bytes):
                self._out.append(self._lines.popleft())
                size += len(self._out[-1])
            return list(self._out)

    def settle(self, refused: int = 0) -> None:
        """The lines taken are sent, but for those refused."""
        with self._lock:
            sent = len(self._out) - refused
            self._tally = replace(self._tally, sent=self._tally.sent + sent, refused=self._tally.refused + refused)
            self._let_go()

    def drop(self) -> None:
        """The lines taken will not be sent."""
        with self._lock:
            self._drop(len(self._out))
            self._let_go()

    def drop_new(self) -> None:
        """An event that could not even wait."""
        with self._lock:
            self._drop(1)

    def untold(self) -> int:
        """How many were dropped since this was last asked."""
        with self._lock:
            more, self._told = self._tally.dropped - self._told, self._tally.dropped
            return more

    def _drop(self, events: int) -> None:
        self._tally = replace(self._tally, dropped=self._tally.dropped + events)

    def _let_go(self) -> None:
        self._bytes -= sum(map(len, self._out))
        self._out.clear()
