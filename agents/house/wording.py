"""The house's headline: the claims that cover the question, joined; not a word or number of its own."""

from collections.abc import Sequence

from agents.reading import read
from agents.vocabulary import tokens
from domain.claims import Claim

LONGEST = 260
MOST_CLAIMS = 3


def headline(question: str, claims: Sequence[Claim]) -> str:
    """One sentence from the first claim and those that speak of more of the question; empty without claims."""
    told = [claim for claim in claims if claim.text.strip()]
    if not told:
        return ""
    return _sentence([claim.text for claim in _covering(question, told)])


def _covering(question: str, claims: Sequence[Claim]) -> list[Claim]:
    picked, open_words = [claims[0]], set(read(question).words) - set(tokens(claims[0].text))
    for claim in claims[1:]:
        news = open_words & set(tokens(claim.text))
        fits = len(_sentence([each.text for each in (*picked, claim)])) <= LONGEST
        if news and fits and len(picked) < MOST_CLAIMS:
            picked.append(claim)
            open_words -= news
    return picked


def _sentence(texts: Sequence[str]) -> str:
    return "; ".join(text.strip().rstrip(".") for text in texts) + "."
