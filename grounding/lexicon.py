"""The names that occur in evidence, found again in sentences."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.evidence import Column, Evidence
from grounding import display, vocabulary
from grounding.wordlists import words

MAX_WORDS = 5
LONGEST_NAME = 60  # words
_QUOTES = "\"'\u201c\u201d "
_SHORT = 2  # parts such as "db" tell nothing
_PART = re.compile(r"[^\s,;()\[\]{}\"\u201c\u201d\u2018\u2019«»`]+")
_TRAILING = ".:!?'"
_GENERIC = frozenset(
    words(
        """user users test service client host server data info error errors system request requests route path status get
        post log logs warning warn time from the a an and or of in on at to by is was were be no not none all any root cause address account
        minute hour day window between before after first last per with had made seen rate count total number average mean median attempts
        failed accepted"""
    )
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of evidence in a text: where, as the cell has it, and the columns and rows it occurs in."""

    start: int
    end: int
    value: str
    columns: frozenset[str]
    rows: frozenset[int]


Entry = tuple[str, set[str], set[int]]


class Lexicon:
    """Key cells of each evidence by name; built once per evidence, on first use."""

    def __init__(self, evidence: Mapping[str, Evidence]) -> None:
        self._evidence = evidence
        self._names: dict[str, dict[str, Entry]] = {}
        self._reach: dict[str, dict[str, int]] = {}

    def mentions(self, text: str, evidence_id: str) -> tuple[Mention, ...]:
        """The longest names of that evidence in a text, left to right, not overlapping."""
        names = self._of(evidence_id)
        parts = [(match.start(), match.end()) for match in _PART.finditer(text)]
        found: list[Mention] = []
        for i, (start, _) in enumerate(parts):
            if found and start < found[-1].end:
                continue
            mention = _longest(text, names, parts[i : i + self._reach_of(evidence_id, text[start : parts[i][1]])])
            if mention:
                found.append(mention)
        return tuple(found)

    def _of(self, evidence_id: str) -> dict[str, Entry]:
        if evidence_id not in self._names:
            source = self._evidence.get(evidence_id)
            self._names[evidence_id] = _index(source) if source else {}
            self._reach[evidence_id] = _reach(self._names[evidence_id])
        return self._names[evidence_id]

    def _reach_of(self, evidence_id: str, part: str) -> int:
        """How many words the longest name has that begins with this one: templates and statements are long."""
        return max(MAX_WORDS, self._reach[evidence_id].get(part.casefold(), 0))


def _reach(names: Mapping[str, Entry]) -> dict[str, int]:
    reach: dict[str, int] = {}
    for name in names:
        parts = _PART.findall(name)[:LONGEST_NAME]
        if len(parts) > MAX_WORDS:
            reach[parts[0]] = max(reach.get(parts[0], 0), len(parts))
    return reach


def is_generic(name: str) -> bool:
    """Whether a name is also a plain word of every sentence."""
    return name.casefold() in _GENERIC


def _index(source: Evidence) -> dict[str, Entry]:
    names: dict[str, Entry] = {}
    for column in source.columns:
        if column.role == "key" and column.type in {"string", "integer", "array"}:
            _add_column(names, source, column)
    return names


def _add_column(names: dict[str, Entry], source: Evidence, column: Column) -> None:
    for index, row in enumerate(source.rows):
        cell = row.get(column.name)
        for value in cell if isinstance(cell, list | tuple) else (cell,):
            text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
            for form in _forms(text):
                _, columns, rows = names.setdefault(form.casefold(), (text, set(), set()))
                columns.add(column.name)
                rows.add(index)


def _forms(text: str) -> Iterable[str]:
    """A name as it is and, if it is long, as sentences show it and without quotation marks around."""
    if " " not in text:
        return (text,) if text else ()
    shown = display.text(text)
    return dict.fromkeys((text, shown, text.strip(_QUOTES), shown.strip(_QUOTES)))


def _longest(text: str, names: Mapping[str, Entry], parts: list[tuple[int, int]]) -> Mention | None:
    start = parts[0][0]
    for _, end in reversed(parts):
        for stop in _stops(text, start, end):
            known = names.get(text[start:stop].casefold())
            if known and _is_meant(text[start:stop], known[0], is_first=start == 0):
                return Mention(start, stop, known[0], frozenset(known[1]), frozenset(known[2]))
    return None


def _stops(text: str, start: int, end: int) -> list[int]:
    """The end of a part with and without trailing punctuation and a possessive."""
    stops, stop = [end], end
    while stop > start + 1 and text[stop - 1] in _TRAILING:
        stop -= 1
        stops.append(stop)
    if text[start:stop].endswith(("'s", "\u2019s")):
        stops.append(stop - 2)
    return stops


def _is_meant(written: str, name: str, *, is_first: bool) -> bool:
    """A plain word counts only in the name's own case (or capitalised first), and not when it is a word of any sentence."""
    if name.isalpha():
        return not is_generic(name) and (written == name or (is_first and written == name.capitalize()))
    return True


def names_in(subject: object) -> tuple[str, ...]:
    """The values of a subject slot, as texts."""
    if isinstance(subject, Mapping):
        return tuple(name for value in subject.values() for name in names_in(value))
    if isinstance(subject, list | tuple):
        return tuple(name for value in subject for name in names_in(value))
    return (str(subject),) if subject else ()


def is_said(name: str, text: str) -> bool:
    """Whether a text names it, separators and case apart; one telling part of a compound name is enough."""
    said, wanted = vocabulary.plain(text), vocabulary.plain(name)
    if wanted in said:
        return True
    parts = [part for part in re.split(r"[^a-z0-9]+", wanted) if len(part) > _SHORT and part.isalpha() and not is_generic(part)]
    return any(re.search(rf"(?<![\w\-./]){part}(?![\w/]|[\-.]\w)", text.casefold()) for part in parts)
