"""Sentences with a superlative or a rank: "the largest crowd", "the second fewest points", "the earliest date"."""

from collections.abc import Iterable, Sequence
from itertools import product

from grounding.tables.facts import Fact
from grounding.tables.reading import Reading
from grounding.tables.scene import Rows, Scene
from grounding.tables.selections import every_row, names, rows_of, spans_of
from grounding.tables.table import Field
from grounding.tables.triggers import DATED, MOST

_REACH = 4
_SCOPES = frozenset({"in", "for", "of", "by", "during", "at", "among", "when", "with", "on", "from", "against"})


def read_extreme(scene: Scene, facts: Sequence[Fact]) -> Iterable[Reading]:
    """The row at the top or bottom of a column has the names and numbers said."""
    for at in _places(scene):
        rank, used = _rank(scene, at)
        rest = [fact for fact in facts if not fact.spans() & used]
        if not rest:
            continue
        for field in _fields(scene, at):
            yield from _read(scene, field, (_direction(scene, at), rank), rest, used)


def _places(scene: Scene) -> list[int]:
    found = []
    for at, word in enumerate(scene.words):
        is_bound = word.text in {"least", "most"} and scene.text(at - 1) == "at"
        if (word.text in MOST or word.text in DATED) and not is_bound and scene.text(at + 1) != "of":
            found.append(at)
    return found if len(found) == 1 else []


def _direction(scene: Scene, at: int) -> int:
    return MOST.get(scene.text(at)) or DATED[scene.text(at)]


def _rank(scene: Scene, at: int) -> tuple[int, frozenset[int]]:
    """The 2 of "the second largest"; 1 without."""
    before = scene.words[at - 1] if at else None
    if before is not None and before.stem.endswith("th") and before.stem[:-2].isdigit():
        return int(before.stem[:-2]), frozenset({at - 1, at})
    return 1, frozenset({at})


def _fields(scene: Scene, at: int) -> list[Field]:
    """The columns ranked: of the nearest head behind, else of the nearest before; dates by themselves for "earliest"."""
    behind = [head for head in scene.heads if 0 < head.start - at <= _REACH]
    before = [head for head in reversed(scene.heads) if head.end <= at and at - head.end < _REACH]
    for head in (*behind[:1], *before[:1]):
        fields = [scene.table.fields[column] for column in head.columns if scene.table.fields[column].is_ordered]
        if fields:
            return fields
        if head in behind:
            return []
    dates = [field for field in scene.table.fields if field.kind == "date" or "year" in field.stems]
    return dates[:1] if scene.text(at) in DATED else []


def ranked(field: Field, scope: Rows, direction: int, rank: int = 1) -> Rows:
    """The rows of a scope that hold the value at a rank of a column, counted from the top or the bottom."""
    held = {value for row in scope if (value := field.values[row]) is not None}
    ordered = sorted(held, reverse=direction > 0)
    if len(ordered) < rank:
        return frozenset()
    return frozenset(row for row in scope if field.values[row] == ordered[rank - 1])


def _read(scene: Scene, field: Field, way: tuple[int, int], facts: Sequence[Fact], used: frozenset[int]) -> Iterable[Reading]:
    scope = _scope(scene, facts)
    subject = [fact for fact in facts if fact not in scope]
    every = every_row(scene)
    if not subject:
        return
    top = ranked(field, every, *way)
    known = used | spans_of(facts)
    whole = {bool(top & rows) for rows in rows_of(facts, every)}
    inside = {bool(ranked(field, rows, *way) & own) for rows, own in product(rows_of(scope, every), rows_of(subject, every))}
    for holds in whole | inside if len(scope) and len(names(subject)) else inside:
        yield Reading(holds, "extreme", known)


def _scope(scene: Scene, facts: Sequence[Fact]) -> list[Fact]:
    """The names after a preposition narrow the rows compared, where something else is left to be said of the top row."""
    found = [fact for fact in names(facts) if scene.text(fact.start - 1) in _SCOPES or scene.text(fact.start - 2) in _SCOPES]
    return found if len(found) < len(facts) else found[:-1]
