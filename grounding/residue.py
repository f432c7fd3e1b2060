"""What is left of a sentence when all its claims cover is taken away: every checkable token must be covered."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from grounding import metrics, sayings, subjects, vocabulary
from grounding.allowances import distinct_names, is_allowed
from grounding.cells import instant
from grounding.covers import Cover
from grounding.lexicon import Lexicon, is_generic, is_said, names_in
from grounding.paths import BoundCell
from grounding.sanitising import disarmed
from grounding.tokens import Token, blank, scan

_PRONOUN = re.compile(r"\b(?:it|its|they|their|this|that(?! of)|these|those(?! of)|he|she|there|we)\b", re.IGNORECASE)
_DENIAL = re.compile(
    r"\b(?:no|not|never|none|zero|0|without|free|clean|nothing|absent|absence|lack\w*|neither|cannot)\b|n[\u2019']t\b", re.IGNORECASE
)
_QUOTED = re.compile("“[^”]*”")
_ORDER_WORD = re.compile(r"\b(?:before|after|precedes|preceded|followed by|followed|follows|then|earlier|later)\b", re.IGNORECASE)
_BOTH = (("first", "then"), ("then", "first"))


@dataclass(frozen=True, slots=True)
class Problem:
    """A token that the claims do not cover; `contradicts` when they say otherwise."""

    token: str
    reason: str
    contradicts: bool = False


def problems(text: str, covers: Sequence[Cover], lexicon: Lexicon) -> tuple[Problem, ...]:
    """Everything checkable in a text that none of the covers allows."""
    masked = mask(text, covers)
    tokens = scan(masked)
    lone = sum(token.kind == "number" for token in tokens) == 1
    found = [problem for token in tokens if (problem := _token_problem(token, text, covers, lone=lone))]
    return (*found, *_sentence_problems(text, masked, covers, lexicon))


def mask(text: str, covers: Sequence[Cover]) -> str:
    """The text with the covers' literals blanked out, longest first, so that names holding digits are no numbers."""
    literals = sorted({literal for one in covers for literal in one.literals if _is_in(literal, text)}, key=len, reverse=True)
    for literal in literals:
        pattern = rf"(?<![\w./\-]){re.escape(literal)}(?![\w/]|[\-.:]\w)"
        for match in re.finditer(pattern, text, re.IGNORECASE):
            text = blank(text, match.start(), match.end())
    return text


def _is_in(literal: str, text: str) -> bool:
    return literal.casefold() in text.casefold()


def _token_problem(token: Token, text: str, covers: Sequence[Cover], *, lone: bool) -> Problem | None:
    if any(is_allowed(token, text, one) for one in covers):
        return None
    contradicts = _contradicts(token, covers, lone=lone)
    verb = "contradicts" if contradicts else "is not covered by"
    return Problem(token.text, f"{token.text!r} {verb} what is bound", contradicts)


def _contradicts(token: Token, covers: Sequence[Cover], *, lone: bool) -> bool:
    if token.kind == "number":
        return lone and any(one.references for one in covers)
    if token.kind in {"agg", "negation"}:
        return True
    if token.kind in {"time", "clock", "date"}:
        return any(one.claim.kind == "temporal" or one.claim.slots.get("window") for one in covers)
    directions = any(one.directions for one in covers)
    named = any(one.claim.slots.get("quantifier") for one in covers)
    return (token.kind == "comparative" and directions) or (token.kind == "quantifier" and named)


def _sentence_problems(text: str, masked: str, covers: Sequence[Cover], lexicon: Lexicon) -> Iterable[Problem]:
    """What a sentence as a whole gets wrong: other names, no subject, another metric, no denial of what is absent."""
    yield from _foreign_names(masked, covers, lexicon)
    yield from _unnamed_subject(text, covers)
    yield from _wrong_order(text, covers)
    yield from _other_metric(text, covers)
    yield from (Problem(*found) for found in sayings.missaid(text, covers))
    if covers and all(one.negation == "required" for one in covers) and not _DENIAL.search(text):
        yield Problem(text[:40], "the text does not say that nothing was there", contradicts=True)


def _foreign_names(masked: str, covers: Sequence[Cover], lexicon: Lexicon) -> Iterable[Problem]:
    own = frozenset().union(*(metrics.column_stems(column) for one in covers for source in one.sources for column in source.columns))
    for source_id in {source.id for one in covers for source in one.sources}:
        for mention in lexicon.mentions(masked, source_id):
            is_word = mention.value.isdigit() or is_generic(mention.value) or vocabulary.stem(mention.value.casefold()) in own
            if not is_word and "\x00" not in mention.value:
                yield Problem(mention.value, f"{mention.value!r} is not what the claim is about", contradicts=True)


def _unnamed_subject(text: str, covers: Sequence[Cover]) -> Iterable[Problem]:
    """A text about one thing has to name it; about two, both."""
    slots = [one.claim.slots.get(slot) for one in covers[:1] for slot in ("subject", "event", "other", "first", "then")]
    groups = [[name for name in names_in(slot) if not instant(name)] for slot in slots]
    named = [group for group in groups if group and not subjects.is_everything(group[0])]
    lenient = _PRONOUN.search(text) is not None
    for group in named[1:] if lenient else named:
        if not any(is_said(name, text) or is_said(disarmed(name), text) for name in group):
            yield Problem(text[:40], f"the text does not name {' '.join(group)!r}")


def _wrong_order(text: str, covers: Sequence[Cover]) -> Iterable[Problem]:
    """Two events are named with before or after between them, the other way round than claimed."""
    for one in covers:
        slots, text = one.claim.slots, disarmed(text)
        if "first" not in slots or "then" not in slots:
            continue
        at = [_place(distinct_names(slots[a], slots[b]), text.casefold()) for a, b in _BOTH]
        # The last one stands beside the second name; an earlier one may be of a column, such as "not after".
        word = next(reversed(list(_ORDER_WORD.finditer(text, max(0, min(at)), max(at)))), None) if min(at) >= 0 else None
        is_later = str(slots.get("relation", "before")).lower() in {"after", "follows", "later"}
        if word and ((word[0].lower() in {"after", "follows", "followed"} and "by" not in word[0]) == (at[0] < at[1])) != is_later:
            yield Problem(word[0], f"the text has the order the other way round: {word[0]!r}", contradicts=True)


def _place(names: Sequence[str], text: str) -> int:
    """Where the first of some names stands in a text in small letters; -1 where none does."""
    return min((at for name in names if (at := text.find(name.casefold())) >= 0), default=-1)


def _other_metric(text: str, covers: Sequence[Cover]) -> Iterable[Problem]:
    """The text speaks of the opposite of the bound column, or only of another column of its evidence."""
    cells = {cell.column.name: cell for one in covers for cell in one.cells}
    own = frozenset().union(*(metrics.column_stems(cell.column) for cell in cells.values()))
    said = vocabulary.stems(_without_names(text, covers))
    if _denies(said, own):
        yield Problem(text[:40], "the text names the opposite of the bound column", contradicts=True)
    if own & said:
        return
    for cell in cells.values():
        rival = _named_rival(said, cell, cells)
        if rival:
            yield Problem(rival, f"the text is about {rival!r}, the claim about {cell.column.name!r}", contradicts=True)
            return


def _named_rival(said: frozenset[str], cell: BoundCell, bound: Collection[str]) -> str | None:
    others = (one for one in metrics.measures(cell.evidence) if one.name not in bound)
    return next((one.name for one in others if (stems := vocabulary.stems(one.label or one.name)) and stems <= said), None)


def _without_names(text: str, covers: Sequence[Cover]) -> str:
    """The text without what it quotes and names: words of outsiders say nothing of what was measured."""
    text = _QUOTED.sub(" ", text)
    values = {value for one in covers if isinstance(value := one.claim.slots.get("value"), str)}
    for name in sorted({name for one in covers for name in one.names} | values, key=len, reverse=True):
        text = re.sub(re.escape(name), " ", text, flags=re.IGNORECASE)
    return text


_SHARP = frozenset({"fail", "success", "valid", "invalid", "inbound", "outbound", "read", "write"})


def _denies(said: frozenset[str], own: frozenset[str]) -> bool:
    return vocabulary.are_opposed(said & _SHARP, own & _SHARP) and not (own & _SHARP & said)
