"""What `watchfloor eval compare` does: two arms over the same cases, a verdict, and a report."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from domain.errors import WrongUseError
from evals.case import Suite
from evals.compare.arms import Arms, ArmsFactory, differences, identity_note
from evals.compare.page import as_markdown
from evals.compare.pairing import contest
from evals.compare.power import reach
from evals.compare.report import Terms, as_json, estimate
from evals.report import circumstances, write_report
from evals.runner import PUBLIC_DATA


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared on: the cases of a suite, under terms; `told` is the command as it was given."""

    suite: Suite
    terms: Terms
    told: str


async def compare(
    pair: Arms,
    open_arms: ArmsFactory,
    comparison: Comparison,
    out: Path | None,
    *,
    now: datetime,
    say: Callable[[str], None],
    public: Path = PUBLIC_DATA,
) -> dict[str, Any]:
    """Runs both arms and gives the report; with `out`, writes it there too. Raises WrongUseError for terms that cannot be."""
    terms = comparison.terms
    if not 0 < terms.margin < 1:
        raise WrongUseError(f"--margin {terms.margin!r}: give a share between 0 and 1, for example 0.05 for five points")
    announce(pair, len(comparison.suite.cases), terms, say)
    held = await contest(comparison.suite, pair, open_arms, seed=terms.seed, repeats=terms.repeats, say=say, public=public)
    report = as_json(held, pair, terms, circumstances(comparison.told, now))
    if out is not None:
        for path in write_report(report, as_markdown(report), out, "eval-compare"):
            say(f"wrote {path}")
    return report


def announce(pair: Arms, cases: int, terms: Terms, say: Callable[[str], None]) -> None:
    """Says before the run what differs, what the cases can show, and what they will cost."""
    say(f"A and B differ in: {', '.join(differences(pair)) or 'nothing'}")
    if note := identity_note(pair):
        say(note)
    say(reach(cases, terms.margin).told())
    cost = estimate(pair, cases, terms.repeats)
    say(f"cost: {cost['answers']} answers, about {cost['tokens']['a']:,} (A) and {cost['tokens']['b']:,} (B) tokens")
