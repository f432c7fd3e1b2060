"""The checks by claim kind."""

from collections.abc import Callable

from domain.claims import Claim, ClaimKind
from grounding import absence, causal, comparison, entity, past_incident, quantity, quote, recommendation, temporal, text, trend
from grounding.operands import EvidenceById
from grounding.outcomes import Outcome

Check = Callable[[Claim, EvidenceById], Outcome]
CHECKS: dict[ClaimKind, Check] = {
    "quantity": quantity.check,
    "comparison": comparison.check,
    "trend": trend.check,
    "entity": entity.check,
    "absence": absence.check,
    "temporal": temporal.check,
    "causal": causal.check,
    "past_incident": past_incident.check,
    "quote": quote.check,
    "recommendation": recommendation.check,
    "text": text.check,
}
