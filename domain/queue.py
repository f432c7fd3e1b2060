"""What travels between receiving and writing: entries, their deliveries, and the queue that keeps them durable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import NewType, Protocol

EntryKey = NewType("EntryKey", str)


class Pressure(IntEnum):
    """What admission must give up now, least first; each step includes those before it. Errors and incident rows go last of all."""

    NONE = 0
    NO_DEBUG = 1  # TRACE and DEBUG records are shed
    NO_INFO = 2  # and ordinary INFO records that sampling would not keep
    NO_NORMAL = 3  # and every ordinary record, kept by sampling or not
    CLOSED = 4  # nothing is taken: 503 with Retry-After


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted request's slice for one partition, encoded. Record n of it is known as `{key}-{n}` wherever it goes.

    `key` stays the same on every way an entry can take (stream, spool, dump), so that what comes twice is known again.
    """

    key: EntryKey
    partition: int
    payload: bytes
    records: int
    received_at_ns: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """An entry handed to its partition's owner. `is_again`: it may have been written before, so the store must be asked.

    `origin` and `position` are the queue's own (a stream id, a place in a segment); `attempt` counts from 1.
    """

    entry: Entry
    origin: str
    position: str
    attempt: int = 1
    is_again: bool = False


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """How a queue is doing. `depth` and `records` count what is not done yet, `pending` what is delivered and not done.

    `state` is ok, degraded (something stands in, or a guarantee is weaker) or down; `detail` says why in words.
    `lost_records`: acknowledged records that a gap in the senders' numbers proves gone.
    """

    name: str
    state: str = "ok"
    detail: str = ""
    depth: int = 0
    records: int = 0
    pending: int = 0
    bytes: int = 0
    bytes_at_risk: int = 0
    oldest_at: datetime | None = None
    lost_records: int = 0
    steps: Mapping[str, str] = field(default_factory=dict)


class EventQueue(Protocol):
    """Keeps entries until their owner is done with them. Raises QueueError (try again), QueueFullError (503 to the sender)."""

    @property
    def name(self) -> str: ...
    @property
    def partitions(self) -> int: ...
    async def append(self, entries: Sequence[Entry], digest: str = "") -> bool:
        """Durable when it returns True. False: a request of this digest was appended in the last 15 minutes; nothing was appended now."""
        ...

    async def read(self, partition: int, limit: int, wait_s: float) -> tuple[Delivery, ...]:
        """At most `limit` entries, oldest first: first those delivered and not done, then new ones; () after `wait_s` without any."""
        ...

    async def done(self, deliveries: Sequence[Delivery]) -> None:
        """Forget these: every record of them is written or sampled out."""
        ...

    async def lease(self, partition: int, owner: str, for_s: float) -> bool:
        """Whether the partition is this owner's for the next seconds; called again it is renewed. A single-process queue says True."""
        ...

    async def status(self) -> QueueStatus: ...
    def pressure(self) -> Pressure:
        """What admission must give up now, from the last known fill."""
        ...

    async def close(self) -> None: ...
