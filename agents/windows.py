"""Which stretch of time a question means, what it is compared with, and times given as options."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from agents.moments import DATE, MOMENT, MONTH, ONE_DAY, YEAR, Calendar, month_number, read_moment
from domain.errors import WrongUseError
from domain.window import Window, parse_rfc3339

Found = re.Match[str]
Reader = Callable[[Found, str, Calendar], Window]
NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10, "twelve": 12}
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
UNIT = r"(?:second|sec|minute|min|hour|hr|day|week)s?"
NUMBER = rf"(?:\d+|{'|'.join(NUMBERS)}|few|couple(?:\s+of)?)"
DAY_PARTS: dict[str, tuple[int, int]] = {"morning": (0, 12), "afternoon": (12, 18), "evening": (18, 24), "night": (18, 30)}
AGAINST = (
    r"\b(?:compar(?:ed?|ing|ison)\s+(?:it\s+|this\s+)?(?:with|to|against)"
    r"|vs\.?|versus|than|relative\s+to|as\s+opposed\s+to|against|unlike)\s+"
)
AROUND: Final = timedelta(minutes=15)
LEAST_COVER: Final = 0.5
AMOUNTS: Final = (
    r"\b(?:chang|differ|compar|increas|decreas|more|less|fewer|worse|better|rise|rose|gr[eo]w|drop|jump|spik|versus|vs\b|hal(?:f|ves)\b)"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A way to say when: a pattern and what it means."""

    pattern: str
    read: Reader


def window_of(question: str, now: datetime, oldest: datetime, newest: datetime, tz: str = "UTC") -> Window | None:
    """The window a question names, None when it names none. Relative times count from `now`; `oldest` and `newest` bound the data.

    A date without a year takes it from the data. The part behind "compared with", "than" or "vs" is left to `baseline_of`.
    """
    calendar = Calendar(now, oldest, newest, tz)
    head, _, tail = _split(question)
    if not tail and (pair := _two_days(question, calendar)):
        return pair[1]
    return _read(head, calendar)


def baseline_of(question: str, window: Window, oldest: datetime) -> tuple[Window, Window]:
    """The pair (current, baseline) a change question compares; `window` is what it looks at, `oldest` where the data begin.

    Without a word on it the same length right before; where too little is stored there, the window's own parts: its halves for a
    question of more or less, else (what is new?) what follows its first third.
    """
    calendar = Calendar(window.end - timedelta(microseconds=1), oldest, window.end - timedelta(microseconds=1), window.tz)
    _, _, tail = _split(question)
    if not tail and (pair := _two_days(question, calendar)):
        return pair[1], pair[0]
    if tail and (named := _named_baseline(tail, window, calendar)):
        return named
    return _default_pair(window, oldest, halved=bool(re.search(AMOUNTS, question, re.IGNORECASE)))


def without_times(text: str) -> str:
    """A text without its phrases of time."""
    for phrase in PHRASES:
        text = re.sub(phrase.pattern, " ", text, flags=re.IGNORECASE)
    return re.sub(rf"\b(?:on\s+|at\s+)?{MOMENT}", " ", text, flags=re.IGNORECASE)


def parse_time(text: str, now: datetime) -> datetime:
    """A time given as an option: RFC 3339, `now`, or back from now as `-1h`, `-2d`, `-1h30m`. Raises WrongUseError."""
    given = text.strip()
    if given == "now":
        return now.astimezone(UTC)
    if re.fullmatch(r"-(?:\d+[smhdw])+", given):
        back = sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhdw])", given))
        return now.astimezone(UTC) - timedelta(seconds=back)
    try:
        return parse_rfc3339(given)
    except ValueError as error:
        hint = "give RFC 3339 such as 2015-05-18T10:00:00Z, or relative such as -1h, -2d or now"
        raise WrongUseError(f"cannot read the time {text!r}; {hint}") from error


def _split(question: str) -> tuple[str, str, str]:
    found = re.search(AGAINST, question, re.IGNORECASE)
    return (question[: found.start()], found[0], question[found.end() :]) if found else (question, "", "")


def _two_days(question: str, calendar: Calendar) -> tuple[Window, Window] | None:
    """Two days set against each other: "what changed between 17 May and 18 May"."""
    found = re.search(rf"\b(?:between|from)\s+({DATE})\s+(?:and|to)\s+({DATE})(?!\w)(?!\s*(?:at\s+)?\d)", question, re.IGNORECASE)
    if not found or not re.search(r"\b(?:chang|differ|compar|new\b|appear|more|less|worse|better)", question, re.IGNORECASE):
        return None
    first, then = (calendar.window(*read_moment(found[group], calendar).span(calendar)) for group in (1, 2))
    return (first, then) if first.end == then.start else None


def _named_baseline(tail: str, window: Window, calendar: Calendar) -> tuple[Window, Window] | None:
    if found := re.match(
        rf"(?:the\s+)?(?:same\s+\w+\s+)?(?:previous|preceding|last|prior)?\s*({UNIT})\s*(?:before|earlier)?\b", tail, re.IGNORECASE
    ):
        length = _length("1", found[1])
        current = window if window.start > calendar.oldest else Window(max(window.end - length, window.start), window.end, window.tz)
        return current, Window(current.start - length, current.start, window.tz)
    named = _read(tail, calendar)
    if named is None:
        return None
    if named.end <= window.start or not named.start < window.end:
        return window, named
    return (Window(named.end, window.end, window.tz), named) if named.end < window.end else None


def _default_pair(window: Window, oldest: datetime, *, halved: bool) -> tuple[Window, Window]:
    if (window.start - oldest) < window.length * LEAST_COVER:
        covered = Window(max(window.start, min(oldest, window.end)), window.end, window.tz)
        earlier, later = covered.halves() if halved else _after_its_third(covered)
        return later, earlier
    return window, Window(window.start - window.length, window.start, window.tz)


def _after_its_third(window: Window) -> tuple[Window, Window]:
    """The first third of a window in whole seconds, and the rest; of less than a second nothing is left."""
    cut = min(window.end, window.start + timedelta(seconds=math.ceil(window.length.total_seconds() / 3)))
    return Window(window.start, cut, window.tz), Window(cut, window.end, window.tz)


def _read(text: str, calendar: Calendar) -> Window | None:
    for phrase in PHRASES:
        if found := re.search(phrase.pattern, text, re.IGNORECASE):
            return phrase.read(found, text, calendar)
    return None


def _range(found: Found, text: str, calendar: Calendar) -> Window:
    first, last = (read_moment(_timed(found[name]), calendar) for name in ("first", "last"))
    day = first.day or last.day or _outer_day(text, found, calendar)
    start, _ = first.span(calendar, day)
    end_start, end_end = last.span(calendar, last.day or start.astimezone(calendar.zone).date())
    end = end_start if last.clock else end_end
    return calendar.window(start, end if end > start else end + ONE_DAY)


def _since(found: Found, text: str, calendar: Calendar) -> Window:
    moment = read_moment(found["moment"], calendar)
    start, end = moment.span(calendar, _outer_day(text, found, calendar))
    is_after_day = found["word"].lower() == "after" and moment.clock is None
    return calendar.window(end if is_after_day else start, calendar.edge)


def _before(found: Found, text: str, calendar: Calendar) -> Window:
    moment = read_moment(found["moment"], calendar)
    start, end = moment.span(calendar, _outer_day(text, found, calendar))
    until_day = found["word"].lower() not in ("before", "by") and moment.clock is None
    return calendar.window(min(calendar.oldest, start), end if until_day else start)


def _last(found: Found, _text: str, calendar: Calendar) -> Window:
    return calendar.window(calendar.now - _length(found["number"], found["unit"]), calendar.edge)


def _first(found: Found, _text: str, calendar: Calendar) -> Window:
    return calendar.window(calendar.oldest, calendar.oldest + _length(found["number"], found["unit"]))


def _ago(found: Found, _text: str, calendar: Calendar) -> Window:
    middle, half = calendar.now - _length(found["number"], found["unit"]), _length("1", found["unit"]) / 2
    return calendar.window(middle - half, middle + half)


def _day_part(found: Found, _text: str, calendar: Calendar) -> Window:
    part = (found["part"] or found["alone"] or "night").lower()
    named = (found["day"] or found["today"] or "today").lower()
    day = calendar.today - ONE_DAY if named == "last" else calendar.today
    if found["day"]:
        day = read_moment(found["day"], calendar).day or day
    begin, end = DAY_PARTS["night" if part == "tonight" else part]
    midnight = datetime.combine(day, time(), calendar.zone)
    return calendar.window(midnight + timedelta(hours=begin), midnight + timedelta(hours=end))


def _calendar_unit(found: Found, _text: str, calendar: Calendar) -> Window:
    today, is_last = calendar.today, found["which"].lower() != "this"
    if found["unit"].lower() == "week":
        start = today - ONE_DAY * (today.weekday() + 7 * is_last)
        return calendar.window(calendar.at(start), calendar.at(start + ONE_DAY * 7))
    month = today.replace(day=1)
    return _month((month - ONE_DAY).replace(day=1) if is_last else month, calendar)


def _in_month(found: Found, _text: str, calendar: Calendar) -> Window:
    month = month_number(found["month"])
    year = int(found["year"]) if found["year"] else calendar.year_of(month, min(calendar.newest.day, 28))
    return _month(date(year, month, 1), calendar)


def _in_year(found: Found, _text: str, calendar: Calendar) -> Window:
    year = int(found["year"])
    return calendar.window(calendar.at(date(year, 1, 1)), calendar.at(date(year + 1, 1, 1)))


def _moment(found: Found, text: str, calendar: Calendar) -> Window:
    moment = read_moment(found["moment"], calendar)
    start, end = moment.span(calendar, _outer_day(text, found, calendar))
    is_vague = (found["word"] or "").lower() in ("around", "about", "near") and moment.clock is not None
    return calendar.window(start - AROUND, start + AROUND) if is_vague else calendar.window(start, end)


def _outer_day(text: str, found: Found, calendar: Calendar) -> date | None:
    outside = f"{text[: found.start()]} {text[found.end() :]}"
    other = re.search(DATE, outside, re.IGNORECASE)
    return read_moment(other[0], calendar).day if other else None


def _month(first: date, calendar: Calendar) -> Window:
    return calendar.window(calendar.at(first), calendar.at((first + ONE_DAY * 31).replace(day=1)))


def _length(number: str | None, unit: str) -> timedelta:
    lowered = (number or "1").lower().strip() or "1"
    count = int(lowered) if lowered.isdigit() else NUMBERS.get(lowered, 3 if lowered == "few" else 2)
    return timedelta(seconds=count * UNITS[unit[0].lower()])


def _timed(text: str) -> str:
    return f"{text}:00" if text.isdigit() else text


HOUR = rf"(?:{MOMENT}|[01]?\d|2[0-3])"
PHRASES: tuple[Phrase, ...] = (
    Phrase(rf"\bbetween\s+(?P<first>{HOUR})\s+and\s+(?P<last>{MOMENT}|\d\d?(?=\s*(?:$|[?.,!]|on\b|o'clock)))", _range),
    Phrase(rf"\bfrom\s+(?P<first>{HOUR})\s*(?:to|until|till|through|-|–|\.\.)\s*(?P<last>{MOMENT}|\d\d?(?=\s*(?:$|[?.,!]|on\b)))", _range),
    Phrase(rf"\b(?P<first>{MOMENT})\s*(?:to|until|till|through|-|–|—|\.\.+)\s*(?P<last>{MOMENT})", _range),
    Phrase(rf"\b(?P<word>since|after|starting(?:\s+(?:at|on|from))?|from)\s+(?P<moment>{MOMENT})(?:\s+on(?:wards)?\b)?", _since),
    Phrase(rf"\b(?P<word>before|until|till|up\s+to|by)\s+(?P<moment>{MOMENT})", _before),
    Phrase(rf"\b(?P<number>{NUMBER})\s+(?P<unit>{UNIT})\s+ago\b", _ago),
    Phrase(
        rf"\b(?:(?P<day>{DATE}),?\s+(?:in\s+the\s+)?(?P<part>morning|afternoon|evening|night)"
        r"|(?P<today>this|last)\s+(?P<alone>morning|afternoon|evening|night)|tonight)\b",
        _day_part,
    ),
    Phrase(rf"\b(?:(?:in|over|during|for|within)\s+)?(?:the\s+)?(?:last|past|latest)\s+(?P<number>{NUMBER})\s+(?P<unit>{UNIT})\b", _last),
    Phrase(
        r"\b(?:(?:in|over|during)\s+)?(?:the\s+)?(?:last|past|previous)\s+(?P<number>)(?P<unit>second|minute|hour|day)\b(?!\s+(?:before|with|of|in|that|when))",
        _last,
    ),
    Phrase(r"\b(?:(?:in|over|during)\s+)?the\s+past\s+(?P<number>)(?P<unit>week)\b", _last),
    Phrase(rf"\b(?:in|over|during|within)\s+the\s+first\s+(?P<number>{NUMBER}\s+)?(?P<unit>{UNIT})\b", _first),
    Phrase(r"\b(?:(?:in|over|during)\s+)?(?P<which>this|last|previous|past)\s+(?P<unit>week|month)\b", _calendar_unit),
    Phrase(rf"\b(?:(?P<word>on|at|around|about|near|during|for)\s+)?(?:the\s+)?(?P<moment>{MOMENT})", _moment),
    Phrase(rf"\b(?:in|during|for)\s+(?P<month>{MONTH})(?:\s+(?:of\s+)?(?P<year>{YEAR}))?\b", _in_month),
    Phrase(rf"\b(?:in|during|for)\s+(?P<year>{YEAR})\b", _in_year),
)
