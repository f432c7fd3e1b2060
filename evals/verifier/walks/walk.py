"""All walks over one sheet, each claim with an id of its own."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

from domain.claims import Claim
from domain.evidence import Evidence
from evals.verifier.walks import moments, names, numbers
from evals.verifier.walks.places import Place

WALKS: tuple[Callable[[Place], Iterator[Claim]], ...] = (
    numbers.quantities,
    numbers.comparisons,
    names.entities,
    names.absences,
    names.quotes,
    moments.temporals,
    moments.trends,
)


def walk(evidence: Evidence, dice: Random) -> tuple[Claim, ...]:
    """Claims of every kind that the evidence can bear; most are true of it."""
    place = Place(evidence, dice)
    return tuple(replace(claim, id=f"{evidence.id}.{claim.id}") for each in WALKS for claim in each(place))
