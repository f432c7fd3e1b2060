"""The report of bad models as Markdown."""

from collections.abc import Iterator, Mapping
from typing import Any

from evals.markdown import row, shown

COLUMNS = (
    "kind",
    "answers with",
    "answers",
    "unsound claims",
    "headline says more",
    "invented words shown",
    "untold",
    "removed",
    "by the house",
)


def as_markdown(report: Mapping[str, Any]) -> str:
    """Scores, and a line for each kind of badness."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"# Suite `{report['suite']}`: {report['kinds']} kinds of bad models, {report['n']} answers\n"
    yield f"{report['at']} · commit {report['commit']} · {report['machine']} · `{report['command']}` · seed {report['seed']}\n"
    yield "A server on loopback answers every decision of a run badly, in one way at a time; the claims published are verified again"
    yield "from the document alone. Every column from the fourth to the seventh should be 0.\n"
    yield f"Sound answers: {shown(report['scores']['sound'])} (n = {report['n']}; the bar is 1).\n"
    yield row(COLUMNS)
    yield row("---" for _ in COLUMNS)
    yield from (row(map(str, kind.values())) for kind in report["per_kind"])
    yield "\nQuestions: " + " · ".join(report["questions"])
    yield from (f"\nUnsound: `{one}`" for one in report["failures"])
