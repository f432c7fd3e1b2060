"""The grounding score G = 100 · weighted precision · coverage, and the gates it opens."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from domain.claims import ClaimKind, Grounding, Judged
from grounding.citations import Citations
from grounding.counted import counted
from grounding.coverage import Coverage

Gate = Literal["pass", "flag", "revise"]
Reader = Literal["chat", "unattended"]
_HEAVY: frozenset[ClaimKind] = frozenset({"causal", "recommendation", "absence"})
_MIDDLE: frozenset[ClaimKind] = frozenset({"quantity", "comparison", "trend", "temporal"})
TEXT_SUPPORTED = 0.6
MIN_COVERAGE = 0.95
PASS_SCORE = 85.0
FLAG_SCORE = 70.0
UNATTENDED_SCORE = 95.0


def weight(judged: Judged) -> int:
    """3 for causes, advice and all-clears, 2 for what was measured, 1 for the rest, 0 for what does not matter."""
    if judged.claim.materiality == "low":
        return 0
    if judged.claim.kind in _HEAVY:
        return 3
    return 2 if judged.claim.kind in _MIDDLE else 1


def credit(judged: Judged) -> float:
    """1 for supported and for consistent claims said as such, less for text-supported, else 0."""
    if judged.verdict == "supported":
        return 1.0
    if judged.verdict == "consistent":
        is_hedged = judged.claim.hedge != "" or judged.claim.kind == "recommendation"
        return 1.0 if is_hedged else 0.0
    return TEXT_SUPPORTED if judged.verdict == "text-supported" else 0.0


def precision(judged: Sequence[Judged]) -> float | None:
    """Weighted share of claims that hold, each counted once; None when none counts."""
    weighed = counted(judged)
    total = sum(weight(one) for one in weighed)
    return sum(weight(one) * credit(one) for one in weighed) / total if total else None


def score(judged: Sequence[Judged], covered: Coverage, draft: Grounding | None = None) -> Grounding:
    """The grounding of published claims; `draft` is the grounding before claims were removed. No checkable claim gives None."""
    share, held = covered.share, precision(judged)
    value = None if held is None else round(100 * held * (1.0 if share is None else share), 1)
    return Grounding(
        score=value,
        draft_score=draft.score if draft else value,
        precision=_rounded(held),
        coverage=_rounded(share),
        claims_total=len(judged),
        claims_removed=max(0, draft.claims_total - len(judged)) if draft else 0,
        verdicts=dict(Counter(one.verdict for one in judged)),
    )


def cited(grounding: Grounding, found: Citations, passed: Gate) -> Grounding:
    """A grounding with its citations' precision and recall and what the reader's gate made of it."""
    precision, recall = _rounded(found.precision), _rounded(found.recall)
    return replace(grounding, citation_precision=precision, citation_recall=recall, gate=passed)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def gate(grounding: Grounding, reader: Reader = "chat") -> Gate:
    """Whether an answer goes out, goes out flagged, or is revised. Unattended readers get nothing that is only flagged."""
    if grounding.verdicts.get("contradicted"):
        return "revise"
    if grounding.score is None:
        return "flag" if reader == "chat" else "revise"
    share = 1.0 if grounding.coverage is None else grounding.coverage
    if reader == "unattended":
        return "pass" if share >= 1.0 and grounding.score >= UNATTENDED_SCORE else "revise"
    if share < MIN_COVERAGE or grounding.score < FLAG_SCORE:
        return "revise"
    return "pass" if grounding.score >= PASS_SCORE else "flag"
