"""The job: archive what is to go, prove it, and only then remove it."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from threading import Event, Lock

from domain.archive import Archive, ArchivedFile, ArchiveError, ChangedError, Lot, Partition, RawStore, Rows, Shelf
from domain.errors import StoreError
from pipeline.retention.expiry import Limits, expired, mortal_bytes, raw_bytes, too_many

TRIES = 3
OpenStore = Callable[[], AbstractContextManager[RawStore]]

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Report:
    """What one run did. Rows `known` to the archive from before were removed without being written again."""

    at: datetime
    archived_rows: int = 0
    known_rows: int = 0
    removed_rows: int = 0
    files: list[ArchivedFile] = field(default_factory=list)
    lots: list[str] = field(default_factory=list)
    trimmed: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    raw_bytes: int = 0
    loaded_bytes: int = 0
    raw_rows: int = 0
    oldest_day: date | None = None


class Retention:
    """Works in a thread of its own, once at a time; a run that ends halfway has lost nothing and is taken up by the next.

    Store and archive are opened for each piece of work; `location` says in words where the archive is.
    """

    def __init__(self, open_store: OpenStore, open_archive: Callable[[], Archive], limits: Limits, location: str = "") -> None:
        self.limits = limits
        self.location = location
        self.last: Report | None = None
        self._open_store = open_store
        self._open_archive = open_archive
        self._lock = Lock()
        self._is_stopped = Event()

    async def run(self, now: datetime) -> Report:
        """Archive and remove what is to go at this moment; what failed stands in the report and is tried again by the next run.

        Cancelled, it returns when the batch of rows it was at is done.
        """
        self._is_stopped.clear()
        working = asyncio.create_task(asyncio.to_thread(self.work, now))
        try:
            return await asyncio.shield(working)
        except asyncio.CancelledError:
            self._is_stopped.set()
            await asyncio.wait([working])
            raise

    def work(self, now: datetime) -> Report:
        """`run` in the caller's thread."""
        report = Report(now)
        try:
            with self._lock, self._open_store() as store:
                _Pass(store, self._open_archive(), report, self._is_stopped).go(self.limits)
        except StoreError as error:
            report.failures.append(str(error))
        self.last = report
        log.info("retention.done", extra=_told(report))
        return report

    def archived(self, day: date | None = None, service: str = "") -> Sequence[ArchivedFile]:
        """The manifest, or the part of it that is about a day or a service. Raises ArchiveError."""
        return [file for file in self._open_archive().files(day) if service in {"", file.service}]

    def fetched(self, file: ArchivedFile) -> bytes:
        """An archived file as it is. Raises ArchiveError when it is not what was written."""
        return self._open_archive().fetch(file)

    def restored(self, files: Sequence[ArchivedFile], now: datetime, keep_days: int) -> int:
        """Write the rows of archived files again, to be kept so many days from now; how many were missing and came back."""
        with self._lock, self._open_store() as store:
            archive = self._open_archive()
            return sum(store.restore(Shelf(file.day, file.service, file.signal), archive.read(file), now, keep_days) for file in files)


@dataclass(frozen=True, slots=True)
class _Pass:
    """One run over the store."""

    store: RawStore
    archive: Archive
    report: Report
    stopped: Event

    def go(self, limits: Limits) -> None:
        """Days that are over, then what is too much, then what was made of rows."""
        now, found = self.report.at, self.store.partitions()
        found = self._emptied(expired(found, now), found)
        found = self._emptied(too_many(found, now, limits.raw_max_bytes), found)
        for lifetime in limits.lifetimes:
            if rows := self.store.trim(lifetime, now):
                self.report.trimmed[lifetime.table] = rows
        _measure(found, self.report)

    def _emptied(self, lots: Sequence[Lot], found: tuple[Partition, ...]) -> tuple[Partition, ...]:
        for lot in lots:
            self._attempt(lot)
        return self.store.partitions() if lots else found

    def _attempt(self, lot: Lot, tries: int = TRIES) -> None:
        if self.stopped.is_set():
            return
        try:
            self._empty(lot)
        except ChangedError as error:
            if tries > 1 and (current := self._anew(lot)):
                self._attempt(current, tries - 1)
            else:
                self.report.failures.append(str(error))
        except StoreError as error:
            self.report.failures.append(str(error))

    def _empty(self, lot: Lot) -> None:
        services = self.store.services(lot)
        rows = sum(services.values())
        for service, count in sorted(services.items()):
            self._keep(lot, service, count)
        if not rows:
            return
        self.store.remove(lot, rows)
        self.report.removed_rows += rows
        self.report.lots.append(f"{lot.partition.day} {lot.partition.signal}: {rows:,} rows ({lot.reason})")

    def _keep(self, lot: Lot, service: str, count: int) -> None:
        shelf = Shelf(lot.partition.day, service, lot.partition.signal)
        kept = self.archive.keep(shelf, self._until_stopped(self.store.read(lot, service, count)), self.report.at)
        self.report.archived_rows += kept.written
        self.report.known_rows += kept.known
        self.report.files += [kept.file] if kept.file else []
        if kept.written + kept.known != count:
            raise ArchiveError(
                f"{kept.written + kept.known:,} of {count:,} rows of {service!r} on {lot.partition.day} are archived; none was removed"
            )

    def _until_stopped(self, batches: Iterator[Rows]) -> Iterator[Rows]:
        for batch in batches:
            if self.stopped.is_set():
                raise ChangedError("retention was stopped at work; the next run takes it up")
            yield batch

    def _anew(self, lot: Lot) -> Lot | None:
        now = _same(self.store.partitions(), lot.partition)
        return replace(lot, partition=now) if now else None


def _same(partitions: Sequence[Partition], wanted: Partition) -> Partition | None:
    return next((one for one in partitions if (one.signal, one.day) == (wanted.signal, wanted.day)), None)


def _measure(left: Sequence[Partition], report: Report) -> None:
    report.raw_bytes = raw_bytes(left)
    report.loaded_bytes = raw_bytes(left) - sum(map(mortal_bytes, left))
    report.raw_rows = sum(one.rows for one in left)
    report.oldest_day = min((one.day for one in left), default=None)


def _told(report: Report) -> dict[str, int]:
    return {
        "archived": report.archived_rows,
        "removed": report.removed_rows,
        "failures": len(report.failures),
        "raw_bytes": report.raw_bytes,
    }
