"""`watchfloor eval run|bench`."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals import command as suites
from evals.bench import command as benchmarks
from service.invocation import Invocation
from service.runtimes import open_runtime

RESULTS = Path("docs/results")
HELP = (str(Path(sys.executable).with_name("watchfloor")), "--help")


async def run_suite(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Ask a suite's questions and grade the answers."""
    out, now = options["out"] or _results(), datetime.now(UTC)
    report = await suites.run(open_runtime, options["suite"], out, now=now, say=invocation.say, seed=options["seed"])
    invocation.show(report, _scores(report))
    return 0


async def bench(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Measure; exit 1 when a bar is not kept."""
    out, now = options["out"] or _results(), datetime.now(UTC)
    report = await benchmarks.run(open_runtime, options["rows"], out, now=now, say=invocation.say, help_command=HELP)
    invocation.show(report, _scores(report))
    return 0 if report["kept"] else 1


def _results() -> Path | None:
    """Where the project keeps its results; nowhere outside a checkout."""
    return RESULTS if RESULTS.is_dir() else None


def _scores(report: Mapping[str, Any]) -> str:
    return "\n".join(f"{name:<32} {_shown(score)}" for name, score in report["scores"].items())


def _shown(score: Mapping[str, Any]) -> str:
    value = score.get("value")
    interval = f" [{score['low']:.3f}, {score['high']:.3f}]" if score.get("low") is not None else ""
    return ("n/a" if value is None else f"{value:.3f}") + interval
