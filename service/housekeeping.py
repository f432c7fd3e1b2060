"""What keeps the store in order on a clock: roll-ups every minute, retention every hour."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from domain.errors import StoreError
from domain.ports import Clock
from pipeline.retention.job import Retention
from pipeline.rollups import RollUps
from service.retention import retention_job
from service.scheduler import Job

EVERY = timedelta(minutes=1)

log = logging.getLogger(__name__)


def housekeeping_jobs(rollups: RollUps, retention: Retention, clock: Clock) -> list[Job]:
    """Retention rolls up first, and removes nothing when that fails: what goes must be in the roll-ups."""
    retaining = retention_job(retention, clock)

    async def roll(_slot: datetime) -> None:
        await rollups.advance()

    async def retain(slot: datetime) -> None:
        await rollups.advance()
        await retaining.run(slot)

    return [Job("rollups", EVERY, roll), replace(retaining, run=retain)]


async def settle_rollups(rollups: RollUps) -> None:
    """Roll up what arrived, at the end of a process; what fails now is done by the next one."""
    try:
        await rollups.advance()
    except StoreError as error:
        log.warning("rollups.postponed", extra={"error": str(error)})
