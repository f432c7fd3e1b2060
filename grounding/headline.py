"""Whether a sentence worded by a model says only what supported claims say, in words that add nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from domain.claims import Claim
from grounding import residue
from grounding.covers import Cover, cover
from grounding.diction import denials, foreign_words, names_of
from grounding.languages import in_english
from grounding.lexicon import Lexicon, is_said
from grounding.operands import EvidenceById
from grounding.tokens import scan

_CLAUSE = re.compile(r"(?<=[a-z\d])[;:]\s|(?<=\w)\.\s+|,\s+(?:and|while|but|whereas|with)\s+|\s+(?:while|whereas|but)\s+")


def unsupported_tokens(text: str, claims: Sequence[Claim], evidence: EvidenceById, question: str = "") -> tuple[str, ...]:
    """The numbers, times, names, comparatives, causes and further words that the claims do not carry; empty means it may be shown.

    A denial has to be one claim's own. Of the question only plain nouns may be used.
    """
    said = in_english(text, evidence)
    text, question, lexicon = said.text, in_english(question, evidence).text, Lexicon(evidence)
    covers = [cover(claim, evidence) for claim in claims]
    if not covers:
        return tuple(token.text for token in scan(text))
    found = {problem.token: None for problem in residue.problems(text, covers, lexicon)}
    found |= dict.fromkeys(foreign_words(text, covers, question))
    for part in (part for clause in _CLAUSE.split(text) for part in _parts(clause, covers)):
        found |= dict.fromkeys(_part_problems(part, covers, lexicon, question))
        found |= dict.fromkeys(_denial_problems(part, covers, lexicon, question))
    return (*found, *said.unread)


def carries(text: str, claim: Claim) -> bool:
    """Whether a text says what a claim is about and the number or word it says of it."""
    if claim.text.strip().rstrip(".").casefold() in text.casefold():
        return True
    named = cover(claim, {}).names
    value = claim.slots.get("value", claim.slots.get("state"))
    numbers = {float(token.value) for token in scan(text) if token.kind == "number" and token.value is not None}
    is_told = float(value) in numbers if isinstance(value, int | float) else value is None or is_said(str(value), text)
    return is_told and all(is_said(name, text) for name in named)


def _parts(clause: str, covers: Sequence[Cover]) -> list[str]:
    """A clause cut before each further thing it names, unless one claim is about all of them."""
    starts = {name: at for one in covers for name in one.names if (at := _place(name, clause)) is not None}
    if len(starts) <= 1 or any(one.names >= set(starts) for one in covers):
        return [clause]
    cuts = [0, *sorted(starts.values())[1:], len(clause)]
    return [clause[start:end] for start, end in pairwise(cuts)]


def _place(name: str, clause: str) -> int | None:
    found = re.search(rf"(?<![\w./\-]){re.escape(name)}(?![\w/]|[\-.:]\w)", clause, re.IGNORECASE)
    return found.start() if found else None


def _part_problems(part: str, covers: Sequence[Cover], lexicon: Lexicon, question: str) -> Iterator[str]:
    """A part that names something may only say what the claims about that thing say."""
    named = [one for one in covers if any(_place(name, part) is not None for name in one.names)]
    if not named:
        return
    literals = frozenset().union(*(one.literals for one in covers))
    about = [replace(one, literals=literals) for one in named]
    yield from (problem.token for problem in residue.problems(part, about, lexicon))
    yield from foreign_words(part, named, question)


def _denial_problems(part: str, covers: Sequence[Cover], lexicon: Lexicon, question: str) -> Iterator[str]:
    """A part that denies something has to be what one claim denies, in its words and of its subject."""
    masked = residue.mask(part, [replace(one, literals=names_of([one])) for one in covers])
    if not denials(scan(masked)):
        return
    for one in covers:
        is_of = one.negation != "forbidden" and all(is_said(name, part) for name in one.names)
        if is_of and not residue.problems(part, [one], lexicon) and not foreign_words(part, [one], question):
            return
    yield part.strip()
