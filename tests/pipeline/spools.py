"""Spools, entries and a disk that fails, for the tests."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from domain.queue import Delivery, Entry, EntryKey, EventQueue
from pipeline.spool.disk import SystemDisk
from pipeline.spool.queue import SpoolQueue, open_spool
from tests.fakes import FakeClock, FakeMeter


def entry(key: str, partition: int = 0, size: int = 40, records: int = 3) -> Entry:
    return Entry(EntryKey(key), partition, (key.encode() * size)[:size], records, 1_000)


def opened(folder: Path, partitions: int = 1, **given: Any) -> SpoolQueue:
    return open_spool(folder, partitions, given.pop("meter", FakeMeter()), given.pop("clock", FakeClock()), **given)


async def all_of(queue: EventQueue, partition: int = 0) -> tuple[Delivery, ...]:
    found: tuple[Delivery, ...] = ()
    while given := await queue.read(partition, 100, 0):
        found += given
    return found


def keys(deliveries: Sequence[Delivery]) -> list[str]:
    return [one.entry.key for one in deliveries]


class BadDisk(SystemDisk):
    """Fails as often as it is told to."""

    def __init__(self) -> None:
        self.writes: list[OSError] = []
        self.syncs: list[OSError] = []
        self.room = 1 << 40

    def write(self, file: int, data: bytes) -> None:
        if self.writes:
            super().write(file, data[: len(data) // 2])
            raise self.writes.pop()
        super().write(file, data)

    def sync(self, file: int) -> None:
        super().sync(file)
        if self.syncs:
            raise self.syncs.pop()

    def free(self, folder: Path) -> int:
        return self.room


def names(folder: Path) -> list[str]:
    """The files of a folder."""
    return sorted(path.name for path in folder.iterdir())
