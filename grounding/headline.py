"""Whether a sentence worded by a model says only what supported claims say."""

import re
from collections.abc import Sequence

from domain.claims import Claim
from grounding import residue
from grounding.covers import Cover, cover
from grounding.lexicon import Lexicon
from grounding.operands import EvidenceById
from grounding.tokens import scan

_CLAUSE = re.compile(r"(?<=[a-z\d])[;:]\s|(?<=\w)\.\s+|,\s+(?:and|while|but|whereas|with)\s+|\s+(?:while|whereas|but)\s+")


def unsupported_tokens(text: str, claims: Sequence[Claim], evidence: EvidenceById) -> tuple[str, ...]:
    """The numbers, times, names, comparatives and causes of a text that the claims do not carry; empty means it may be shown."""
    lexicon = Lexicon(evidence)
    covers = [cover(claim, evidence) for claim in claims]
    if not covers:
        return tuple(token.text for token in scan(text))
    found = {problem.token: None for problem in residue.problems(text, covers, lexicon)}
    for clause in _CLAUSE.split(text):
        found |= {problem.token: None for problem in _clause_problems(clause, covers, lexicon)}
    return tuple(found)


def _clause_problems(clause: str, covers: Sequence[Cover], lexicon: Lexicon) -> Sequence[residue.Problem]:
    """A clause that names something may only say what the claims about that thing say."""
    about = [one for one in covers if _is_named(one, clause)]
    if not about:
        return ()
    return residue.problems(residue.mask(clause, covers), about, lexicon)


def _is_named(one: Cover, clause: str) -> bool:
    return any(re.search(rf"(?<![\w./\-]){re.escape(name)}(?![\w/]|[\-.:]\w)", clause, re.IGNORECASE) for name in one.names)
