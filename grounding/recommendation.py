"""Recommendation claims: not checked here yet, so never better than unverified."""

from domain.claims import Claim
from grounding.case import Case
from grounding.outcomes import Outcome, unverified


def check(claim: Claim, case: Case) -> Outcome:
    """Always unverified: advice needs the catalogue of actions, which the verifier does not have yet."""
    cited = sum(binding.evidence in case.evidence for binding in claim.bind)
    return unverified(f"not checked yet: advice needs the catalogue of actions ({cited} of {len(claim.bind)} bindings exist)")
