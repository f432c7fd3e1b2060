"""The cold archive in a folder and in a bucket: names, manifest, proof, and what never happens."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from adapters.archive import ParquetArchive, open_archive
from adapters.archive_places import place
from domain.archive import ArchiveError, Shelf
from domain.errors import WrongUseError
from tests.s3_server import Bucket, account, s3_serving

NOW = datetime(2026, 4, 2, tzinfo=UTC)
DAY = date(2026, 3, 1)
SHELF = Shelf(DAY, "cart", "logs")


def rows(first: int = 0, count: int = 3) -> pa.Table:
    """Rows as the store gives them, with fractions of a microsecond and a map."""
    numbers = range(first, first + count)
    at = 1_772_323_200_000_000_123
    return pa.table(
        {
            "Timestamp": pa.array([at + number for number in numbers], pa.timestamp("ns", "UTC")),
            "IngestedAt": pa.array([at // 1_000_000 + number for number in numbers], pa.timestamp("ms", "UTC")),
            "RecordId": [f"r-{number}" for number in numbers],
            "LogAttributes": pa.array([[("n", str(number))] for number in numbers], pa.map_(pa.string(), pa.string())),
        }
    )


@pytest.fixture
def bucket() -> Iterator[tuple[str, Bucket]]:
    with account(), s3_serving("cold") as (address, made):
        yield f"s3://cold/some/where?endpoint={address}", made


@pytest.fixture(params=["folder", "bucket"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> ParquetArchive:
    url = str(tmp_path / "cold") if request.param == "folder" else request.getfixturevalue("bucket")[0]
    return open_archive(url)


def test_rows_come_back_as_they_were(archive: ParquetArchive) -> None:
    kept = archive.keep(SHELF, iter([rows(), rows(3)]), NOW)
    assert kept.file is not None
    assert (kept.written, kept.known) == (6, 0)
    assert pa.concat_tables(archive.read(kept.file)).cast(rows().schema).equals(pa.concat_tables([rows(), rows(3)]))


def test_the_manifest_says_what_a_file_holds(archive: ParquetArchive) -> None:
    archive.keep(SHELF, [rows()], NOW)
    (file,) = archive.files()
    assert (file.day, file.service, file.signal, file.rows, file.sequence) == (DAY, "cart", "logs", 3, 1)
    assert file.path == "day=2026-03-01/service=cart/logs-0001.parquet"
    assert (file.first_at, file.last_arrival_at) == (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, microsecond=2_000, tzinfo=UTC))
    assert file.archived_at == NOW
    assert hashlib.sha256(archive.fetch(file)).hexdigest() == file.sha256
    assert len(archive.fetch(file)) == file.bytes


def test_what_is_archived_is_not_archived_twice(archive: ParquetArchive) -> None:
    archive.keep(SHELF, [rows()], NOW)
    again = archive.keep(SHELF, [rows(), rows(3)], NOW)
    assert (again.written, again.known) == (3, 3)
    assert archive.keep(SHELF, [rows(0, 6)], NOW).file is None
    assert [(file.sequence, file.rows) for file in archive.files(DAY)] == [(1, 3), (2, 3)]


def test_rows_without_a_record_id_are_always_kept(archive: ParquetArchive) -> None:
    nameless = rows().set_column(2, "RecordId", pa.array(["", "", ""]))
    assert [archive.keep(SHELF, [nameless], NOW).written for _ in range(2)] == [3, 3]


@pytest.mark.parametrize("service", ["", "..", "../../etc", "a/b", "a b=c&d?e#f%", "名前", "x" * 400, "Cart"])
def test_any_service_has_a_place_of_its_own(archive: ParquetArchive, service: str) -> None:
    archive.keep(SHELF, [rows()], NOW)
    archive.keep(replace(SHELF, service=service), [rows()], NOW)
    found = {file.service: file for file in archive.files(DAY)}
    assert found.keys() == {"cart", service}
    assert found["cart"].path != found[service].path
    assert found[service].path.count("/") == 2
    assert sum(batch.num_rows for batch in archive.read(found[service])) == 3


def test_days_are_listed_oldest_first_and_one_by_one(archive: ParquetArchive) -> None:
    for days in (2, 0, 1):
        archive.keep(replace(SHELF, day=DAY + timedelta(days=days)), [rows()], NOW)
    assert [file.day.day for file in archive.files()] == [1, 2, 3]
    assert [file.day.day for file in archive.files(DAY)] == [1]
    assert archive.files(date(2020, 1, 1)) == []


def test_a_listing_in_pages_is_complete(bucket: tuple[str, Bucket]) -> None:
    url, made = bucket
    made.page = 2
    archive = open_archive(url)
    for number in range(4):
        archive.keep(replace(SHELF, service=f"s{number}"), [rows()], NOW)
    assert len(archive.files(DAY)) == 4


def test_a_large_file_is_uploaded_in_parts_and_appears_at_once(bucket: tuple[str, Bucket], tmp_path: Path) -> None:
    url, made = bucket
    big = tmp_path / "big"
    big.write_bytes(os.urandom(23 << 20))
    there = place(url)
    there.put("big.bin", big)
    assert there.get("big.bin") == big.read_bytes()
    assert made.uploads == {}
    assert len([one for one in made.asked if one.startswith("PUT")]) > 1


def test_a_bucket_that_refuses_is_an_error_of_the_archive(bucket: tuple[str, Bucket]) -> None:
    url, made = bucket
    archive = open_archive(url)
    made.refused.add("PUT")
    with pytest.raises(ArchiveError, match="archive failed"):
        archive.keep(SHELF, [rows()], NOW)
    made.refused.clear()
    assert archive.files() == []
    assert archive.keep(SHELF, [rows()], NOW).written == 3


def test_a_bucket_that_garbles_is_noticed_before_the_manifest_is_written(bucket: tuple[str, Bucket]) -> None:
    url, made = bucket
    made.garbles = True
    archive = open_archive(url)
    with pytest.raises(ArchiveError, match="not what was written"):
        archive.keep(SHELF, [rows()], NOW)
    assert [key for key in made.objects if key.endswith(".json")] == []


def test_a_file_without_a_manifest_row_was_never_finished(tmp_path: Path) -> None:
    archive = open_archive(str(tmp_path))
    archive.keep(SHELF, [rows()], NOW)
    (tmp_path / "day=2026-03-01/service=cart/logs-0001.json").unlink()
    assert archive.files() == []
    assert archive.keep(SHELF, [rows()], NOW).written == 3
    assert [file.sequence for file in archive.files()] == [1]


def test_a_manifest_row_that_is_none_is_named(tmp_path: Path) -> None:
    archive = open_archive(str(tmp_path))
    archive.keep(SHELF, [rows()], NOW)
    manifest = tmp_path / "day=2026-03-01/service=cart/logs-0001.json"
    manifest.write_text(json.dumps({"day": "2026-03-01"}))
    with pytest.raises(ArchiveError, match=r"logs-0001\.json"):
        archive.files()


@pytest.mark.parametrize("url", ["ftp://x/y", "s3://", "s3://cold?secret=1"])
def test_another_kind_of_address_is_refused(url: str) -> None:
    with pytest.raises(WrongUseError, match="is no archive"):
        place(url)


def test_a_folder_that_cannot_be_made_is_an_error_of_the_archive(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ArchiveError, match="archive failed"):
        open_archive(str(tmp_path / "file"))
