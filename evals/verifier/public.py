"""How well rules alone judge public sets of claims (TabFact, SciTab, SummEdits), beside matching numbers."""

import random
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from domain.claims import Claim, Verdict
from evals.intervals import share
from evals.verifier.public_sets import Sample, read_sets
from grounding.verifier import verify

Judge = Callable[[Sample], bool | None]
Pair = tuple[bool, bool]
Counts = tuple[int, int, int, int]
SUPPORTING: frozenset[Verdict] = frozenset({"supported", "consistent", "text-supported"})
RESAMPLES = 1_000
SEED = 20_261_121
PLUMBING = 100
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_TAIL = 0.025


def run(folder: Path, judge: Judge | None = None, seed: int = SEED) -> dict[str, Any]:
    """Per set what rules alone make of it; with a judge also what it says of a seeded subset of 100 claims, as "plumbing".

    Raises nothing for a missing file: a set that is not there is left out.
    """
    sets = read_sets(folder)
    report: dict[str, Any] = {"sets": {name: measure(samples, seed) for name, samples in sets.items()}}
    if judge is not None:
        report["plumbing"] = {name: plumbing(samples, judge, seed) for name, samples in sets.items()}
    return report


def measure(samples: Sequence[Sample], seed: int = SEED) -> dict[str, Any]:
    """The figures of one set: judged claims by themselves, and all claims with every one not supported counted as blocked."""
    said = [_said(sample) for sample in samples]
    judged = [(sample, one) for sample, one in zip(samples, said, strict=True) if one is not None]
    sources = [sample.source for sample, _ in judged]
    answers = [(sample.is_true, one) for sample, one in judged]
    blocked = [(sample.is_true, one is True) for sample, one in zip(samples, said, strict=True)]
    return {
        "claims": len(samples),
        "judged": share(len(judged), len(samples)).as_json(),
        "balanced_accuracy": _score(answers, sources, seed),
        "number_matching": _score([(sample.is_true, numbers_occur(sample)) for sample, _ in judged], sources, seed),
        "precision_unsupported": _precision(answers),
        "all_claims": _score(blocked, [sample.source for sample in samples], seed),
    }


def plumbing(samples: Sequence[Sample], judge: Judge, seed: int = SEED) -> dict[str, Any]:
    """What a judge says of a fixed seeded subset, and what rules and number matching say of the same claims it judged."""
    chosen = random.Random(seed).sample(list(samples), min(PLUMBING, len(samples)))
    said = [(sample, one) for sample in chosen if (one := judge(sample)) is not None]
    sources = [sample.source for sample, _ in said]
    return {
        "claims": len(chosen),
        "judged": share(len(said), len(chosen)).as_json(),
        "balanced_accuracy": _score([(sample.is_true, one) for sample, one in said], sources, seed),
        "number_matching": _score([(sample.is_true, numbers_occur(sample)) for sample, _ in said], sources, seed),
    }


def _said(sample: Sample) -> bool | None:
    return outcome_of(verify([Claim("C1", "text", text=sample.claim)], {"E1": sample.evidence})[0].verdict)


def outcome_of(verdict: Verdict) -> bool | None:
    """A verdict as supported (True), contradicted (False) or not judged (None)."""
    if verdict in SUPPORTING:
        return True
    return False if verdict == "contradicted" else None


def numbers_occur(sample: Sample) -> bool:
    """The baseline: every number of the claim stands somewhere in its evidence."""
    source = " ".join([sample.evidence.title, *(str(cell) for row in sample.evidence.rows for cell in row.values())])
    return _numbers(sample.claim) <= _numbers(source)


def _numbers(text: str) -> frozenset[float]:
    return frozenset(float(one.replace(",", "")) for one in _NUMBER.findall(text))


def _precision(pairs: Sequence[Pair]) -> dict[str, Any]:
    refused = [truth for truth, said in pairs if not said]
    return share(sum(not truth for truth in refused), len(refused)).as_json()


def _score(pairs: Sequence[Pair], sources: Sequence[str], seed: int) -> dict[str, Any]:
    """Balanced accuracy with a 95 % bootstrap interval over sources: claims of one table are not independent."""
    groups: dict[str, list[Pair]] = {}
    for pair, source in zip(pairs, sources, strict=True):
        groups.setdefault(source, []).append(pair)
    counts = [_counts(group) for group in groups.values()]
    draw = random.Random(seed)
    drawn = sorted(one for _ in range(RESAMPLES if counts else 0) if (one := balanced(draw.choices(counts, k=len(counts)))) is not None)
    low, high = (drawn[int(_TAIL * len(drawn))], drawn[-1 - int(_TAIL * len(drawn))]) if drawn else (None, None)
    return {"value": _cut(balanced(counts)), "low": _cut(low), "high": _cut(high), "n": len(pairs)}


def _counts(pairs: Sequence[Pair]) -> Counts:
    return (
        sum(truth and said for truth, said in pairs),
        sum(truth for truth, _ in pairs),
        sum(not truth and not said for truth, said in pairs),
        sum(not truth for truth, _ in pairs),
    )


def balanced(counts: Iterable[Counts]) -> float | None:
    """The mean of the shares of true claims accepted and of false ones refused; None where either class is empty."""
    hits, true, refused, false = (sum(column) for column in zip((0, 0, 0, 0), *counts, strict=True))
    return (hits / true + refused / false) / 2 if true and false else None


def _cut(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
