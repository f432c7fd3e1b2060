"""What `watchfloor eval flow` does: the trials one after the other, and which bars are kept."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from evals.bench.command import as_markdown
from evals.bench.figures import Figure, yardstick_ms
from evals.flow.parts import Programs
from evals.flow.stages import Stage, stage_costs
from evals.flow.trials import Course, Load, backlog, burst, stalled, steady
from evals.report import circumstances, write_report

__all__ = ["Course", "Load", "Programs", "run"]

TRIALS = (steady, stalled, burst, backlog)


def run(course: Course, stages: Sequence[Stage], out: Path | None, *, now: datetime, command: str) -> dict[str, Any]:
    """All trials as a report; with `out`, written there as `flow.json` and `flow.md`."""
    told = circumstances(command, now)
    figures = list(_measured(course, stages))
    report = {
        "suite": "flow",
        "n": len(figures),
        **told.as_json(),
        "yardstick_ms": round(yardstick_ms(), 2),
        "scores": {figure.name: figure.as_json() for figure in figures},
        "baselines": {},
        "per_group": {},
        "kept": all(figure.is_kept is not False for figure in figures),
    }
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
