"""The declared metrics beside the verdict, paired by case, with Holm's correction over all of them."""

from collections.abc import Callable, Mapping
from typing import Any

from evals.compare.inference import Change, holm, mean_change
from evals.compare.pairing import Contest
from evals.runner import Answered

Measure = Callable[[Answered], float | None]


def _recall(answer: Answered) -> float | None:
    return answer.grade.recall


def _grounding(answer: Answered) -> float | None:
    return answer.grade.grounding


def _claims(answer: Answered) -> float | None:
    return float(len(answer.document.get("claims", ())))


def _tokens(answer: Answered) -> float | None:
    usage = answer.document.get("usage", {})
    return float(usage.get("input_tokens", 0) + usage.get("output_tokens", 0))


def _ms(answer: Answered) -> float | None:
    return answer.grade.seconds * 1e3


DECLARED: Mapping[str, Measure] = {"facts_recall": _recall, "grounding": _grounding, "claims": _claims, "tokens": _tokens, "ms": _ms}


def secondary(contest: Contest) -> dict[str, dict[str, Any]]:
    """The mean paired difference B − A of each declared metric, with each arm's mean and its corrected p."""
    paired = {name: contest.paired(measure) for name, measure in DECLARED.items()}
    changes: dict[str, Change] = {name: mean_change(a, b) for name, (a, b) in paired.items()}
    corrected = holm({name: change.p for name, change in changes.items()})
    return {
        name: {**change.as_json(), "p_holm": _cut(corrected[name]), "a": _mean(paired[name][0]), "b": _mean(paired[name][1])}
        for name, change in changes.items()
    }


def tokens(contest: Contest) -> dict[str, int]:
    """The tokens each arm cost, all repeats together."""
    return {arm: int(sum(_tokens(answer) or 0 for pair in contest.pairs for answer in pair.answers(arm))) for arm in ("a", "b")}


def was_stood_in(answer: Answered) -> bool:
    """Whether the house decided something in the model's place."""
    return bool(answer.document.get("fallback"))


def _mean(values: list[float]) -> float | None:
    return _cut(sum(values) / len(values)) if values else None


def _cut(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
