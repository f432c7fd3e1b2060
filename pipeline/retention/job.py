"""The job: archive what is to go, prove it, and only then remove it."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from threading import Event, Lock

from domain.archive import Archive, ArchivedFile, ArchiveError, ChangedError, Lot, Partition, RawStore, Shelf
from domain.errors import StoreError
from pipeline.retention.expiry import Limits, expired, mortal_bytes, raw_bytes, too_many

TRIES = 3

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
    """Works in a thread of its own, once at a time; a run that is stopped halfway has lost nothing and is taken up by the next."""

    def __init__(self, store: RawStore, archive: Archive, limits: Limits) -> None:
        self.limits = limits
        self.last: Report | None = None
        self._store = store
        self._archive = archive
        self._lock = Lock()
        self._is_stopped = Event()

    @property
    def location(self) -> str:
        """Where the archive is."""
        return self._archive.location

    async def run(self, now: datetime) -> Report:
        """Archive and remove what is to go at this moment; what failed stands in the report and is tried again by the next run."""
        self._is_stopped.clear()
        try:
            return await asyncio.to_thread(self.work, now)
        except asyncio.CancelledError:
            self._is_stopped.set()  # the thread ends after the partition it is at
            raise

    def work(self, now: datetime) -> Report:
        """`run` in the caller's thread."""
        with self._lock:
            report = Report(now)
            try:
                self._pass(now, report)
            except StoreError as error:
                report.failures.append(str(error))
            self.last = report
            log.info("retention.done", extra=_told(report))
            return report

    def _pass(self, now: datetime, report: Report) -> None:
        found: Sequence[Partition] = self._store.partitions()
        found = self._emptied(expired(found, now), found, report)
        found = self._emptied(too_many(found, now, self.limits.raw_max_bytes), found, report)
        for tier in self.limits.tiers:
            if rows := self._store.trim(tier, now):
                report.trimmed[tier.table] = rows
        _measure(found, report)

    def _emptied(self, lots: Sequence[Lot], found: Sequence[Partition], report: Report) -> Sequence[Partition]:
        for lot in lots:
            self._attempt(lot, report)
        return self._store.partitions() if lots else found

    def _attempt(self, lot: Lot, report: Report, tries: int = TRIES) -> None:
        if self._is_stopped.is_set():
            return
        try:
            self._empty(lot, report)
        except ChangedError as error:
            if tries > 1 and (current := self._anew(lot)):
                self._attempt(current, report, tries - 1)
            else:
                report.failures.append(str(error))
        except (ArchiveError, StoreError) as error:
            report.failures.append(str(error))

    def _empty(self, lot: Lot, report: Report) -> None:
        services = self._store.services(lot)
        rows = sum(services.values())
        for service, count in sorted(services.items()):
            self._keep(lot, service, count, report)
        if not rows:
            return
        self._store.remove(lot, rows)
        report.removed_rows += rows
        report.lots.append(f"{lot.partition.day} {lot.partition.signal}: {rows:,} rows ({lot.reason})")

    def _keep(self, lot: Lot, service: str, count: int, report: Report) -> None:
        shelf = Shelf(lot.partition.day, service, lot.partition.signal)
        kept = self._archive.keep(shelf, self._store.read(lot, service, count), report.at)
        report.archived_rows += kept.written
        report.known_rows += kept.known
        report.files += [kept.file] if kept.file else []
        if kept.written + kept.known != count:
            raise ArchiveError(
                f"{kept.written + kept.known:,} of {count:,} rows of {service!r} on {lot.partition.day} are archived; none was removed"
            )

    def _anew(self, lot: Lot) -> Lot | None:
        now = _same(self._store.partitions(), lot.partition)
        return replace(lot, partition=now) if now else None

    def archived(self, day: date, service: str = "") -> Sequence[ArchivedFile]:
        """The files of a day, of one service or of all."""
        return [file for file in self._archive.files(day) if service in {"", file.service}]

    def restore(self, file: ArchivedFile, now: datetime, keep_days: int) -> int:
        """Write an archived file's rows again, to be kept so many days from now; how many were missing and came back."""
        with self._lock:
            shelf = Shelf(file.day, file.service, file.signal)
            return self._store.restore(shelf, self._archive.read(file), now, keep_days)

    def fetched(self, files: Sequence[ArchivedFile]) -> Iterator[tuple[ArchivedFile, bytes]]:
        """The files themselves, each after its hash was compared."""
        return ((file, self._archive.fetch(file)) for file in files)


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
