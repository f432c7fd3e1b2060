"""Causal claims: not checked here yet, so never better than unverified."""

from domain.claims import Claim
from grounding.case import Case
from grounding.outcomes import Outcome, unverified


def check(claim: Claim, case: Case) -> Outcome:
    """Always unverified: a cause needs the dependency graph, which the verifier does not have yet."""
    cited = sum(binding.evidence in case.evidence for binding in claim.bind)
    return unverified(f"not checked yet: a cause needs the dependency graph ({cited} of {len(claim.bind)} bindings exist)")
