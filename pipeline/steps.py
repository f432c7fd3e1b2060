"""How far down the fallback chain we are: each step down is one warning with its cause, and one line when it is undone."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from domain.ports import Clock, Meter
from domain.window import rfc3339

HOLD = timedelta(seconds=10)  # shedding near a watermark comes and goes; it is undone when it was not needed for so long
log = logging.getLogger(__name__)


class Step(IntEnum):
    """Where appends go now, the best first."""

    QUEUE = 0
    SPOOL = 1
    SHEDDING = 2
    CLOSED = 3


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a step was taken: a code of few values for metrics, and in words."""

    code: str
    detail: str


class Steps:
    """The steps in force, each with its cause and since when."""

    def __init__(self, meter: Meter, clock: Clock) -> None:
        self._meter = meter
        self._clock = clock
        self._taken: dict[Step, tuple[datetime, Cause]] = {}
        self._needed_at: dict[Step, datetime] = {}
        meter.set("pipeline_fallback_step", Step.QUEUE)

    @property
    def now(self) -> Step:
        """The deepest step in force."""
        return max(self._taken, default=Step.QUEUE)

    def need(self, needed: Mapping[Step, Cause]) -> None:
        """Take the steps that are needed now and were not in force, undo those that are not needed any more."""
        now = self._clock.now()
        self._needed_at.update(dict.fromkeys(needed, now))
        for step in sorted(set(needed) - set(self._taken)):
            self._down(step, needed[step])
        for step in sorted(set(self._taken) - set(needed), reverse=True):
            if step is Step.SPOOL or now - self._needed_at[step] >= HOLD:
                self._up(step)

    def shown(self) -> Mapping[str, str]:
        """Each step in force: since when and why."""
        return {step.name.lower(): f"since {rfc3339(at)}: {cause.detail}" for step, (at, cause) in sorted(self._taken.items())}

    def _down(self, step: Step, cause: Cause) -> None:
        self._taken[step] = (self._clock.now(), cause)
        self._meter.add("pipeline_fallback_steps_total", step=step.name.lower(), cause=cause.code)
        self._meter.set("pipeline_fallback_step", self.now)
        log.warning("pipeline.step_down", extra={"step": step.name.lower(), "cause": cause.code, "detail": cause.detail})

    def _up(self, step: Step) -> None:
        since, cause = self._taken.pop(step)
        self._meter.set("pipeline_fallback_step", self.now)
        log.info("pipeline.step_undone", extra={"step": step.name.lower(), "cause": cause.code, "since": rfc3339(since)})
