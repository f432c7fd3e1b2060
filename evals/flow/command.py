"""What `watchfloor eval flow` does: the trials one after the other, and which bars are kept."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from evals.bench.command import as_markdown, report_of
from evals.bench.figures import Figure
from evals.flow.parts import Programs
from evals.flow.stages import Stage, stage_costs
from evals.flow.trials import Course, Load, backlog, burst, stalled, steady
from evals.report import circumstances, write_report

__all__ = ["Course", "Load", "Programs", "run"]

TRIALS = (steady, stalled, burst, backlog)


def run(course: Course, stages: Sequence[Stage], out: Path | None, *, now: datetime, command: str) -> dict[str, Any]:
    """All trials as a report; with `out`, written there as `flow.json` and `flow.md`."""
    told = circumstances(command, now)
    report = report_of("flow", list(_measured(course, stages)), told)
    if out is not None:
        for path in write_report(report, as_markdown(report).replace("# Bench", "# Flow", 1), out, "flow"):
            course.say(f"wrote {path}")
    return report


def _measured(course: Course, stages: Sequence[Stage]) -> Iterator[Figure]:
    trials: Sequence[Callable[[Course], Iterator[Figure]]] = TRIALS
    course.say("stages")
    yield from stage_costs(stages)
    for trial in trials:
        course.say(str(trial.__doc__).partition(":")[0])
        yield from trial(course)
