"""What a check of one claim comes to."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.claims import Claim, Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict with its reason; `correction` is the claim mended where its binding leaves only one right value."""

    verdict: Verdict
    reason: str = ""
    correction: Claim | None = None


def supported(reason: str = "recomputed") -> Outcome:
    """The claim was recomputed and holds."""
    return Outcome("supported", reason)


def contradicted(reason: str, correction: Claim | None = None) -> Outcome:
    """The evidence cited says something else."""
    return Outcome("contradicted", reason, correction)


def unverified(reason: str, correction: Claim | None = None) -> Outcome:
    """The evidence cannot settle it."""
    return Outcome("unverified", reason, correction)


Step = Callable[[], Outcome | None]


def first_problem(*steps: Step) -> Outcome | None:
    """The outcome of the first step that objects; None when all are content."""
    for step in steps:
        problem = step()
        if problem is not None:
            return problem
    return None
