"""Composition of replays, and how dead letters are shown."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol, get_args

from domain.letters import DeadLetter
from domain.ports import Clock, StateStore, TelemetryStore
from domain.window import rfc3339
from observability.metrics import Metrics
from pipeline.admission import Admission
from pipeline.breaker import retry_delays
from pipeline.letters.contents import format_of
from pipeline.letters.replay import Desk, FateName, Replayed, Replayer, retry_letters
from pipeline.plane import DataPlane
from pipeline.redaction import Redactor
from service.plane import Cleaner, redaction_key
from service.scheduler import Job
from service.settings import Settings

EVERY = timedelta(minutes=1)
_SHOWN = ("letter_id", "source", "line", "kind", "cause", "reason", "text", "record_id", "attempts", "outcome")
_TIMES = ("received_at", "next_at", "replayed_at")


class Wired(Protocol):
    """The parts that are needed to replay."""

    @property
    def settings(self) -> Settings: ...
    @property
    def plane(self) -> DataPlane: ...
    @property
    def store(self) -> TelemetryStore: ...
    @property
    def state(self) -> StateStore: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def metrics(self) -> Metrics: ...


def replayer_of(parts: Wired) -> Replayer:
    """A replayer over wired parts; several may work at once."""
    settings = parts.settings
    cleaner = Cleaner(Redactor(redaction_key(settings.data_dir), parts.metrics))
    admission = Admission(settings.partitions, cleaner, parts.clock)
    return Replayer(Desk(parts.plane, parts.store, parts.state, admission, parts.clock, parts.metrics, retry_delays, settings.raw_days))


def letters_job(parts: Wired) -> Job:
    """Every minute: the retryable letters that are due."""
    replayer = replayer_of(parts)

    async def run(_slot: datetime) -> None:
        await retry_letters(replayer, parts.clock.now())

    return Job("dead_letters", EVERY, run)


def letter_document(letter: DeadLetter) -> Mapping[str, Any]:
    """A letter without its payload."""
    times = {name: at and rfc3339(at) for name in _TIMES for at in [getattr(letter, name)]}
    return {name: getattr(letter, name) for name in _SHOWN} | times | {"replayable": bool(format_of(letter).name)}


def replayed_document(replayed: Replayed) -> Mapping[str, Any]:
    """Counts of what became of the letters that were tried."""
    return {"dry_run": replayed.is_dry} | {name: replayed.counts.get(name, 0) for name in get_args(FateName)}
