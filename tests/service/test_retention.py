"""Retention wired: nothing is opened before there is work, and the job works at the time of the clock."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.archive import Archive, ArchiveError
from domain.errors import StoreError
from pipeline.retention.expiry import Limits
from pipeline.retention.job import OpenStore, Retention
from service.folder import DataFolder
from service.retention import open_retention, retention_job
from service.settings import Settings
from tests.fakes import FakeClock

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def failing(error: Exception) -> OpenStore:
    def opened() -> object:
        raise error

    return opened  # type: ignore[return-value]


def no_archive() -> Archive:
    raise ArchiveError("the archive failed")


def test_opening_retention_opens_nothing(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", raw_max_gb=0.5, raw_days=14)
    with closing(DataFolder.open(settings.data_dir, "test", NOW)) as folder:
        made = open_retention(settings, folder)
        assert (made.limits.raw_max_bytes, made.location) == (500_000_000, str(tmp_path / "data/archive"))
        assert {one.table: one.days for one in made.limits.lifetimes if "gauges" not in one.table} == {
            "wf_rollup_counts_1m": 7,
            "wf_rollup_counts_5m": 30,
            "wf_rollup_counts_1h": 90,
            "wf_rollup_counts_1d": 365,
            "wf_counts": 14,
        }
        assert [one.name for one in (folder.telemetry, folder.path / "archive") if one.exists()] == []


def test_the_archive_is_where_the_settings_say(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", archive_url="s3://cold/x?endpoint=http://127.0.0.1:1")
    with closing(DataFolder.open(settings.data_dir, "test", NOW)) as folder:
        assert open_retention(settings, folder).location == "s3://cold/x?endpoint=http://127.0.0.1:1"


async def test_the_job_works_hourly_at_the_time_of_the_clock() -> None:
    retention = Retention(failing(StoreError("away")), no_archive, Limits(1))
    job = retention_job(retention, FakeClock(NOW))
    assert (job.kind, job.every) == ("retention", timedelta(hours=1))
    await job.run(NOW - timedelta(minutes=30))
    assert retention.last is not None
    assert (retention.last.at, retention.last.failures) == (NOW, ["away"])
