"""What flipped, case by case: facts, tools and claims that only one arm has."""

from collections.abc import Mapping, Sequence
from typing import Any

from evals.compare.arms import ArmName
from evals.compare.pairing import Contest, Pair
from evals.runner import Answered


def flipped(contest: Contest) -> dict[str, list[dict[str, Any]]]:
    """The cases that B loses and those it gains, each with what only one arm has."""
    lost = [pair for pair in contest.pairs if pair.is_right("a") and not pair.is_right("b")]
    gained = [pair for pair in contest.pairs if pair.is_right("b") and not pair.is_right("a")]
    return {"lost": [parted(pair) for pair in lost], "gained": [parted(pair) for pair in gained]}


def parted(pair: Pair) -> dict[str, Any]:
    """Where the arms part in a case: the first answer of each that decided it."""
    a, b = _telling(pair, "a"), _telling(pair, "b")
    return {
        "case": pair.case.id,
        "question": pair.case.question,
        "headlines": {"a": a.grade.headline, "b": b.grade.headline},
        "wrong": {"a": _wrong(a), "b": _wrong(b)},
        "tools": _only(_tools(a), _tools(b)),
        "claims": _only(_claims(a), _claims(b)),
    }


def _telling(pair: Pair, arm: ArmName) -> Answered:
    """The first answer that is like the majority of its arm."""
    return next(answer for answer in pair.answers(arm) if answer.grade.is_right == pair.is_right(arm))


def _wrong(answer: Answered) -> list[str]:
    grade = answer.grade
    reasons = [f"missing {fact}" for fact in grade.missing] + [f"forbidden {fact}" for fact in grade.forbidden]
    reasons += [f"contradicted {name}" for name in grade.contradicted]
    return reasons + ([] if grade.abstention_right else ["abstained" if grade.abstained else "did not abstain"])


def _only(a: Sequence[str], b: Sequence[str]) -> Mapping[str, list[str]]:
    return {"only_a": [item for item in dict.fromkeys(a) if item not in b], "only_b": [item for item in dict.fromkeys(b) if item not in a]}


def _tools(answer: Answered) -> list[str]:
    return [str(evidence.get("template") or evidence.get("tool", "")) for evidence in answer.document.get("evidence", ())]


def _claims(answer: Answered) -> list[str]:
    return [str(claim.get("text", "")) for claim in answer.document.get("claims", ())]
