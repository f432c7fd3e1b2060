"""Which rows a set of facts picks: facts of one column together name several rows, facts of different columns narrow."""

from collections.abc import Iterable, Sequence
from itertools import product

from grounding.tables.facts import Fact
from grounding.tables.scene import Option, Rows, Scene

WAYS = 64


def every_row(scene: Scene) -> Rows:
    """All rows of the table."""
    return frozenset(range(len(scene.table.rows)))


def rows_of(facts: Sequence[Fact], every: Rows) -> list[Rows]:
    """The rows that facts pick, one set for each way to read them; without facts, every row."""
    ways = list(product(*(fact.options for fact in facts)))[:WAYS]
    return list(dict.fromkeys(_picked(way, every) for way in ways))


def _picked(way: Sequence[Option], every: Rows) -> Rows:
    columns: dict[int, Rows] = {}
    for option in way:
        columns[option.column] = columns.get(option.column, frozenset()) | option.rows
    return every.intersection(*columns.values())


def spans_of(facts: Iterable[Fact]) -> frozenset[int]:
    """Places of the words facts account for."""
    return frozenset().union(*(fact.spans() for fact in facts))


def names(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that are names, not numbers."""
    return [fact for fact in facts if fact.value is None]
