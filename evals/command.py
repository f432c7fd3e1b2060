"""What `watchfloor eval run` does: a suite in fresh worlds, graded and reported."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from evals.case import load_suite
from evals.phrasebook import read_phrasebook, reworded
from evals.report import as_json, as_markdown, circumstances, write_report
from evals.runner import PUBLIC_DATA, run_suite
from evals.runtime import RuntimeFactory


async def run(
    open_runtime: RuntimeFactory,
    suite_name: str,
    out: Path | None,
    *,
    now: datetime,
    say: Callable[[str], None],
    seed: int = 1,
    public: Path = PUBLIC_DATA,
    phrasebook: Path | None = None,
) -> dict[str, Any]:
    """Runs a suite by name, with a phrasebook in other words, and gives its report; with `out`, writes it there too.

    Raises WrongUseError for an unknown suite and a phrasebook that does not fit it.
    """
    suite = load_suite(suite_name)
    asked = reworded(suite, read_phrasebook(phrasebook)) if phrasebook else suite
    command = f"watchfloor eval run --suite {suite_name}" + (f" --phrasebook {phrasebook.name}" if phrasebook else "")
    report = as_json(await run_suite(asked, open_runtime, seed, say, public), circumstances(command, now))
    if out is not None:
        for path in write_report(report, as_markdown(report), out, f"eval-{suite_name}{_wording(suite_name, phrasebook)}"):
            say(f"wrote {path}")
    return report


def _wording(suite_name: str, phrasebook: Path | None) -> str:
    """What a report adds to its name: `-ko` of desks.ko.yaml, `-phrases` of any other book."""
    if phrasebook is None:
        return ""
    told = phrasebook.stem.removeprefix(f"{suite_name}.")
    return f"-{told}" if told != phrasebook.stem else "-phrases"
