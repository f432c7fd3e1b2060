"""Operators on how things stand to each other: direction, order, rank, share, denial."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random

from domain.claims import Binding, Claim
from grounding.mutations.mutant import Operator, swapped, with_slots
from grounding.operands import EvidenceById

_DIRECTIONS = {"higher": "lower", "lower": "higher", "equal": "higher", "doubled": "halved", "halved": "doubled", "tripled": "doubled"}
_RATIO_WORDS = {"doubled": "tripled", "tripled": "quadrupled", "quadrupled": "doubled", "halved": "tripled"}
_MEASURES = {"ratio": "difference", "difference": "pct_change", "pct_change": "difference"}
_TRENDS = {"rising": "falling", "falling": "rising", "steady": "rising", "spike": "steady", "drop": "spike"}
_STEADY = {"rising": "steady", "falling": "steady", "steady": "spike", "spike": "drop", "drop": "steady"}
_RELATIONS = {"before": "after", "after": "before"}
_QUANTIFIERS = {"most": "least", "least": "most", "first": "last", "last": "first", "some": "all", "all": "none", "only": "all"}
_QUANTIFIERS |= {"none": "some"}
_SHARES = {"some": "none", "all": "only", "none": "all", "most": "only", "least": "only", "first": "only", "last": "only"}
_LATEST = {"most": "last", "least": "first", "first": "least", "last": "most"}


def _order_flip(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    if "first" in claim.slots and "then" in claim.slots:
        flipped = with_slots(claim, first=claim.slots["then"], then=claim.slots["first"])
        yield flipped
        yield replace(flipped, bind=claim.bind[::-1])


def _sides_swapped(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    """The value's cell is called the baseline and the baseline's the value."""
    roles = {"value": "baseline", "baseline": "value"}
    if claim.kind == "comparison" and {binding.role for binding in claim.bind} == set(roles):
        yield replace(claim, bind=tuple(Binding(one.evidence, one.path, roles[one.role]) for one in claim.bind))  # type: ignore[arg-type]


def _subjects_swapped(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    """The other's figure said of the subject: "A has more than B" becomes "B has more than A"."""
    if claim.kind == "comparison" and isinstance(claim.slots.get("other"), dict):
        yield with_slots(claim, subject=claim.slots["other"], other=claim.slots["subject"])


def _rank(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    """A better rank than it has: top 5 becomes the top."""
    text = str(claim.slots.get("quantifier", ""))
    word, _, rank = text.partition(" ")
    if word in {"top", "bottom"} and rank.isdigit():
        yield with_slots(claim, quantifier=f"{word} {max(1, int(rank) // 2)}")
        yield with_slots(claim, quantifier="most" if word == "top" else "least")
        yield with_slots(claim, quantifier=f"{'bottom' if word == 'top' else 'top'} {rank}")


def _negated(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    yield with_slots(claim, negated=True)


OPERATORS: dict[str, Operator] = {
    "direction flip": swapped("op", _DIRECTIONS),
    "direction slot flip": swapped("direction", _DIRECTIONS | _TRENDS),
    "steady for moving": swapped("direction", _STEADY),
    "ratio word": swapped("op", _RATIO_WORDS),
    "measure swap": swapped("op", _MEASURES),
    "relation flip": swapped("relation", _RELATIONS),
    "order flip": _order_flip,
    "baseline for value": _sides_swapped,
    "subject for other": _subjects_swapped,
    "quantifier flip": swapped("quantifier", _QUANTIFIERS),
    "share flip": swapped("quantifier", _SHARES),
    "most for last": swapped("quantifier", _LATEST),
    "better rank": _rank,
    "negation": _negated,
}
