"""Citation recall and precision as in ALCE (Gao et al. 2023), with the verifier in the place of an entailment model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from domain.claims import Claim, Judged

Holds = Callable[[Claim], bool]
GOOD = frozenset({"supported", "consistent", "text-supported"})


@dataclass(frozen=True, slots=True)
class Citations:
    """Recall: claims that their citations bear out, of all. Precision: citations that a claim needs or that bear it out alone, of all."""

    precision: float | None
    recall: float | None


def citations(judged: Sequence[Judged], holds: Holds) -> Citations:
    """Of published or drafted claims; `holds` verifies a claim once more, with fewer citations. None where nothing is cited or claimed."""
    scope = [entry for entry in judged if entry.verdict != "out-of-scope"]
    useful = [is_useful for entry in scope for is_useful in _useful(entry, holds)]
    recall = sum(_is_borne_out(entry) for entry in scope) / len(scope) if scope else None
    return Citations(sum(useful) / len(useful) if useful else None, recall)


def _is_borne_out(entry: Judged) -> bool:
    return entry.verdict in GOOD and bool(entry.claim.bind)


def _useful(entry: Judged, holds: Holds) -> list[bool]:
    """For each evidence a claim cites, whether it is of use; no citation of a claim that does not hold is."""
    cited = list(dict.fromkeys(binding.evidence for binding in entry.claim.bind))
    if len(cited) <= 1 or not _is_borne_out(entry):
        return [_is_borne_out(entry)] * len(cited)
    return [holds(_citing(entry.claim, {name})) or not holds(_citing(entry.claim, set(cited) - {name})) for name in cited]


def _citing(claim: Claim, kept: set[str]) -> Claim:
    return replace(claim, bind=tuple(binding for binding in claim.bind if binding.evidence in kept))
