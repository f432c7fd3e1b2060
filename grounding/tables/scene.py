"""A sentence linked to a table: which words name cells and which name columns."""

from dataclasses import dataclass

from grounding.tables.table import Table
from grounding.tables.words import Word

Rows = frozenset[int]


@dataclass(frozen=True, slots=True)
class Option:
    """One column a phrase may stand in, and the rows that hold it there."""

    column: int
    rows: Rows
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Mention:
    """Words from `start` up to `end` that name cells."""

    start: int
    end: int
    options: tuple[Option, ...]
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """Words from `start` up to `end` that name columns."""

    start: int
    end: int
    columns: tuple[int, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Scene:
    """A sentence with its links into one table."""

    table: Table
    words: tuple[Word, ...]
    mentions: tuple[Mention, ...] = ()
    heads: tuple[Head, ...] = ()

    def text(self, index: int) -> str:
        """The word at a place; "" beyond the ends."""
        return self.words[index].text if 0 <= index < len(self.words) else ""

    def linked(self) -> frozenset[int]:
        """Places of words that a mention or head covers."""
        spans = [(one.start, one.end) for one in self.mentions] + [(one.start, one.end) for one in self.heads]
        return frozenset(i for start, end in spans for i in range(start, end))

    def headed(self) -> frozenset[int]:
        """Places of words that a head covers."""
        return frozenset(i for one in self.heads for i in range(one.start, one.end))
