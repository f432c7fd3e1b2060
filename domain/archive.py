"""How long rows stay, and the cold archive: days of raw rows, the files they go to, and the ports of both."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from domain.errors import StoreError

SCHEMA = 1

# Why rows go: their days are over, or the store is over its size.
Reason = Literal["expired", "size"]


class ArchiveError(StoreError):
    """The archive could not keep or give back a file; nothing was removed from the store because of it."""


class ChangedError(StoreError):
    """The store's parts changed while they were read; the same work may be tried again."""


class Rows(Protocol):
    """A batch of rows in columns; what it is made of only the adapters know."""

    @property
    def num_rows(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Partition:
    """One day (of event time) of one raw table, as it stood in one look: what is written later is in none of its `parts`.

    `mortal`: rows that expire one day (the others are loaded files, kept until told otherwise); `first_due_at` and `last_due_at`:
    when the first and the last of them do. `arrived_at`: newest arrival among them.
    """

    signal: str
    day: date
    parts: tuple[str, ...]
    rows: int
    bytes: int
    mortal: int = 0
    first_due_at: datetime | None = None
    last_due_at: datetime | None = None
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """The rows of a partition that are to go: those that were due (`expired`), or that had arrived (`size`), before a moment."""

    partition: Partition
    reason: Reason
    before: datetime


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A table in partitions by day whose rows are of no use after some days, counted from the time in `time`."""

    table: str
    days: int
    time: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where rows lie in the archive."""

    day: date
    service: str
    signal: str


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """One row of the manifest. Times are of the events, arrivals of when they came in; `path` is relative to the archive."""

    day: date
    service: str
    signal: str
    sequence: int
    path: str
    rows: int
    bytes: int
    sha256: str
    first_at: datetime
    last_at: datetime
    first_arrival_at: datetime
    last_arrival_at: datetime
    archived_at: datetime
    schema: int = SCHEMA


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of rows given to the archive: written to `file` now, or known already from files that were read back."""

    written: int
    known: int
    file: ArchivedFile | None = None


class RawStore(Protocol):
    """The raw tables by day. Raises StoreError, and ChangedError when a partition is no longer as it was looked at."""

    def partitions(self) -> tuple[Partition, ...]:
        """Every day of every raw table, as it stands now."""
        ...

    def services(self, lot: Lot) -> Mapping[str, int]:
        """Rows of a lot by service."""
        ...

    def read(self, lot: Lot, service: str, rows: int) -> Iterator[Rows]:
        """The rows of one service in batches, every column. Raises ChangedError when they are not `rows` many."""
        ...

    def remove(self, lot: Lot, rows: int) -> None:
        """Remove exactly the rows of a lot, and return when they are gone. Raises ChangedError, having removed fewer or none."""
        ...

    def restore(self, shelf: Shelf, batches: Iterable[Rows], now: datetime, keep_days: int) -> int:
        """Write archived rows again, to be kept this many days from now; a row whose record id is there is left out. How many came."""
        ...

    def trim(self, lifetime: Lifetime, now: datetime) -> int:
        """Remove the days of a table that are over whole; how many rows went."""
        ...

    def close(self) -> None: ...


class Archive(Protocol):
    """Files of rows with a manifest. Raises ArchiveError."""

    @property
    def location(self) -> str: ...
    def keep(self, shelf: Shelf, batches: Iterable[Rows], now: datetime) -> Kept:
        """Make rows durable: written, read back, counted and compared before this returns. Rows that a sound file holds are known."""
        ...

    def files(self, day: date | None = None) -> Sequence[ArchivedFile]:
        """The manifest, oldest day first."""
        ...

    def read(self, file: ArchivedFile) -> Iterator[Rows]:
        """The rows of a file, after its hash was compared."""
        ...

    def fetch(self, file: ArchivedFile) -> bytes:
        """The file itself, after its hash was compared."""
        ...
