"""Korean questions in the words of the English rules, and which language a question is in."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from grounding.korean.gloss import HANGUL, gloss

Language = Literal["en", "ko"]
SOURCE = Path(__file__).with_name("korean.yaml")
LEAST_SHARE = 0.25  # of the letters: names of services and routes are Latin in a Korean question too
LENGTHS = {"h": "hours", "min": "minutes", "s": "seconds", "d": "days"}
ENDINGS = r"(?:습니까|입니까|나요|가요|까요|을까|었어|았어|했어|있어|없어|니|냐|야|지|죠|어|아|래|요)\s*[?.!]*\s*$"
ASKED = r"\b(?:which|what|who|when|why|how|show|list)\b"
DENIAL = r"(?:있|없)(?:었|는|을)?(?:습니까|나요|는지|어|어요|니|냐|을까요|을까|는가|던가)"
DAY = (
    r"(?:\d{4}-\d\d-\d\d|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2}"
    r"|yesterday|today|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
)
MOMENT = rf"(?:{DAY}(?: \d\d:\d\d(?::\d\d)?)?|\d\d:\d\d(?::\d\d)?)(?: UTC)?"


def language_of(text: str) -> Language:
    """The language of a question by its share of Hangul among the letters."""
    letters = [char for char in text if char.isalpha()]
    return "ko" if letters and sum(bool(HANGUL.match(char)) for char in letters) / len(letters) >= LEAST_SHARE else "en"


def in_english(question: str, services: Sequence[str] = ()) -> str:
    """A question in English words, keeping names; one without Hangul as it is."""
    return _in_english(question, tuple(services)) if HANGUL.search(question) else question


@lru_cache(maxsize=256)
def _in_english(question: str, services: tuple[str, ...]) -> str:
    is_yes_no, asks_any = re.search(ENDINGS, question) is not None, re.search(DENIAL, question) is not None
    names = tuple(name for name in services if HANGUL.search(name))
    said = gloss(_substituted(question), names).text
    said = _timed(re.sub(r"\b(\d+) (h|min|s|d)\b", lambda it: f"{it[1]} {LENGTHS[it[2]]}", said))
    if re.search(ASKED, said) and not asks_any:
        return said
    return f"{'are there any' if asks_any else 'did' if is_yes_no else ''} {said}".strip()


def _substituted(question: str) -> str:
    for pattern, english in _patterns():
        question = pattern.sub(english, question)
    return question


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    tables: Mapping[str, Any] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    weekdays = [(name, f" {english} ") for name, english in tables["weekdays"].items()]
    pairs = [*tables["names"], *tables["times"], *weekdays, *tables["things"], *tables["asks"]]
    return tuple((re.compile(pattern), english) for pattern, english in pairs)


def _timed(text: str) -> str:
    """Times with the words that stand behind them in Korean put before them: "09:00 from 11:00 until" as "from 09:00 to 11:00"."""
    text = re.sub(rf"\b({MOMENT})\s+from\s+({MOMENT})\s+until\b", r"from \1 to \2", text)
    text = re.sub(rf"\b({MOMENT})\s+(?:from|after)\b", r"since \1", text)
    text = re.sub(rf"\b({MOMENT})\s+(until|before)\b", r"\2 \1", text)
    return re.sub(r"\b(\d+ (?:hours|minutes|seconds|days)) before\b", r"\1 ago", text)
