"""Retention that dies after any of its steps loses nothing and leaves no double."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from adapters.archive import ParquetArchive
from adapters.archive_places import Place, place
from adapters.clickhouse import ClickHouseTelemetryStore
from adapters.clickhouse_partitions import ClickHousePartitions
from domain.archive import ArchiveError, Lot, Rows
from pipeline.retention.expiry import Limits
from pipeline.retention.job import Retention
from tests.pipeline.kept import DAY, GIB, START, World, kept_world, line


class KilledError(BaseException):
    """The process is gone: nothing of ours may catch this."""


@dataclass(slots=True)
class Steps:
    """Counts the steps of a run and ends it before the one that was chosen."""

    left: int
    end: type[BaseException] = KilledError

    def step(self) -> None:
        if not self.left:
            self.left -= 1
            raise self.end
        self.left -= 1


class DyingStore(ClickHousePartitions):
    """Dies before or after what it does."""

    steps: Steps

    def services(self, lot: Lot) -> Mapping[str, int]:
        self.steps.step()
        return super().services(lot)

    def read(self, lot: Lot, service: str, rows: int) -> Iterator[Rows]:
        for batch in super().read(lot, service, rows):
            yield batch
            self.steps.step()

    def remove(self, lot: Lot, rows: int) -> None:
        self.steps.step()
        super().remove(lot, rows)
        self.steps.step()


@dataclass(frozen=True, slots=True)
class DyingPlace(Place):
    """A folder that dies before, in or after a write; reading changes nothing, so dying there is dying before the next write."""

    steps: Steps

    def put(self, path: str, source: Path) -> None:
        self.steps.step()
        if not self.steps.left:
            Place.put(self, f"{path}.tmp", source)  # half of the work: what a torn write leaves
        self.steps.step()
        Place.put(self, path, source)
        self.steps.step()


@pytest.fixture
def world(store: ClickHouseTelemetryStore) -> Iterator[World]:
    with kept_world(store) as made:
        yield made


def dying(world: World, folder: Path, steps: Steps) -> Retention:
    days = DyingStore(world.client, world.database)
    days.steps = steps
    whole = place(str(folder))
    archive = ParquetArchive(DyingPlace(whole.name, whole.files, whole.put_file, steps))
    return Retention(lambda: nullcontext(days), lambda: archive, Limits(GIB))


def archived(folder: Path, at: datetime) -> Counter[str]:
    archive = ParquetArchive(place(str(folder)))
    found = [batch.column("RecordId").to_pylist() for file in archive.files(at.date()) for batch in archive.read(file)]
    return Counter(identity for batch in found for identity in batch)


async def test_a_run_killed_at_any_step_loses_nothing_and_leaves_no_double(world: World, tmp_path: Path) -> None:
    outcomes = []
    for number in range(40):
        at = START + number * DAY
        records = [*(line(at, n) for n in range(3)), *(line(at, n, service="pay") for n in range(2))]
        await world.store.write_logs([*records, line(at, 9, keep_days=0)] if number % 2 else records)
        wanted = Counter(record.record_id for record in records)
        outcomes.append(died(dying(world, tmp_path, Steps(number)), at + 32 * DAY))
        missing = set(wanted) - set(world.ids())
        assert not missing or not missing - set(archived(tmp_path, at))
        report = dying(world, tmp_path, Steps(-1)).work(at + 32 * DAY)
        assert (report.failures, archived(tmp_path, at)) == ([], wanted)
        assert not set(wanted) & set(world.ids())
        if not outcomes[-1]:
            break
    assert outcomes.count(True) >= 16
    assert not outcomes[-1]


def died(retention: Retention, now: datetime) -> bool:
    try:
        retention.work(now)
    except KilledError:
        return True
    return False


async def test_an_archive_that_refuses_keeps_the_rows_in_the_store(world: World, tmp_path: Path) -> None:
    at = START + 500 * DAY
    await world.store.write_logs([line(at, n) for n in range(3)])
    for number in range(2, 12):
        report = dying(world, tmp_path, Steps(number, ArchiveError)).work(at + 32 * DAY)
        assert len(world.ids()) + report.removed_rows == 3
        assert bool(report.failures) == (report.removed_rows == 0)
        if report.removed_rows:
            break
    assert archived(tmp_path, at).total() == 3


async def test_rows_of_a_broken_file_are_archived_again(world: World, tmp_path: Path) -> None:
    await world.store.write_logs([line(START, n) for n in range(3)])
    kept = dying(world, tmp_path, Steps(-1))
    kept.work(START + 32 * DAY)
    (file,) = kept.archived(START.date())
    kept.restored([file], START + 32 * DAY, 7)
    (tmp_path / file.path).write_bytes(b"PAR1 and nothing else")
    report = kept.work(START + 60 * DAY)
    assert (report.failures, report.archived_rows, report.removed_rows) == ([], 3, 3)
    assert [one.sequence for one in kept.archived(START.date())] == [1, 2]


async def test_a_damaged_file_is_never_restored(world: World, tmp_path: Path) -> None:
    await world.store.write_logs([line(START, n) for n in range(3)])
    kept = dying(world, tmp_path, Steps(-1))
    kept.work(START + 32 * DAY)
    (file,) = kept.archived(START.date())
    content = bytearray((tmp_path / file.path).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / file.path).write_bytes(bytes(content))
    with pytest.raises(ArchiveError, match="SHA-256"):
        kept.restored([file], START + 32 * DAY, 7)
    assert world.ids() == []
