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


_QUOTED = re.compile(r"\u201c[^\u201d]*\u201d|\"[^\"]*\"|\u00ab[^\u00bb]*\u00bb|`[^`]*`")
_FRAME = vocabulary.stems(
    """message messages log line lines entry entries record records event error errors warning text body statement template says said say
    reads read shows wrote writes contains holds states quoted such first last latest one another"""
)


def unframed(text: str, covers: Sequence[Cover]) -> str | None:
    """A word beside quotations that neither frames them ("a log line says") nor is of their rows: quotes prove no sentence around them."""
    if not covers or any(cover.claim.kind != "quote" for cover in covers):
        return None
    known = _spoken(covers) | _FRAME
    return min(vocabulary.stems(_QUOTED.sub(" ", text)) - known, default=None)


def _spoken(covers: Sequence[Cover]) -> frozenset[str]:
    texts = [text for cover in covers for text in (*cover.literals, *cover.names)]
    return frozenset().union(*map(vocabulary.stems, texts))
