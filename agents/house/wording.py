"""The house's headline: the claims that cover the question, joined; not a word or number of its own."""

from collections.abc import Mapping, Sequence

from agents.reading import read
from agents.vocabulary import tokens
from domain.claims import Claim

LONGEST = 260
MOST_CLAIMS = 3
SENTENCE_STARTS = frozenset({"There", "The", "No", "All", "Only", "In", "Between"})


def headline(question: str, claims: Sequence[Claim]) -> str:
    """One sentence from the first claim and those that speak of more of the question; empty without claims."""
    told = [claim for claim in claims if claim.text.strip()]
    if not told:
        return ""
    return _sentence([claim.text for claim in _covering(question, told)])


def _covering(question: str, claims: Sequence[Claim]) -> list[Claim]:
    reading = read(question)
    picked = [claims[0], *(_beside(claims) if "why" in reading.asks else _measured(claims[0], claims[1:]))]
    open_words = set(reading.words) - {token for claim in picked for token in tokens(claim.text)}
    for claim in claims[1:]:
        news = open_words & set(tokens(claim.text))
        fits = len(_sentence([each.text for each in (*picked, claim)])) <= LONGEST
        if news and fits and len(picked) < MOST_CLAIMS and claim not in picked:
            picked.append(claim)
            open_words -= news
    return picked


def _beside(claims: Sequence[Claim]) -> list[Claim]:
    """What stands in the same evidence as the first claim: for a diagnosis the sign and since when."""
    source = {binding.evidence for binding in claims[0].bind}
    return [claim for claim in claims[1:] if claim.materiality == "high" and source & {bound.evidence for bound in claim.bind}][
        : MOST_CLAIMS - 1
    ]


def _measured(first: Claim, others: Sequence[Claim]) -> list[Claim]:
    """The number behind a ranking: "X had the most requests" is half an answer without how many."""
    by, value = first.slots.get("by"), first.slots.get("value")
    if first.kind != "entity" or not by:
        return []
    return [claim for claim in others if claim.kind == "quantity" and claim.slots.get("metric") == by and value in _values(claim)][:1]


def _values(claim: Claim) -> tuple[object, ...]:
    subject = claim.slots.get("subject")
    return tuple(subject.values()) if isinstance(subject, Mapping) else ()


def _sentence(texts: Sequence[str]) -> str:
    parts = [text.strip().rstrip(".") for text in texts]
    return "; ".join([*parts[:1], *(_inner(part) for part in parts[1:])]) + "."


def _inner(part: str) -> str:
    first, _, rest = part.partition(" ")
    return f"{first.lower()} {rest}" if first in SENTENCE_STARTS else part
