"""The event queue on Redis Streams: of a server of somebody's, or of a Valkey child of our own."""

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from adapters.redis_queue_commits import Commits
from adapters.redis_queue_fill import Fill, Limits, look
from adapters.redis_queue_link import Link, Revive
from adapters.redis_queue_numbers import Numbers
from adapters.redis_queue_reads import Reads
from adapters.redis_queue_scripts import LEASE, RELEASE
from adapters.valkey import ValkeyChild
from domain.errors import QueueError, QueueFullError
from domain.ports import Meter
from domain.queue import Delivery, Entry, Pressure, QueueStatus

GROUP = "watchfloor"
TIMEOUT_S = 3.0
LIMITS = Limits()


class RedisQueue:
    """One stream a partition; an entry stays in it until it is done. Raises QueueError and QueueFullError."""

    def __init__(
        self,
        url: str,
        partitions: int,
        meter: Meter,
        *,
        numbers: Path | None = None,
        group: str = GROUP,
        timeout_s: float = TIMEOUT_S,
        limits: Limits = LIMITS,
        revive: Revive | None = None,
        name: str = "redis",
    ) -> None:
        self.name = name
        self.partitions = partitions
        self._meter = meter
        self._group = group
        self._numbers = Numbers(numbers)
        self._link = Link(url, timeout_s, revive)
        self._commits = Commits(self._link, name, self._numbers, meter)
        self._reads = [Reads(self._link, partition, group, name, self._numbers) for partition in range(partitions)]
        self._owners: dict[int, tuple[str, float]] = {}
        self._fill = Fill(limits)
        self._told_lost = 0

    async def append(self, entries: Sequence[Entry], digest: str = "") -> bool:
        """Durable when it returns True, with everything of the request in one step; False when its digest is known."""
        try:
            return await self._commits.append(entries, digest)
        except QueueFullError:
            self._fill.close()
            raise

    async def read(self, partition: int, limit: int, wait_s: float) -> tuple[Delivery, ...]:
        """At most `limit` entries of a partition, oldest first; what was delivered and not done comes first and `is_again`."""
        try:
            return await self._reads[partition].read(limit, wait_s)
        finally:
            self._tell_lost()

    async def done(self, deliveries: Sequence[Delivery]) -> None:
        """Take these out of their streams."""
        self._numbers.keep()
        by_partition = sorted(deliveries, key=lambda one: one.entry.partition)
        for partition, part in groupby(by_partition, key=lambda one: one.entry.partition):
            await self._reads[partition].done(list(part))

    async def lease(self, partition: int, owner: str, for_s: float) -> bool:
        """Whether the partition is this owner's for the next seconds; to be asked before `read`.

        One that could have been another's in between is read from its pending entries on. A lease that is gone before its
        time was flushed: nobody else had the partition.
        """
        now = time.monotonic()
        answer = await self._link.script(LEASE, [_lease(partition)], [owner, int(for_s * 1_000)])
        before, until = self._owners.pop(partition, ("", 0.0))
        if answer:
            self._owners[partition] = (owner, now + for_s)
        if before != owner or not (answer == 1 or (answer and now < until)):
            self._reads[partition].restart()
        return bool(answer)

    async def status(self) -> QueueStatus:
        """How the queue is, as the server says now; refreshes `pressure`."""
        self._numbers.keep()
        try:
            found = await look(self._link, self.name, self.partitions, self._group)
        except QueueError as error:
            return QueueStatus(self.name, state="down", detail=str(error), lost_records=self._numbers.lost)
        self._fill.learn(found)
        vanished, foreign = sum(one.vanished for one in self._reads), sum(one.foreign for one in self._reads)
        status = found.status(self._numbers.lost, vanished, foreign)
        self._measure(status)
        return status

    def pressure(self) -> Pressure:
        """What admission must give up, as of the last `status`."""
        return self._fill.pressure

    async def close(self) -> None:
        """Give the leases back and close the connections; a server that is down is left to find them run out."""
        await self._commits.close()
        self._numbers.keep()
        try:
            with suppress(QueueError):
                for partition, (owner, _) in self._owners.items():
                    await self._link.script(RELEASE, [_lease(partition)], [owner])
        finally:
            await self._link.close()

    def _tell_lost(self) -> None:
        if missing := self._numbers.lost - self._told_lost:
            self._told_lost = self._numbers.lost
            self._meter.add("pipeline_events_lost_total", missing)

    def _measure(self, status: QueueStatus) -> None:
        age_s = (datetime.now(UTC) - status.oldest_at).total_seconds() if status.oldest_at else 0.0
        self._meter.set("pipeline_queue_depth", status.depth, queue=self.name)
        self._meter.set("pipeline_queue_records", status.records, queue=self.name)
        self._meter.set("pipeline_queue_pending", status.pending, queue=self.name)
        self._meter.set("pipeline_queue_bytes", status.bytes, queue=self.name)
        self._meter.set("pipeline_oldest_age_seconds", max(0.0, age_s), queue=self.name)


class EmbeddedQueue(RedisQueue):
    """The queue on a Valkey child that it starts again when it died, and ends when it is closed."""

    def __init__(self, child: ValkeyChild, url: str, partitions: int, meter: Meter, *, numbers: Path, limits: Limits) -> None:
        super().__init__(url, partitions, meter, numbers=numbers, limits=limits, revive=child.ensure, name="valkey")
        self.child = child

    async def lease(self, partition: int, owner: str, for_s: float) -> bool:  # noqa: ARG002 - the port's
        """True: the server is this process's own, and a lease that a crash left behind must not hold it up."""
        return 0 <= partition < self.partitions

    async def close(self) -> None:
        """Close the connections, then end the server."""
        try:
            await super().close()
        finally:
            await self.child.stop()


def open_redis_queue(url: str, partitions: int, meter: Meter, numbers: Path | None = None, limits: Limits = LIMITS) -> RedisQueue:
    """The queue of an external server, not connected yet. `numbers` only where this process alone owns all partitions."""
    return RedisQueue(url, partitions, meter, numbers=numbers, limits=limits)


async def open_embedded_queue(folder: Path, partitions: int, meter: Meter, limits: Limits = LIMITS) -> EmbeddedQueue:
    """The queue of a server of our own on this folder. Raises QueueError when it cannot be started."""
    child = ValkeyChild(folder)
    url = await child.start()
    return EmbeddedQueue(child, url, partitions, meter, numbers=folder.with_name(f"{folder.name}.numbers.json"), limits=limits)


def _lease(partition: int) -> str:
    return f"wf:lease:{partition}"
