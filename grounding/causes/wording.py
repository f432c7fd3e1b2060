"""How a sentence says a cause: which name it makes the cause, and whether it hedges."""

import re
from collections.abc import Mapping

from domain.claims import Claim
from grounding.lexicon import names_in
from grounding.outcomes import Outcome, contradicted, unverified

_HEDGED = re.compile(
    r"\b(?:likely|probabl[ey]|possib(?:le|ly)|presumably|perhaps|apparently|suspected|plausibl[ey]"
    r"|may|might|could|appears?|seems?|suggests?)\b",
    re.IGNORECASE,
)
_BACKWARD = re.compile(
    r"\b(?:because of|because|due to|owing to|thanks to|caused by|triggered by|explained by|brought down by|result(?:s|ed|ing)? (?:from|of)"
    r"|stem(?:s|med)? from|attributable to|blamed? on|the (?:root )?cause is|root cause was)\b",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"\b(?:caus(?:e of|es|ed|ing|e)|led to|leads? to|leading to|result(?:s|ed|ing)? in|trigger(?:s|ed|ing)?|responsible for"
    r"|explain(?:s|ed)?|brought down|behind|made)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:not|never|no|neither|cannot|without)\b|n['\u2019]t\b", re.IGNORECASE)


def wording_problem(claim: Claim) -> Outcome | None:
    """Objects to a sentence that turns the cause round, denies it, or drops the hedge its claim has."""
    if _DENIED.search(claim.text):
        return contradicted("text: it denies the cause")
    if _is_turned(claim):
        return contradicted("text: it makes the effect the cause")
    if claim.hedge and not _HEDGED.search(claim.text):
        return unverified("text: it says the cause without its hedge")
    return None


def _is_turned(claim: Claim) -> bool:
    """Whether the name behind the causal word is the wrong one of the two."""
    said = _BACKWARD.search(claim.text) or _FORWARD.search(claim.text)
    if said is None:
        return False
    after = claim.text[said.end() :].casefold()
    at = {side: _place(claim.slots.get(side), claim.slots.get(other), after) for side, other in (("cause", "effect"), ("effect", "cause"))}
    if min(at.values()) == len(after):
        return False
    follows = min(at, key=lambda side: at[side])
    return follows != ("cause" if _BACKWARD.search(claim.text) else "effect")


def _service(slot: object) -> str:
    """The service of a party; a metric or a component of it may be said of others too."""
    return str(slot.get("service") or "") if isinstance(slot, Mapping) else ""


def _place(slot: object, against: object, text: str) -> int:
    """Where a party is first named in a text as a whole name that is not the other's; the text's length where it is not."""
    theirs = {name.casefold() for name in names_in(against)}
    own = _service(slot)
    named = (own,) if own and own.casefold() not in theirs else names_in(slot)
    wanted = (name.casefold() for name in named if name.casefold() not in theirs)
    found = (re.search(rf"(?<![\w.\-/]){re.escape(name)}(?![\w/]|[.\-]\w)", text) for name in wanted)
    return min((match.start() for match in found if match), default=len(text))
