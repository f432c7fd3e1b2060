"""Composition of retention: the days of the store, the cold archive, and the job that moves from one to the other."""

from contextlib import AbstractContextManager, closing
from datetime import datetime, timedelta
from functools import partial

from adapters.archive import open_archive
from adapters.clickhouse_partitions import made_lifetimes, open_embedded_partitions, open_server_partitions
from domain.archive import RawStore
from domain.ports import Clock
from pipeline.retention.expiry import Limits
from pipeline.retention.job import Retention
from service.folder import DataFolder
from service.scheduler import Job
from service.settings import Settings

GB = 1_000_000_000
ARCHIVE = "archive"
EVERY = timedelta(hours=1)
LEASE = timedelta(hours=6)  # the first run over a store that was never emptied archives days upon days


def open_retention(settings: Settings, folder: DataFolder) -> Retention:
    """Retention as configured; nothing is opened before there is work."""
    url = settings.archive_url or str(folder.path / ARCHIVE)
    limits = Limits(round(settings.raw_max_gb * GB), made_lifetimes(settings.raw_days))
    return Retention(partial(_days, settings, folder), partial(open_archive, url), limits, url)


def retention_job(retention: Retention, clock: Clock) -> Job:
    """Hourly; a run that died is taken up by the next slot, or after its lease."""

    async def run(_slot: datetime) -> None:
        await retention.run(clock.now())

    return Job("retention", EVERY, run, LEASE)


def _days(settings: Settings, folder: DataFolder) -> AbstractContextManager[RawStore]:
    if settings.clickhouse_url:
        return closing(open_server_partitions(settings.clickhouse_url))
    return closing(open_embedded_partitions(folder.telemetry))
