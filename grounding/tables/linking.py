"""Links the words of a sentence to the cells and headers of a table, longest run first."""

import difflib
from collections.abc import Sequence
from dataclasses import replace

from grounding.tables.scene import Head, Mention, Option, Scene
from grounding.tables.table import Field, Place, Table
from grounding.tables.triggers import TRIGGERS
from grounding.tables.words import STOP, Word, read_words

_LONGEST = 12
_TELLING = 3
_FUZZY = 5
_NEAR = 0.86


def link(text: str, table: Table) -> Scene:
    """The scene of a sentence: its words, mentions of cells and heads of columns, none overlapping."""
    words = _spelled(read_words(text), table)
    mentions: list[Mention] = []
    heads: list[Head] = []
    at = 0
    while at < len(words):
        found = _link_at(words, at, table)
        if found is None:
            at += 1
            continue
        (heads if isinstance(found, Head) else mentions).append(found)  # type: ignore[arg-type]
        at = found.end
    return Scene(table, words, tuple(mentions), tuple(heads))


def _spelled(words: Sequence[Word], table: Table) -> tuple[Word, ...]:
    """Long words the table does not know, spelled as the one word of it that is nearly the same."""
    known = sorted(one for one in table.vocabulary() | table.caption if len(one) >= _FUZZY and one.isalpha())
    return tuple(_spell(word, known) for word in _numbered(words))


def _numbered(words: Sequence[Word]) -> list[Word]:
    """The "no" of "no 4" is no denial."""
    follows = [*words, None][1:]
    return [
        replace(word, text="number", stem="number") if word.text == "no" and after and after.value is not None else word
        for word, after in zip(words, follows, strict=True)
    ]


def _spell(word: Word, known: Sequence[str]) -> Word:
    if len(word.stem) < _FUZZY or word.value is not None or word.text in TRIGGERS or word.stem in known:
        return word
    alike = [one for one in known if one[0] == word.stem[0] and abs(len(one) - len(word.stem)) <= 2]  # noqa: PLR2004
    near = difflib.get_close_matches(word.stem, alike, 2, _NEAR)
    return replace(word, stem=near[0]) if len(near) == 1 else word


def _link_at(words: Sequence[Word], at: int, table: Table) -> Mention | Head | None:
    head = _head_at(words, at, table)
    for end in range(min(len(words), at + _LONGEST), at, -1):
        if (head and head.end > end) or (head and head.end == end and head.whole):
            return head
        mention = _mention(words, at, end, table)
        if mention:
            return mention
    return head


def _mention(words: Sequence[Word], start: int, end: int, table: Table) -> Mention | None:
    run = tuple(word.stem for word in words[start:end])
    places = table.places.get(run, ())
    lone = end - start == 1
    is_answer = run == ("no",) and start > 0 and words[start - 1].stem == "be" and (end == len(words) or words[end].stem in STOP)
    if not places or (lone and not is_answer and not _tells(words[start], places, table)):
        return None
    if not is_answer and (all(stem in STOP for stem in run) or all(word.text in TRIGGERS for word in words[start:end])):
        return None
    return Mention(start, end, _options(places), lone and words[start].value is not None)


def _tells(word: Word, places: Sequence[Place], table: Table) -> bool:
    """Whether one word alone names a cell: a number, a whole cell, or a word long enough that is no header."""
    if word.text in TRIGGERS or word.stem in STOP:
        return False
    if word.value is not None:
        return True
    whole = any(place.whole for place in places)
    is_header = any(word.stem in one.stems for one in table.fields)
    if is_header or word.stem in table.caption:
        return whole and not is_header
    return whole or len(word.stem) >= _TELLING


def _options(places: Sequence[Place]) -> tuple[Option, ...]:
    """Per column the rows; in a column where whole cells are that run, only those."""
    columns = sorted({place.column for place in places})
    found = []
    for column in columns:
        own = [place for place in places if place.column == column]
        whole = [place for place in own if place.whole]
        found.append(Option(column, frozenset(place.row for place in whole or own), bool(whole)))
    best = [option for option in found if option.whole]
    return tuple(best or found)


def _head_at(words: Sequence[Word], at: int, table: Table) -> Head | None:
    """The longest header that starts here, as a whole, by one of its words, or by an abbreviation."""
    whole = [(len(one.stems), one.index) for one in table.fields if one.stems and _starts(words, at, one.stems)]
    longest = max((length for length, _ in whole), default=0)
    if longest:
        return Head(at, at + longest, tuple(index for length, index in whole if length == longest))
    word = words[at]
    if word.text in TRIGGERS or word.stem in STOP or word.value is not None:
        return None
    return _partial_head(words, at, table)


def _starts(words: Sequence[Word], at: int, stems: Sequence[str]) -> bool:
    return tuple(word.stem for word in words[at : at + len(stems)]) == tuple(stems)


def _partial_head(words: Sequence[Word], at: int, table: Table) -> Head | None:
    fields = [one for one in table.fields if words[at].stem in one.stems]
    end = at + 1
    while end < len(words) and (more := [one for one in fields if words[end].stem in one.stems]):
        fields, end = more, end + 1
    fields = fields or [one for one in table.fields if _abbreviates(one, words[at].text)]
    return Head(at, end, tuple(one.index for one in fields), whole=False) if fields else None


def _abbreviates(field: Field, word: str) -> bool:
    """Whether the header is short for the word: "att" for "attempts", "yds" for "yards", "td" for "touchdown"."""
    short = "".join(char for char in field.name.lower().replace("'s", "") if char.isalpha())
    if not 2 <= len(short) <= 4 or len(word) <= len(short) + 1 or short[0] != word[0] or short in STOP:  # noqa: PLR2004
        return False
    rest = iter(word)
    return all(char in rest for char in short.removesuffix("s") or short)
