"""`watchfloor eval similarity`: how well Korean messages find their like."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals.similarity.command import page, run
from service.invocation import Invocation
from service.wiring import similarity_arms

RESULTS = Path("docs/results")


def _results() -> Path:
    return RESULTS if RESULTS.is_dir() else Path()


async def measure(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Measure the embedders there are."""
    report = run(similarity_arms(), options["out"] or _results(), datetime.now(UTC))
    invocation.show(report, page(report))
    return 0
