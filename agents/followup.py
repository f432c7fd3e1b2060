"""Follow-ups: a question that leans on the one before it, made whole; and which of its words lean."""

import re
from collections.abc import Sequence
from datetime import timedelta

from agents.korean import in_english
from agents.vocabulary import tokens
from agents.windows import without_times
from domain.tasks import Turn
from domain.window import Window

ELLIPTIC = r"^\W*(?:and|but|what\s+about|how\s+about|or|also|same|only|now|then|why|when|who)\b"
THEM = (
    r"\b(?:of|for|among|from|by|with|about)\s+(?:them|those|these)\b|\bthe\s+same\s+(?:ones?|things?)\b"
    r"|^\W*(?:and\s+|but\s+)?(?:did|do|does|are|were|was|is|have|had|has|can|could)\s+(?:any\s+of\s+)?(?:they|those|these|it)\b"
)
ONLY = r"\bonly\b|\bexclusively\b|\balone\b|\bnothing\s+but\b"
SHIFTED = r"\b(?:the\s+)?(?P<unit>hour|day|night|week)\s+(?P<side>before|earlier|after|later)\b"
UNITS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "night": timedelta(days=1), "week": timedelta(weeks=1)}
SHORT_WORDS = 4


def resolved(question: str, turns: Sequence[Turn]) -> str:
    """A follow-up such as "and for checkout?" with all it follows up on; any other question as it is.

    A time named in the follow-up takes the place of the times before it. Korean comes back in English words.
    """
    asked = ""
    for text in map(in_english, (*(turn.question for turn in turns), question)):
        asked = _joined(asked, text) if asked and leans(text) else text.strip()
    return asked


def leans(question: str) -> bool:
    """Whether a question means little without the one before it."""
    return is_elliptic(question) or refers_back(question)


def refers_back(question: str) -> bool:
    """Whether a question speaks of things the last answer named: "which of them …"."""
    return bool(re.search(THEM, question, re.IGNORECASE))


def is_exclusive(question: str) -> bool:
    """Whether it asks for things seen in the named time and at no other: "which of them only yesterday"."""
    return bool(re.search(ONLY, question, re.IGNORECASE)) and without_times(question) != question


def shifted(question: str, earlier: Window) -> Window | None:
    """The window "the day before" means after an answer about `earlier`; None where nothing of the kind is said."""
    found = re.search(SHIFTED, question, re.IGNORECASE)
    if not found or not leans(question):
        return None
    step = UNITS[found["unit"].lower()] * (-1 if found["side"].lower() in ("before", "earlier") else 1)
    return Window(earlier.start + step, earlier.end + step, earlier.tz)


def is_elliptic(question: str) -> bool:
    """Whether a question is too short to stand alone, or begins as a continuation does."""
    bare = without_times(question)
    few = len([word for word in tokens(bare) if not word.startswith("~")]) < SHORT_WORDS
    return few and (bool(re.search(ELLIPTIC, question, re.IGNORECASE)) or not tokens(bare))


def _joined(earlier: str, question: str) -> str:
    has_time = without_times(question) != question or re.search(SHIFTED, question, re.IGNORECASE)
    base = " ".join(without_times(earlier).split()) if has_time else earlier
    return f"{base.rstrip(' ?.!')} {question.strip()}"
