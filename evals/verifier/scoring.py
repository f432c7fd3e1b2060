"""Detection, false alarms and what supports them, with exact intervals, by kind, operator and form."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from evals.intervals import Score, percentile, rare
from evals.verifier.baselines import BASELINES
from evals.verifier.trial import AS_IT_IS, SLOTS, STRUCTURED, TEXT, Tried

LEAST, LEAST_CAUSAL, MOST_ALARMS, MOST_MS = 0.98, 0.90, 0.01, 150.0
ENOUGH = 500


def detection(tried: Iterable[Tried]) -> Score:
    """The share of harmful claims that were not accepted."""
    harmful = [one for one in tried if one.harmful]
    return rare(sum(not one.is_accepted for one in harmful), len(harmful))


def contradicted(tried: Iterable[Tried]) -> Score:
    """The share of harmful claims called contradicted; the rest of those detected are unverified."""
    harmful = [one for one in tried if one.harmful]
    return rare(sum(one.verdict == "contradicted" for one in harmful), len(harmful))


def alarms(tried: Iterable[Tried]) -> Score:
    """The share of true claims and benign variants that were not accepted."""
    benign = [one for one in tried if not one.harmful]
    return rare(sum(not one.is_accepted for one in benign), len(benign))


def supported(tried: Iterable[Tried]) -> Score:
    """The share of true claims, as they are, that were accepted."""
    plain = [one for one in tried if not one.harmful and one.operator == AS_IT_IS]
    return rare(sum(one.is_accepted for one in plain), len(plain))


def falsely_contradicted(tried: Iterable[Tried]) -> Score:
    """The share of true claims and benign variants called contradicted."""
    benign = [one for one in tried if not one.harmful]
    return rare(sum(one.verdict == "contradicted" for one in benign), len(benign))


def balanced(tried: Sequence[Tried]) -> Score:
    """The mean of detection and acceptance, with the means of their bounds."""
    caught, alarmed = detection(tried), alarms(tried)
    if caught.value is None or alarmed.value is None:
        return Score(None, None, None, caught.n + alarmed.n)
    low, high = ((caught.low or 0) + 1 - (alarmed.high or 0)) / 2, ((caught.high or 0) + 1 - (alarmed.low or 0)) / 2
    return Score((caught.value + 1 - alarmed.value) / 2, low, high, caught.n + alarmed.n)


_ALL: Mapping[str, Callable[[Sequence[Tried]], Score]] = {
    "detection": detection,
    "contradicted": contradicted,
    "false_alarms": alarms,
    "falsely_contradicted": falsely_contradicted,
    "true_supported": supported,
    "balanced_accuracy": balanced,
}


def scores(tried: Sequence[Tried]) -> dict[str, Any]:
    """Every score over some claims, as reports carry them."""
    return {name: score(tried).as_json() for name, score in _ALL.items()}


def structured(tried: Iterable[Tried]) -> list[Tried]:
    """Claims with slots."""
    return [one for one in tried if one.form in STRUCTURED]


def grouped(tried: Iterable[Tried], by: Callable[[Tried], str]) -> dict[str, list[Tried]]:
    """Claims by what a function says of them."""
    groups: dict[str, list[Tried]] = {}
    for one in tried:
        groups.setdefault(by(one), []).append(one)
    return dict(sorted(groups.items()))


def per_operator(tried: Sequence[Tried]) -> dict[str, Any]:
    """Detection by operator, or false alarms by rewriting, over claims with slots."""
    rows: dict[str, Any] = {}
    for name, some in grouped([one for one in tried if one.harmful], lambda one: one.operator).items():
        rows[name] = {"detection": detection(some).as_json(), "contradicted": contradicted(some).as_json()}
    for name, some in grouped([one for one in tried if not one.harmful], lambda one: one.operator).items():
        rows[f"benign: {name}"] = {"false_alarms": alarms(some).as_json()}
    return rows


def of_baselines(tried: Sequence[Tried]) -> dict[str, Any]:
    """What the baselines would have caught of the same claims as slots."""
    plain = [one for one in tried if one.form == SLOTS]
    return {name: _of_baseline(name, plain) for name in BASELINES}


def _of_baseline(name: str, plain: Sequence[Tried]) -> dict[str, Any]:
    harmful, benign = [one for one in plain if one.harmful], [one for one in plain if not one.harmful]
    caught = rare(sum(name in one.caught_by for one in harmful), len(harmful))
    alarmed = rare(sum(name in one.caught_by for one in benign), len(benign))
    middle = None if caught.value is None or alarmed.value is None else round((caught.value + 1 - alarmed.value) / 2, 4)
    return {"detection": caught.as_json(), "false_alarms": alarmed.as_json(), "balanced_accuracy": {"value": middle}}


def times(answers_ms: Sequence[float]) -> dict[str, Any]:
    """How long answers of forty claims took."""
    if not answers_ms:
        return {}
    return {
        f"answer_p{level}_ms": {"value": round(percentile(answers_ms, level), 2), "low": None, "high": None, "n": len(answers_ms)}
        for level in (50, 95)
    }


def unkept(per_kind: Mapping[str, Any], timed: Mapping[str, Any], least_n: int = ENOUGH) -> list[str]:
    """The bars that were not kept, in words."""
    wrong = []
    for kind, held in per_kind.items():
        least = LEAST_CAUSAL if kind == "causal" else LEAST
        caught, alarmed = held["detection"], held["false_alarms"]
        if (caught["value"] or 0) < least:
            wrong.append(f"{kind}: detection {caught['value']} is below {least}")
        if (alarmed["value"] or 0) > MOST_ALARMS:
            wrong.append(f"{kind}: {alarmed['value']} false alarms are over {MOST_ALARMS}")
        if caught["n"] < least_n:
            wrong.append(f"{kind}: only {caught['n']} mutants, not {least_n}")
    slow = timed.get("answer_p95_ms", {}).get("value", 0)
    return [*wrong, *([f"40 claims took {slow} ms, over {MOST_MS}"] if slow > MOST_MS else [])]


def of_text(tried: Iterable[Tried]) -> list[Tried]:
    """Claims that were text alone."""
    return [one for one in tried if one.form == TEXT]
