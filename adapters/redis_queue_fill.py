"""How full and how safe the queue's server is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.redis_queue_commits import book, stream
from adapters.redis_queue_link import Link, RefusedQueueError
from adapters.redis_queue_scripts import LOOK
from domain.queue import Pressure, QueueStatus

STEPS = ((0.98, Pressure.CLOSED), (0.95, Pressure.NO_NORMAL), (0.90, Pressure.NO_INFO), (0.80, Pressure.NO_DEBUG))


@dataclass(frozen=True, slots=True)
class Limits:
    """What the queue may hold: entries not done, and bytes of their payloads (0: as much as the server's memory)."""

    depth: int = 200_000
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Lane:
    """One partition's stream at one moment; `lag` counts entries never delivered, -1 where the server does not know."""

    partition: int
    length: int
    pending: int
    lag: int
    first_ms: int
    records: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the server; `memory` and `settings` are its own words."""

    name: str
    lanes: Sequence[Lane]
    memory: Mapping[str, Any]
    settings: Mapping[str, str] | None

    @property
    def depth(self) -> int:
        """Entries that are not done."""
        return sum(lane.length for lane in self.lanes)

    @property
    def bytes(self) -> int:
        """Bytes of the payloads that are not done."""
        return sum(lane.bytes for lane in self.lanes)

    def status(self, lost: int, vanished: int, foreign: int) -> QueueStatus:
        """The same in the words of the port, with what readers found: records lost, entries deleted under them, entries not ours."""
        faults = [*self._faults(), *self._astray(), *_finds(lost, vanished, foreign)]
        notes = [] if self.settings is not None else ["the server does not show its settings: whether it syncs its file is not known"]
        first_ms = min((lane.first_ms for lane in self.lanes if lane.first_ms), default=0)
        return QueueStatus(
            self.name,
            state="degraded" if faults else "ok",
            detail="; ".join([*faults, *notes]),
            depth=self.depth,
            records=sum(lane.records for lane in self.lanes),
            pending=sum(lane.pending for lane in self.lanes),
            bytes=self.bytes,
            oldest_at=datetime.fromtimestamp(first_ms / 1_000, UTC) if first_ms else None,
            lost_records=lost,
        )

    def _faults(self) -> Iterator[str]:
        policy = str(self.memory.get("maxmemory_policy", "noeviction"))
        if policy != "noeviction":
            yield f"maxmemory-policy is {policy!r}: the server may throw entries away; CONFIG SET maxmemory-policy noeviction"
        if self.settings is None:
            return
        if self.settings.get("appendonly") != "yes":
            yield "appendonly is off: a restart of the server loses every entry; CONFIG SET appendonly yes"
        elif self.settings.get("appendfsync") == "everysec":
            yield "appendfsync is everysec: a crash of the server may lose up to 2 s of acknowledged entries; CONFIG SET appendfsync always"
        elif self.settings.get("appendfsync") == "no":
            yield "appendfsync is no: a crash of the machine loses what its system had not written; CONFIG SET appendfsync always"

    def _astray(self) -> Iterator[str]:
        for lane in self.lanes:
            if lane.lag >= 0 and lane.length != lane.pending + lane.lag:
                key = stream(lane.partition)
                yield f"{key!r} holds {lane.length} entries, {lane.pending} delivered and {lane.lag} not: somebody else reads there"


def _finds(lost: int, vanished: int, foreign: int) -> Iterator[str]:
    if lost:
        yield f"{lost} acknowledged records are gone: the server was emptied, or lost its file"
    if vanished:
        yield f"{vanished} delivered entries were deleted by somebody else"
    if foreign:
        yield f"{foreign} entries are none of ours and were left where they are: nobody else may write to 'wf:' keys"


class Fill:
    """The pressure of the last look."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.pressure = Pressure.NONE

    def close(self) -> None:
        """The server took nothing more; so it is until the next look."""
        self.pressure = Pressure.CLOSED

    def learn(self, found: Look) -> None:
        """Take the fullest of memory, depth and bytes."""
        most = int(found.memory.get("maxmemory", 0))
        shares = [found.depth / self._limits.depth]
        if most:
            shares.append(int(found.memory.get("used_memory", 0)) / most)
        if self._limits.bytes:
            shares.append(found.bytes / self._limits.bytes)
        self.pressure = next((step for share, step in STEPS if max(shares) >= share), Pressure.NONE)


async def look(link: Link, name: str, partitions: int, group: str) -> Look:
    """Ask the server. Raises QueueError when it does not answer."""
    lanes = [await _lane(link, partition, group) for partition in range(partitions)]
    return Look(name, lanes, await link.command("INFO", "memory"), await _settings(link))


async def _lane(link: Link, partition: int, group: str) -> Lane:
    length, pending, lag, first, records, size = await link.script(LOOK, [stream(partition), book(partition)], [group])
    first_ms = int(first.partition(b"-")[0] or 0)
    return Lane(partition, length, pending, lag, first_ms, int(records), int(size))


async def _settings(link: Link) -> Mapping[str, str] | None:
    try:
        found: Mapping[Any, Any] = await link.command("CONFIG GET", "append*")
    except RefusedQueueError:
        return None
    return {_text(name): _text(value) for name, value in found.items()}


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode()
