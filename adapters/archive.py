"""The cold archive: Parquet files with their manifest rows beside them, in a folder or an S3-compatible bucket."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import TypeAdapter, ValidationError

from adapters.archive_places import Place, place, safely
from domain.archive import ArchivedFile, ArchiveError, Kept, Shelf

BATCH_ROWS = 65_536
_TIMES = ("Timestamp", "TimeUnix")
_MOST_NAME = 150
_MANIFEST: TypeAdapter[ArchivedFile] = TypeAdapter(ArchivedFile)


class ParquetArchive:
    """`day=YYYY-MM-DD/service=NAME/SIGNAL-0001.parquet`, and a `.json` of the same name that says what is in it.

    The manifest row is written last: a Parquet file without one was never finished, and the next file takes its place.
    """

    def __init__(self, place: Place) -> None:
        self._place = place

    @property
    def location(self) -> str:
        return self._place.name

    def keep(self, shelf: Shelf, batches: Iterable[pa.Table], now: datetime) -> Kept:
        there = [file for file in self._of_day(shelf.day) if (file.service, file.signal) == (shelf.service, shelf.signal)]
        known = self._ids(there)
        with TemporaryDirectory(prefix="watchfloor-archive-") as folder:
            written = _Writing(Path(folder) / "rows.parquet", known)
            for batch in batches:
                written.add(batch)
            if not written.close():
                return Kept(0, written.left_out)
            return Kept(written.rows, written.left_out, self._kept(shelf, written, now))

    def files(self, day: date | None = None) -> Sequence[ArchivedFile]:
        found = self._of_day(day) if day else [self._manifest(path) for path in self._place.names("") if path.endswith(".json")]
        return sorted(found, key=lambda file: (file.day, file.service, file.signal, file.sequence))

    def read(self, file: ArchivedFile) -> Iterator[pa.Table]:
        content = pq.ParquetFile(pa.BufferReader(self.fetch(file)))
        for batch in safely(partial(content.iter_batches, BATCH_ROWS)):
            yield pa.Table.from_batches([batch])

    def fetch(self, file: ArchivedFile) -> bytes:
        content = self._place.get(file.path)
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise ArchiveError(f"the archived file {file.path!r} in {self.location!r} is not what was written (its SHA-256 differs)")
        return content

    def _kept(self, shelf: Shelf, written: "_Writing", now: datetime) -> ArchivedFile:
        folder = f"day={shelf.day}/service={_segment(shelf.service)}"
        sequence = self._next(folder, shelf.signal)
        stem = f"{folder}/{shelf.signal}-{sequence:04}"
        file = written.described(shelf, sequence, f"{stem}.parquet", now)
        self._place.put(file.path, written.path)
        self._proved(file)
        manifest = written.path.with_suffix(".json")
        manifest.write_bytes(_MANIFEST.dump_json(file, indent=2) + b"\n")
        self._place.put(f"{stem}.json", manifest)
        if self._manifest(f"{stem}.json") != file:
            raise ArchiveError(f"the manifest row {stem + '.json'!r} in {self.location!r} reads back as something else")
        return file

    def _proved(self, file: ArchivedFile) -> None:
        rows = sum(batch.num_rows for batch in self.read(file))
        if rows != file.rows:
            raise ArchiveError(f"the archived file {file.path!r} holds {rows:,} rows where {file.rows:,} were written")

    def _next(self, folder: str, signal: str) -> int:
        taken = [Path(path).stem for path in self._place.names(folder) if path.endswith(".json")]
        return 1 + max((int(stem.rpartition("-")[2]) for stem in taken if stem.rpartition("-")[0] == signal), default=0)

    def _of_day(self, day: date) -> list[ArchivedFile]:
        return [self._manifest(path) for path in self._place.names(f"day={day}") if path.endswith(".json")]

    def _manifest(self, path: str) -> ArchivedFile:
        try:
            return _MANIFEST.validate_json(self._place.get(path))
        except ValidationError as error:
            raise ArchiveError(f"the manifest row {path!r} in {self.location!r} cannot be read ({error.errors()[0]['msg']})") from error

    def _ids(self, files: Sequence[ArchivedFile]) -> pa.Array:
        # Only what can be read back counts as archived: rows of a broken file are written again.
        found = [pa.array([], pa.string())]
        for file in files:
            try:
                found += [batch.column("RecordId").combine_chunks() for batch in self.read(file)]
            except ArchiveError:
                continue
        return pc.unique(pa.chunked_array(found).drop_null())


def open_archive(url: str) -> ParquetArchive:
    """The archive in a folder or a bucket, see `archive_places.place`. Raises WrongUseError, ArchiveError."""
    return ParquetArchive(place(url))


class _Writing:
    """One Parquet file in the making, and what its manifest row will say."""

    def __init__(self, path: Path, known: pa.Array) -> None:
        self.path = path
        self.rows = 0
        self.left_out = 0
        self._known = known
        self._writer: pq.ParquetWriter | None = None
        self._times: list[tuple[datetime, datetime]] = []
        self._arrivals: list[tuple[datetime, datetime]] = []

    def add(self, batch: pa.Table) -> None:
        """Take what is not archived yet."""
        ids = batch.column("RecordId")
        fresh = batch.filter(pc.or_(pc.equal(ids, ""), pc.invert(pc.is_in(ids, value_set=self._known))))
        self.left_out += batch.num_rows - fresh.num_rows
        if not fresh.num_rows:
            return
        self._writer = self._writer or pq.ParquetWriter(self.path, fresh.schema, compression="zstd")
        self._writer.write_table(fresh)
        self.rows += fresh.num_rows
        self._times.append(_bounds(fresh, next(name for name in _TIMES if name in fresh.column_names)))
        self._arrivals.append(_bounds(fresh, "IngestedAt"))

    def close(self) -> bool:
        """Whether there is a file."""
        if self._writer:
            self._writer.close()
        return self._writer is not None

    def described(self, shelf: Shelf, sequence: int, path: str, now: datetime) -> ArchivedFile:
        """The manifest row."""
        content = self.path.read_bytes()
        return ArchivedFile(
            shelf.day,
            shelf.service,
            shelf.signal,
            sequence,
            path,
            rows=self.rows,
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            first_at=min(first for first, _ in self._times),
            last_at=max(last for _, last in self._times),
            first_arrival_at=min(first for first, _ in self._arrivals),
            last_arrival_at=max(last for _, last in self._arrivals),
            archived_at=now,
        )


def _bounds(rows: pa.Table, column: str) -> tuple[datetime, datetime]:
    # To the microsecond, rounded towards the past: Python's times know no nanoseconds.
    found = pc.min_max(pc.cast(rows.column(column), pa.timestamp("us", "UTC"), safe=False)).as_py()
    return found["min"], found["max"]


def _segment(service: str) -> str:
    # One name of a path: nothing in it separates folders, and file systems take 255 bytes.
    name = quote(service, safe="")
    if len(name) <= _MOST_NAME:
        return name
    return f"{name[:_MOST_NAME]}~{hashlib.sha256(service.encode()).hexdigest()[:16]}"
