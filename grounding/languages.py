"""The languages sentences are written in, and how those of another language are read."""

from collections.abc import Iterator
from dataclasses import replace

from domain.claims import Claim, Judged
from grounding.korean.gloss import HANGUL, Gloss, gloss, is_korean
from grounding.korean.phrases import korean
from grounding.operands import EvidenceById
from grounding.phrases import ENGLISH, Phrases

_HOLDS = frozenset({"supported", "consistent", "text-supported"})


def phrases_of(language: str) -> Phrases:
    """The phrases of `en` or `ko`; of any other language the English ones."""
    return korean() if language == "ko" else ENGLISH


def in_english(text: str, evidence: EvidenceById) -> Gloss:
    """A text in the words the reader knows; names of the evidence stay. English comes back as it is."""
    return gloss(text, _names(evidence)) if is_korean(text) else Gloss(text)


def in_own_words(judged: Judged, claim: Claim, said: Gloss) -> Judged:
    """A judgement of a gloss as one of the text itself; a word that could not be read lets nothing stand."""
    if said.text == claim.text:
        return judged
    own = replace(judged, claim=replace(judged.claim, text=claim.text))
    if not said.unread or judged.verdict not in _HOLDS:
        return own
    words = ", ".join(map(repr, said.unread))
    return replace(own, verdict="unverified", reason=f"text: the words {words} are not read", correction=None)


def _names(evidence: EvidenceById) -> Iterator[str]:
    for source in evidence.values():
        for cell in (cell for row in source.rows for cell in row.values()):
            for value in cell if isinstance(cell, list | tuple) else (cell,):
                if isinstance(value, str) and HANGUL.search(value):
                    yield value
