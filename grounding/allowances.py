"""Whether one token of a sentence is allowed by what a claim covers, by kind of token."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grounding import ranking, relations, units, vocabulary
from grounding.amounts import Amount
from grounding.cells import Number
from grounding.covers import Cover, Reference
from grounding.lexicon import names_in
from grounding.sanitising import disarmed
from grounding.tokens import Token

_LIMIT_WORDS = re.compile(
    r"\b(?:or more|or less|or fewer|minimum|maximum|threshold|limit|above|below|over|under|than|exceed\w*|least|most)\b|\+", re.IGNORECASE
)
_THAN = re.compile(
    r"\b(?:than|compared (?:to|with)|versus|vs\.?|times (?:that|those) of|as (?:many|much|high|low|large|long|big|often)\b)\s+",
    re.IGNORECASE,
)
_DENIES_RANK = re.compile(r"(?:\b(?:not|never)|n['\u2019]t)\b(?:\s+\w+){0,2}\s+the\s+(?:most|least|\w+est)\b", re.IGNORECASE)
_SAYS_ZERO = re.compile(
    r"(?<![\w.,:/-])(?:0(?:\.0+)?|zero)(?![\w/-]|[.,:]\d)|\b(?:most|least|(?:high|low|few|larg|small|bigg)est)\b", re.IGNORECASE
)
_BOUNDS = frozenset({"≥", "≤", ">", "<"})
_RATIO_WORDS = re.compile(r"\b(?:ratio|factor|times|fold|x)\b", re.IGNORECASE)
_LESS = re.compile(r"\b(?:less|fewer|lower|smaller|shorter|faster|fell|fewest|decreas\w*|drop\w*|declin\w*)\b", re.IGNORECASE)
_RATIO_UNITS = frozenset({"x", "×", "times", "fold"})


def is_allowed(token: Token, text: str, cover: Cover) -> bool:
    """Whether the claim covers this token of this text."""
    return _RULES[token.kind](token, text, cover)


def _number_is_covered(token: Token, text: str, cover: Cover) -> bool:
    if (token.unit in _RATIO_UNITS or _RATIO_WORDS.search(text)) and any(_close(token, ratio) for ratio in _ratios(text, cover)):
        return True
    if _duration_is_covered(token, cover):
        return True
    references = cover.references
    op = relations.op_of(cover.claim.slots.get("op"))
    if op in {"≥", "≤", ">", "<"} and token.op == "=" and not _LIMIT_WORDS.search(text):
        references = references[: len(cover.cells)]
    if token.op in _BOUNDS and len(cover.cells) == 1:
        references = references[:1]
    return any(_states(token, reference, cover.claim.kind) for reference in references)


def _ratios(text: str, cover: Cover) -> tuple[float, ...]:
    """The ratio said of the subject, or of the other where the sentence is turned round; either where something is less."""
    if len(cover.ratios) < len(("ratio", "inverse")) or _LESS.search(text):
        return cover.ratios
    return cover.ratios[1:] if _is_reversed(text, cover) else cover.ratios[:1]


def _close(token: Token, ratio: float) -> bool:
    return token.value is not None and relations.holds(token.op, _bounds(token), ratio, exact=False)


def _bounds(token: Token) -> Number | tuple[Number, Number]:
    value = token.value if token.value is not None else 0
    return (value, token.high) if token.high is not None else value


def _duration_is_covered(token: Token, cover: Cover) -> bool:
    unit = units.unit_of(token.unit)
    if unit.dimension != "time" or token.value is None:
        return False
    lengths = (length / unit.factor for length in cover.durations)
    return any(units.agrees(token.value, length, about=token.op == "≈") for length in lengths)


def _states(token: Token, reference: Reference, kind: str) -> bool:
    """Whether a printed number says that amount, in its own unit or bare in the amount's."""
    actual = reference.amount
    unit = units.claimed_unit(token.unit or None, actual.unit) if token.unit not in _RATIO_UNITS else units.unit_of("1")
    value = _in_unit(actual, unit)
    if value is None or token.value is None:
        return False
    return relations.holds(token.op, _bounds(token), value, exact=reference.exact) or (
        kind != "quantity"
        and token.op in {"=", "≈"}
        and value < 0
        and relations.holds(token.op, _bounds(token), -value, exact=reference.exact)
    )


def _in_unit(actual: Amount, unit: units.Unit) -> float | None:
    return units.convert(actual.value, actual.unit, unit)


def _time_is_covered(token: Token, _text: str, cover: Cover) -> bool:
    return any(token.at is not None and token.at.shows(at) for at in cover.times)


def _date_is_covered(token: Token, _text: str, cover: Cover) -> bool:
    days = [at.astimezone(zone).strftime("%Y-%m-%d") for at in _inside(cover.times) for zone in _zones(cover)]
    return any(day == token.word or day.endswith(f"-{token.word}") for day in days)


def _inside(times: Iterable[datetime]) -> Iterable[datetime]:
    """A window that ends at midnight also covers the day before."""
    for at in times:
        yield at
        yield at - timedelta(microseconds=1)


def _zones(cover: Cover) -> list[ZoneInfo]:
    names = {"UTC", *(source.window.tz for source in cover.sources)}
    return [zone for zone in map(_zone, names) if zone]


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _clock_is_covered(token: Token, _text: str, cover: Cover) -> bool:
    """A clock time without a zone is read in UTC or in the reader's zone."""
    if token.at is None:
        return False
    if token.at.zoned:
        return any(_reads(token, at.astimezone(UTC)) for at in cover.times)
    return any(_reads(token, at.astimezone(zone)) for at in cover.times for zone in _zones(cover))


def _reads(token: Token, at: datetime) -> bool:
    assert token.at is not None
    written = token.at.at.astimezone(UTC)
    moment = at.replace(year=written.year, month=written.month, day=written.day, tzinfo=UTC)
    return token.at.shows(moment)


def _name_is_covered(token: Token, _text: str, cover: Cover) -> bool:
    wanted = vocabulary.plain(token.text)
    return any(wanted == vocabulary.plain(literal) for literal in cover.literals)


def _quote_is_covered(token: Token, _text: str, cover: Cover) -> bool:
    wanted = vocabulary.plain(token.text.replace("\x00", " "))
    return any(wanted in vocabulary.plain(literal) for literal in cover.literals) or not wanted


def _agg_is_covered(token: Token, _text: str, cover: Cover) -> bool:
    return token.word in cover.aggs or not (cover.aggs - {"", "none"})


def _comparative_is_covered(token: Token, text: str, cover: Cover) -> bool:
    if token.word in relations.RATIOS:
        low, high = relations.RATIOS[token.word]
        return any(low <= ratio <= high for ratio in _ratios(text, cover))
    direction = relations.DIRECTIONS.get(token.word, 0)
    return (-direction if _is_reversed(text, cover) else direction) in cover.directions


def _is_reversed(text: str, cover: Cover) -> bool:
    """Whether the sentence compares the other with the subject: "B had fewer than A"."""
    than = _THAN.search(text)
    subject, other = cover.claim.slots.get("subject"), cover.claim.slots.get("other")
    if not than or not subject or not other:
        return False
    rest = disarmed(text[than.end() :])
    said = [rest.casefold().find(name.casefold()) for name in distinct_names(subject, other)]
    others = [rest.casefold().find(name.casefold()) for name in distinct_names(other, subject)]
    first, second = min((at for at in said if at >= 0), default=len(rest)), min((at for at in others if at >= 0), default=len(rest))
    return first < second


def distinct_names(slot: object, against: object) -> list[str]:
    """The names that tell one subject from the other."""
    theirs = names_in(against)
    return [disarmed(name) for name in names_in(slot) if name not in theirs]


def _quantifier_is_covered(token: Token, _text: str, cover: Cover) -> bool:
    quantifier = ranking.quantifier_of(token.word.replace("most recent", "last"))
    if quantifier is None or quantifier.name not in cover.quantifiers:
        return quantifier is not None and quantifier.name == "none" and cover.negation != "forbidden"
    stated = ranking.quantifier_of(cover.claim.slots.get("quantifier") or "")
    return stated is None or quantifier.rank >= stated.rank


def _negation_is_covered(_token: Token, text: str, cover: Cover) -> bool:
    if cover.negation == "nothing":
        return _SAYS_ZERO.search(text) is None
    return cover.negation != "forbidden" and not (cover.negation == "required" and _DENIES_RANK.search(text))


def _cause_is_covered(_token: Token, _text: str, cover: Cover) -> bool:
    return cover.claim.kind in {"causal", "past_incident"}


_RULES = {
    "number": _number_is_covered,
    "time": _time_is_covered,
    "date": _date_is_covered,
    "clock": _clock_is_covered,
    "address": _name_is_covered,
    "name": _name_is_covered,
    "quoted": _quote_is_covered,
    "agg": _agg_is_covered,
    "comparative": _comparative_is_covered,
    "quantifier": _quantifier_is_covered,
    "negation": _negation_is_covered,
    "causal": _cause_is_covered,
}
