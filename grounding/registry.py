"""The checks by claim kind."""

from collections.abc import Callable

from domain.claims import Claim, ClaimKind
from grounding import absence, causal, comparison, entity, past_incident, quantity, quote, recommendation, temporal, text, trend
from grounding.case import Case
from grounding.operands import EvidenceById
from grounding.outcomes import Outcome

Check = Callable[[Claim, Case], Outcome]


def _of_cells(check: Callable[[Claim, EvidenceById], Outcome]) -> Check:
    """A check that needs nothing beside the cells bound."""
    return lambda claim, case: check(claim, case.evidence)


CHECKS: dict[ClaimKind, Check] = {
    "quantity": _of_cells(quantity.check),
    "comparison": _of_cells(comparison.check),
    "trend": _of_cells(trend.check),
    "entity": _of_cells(entity.check),
    "absence": _of_cells(absence.check),
    "temporal": _of_cells(temporal.check),
    "causal": causal.check,
    "past_incident": past_incident.check,
    "quote": _of_cells(quote.check),
    "recommendation": recommendation.check,
    "text": _of_cells(text.check),
}
