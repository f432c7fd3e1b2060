"""The checkable tokens of a sentence: times, addresses, numbers with units, names, comparatives, quantifiers, negation, causes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from grounding import relations, units
from grounding.cells import TIME, ZONE, PrintedTime, printed_time, zone_of
from grounding.wordlists import words

TokenKind = Literal[
    "time", "date", "clock", "address", "number", "name", "quoted", "agg", "comparative", "quantifier", "negation", "causal"
]
_BLANK = "\x00"
MONTHS = words("jan feb mar apr may jun jul aug sep oct nov dec")
_MULTIPLES = {"thousand": 3, "million": 6, "billion": 9, "k": 3}
_COUNT_WORDS = dict(zip(words("zero two three four five six seven eight nine ten eleven twelve"), (0, *range(2, 13)), strict=True))

_BOUND_WORDS = sorted((alias for alias in relations.OPS if alias[2:].strip() and relations.OPS[alias] != "between"), key=len, reverse=True)
_NOT_BEFORE_A_NUMBER = {"not", "gte", "lte", "exactly", "equal", "equals", "minimum", "maximum"}
_OP = "|".join([*(re.escape(word) for word in _BOUND_WORDS if word not in _NOT_BEFORE_A_NUMBER), "exactly", "approx\\.", "[~≈≥≤<>]=?"])
_UNIT_WORDS = sorted(
    (alias for alias in units.NAMES if alias and units.NAMES[alias] != "1" and alias not in {"points", "hz", "Hz"}), key=len, reverse=True
)
_UNIT = "|".join([*(re.escape(word) for word in _UNIT_WORDS), "x", "×", "times", "-?fold"])
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_FACTOR = r"(?:\s?(?P<multiple>thousand|million|billion|(?<=\d)k)\b)?"
_NUMBER = re.compile(
    rf"(?:(?<!\w)(?P<op>(?i:{_OP}))\s*)?(?<![\w.])(?P<sign>(?<![\w.)])[-+−])?(?P<digits>{_DIGITS}){_FACTOR}"
    rf"(?:[\s-]?(?P<unit>{_UNIT})(?![\w/]))?(?![\w])"
)
_BETWEEN = re.compile(rf"\b(?i:between)\s+({_DIGITS})\s?({_UNIT})?\s+and\s+({_DIGITS})(?:\s?({_UNIT})(?![\w/]))?(?!\w)")
_COUNT_WORD = re.compile(rf"\b(?P<op>(?:{_OP})\s+)?(?P<word>{'|'.join(_COUNT_WORDS)})\b", re.IGNORECASE)
_ISO_DATE = re.compile(r"(?<![\w-])\d{4}-\d{2}-\d{2}(?![\w-])")
_NAMED_DATE = re.compile(
    rf"\b(?:(?P<m1>{'|'.join(MONTHS)})[a-z]*\.?\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m2>{'|'.join(MONTHS)})[a-z]*)"
    r"(?:,?\s+(?P<year>\d{4}))?\b(?!:)",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    rf"(?<![\d:.\w])([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d+))?)?(?![\d:])(?:\s*(am|pm)\b)?(?:\s*({ZONE}))?"
    rf"(?=(?:\s*(?:and|to|until|-|–)\s*\d{{1,2}}:\d{{2}}(?::\d{{2}})?\s*({ZONE}))?)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?:[/:]\d+)?(?![\w]|\.\d)|(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{1,4}(?![\w:])"
)
_QUOTED = re.compile(r"“([^”]{3,})”|\"([^\"]{3,})\"|«([^»]{3,})»|`([^`]{3,})`")
_AGG = re.compile(
    r"\b(?:p(?:50|75|90|95|99|999)|\d{2}(?:th|st|nd|rd)[ -]percentile|average|avg|mean|median|maximum|minimum)\b", re.IGNORECASE
)
_NAME = re.compile(
    r"https?://[^\s\"'<>)\]]+|(?<![\w/])/(?:[\w.\-{}:*%~]+/?)+|\b(?=\w*\d)(?=\w*[A-Za-z_])\w[\w\-]*(?:[.:/]\w[\w\-]*)*|\b\w+_\w+\b"
    r"|\b[A-Za-z][\w\-]*(?:\.[A-Za-z][\w\-]+)+\b"
)
_ID = re.compile(
    r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{8,}\b"
    r"|\b(?=[\w\-.:/]*[\d_])[A-Za-z_]\w*(?:[\-.:/]\w+)*"
)
_NOT_NAMES = frozenset({"e.g", "i.e", "a.m", "p.m", "etc.and"})
_THAN = r"(?=[^.;]*\bthan\b)"
_COMPARATIVE = re.compile(
    rf"\b(?:(?:more|fewer|less|below|above|longer|shorter){_THAN}|"
    + "|".join(
        word
        for word in (*relations.UP, *relations.DOWN, *relations.RATIOS)
        if word not in words("more less fewer below above up down longer shorter")
    )
    + r")\b",
    re.IGNORECASE,
)
_QUANTIFIER = re.compile(
    r"\b(?:(?:top|bottom)[ -]\d+|most(?! recent)(?!ly)|highest|largest|biggest|greatest|busiest|slowest|top"
    r"|least|lowest|fewest|smallest|quietest|fastest|all|every|each|only(?!\s+[\d~])|solely|first|earliest|last|latest|most recent|none)\b",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"\b(?:at (?:most|least|all|first|last)|in all|all[- ]clear|first of all|for the (?:first|last) time"
    r"|the (?:last|past|first|previous)(?=\s+(?:[\d\x00]|few|second|minute|hour|day|week|month)))\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:not|never|no|none|without|neither|nor|zero|nothing|nobody|absent|free of|cannot|no one)\b|n[\u2019']t\b", re.IGNORECASE
)
_CAUSAL = re.compile(
    r"\b(?:because|caus(?:e|es|ed|ing)|due to|led to|leads? to|leading to|result(?:s|ed|ing)? (?:in|from)|as a result|owing to|thanks to"
    r"|trigger(?:s|ed|ing)?|root cause|responsible for|explain(?:s|ed)|brought down|blame[sd]?|stems? from|attributable to|therefore"
    r"|consequently)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A checkable token; `text` is as written, `word` its plain form, the rest is set as its kind needs."""

    kind: TokenKind
    text: str
    start: int
    end: int
    word: str = ""
    op: str = "="
    value: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""
    at: PrintedTime | None = None


Build = Callable[[re.Match[str]], Token | None]


@lru_cache(maxsize=4_000)
def scan(text: str) -> tuple[Token, ...]:
    """The checkable tokens of a text, in order; each character belongs to one token at most."""
    found: list[Token] = []
    rest = text
    for pattern, build in _PASSES:
        fresh = [token for match in pattern.finditer(rest) if (token := build(match)) is not None]
        for token in fresh:
            rest = blank(rest, token.start, token.end)
        found += fresh
    harmless = rest
    for match in _HARMLESS.finditer(rest):
        harmless = blank(harmless, match.start(), match.end())
    return tuple(sorted([*found, *_words(harmless)], key=lambda token: token.start))


def blank(text: str, start: int, end: int) -> str:
    """The text with a span overwritten by a mark that is neither word nor space, so that offsets stay."""
    return text[:start] + _BLANK * (end - start) + text[end:]


def _words(text: str) -> list[Token]:
    kinds: tuple[tuple[TokenKind, re.Pattern[str]], ...] = (
        ("causal", _CAUSAL),
        ("quantifier", _QUANTIFIER),
        ("comparative", _COMPARATIVE),
        ("negation", _NEGATION),
    )
    return [
        Token(kind, match[0], match.start(), match.end(), match[0].lower()) for kind, pattern in kinds for match in pattern.finditer(text)
    ]


def _plain(kind: TokenKind) -> Build:
    return lambda match: Token(kind, match[0], match.start(), match.end(), match[0].strip().lower())


def _quoted(match: re.Match[str]) -> Token:
    return Token("quoted", next(group for group in match.groups() if group), match.start(), match.end())


def _time(match: re.Match[str]) -> Token | None:
    at = printed_time(match)
    return Token("time", match[0].strip(), match.start(), match.end(), at=at) if at else None


def _iso_date(match: re.Match[str]) -> Token | None:
    return _date(match, *map(int, match[0].split("-")))


def _named_date(match: re.Match[str]) -> Token | None:
    month = MONTHS.index((match["m1"] or match["m2"]).lower()) + 1
    return _date(match, int(match["year"] or 0), month, int(match["d1"] or match["d2"]))


def _date(match: re.Match[str], year: int, month: int, day: int) -> Token | None:
    """A date; without a year, `word` is month and day only."""
    try:
        at = datetime.combine(date(year or 2000, month, day), time(), UTC)
    except ValueError:
        return None
    word = f"{month:02d}-{day:02d}" if not year else f"{year:04d}-{month:02d}-{day:02d}"
    return Token("date", match[0], match.start(), match.end(), word, at=PrintedTime(at, timedelta(days=1), zoned=False))


def _clock(match: re.Match[str]) -> Token:
    hour, minute, second, fraction, half, own, shared = match.groups()
    zone = own or shared  # "between 19:00 and 20:00 KST" says the zone once
    hours = int(hour) % 12 + (12 if half.lower() == "pm" else 0) if half else int(hour)
    step = timedelta(seconds=1) if second else timedelta(minutes=1)
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    at = datetime(2000, 1, 1, hours, int(minute), int(second or 0), micros, tzinfo=zone_of(zone))
    step = timedelta(microseconds=10 ** max(0, 6 - len(fraction))) if fraction else step
    return Token("clock", match[0].strip(), match.start(), match.end(), unit=zone or "", at=PrintedTime(at, step, bool(zone)))


def _agg(match: re.Match[str]) -> Token:
    return Token("agg", match[0], match.start(), match.end(), units.agg_of(match[0].lower().replace("-", " ")))


def _between(match: re.Match[str]) -> Token:
    low, low_unit, high, high_unit = match.groups()
    unit = high_unit or low_unit or ""
    return Token("number", match[0], match.start(), match.end(), op="between", value=_decimal(low), high=_decimal(high), unit=unit)


def _number(match: re.Match[str]) -> Token:
    value = _decimal(match["digits"])
    if match["multiple"]:
        value = value.scaleb(_MULTIPLES[match["multiple"].lower()])
    if match["sign"] in {"-", "−"}:
        value = -value
    op = relations.OPS.get((match["op"] or "").strip().lower().rstrip("."), "=")
    return Token("number", match[0].strip(), match.start(), match.end(), op=op, value=value, unit=(match["unit"] or "").lstrip("-"))


def _decimal(digits: str) -> Decimal:
    return Decimal(digits.replace(",", ""))


def _count_word(match: re.Match[str]) -> Token | None:
    op = relations.OPS.get((match["op"] or "").strip().lower(), "=")
    word = match["word"].lower()
    return None if word == "zero" else Token("number", match[0], match.start(), match.end(), op=op, value=Decimal(_COUNT_WORDS[word]))


def _name(match: re.Match[str]) -> Token | None:
    text = match[0].rstrip(".:")
    return None if text.lower() in _NOT_NAMES else Token("name", text, match.start(), match.start() + len(text), text)


_PASSES: tuple[tuple[re.Pattern[str], Build], ...] = (
    (_QUOTED, _quoted),
    (TIME, _time),
    (_ISO_DATE, _iso_date),
    (_NAMED_DATE, _named_date),
    (_CLOCK, _clock),
    (_ADDRESS, _plain("address")),
    (re.compile(r"\b(?:top|bottom)[ -]\d+\b", re.IGNORECASE), _plain("quantifier")),
    (_AGG, _agg),
    (_BETWEEN, _between),
    (_ID, _name),
    (_NUMBER, _number),
    (_COUNT_WORD, _count_word),
    (_NAME, _name),
)
