"""Cells that are text as values that can be ordered: numbers, dates, times, scores and ranks inside other words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from grounding.tables.words import MONTHS, read_words

_NUMBER = re.compile(r"[-+\u2212]?\s?\d[\d,]*(?:\.\d+)?")
_CLOCK = re.compile(r"\+?\s?(\d+)\s?:\s?(\d{2})(?:\s?:\s?(\d{2}))?(?:\.(\d+))?(?!\d)")
_PAIR = re.compile(r"\d+\s?[-\u2013]\s?\d+")
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_DAY = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?(?!\d)")
_NUMERIC_DATE = re.compile(r"(\d{1,4})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,4})")
_BLANK = frozenset({"", "-", "\u2013", "\u2014", "n / a", "n/a", "none", "tba", "unknown", "?", "[empty]"})
_NO_YEAR = 1
_DAYS_A_MONTH = 31
_MONTHS_A_YEAR = 12
MOSTLY = 0.6


def is_blank(text: str) -> bool:
    """Whether a cell holds nothing."""
    return text.strip().lower() in _BLANK


def number_in(text: str) -> float | None:
    """The one number of a cell ("1,234", "12th", "[BOLD] 0.93"); None for none, several, a score or a time."""
    found = _NUMBER.findall(text)
    if len(found) != 1 or _CLOCK.search(text):
        return None
    plain = found[0].replace(",", "").replace("\u2212", "-").replace(" ", "")
    return float(plain)


def seconds_in(text: str) -> float | None:
    """A clock time or a duration such as "1:04.165" in its smallest shown parts; None when it is none."""
    match = _CLOCK.search(text)
    if not match:
        return None
    first, second, third, fraction = match.groups()
    whole = int(first) * 60 + int(second)
    whole = whole * 60 + int(third) if third else whole
    return whole + float(f"0.{fraction}") if fraction else float(whole)


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as it is written: any of its parts may be missing."""

    year: int | None
    month: int | None
    day: int | None

    def fits(self, other: "Day") -> bool:
        """Whether no part that both write differs, and both write a month or both a year."""
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        both = [left == right for left, right in pairs if left is not None and right is not None]
        return bool(both) and all(both)

    @property
    def ordinal(self) -> float | None:
        """A number that orders dates; None when it is no real date."""
        try:
            return float(date(self.year or _NO_YEAR, self.month or 1, self.day or 1).toordinal())
        except ValueError:
            return None


def day_in(text: str) -> Day | None:
    """A date such as "december 4 , 2007", "10 / 05 / 1975", "march 1"; None when there is none with a month."""
    numeric = _NUMERIC_DATE.search(text)
    if numeric:
        return _numeric_day([int(part) for part in numeric.groups()])
    stems = [word.stem for word in read_words(text)]
    month = next((MONTHS.index(stem) + 1 for stem in stems if stem in MONTHS), None)
    if month is None:
        return None
    year = _YEAR.search(text)
    day = _DAY.search(_YEAR.sub(" ", text))
    return Day(int(year[1]) if year else None, month, int(day[1]) if day else None)


def date_in(text: str) -> float | None:
    """A date as a number that orders dates; None when it is none."""
    found = day_in(text)
    return found.ordinal if found else None


def _numeric_day(parts: Sequence[int]) -> Day:
    first, second, third = parts
    if first > _DAYS_A_MONTH:
        return Day(first, second, third)
    return Day(third, first, second) if second > _MONTHS_A_YEAR else Day(third, second, first)


def score_in(text: str) -> float | None:
    """The first side's lead in a score such as "w 99 - 96"; None when it is none."""
    match = _PAIR.search(text)
    if not match:
        return None
    left, right = (float(part) for part in re.findall(r"\d+", match[0]))
    return left - right
