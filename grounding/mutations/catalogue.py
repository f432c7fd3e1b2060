"""Every operator by name, and all that they make of one claim."""

from collections.abc import Iterable, Mapping
from random import Random

from domain.claims import Claim
from grounding.mutations import causes, citations, frames, orders, quotes, siblings, times, values
from grounding.mutations.benign import BENIGN
from grounding.mutations.degradations import DEGRADATIONS
from grounding.mutations.mutant import Mutant, Operator
from grounding.operands import EvidenceById

OPERATORS: Mapping[str, Operator] = {
    name: operator
    for room in (values, frames, siblings, times, orders, citations, quotes, causes)
    for name, operator in room.OPERATORS.items()
}


def mutants(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Mutant]:
    """Every wrong version of a claim; some may still be true by chance, which an oracle has to drop."""
    for name, operator in OPERATORS.items():
        yield from (Mutant(name, changed) for changed in operator(claim, evidence, random) if changed != claim)
    yield from degraded(claim, evidence, random)


def degraded(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Mutant]:
    """The unchanged claim over evidence that was made worse."""
    cited = claim.bind[0].evidence if claim.bind else ""
    if cited not in evidence:
        return
    for name, degrade in DEGRADATIONS.items():
        worse = degrade(claim, evidence[cited], random)
        if worse is not None:
            yield Mutant(name, claim, {**evidence, cited: worse})


def variants(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Mutant]:
    """Every harmless rewriting of a claim; a true claim stays true."""
    for name, operator in BENIGN.items():
        yield from (Mutant(name, changed) for changed in operator(claim, evidence, random) if changed != claim)
