"""How many of an answer's checkable tokens its claims account for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.claims import Claim, Judged
from grounding import residue
from grounding.counted import counted
from grounding.covers import cover
from grounding.extraction import read
from grounding.languages import in_english
from grounding.lexicon import Lexicon
from grounding.operands import EvidenceById
from grounding.tokens import scan


@dataclass(frozen=True, slots=True)
class Coverage:
    """Checkable tokens and how many of them are covered."""

    covered: int
    total: int

    @property
    def share(self) -> float | None:
        """Covered of all; None when there is nothing to cover."""
        return self.covered / self.total if self.total else None


def coverage(judged: Sequence[Judged], evidence: EvidenceById) -> Coverage:
    """Counts tokens of each claim's text, or one for a claim that is only slots; bound to a cell or not is what counts."""
    lexicon = Lexicon(evidence)
    parts = [_of_claim(one, evidence, lexicon) for one in counted(judged)]
    return Coverage(sum(part.covered for part in parts), sum(part.total for part in parts))


def _of_claim(judged: Judged, evidence: EvidenceById, lexicon: Lexicon) -> Coverage:
    judged = replace(judged, claim=replace(judged.claim, text=in_english(judged.claim.text, evidence).text))
    total = len(scan(judged.claim.text)) if judged.claim.text else 1
    if judged.verdict in {"supported", "consistent", "text-supported"}:
        return Coverage(total, total)
    claims = _bound_claims(judged.claim, evidence, lexicon)
    if not claims:
        return Coverage(0, total)
    if not judged.claim.text:
        return Coverage(int(judged.verdict == "contradicted"), total)
    left = residue.problems(judged.claim.text, [cover(one, evidence) for one in claims], lexicon)
    loose = sum(not problem.contradicts for problem in left)
    return Coverage(max(0, total - loose), total)


def _bound_claims(claim: Claim, evidence: EvidenceById, lexicon: Lexicon) -> tuple[Claim, ...]:
    if claim.bind and claim.slots:
        return (claim,) if all(binding.evidence in evidence for binding in claim.bind) else ()
    return read(claim, evidence, lexicon).claims
