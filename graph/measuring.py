"""The grounding of a finished run in our own metrics, recorded once."""

from typing import get_args

from domain.analysis import Analysis
from domain.claims import ClaimKind, Judged
from domain.ports import Meter
from domain.prices import HOUSE
from grounding.reasons import family

FAILED = frozenset({"unverified", "contradicted"})
KINDS = frozenset(get_args(ClaimKind))
OTHER = "other"
AUTHORS = ("model", "briefer")  # who words claims beside the desks


def record(meter: Meter, analysis: Analysis) -> None:
    """Scores, and every claim that was judged, published or removed, by verdict, kind and desk; failed ones by prompt and reason too."""
    judged = (*analysis.claims, *analysis.removed_claims)
    version = prompt_version(analysis)
    for name, value in (("grounding_score", analysis.grounding.score), ("grounding_draft_score", analysis.grounding.draft_score)):
        if value is not None:
            meter.observe(name, value)
    if (share := success_rate([entry.verdict for entry in judged])) is not None:
        meter.observe("verification_success_ratio", share)
    for entry in judged:
        verdict, kind, desk = entry.verdict, _kind(entry), desk_of(entry, analysis)
        meter.add("claims_total", verdict=verdict, kind=kind, desk=desk)
        if verdict in FAILED:
            why = {"prompt_version": version, "reason": family(entry.reason)}
            meter.add("claims_failed_total", 1.0, verdict=verdict, kind=kind, desk=desk, **why)
        if entry.claim.corrected_from:
            meter.add("claims_corrected_total", kind=kind, desk=desk)


def success_rate(verdicts: list[str]) -> float | None:
    """The share of verdicts (0 to 1) that let a claim stand, those out of scope left out; None where none is left."""
    counted = [verdict for verdict in verdicts if verdict != "out-of-scope"]
    return sum(verdict not in FAILED for verdict in counted) / len(counted) if counted else None


def prompt_version(analysis: Analysis) -> str:
    """The version of the prompt the claims were chosen with; `house` where no model chose them."""
    return analysis.prompt_versions.get("select", HOUSE)


def _kind(entry: Judged) -> str:
    """The kind as a label: one of ours, whatever a model called it."""
    return entry.claim.kind if entry.claim.kind in KINDS else OTHER


def desk_of(entry: Judged, analysis: Analysis) -> str:
    """The desk whose look a claim came of, or who else worded it: one of ours, whatever a model called itself."""
    known = {*analysis.desks, *AUTHORS}
    return entry.claim.agent if entry.claim.agent in known else OTHER
