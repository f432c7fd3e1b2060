"""Text: a sentence without slots; what a rule extractor can read from it is checked, all else stays unverified."""

from domain.claims import Claim
from grounding import extraction
from grounding.operands import EvidenceById
from grounding.outcomes import Outcome


def check(claim: Claim, evidence: EvidenceById) -> Outcome:
    """Whether every checkable token of the text can be read as a claim that holds."""
    return extraction.read(claim, evidence).outcome
