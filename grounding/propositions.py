"""A sentence about several things, taken apart into sentences about one each, so that every number has its own subject."""

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grounding import vocabulary
from grounding.tokens import Token, blank, scan
from grounding.wordlists import words

MAX_PARTS = 8
_JOINT = re.compile(r"\s*;\s+|,?\s+(?:and|while|whereas|but)\s+|,\s+", re.IGNORECASE)
_RELATIVE = re.compile(
    r"^(?P<head>[^,]+),\s+(?P<word>which|who|that|whose)\s+(?P<told>[^,]+),\s+(?P<rest>[^,].*)$", re.IGNORECASE | re.DOTALL
)
_OF_WHOLE = re.compile(r"\s+(?:out\s+)?of\s+(?:all\s+|the\s+|all\s+the\s+)?", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from)\s+\S+(?:\s\S{1,4})?\s+(?:and|to)\s", re.IGNORECASE)
_LIST = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+")
_RESPECTIVELY = re.compile(r",?\s*\brespectively\b", re.IGNORECASE)
_EACH = re.compile(r"\s*\b(?:both|each)\b\s*", re.IGNORECASE)
_FILLER = vocabulary.stems("that those one ones only saw made served handled took needed counted stood other latter former") | frozenset(
    words("those")
)
_TELLING = frozenset({"number", "time", "clock", "quoted", "comparative", "quantifier", "negation"})
_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Span:
    """A name in a text."""

    start: int
    end: int


Find = Callable[[str], Sequence[Span]]


def propositions(text: str, find: Find, depth: int = _DEPTH) -> tuple[str, ...]:
    """Sentences that together say what the text says; the text alone where it is one. `find` gives the names in a text."""
    for take_apart in (_relative, _listed, _of_whole, _joined):
        parts = take_apart(text, find)
        if len(parts) > 1 and depth:
            found = tuple(one for part in parts for one in propositions(part, find, depth - 1))
            return found if len(found) <= MAX_PARTS else (text,)
    return (text,)


def _relative(text: str, find: Find) -> Sequence[str]:
    """As in "checkout, which served 12 requests, was slow": what is told beside, and the sentence without it."""
    match = _RELATIVE.match(text)
    named = find(match["head"]) if match else ()
    if not match or not named:
        return ()
    name = match["head"][named[-1].start : named[-1].end]
    owner = f"{name}'s" if match["word"].lower() == "whose" else name
    return (f"{owner} {match['told']}.", f"{match['head']} {match['rest']}")


def _listed(text: str, find: Find) -> Sequence[str]:
    """As in "a and b had 3 and 5 errors", or "a and b both had 3": one sentence for each name."""
    names = _run(text, find(text))
    numbers = _run(text, [Span(one.start, one.end) for one in scan(text) if one.kind == "number"])
    if len(names) < 2 or not numbers or names[0].start > numbers[0].start:  # noqa: PLR2004
        return ()
    each = _EACH.search(text)
    if len(numbers) == 1 and each:
        numbers = numbers * len(names)
    if len(numbers) != len(names):
        return ()
    made = [_replaced(text, ((names, name), (numbers, number))) for name, number in zip(names, numbers, strict=True)]
    return [_EACH.sub(" ", _RESPECTIVELY.sub("", one)) if each else _RESPECTIVELY.sub("", one) for one in made]


def _run(text: str, spans: Sequence[Span]) -> list[Span]:
    """The first run of spans with nothing but commas and "and" between them."""
    run = list(spans[:1])
    for one in spans[1:]:
        if _LIST.fullmatch(text[run[-1].end : one.start]):
            run.append(one)
        elif len(run) > 1:
            return run
        else:
            run = [one]
    return run


def _replaced(text: str, changes: Sequence[tuple[Sequence[Span], Span]]) -> str:
    """The text with each run of spans reduced to one of them."""
    for run, kept in sorted(changes, key=lambda one: -one[0][0].start):
        text = text[: run[0].start] + text[kept.start : kept.end] + text[run[-1].end :] if run[-1].end >= kept.end else text
    return text


def _of_whole(text: str, _find: Find) -> Sequence[str]:
    """As in "286 of the 521 attempts": the part, and how many there were in all."""
    numbers = [token for token in scan(text) if token.kind == "number"]
    for part, whole in itertools.pairwise(numbers):
        if not part.unit and _OF_WHOLE.fullmatch(text[part.end : whole.start]) and not whole.unit:
            counted = _JOINT.split(text[whole.end :].strip(" ."))[0]
            return (text[: part.end] + text[whole.end :], f"There were {whole.text} {counted}.")
    return ()


def _joined(text: str, find: Find) -> Sequence[str]:
    """Clauses joined by "and", "while" or a comma; what a later one leaves out is taken from the first."""
    parts = _clauses(text)
    if len(parts) < 2:  # noqa: PLR2004
        return ()
    first = max(parts, key=lambda part: (len(_words(part, find)), -parts.index(part)))
    made = [part if part == first else _completed(part, first, parts[0], find) for part in parts]
    return [one for one in made if one is not None] if None not in made else ()


def _clauses(text: str) -> list[str]:
    """The text cut at its joints; a piece that says nothing checkable stays with the one before it."""
    masked = text
    for match in _BETWEEN.finditer(text):
        masked = blank(masked, match.start(), match.end())
    for token in scan(text):
        masked = blank(masked, token.start, token.end) if token.kind in {"quoted", "number", "time", "date"} else masked
    cuts = [(match.start(), match.end()) for match in _JOINT.finditer(masked)]
    pieces = [
        text[start:end] for start, end in zip([0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)], strict=True)
    ]
    joints = [text[start:end] for start, end in cuts]
    return _merged(pieces, joints)


def _merged(pieces: Sequence[str], joints: Sequence[str]) -> list[str]:
    parts = [pieces[0]]
    for joint, piece in zip(joints, pieces[1:], strict=True):
        if _tells(piece) and _tells(parts[-1]):
            parts.append(piece)
        else:
            parts[-1] += joint + piece
    return parts


def _tells(piece: str) -> bool:
    return any(token.kind in _TELLING for token in scan(piece))


def _completed(part: str, template: str, opening: str, find: Find) -> str | None:
    """A clause made a sentence: put into the template where it is only a name and a number, else given the first one's subject."""
    names, openers = find(part), find(opening)
    if names:
        return _in_place(part, names, template, find) or part
    if not openers:
        return part
    return f"{opening[openers[0].start : openers[0].end]} {part}"


def _in_place(part: str, names: Sequence[Span], template: str, find: Find) -> str | None:
    """The template with the name and the number of the clause; None where the clause has words of its own."""
    slots = find(template)
    mine, theirs = _values(part, names), _values(template, slots)
    if len(names) != 1 or len(slots) != 1 or len(mine) != 1 or len(theirs) != 1:
        return None
    if not _words(part, find) <= _words(template, find) or _words(part, find) == _words(template, find):
        return None
    name, value = part[names[0].start : names[0].end], part[mine[0].start : mine[0].end]
    changes = sorted([(slots[0].start, slots[0].end, name), (theirs[0].start, theirs[0].end, value)], reverse=True)
    for start, end, new in changes:
        template = template[:start] + new + template[end:]
    return template


def _values(text: str, names: Sequence[Span]) -> list[Token]:
    """The checkable tokens of a text beside its names and aggregations; another token than one number is no plain ellipsis."""
    inside = [token for token in scan(text) if not any(name.start <= token.start < name.end for name in names)]
    return [token for token in inside if token.kind != "agg"]


def _words(text: str, find: Find) -> frozenset[str]:
    """The words of a text that say what is measured: no names, numbers or words of any sentence."""
    for name in find(text):
        text = blank(text, name.start, name.end)
    for token in scan(text):
        text = blank(text, token.start, token.end) if token.kind != "agg" else text
    return vocabulary.stems(text) - _FILLER
