"""What a sentence adds beside what was recomputed: "… and got in" says more than the number before it."""

import re
from collections.abc import Sequence

from grounding import vocabulary
from grounding.covers import Cover
from grounding.tokens import scan

_JOINTS = re.compile(r"\s*;\s*|,\s+|\s+(?:and|but|while|so|which|then|also)\s+", re.IGNORECASE)


_LEVEL = re.compile(r"\b(?:the same as|equal to|no different from)\b", re.IGNORECASE)  # what a comparison of equals says


def unchecked_clause(text: str, covers: Sequence[Cover]) -> str | None:
    """A later clause with nothing checkable in it that speaks of other things than the bound cells; None when there is none."""
    spoken = _spoken(covers)
    for clause in _JOINTS.split(text.strip().rstrip("."))[1:]:
        if clause and not scan(clause) and not _LEVEL.search(clause) and vocabulary.stems(clause) - spoken:
            return clause
    return None


def _spoken(covers: Sequence[Cover]) -> frozenset[str]:
    texts = [text for cover in covers for text in (*cover.literals, *cover.names)]
    return frozenset().union(*map(vocabulary.stems, texts))
