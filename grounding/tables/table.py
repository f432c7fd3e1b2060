"""A table of text cells, indexed by the words of its cells and headers."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from grounding.tables import values
from grounding.tables.words import STOP, Word, read_words

FieldKind = Literal["number", "date", "time", "score", "text"]
MAX_ROWS = 400
MAX_COLUMNS = 60
_LONGEST = 12
_WORDS = 40  # of a cell; more is prose, not a cell
_PARSERS: tuple[tuple[FieldKind, Callable[[str], float | None]], ...] = (
    ("date", values.date_in),
    ("time", values.seconds_in),
    ("score", values.score_in),
    ("number", values.number_in),
)
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_OUTCOMES = {"w": "win", "l": "lose", "d": "draw", "t": "draw"}


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its header, its stems, and its cells as values of one kind (None where a cell has none)."""

    index: int
    name: str
    stems: tuple[str, ...]
    kind: FieldKind
    values: tuple[float | None, ...]

    @property
    def is_ordered(self) -> bool:
        """Whether its cells can be compared with each other."""
        return self.kind in {"number", "date", "time"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where words stand: row and column, and whether they are the whole cell."""

    row: int
    column: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, fields and rows of text, with the places of every run of words."""

    caption: frozenset[str]
    fields: tuple[Field, ...]
    rows: tuple[tuple[str, ...], ...]
    places: Mapping[tuple[str, ...], tuple[Place, ...]] = field(repr=False)
    is_whole: bool = True

    def vocabulary(self) -> frozenset[str]:
        """Every stem of cells and headers."""
        heads = (stem for one in self.fields for stem in one.stems)
        return frozenset(stem for run in self.places for stem in run) | frozenset(heads)


def make_table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, is_whole: bool = True) -> Table:
    """Indexes a table; rows and columns beyond the limits are left out and the table is then not whole."""
    names = list(columns)[:MAX_COLUMNS]
    cells = tuple(tuple(str(cell) for cell in row[: len(names)]) + ("",) * (len(names) - len(row)) for row in rows[:MAX_ROWS])
    fields = tuple(_field(index, name, [row[index] for row in cells]) for index, name in enumerate(names))
    caption_stems = frozenset(word.stem for word in read_words(caption))
    return Table(caption_stems, fields, cells, _index(cells), is_whole and len(rows) <= MAX_ROWS and len(columns) <= MAX_COLUMNS)


def _field(index: int, name: str, cells: Sequence[str]) -> Field:
    stems = tuple(word.stem for word in read_words(_ASIDE.sub(" ", name) or name))
    filled = [cell for cell in cells if not values.is_blank(cell)]
    for kind, parse in _PARSERS:
        parsed = [parse(cell) for cell in filled]
        if filled and sum(one is not None for one in parsed) >= values.MOSTLY * len(filled):
            if kind == "number" and _is_wordy(filled):
                continue
            return Field(index, name, stems, kind, tuple(None if values.is_blank(cell) else parse(cell) for cell in cells))
    return Field(index, name, stems, "text", (None,) * len(cells))


def _is_wordy(cells: Sequence[str]) -> bool:
    """Whether cells are mostly words beside their number ("davis (22)"): such a column is no measure."""
    letters = sum(sum(char.isalpha() for char in cell) for cell in cells)
    return letters > 4 * len(cells)


def _index(rows: Sequence[Sequence[str]]) -> dict[tuple[str, ...], tuple[Place, ...]]:
    places: dict[tuple[str, ...], dict[Place, None]] = {}
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            for run, whole in _runs(read_words(cell)):
                places.setdefault(run, {})[Place(row, column, whole)] = None
    return {run: tuple(found) for run, found in places.items()}


def _runs(cell: Sequence[Word]) -> list[tuple[tuple[str, ...], bool]]:
    """Every run of words of a cell, short ones telling enough; ranks also without their ending."""
    stems = tuple(word.stem for word in cell[:_WORDS])
    length = len(stems)
    found = [
        (stems[start:end], end - start == length)
        for start in range(length)
        for end in range(start + 1, min(length, start + _LONGEST) + 1)
        if end - start == length or any(stem not in STOP for stem in stems[start:end])
    ]
    if length == 1 and stems[0][:1].isdigit() and stems[0].endswith("th"):
        found.append(((stems[0].removesuffix("th"),), True))
    if (stems and stems[0] in _OUTCOMES and len(stems) != 1) or stems in {(one,) for one in _OUTCOMES}:
        found.append(((_OUTCOMES[stems[0]],), False))
    return found
