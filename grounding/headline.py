"""Whether a sentence worded by a model says only what supported claims say."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from domain.claims import Claim
from grounding import residue
from grounding.covers import Cover, cover
from grounding.languages import in_english
from grounding.lexicon import Lexicon
from grounding.operands import EvidenceById
from grounding.tokens import scan

_CLAUSE = re.compile(r"(?<=[a-z\d])[;:]\s|(?<=\w)\.\s+|,\s+(?:and|while|but|whereas|with)\s+|\s+(?:while|whereas|but)\s+")


def unsupported_tokens(text: str, claims: Sequence[Claim], evidence: EvidenceById) -> tuple[str, ...]:
    """The numbers, times, names, comparatives and causes of a text that the claims do not carry; empty means it may be shown."""
    said = in_english(text, evidence)
    text, lexicon = said.text, Lexicon(evidence)
    covers = [cover(claim, evidence) for claim in claims]
    if not covers:
        return tuple(token.text for token in scan(text))
    found = {problem.token: None for problem in residue.problems(text, covers, lexicon)}
    for part in (part for clause in _CLAUSE.split(text) for part in _parts(clause, covers)):
        found |= {problem.token: None for problem in _part_problems(part, covers, lexicon)}
    return (*found, *said.unread)


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


def _part_problems(part: str, covers: Sequence[Cover], lexicon: Lexicon) -> Sequence[residue.Problem]:
    """A part that names something may only say what the claims about that thing say."""
    literals = frozenset().union(*(one.literals for one in covers))
    about = [replace(one, literals=literals) for one in covers if any(_place(name, part) is not None for name in one.names)]
    return residue.problems(part, about, lexicon) if about else ()
