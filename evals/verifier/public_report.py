"""`watchfloor eval verifier --public`: the public claim sets measured and reported as `verifier-text`."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from domain.errors import NothingFoundError
from evals.markdown import row, shown
from evals.report import circumstances, write_report
from evals.verifier.public import SEED, Judge, run

SUITE = "verifier-text"
_HEADER = (
    "set",
    "claims",
    "judged",
    "balanced accuracy of these",
    "numbers matched, same claims",
    "precision of unsupported",
    "all claims",
)
_FIELDS = ("judged", "balanced_accuracy", "number_matching", "precision_unsupported", "all_claims")
_MEANING = (
    "Rules alone, no model. *Judged*: given supported or contradicted, not unverified. *Balanced accuracy* [95 % interval, bootstrap",
    "over tables or texts] is over the judged claims; *numbers matched* accepts a claim whose numbers all stand in the source, over the",
    "same claims. *Precision of unsupported*: of what was called contradicted, what is not supported. *All claims*: balanced accuracy when",
    "all that is not supported is blocked. SciTab: refuted and not-enough-information are both not supported.",
)
_PLUMBING = (
    "A small model asked yes or no about a fixed seeded subset of each set: shows that the wiring works and says nothing of quality."
)


def measure_public(folder: Path, out: Path | None, *, now: datetime, judge: Judge | None = None, seed: int = SEED) -> dict[str, Any]:
    """Measures the sets of a folder and with `out` writes the report there. Raises NothingFoundError where the folder has none."""
    found = run(folder, judge, seed)
    if not found["sets"]:
        raise NothingFoundError(f"{str(folder)!r} holds no tabfact.jsonl, scitab.jsonl or summedits_*.jsonl; name the folder of the sets")
    command = f"watchfloor eval verifier --public {folder.name}"
    report = {"suite": SUITE, **circumstances(command, now).as_json(), **found}
    if out is not None:
        write_report(report, as_markdown(report), out, SUITE)
    return report


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report as a page."""
    lines = [
        "# Public claim sets",
        "",
        f"{report['at']} · commit {report['commit']} · {report['machine']} · `{report['command']}`",
        "",
        *_MEANING,
        "",
        row(_HEADER),
        row(["---"] * len(_HEADER)),
        *(row([name, str(one["claims"]), *(shown(one[field]) for field in _FIELDS)]) for name, one in report["sets"].items()),
    ]
    return "\n".join([*lines, *_plumbing(report)]) + "\n"


def _plumbing(report: Mapping[str, Any]) -> list[str]:
    if "plumbing" not in report:
        return ["", "Plumbing: no model was asked in this run (set WATCHFLOOR_MODEL_BASE_URL and WATCHFLOOR_MODEL)."]
    fields = ("judged", "balanced_accuracy", "number_matching")
    rows = [row([name, str(one["claims"]), *(shown(one[field]) for field in fields)]) for name, one in report["plumbing"].items()]
    return ["", "## Plumbing", "", _PLUMBING, "", row(["set", "claims", "answered", *fields[1:]]), row(["---"] * 5), *rows]
