"""Sentences that set two rows against each other: "A has more points than B", "A and B have the same score"."""

from collections.abc import Iterable, Sequence
from itertools import product

from grounding.tables.facts import Fact
from grounding.tables.reading import Reading
from grounding.tables.scene import Rows, Scene
from grounding.tables.selections import every_row, names, rows_of, spans_of
from grounding.tables.table import Field
from grounding.tables.triggers import DENIALS, MORE

_DATE = 2


def read_rivals(scene: Scene, facts: Sequence[Fact]) -> Iterable[Reading]:
    """One row's value is more or less than another's, by so much where that is said."""
    than = next((i for i, word in enumerate(scene.words) if word.text == "than"), None)
    at = _comparative(scene, than)
    if at is None:
        return
    pivot = at if than is None else than
    left = [fact for fact in names(facts) if fact.end <= pivot]
    right = [fact for fact in names(facts) if fact.start > pivot]
    gaps = [fact for fact in facts if fact.value is not None]
    if not left or not right or len(gaps) > 1:
        return
    used = spans_of(facts) | {at, pivot}
    direction = MORE[scene.text(at)]
    for field in _fields(scene, direction):
        for first, second in _pairs(scene, field, left, right):
            yield Reading(_holds(first - second, direction, gaps), "rivals", used)


def _comparative(scene: Scene, than: int | None) -> int | None:
    found = [i for i, word in enumerate(scene.words) if word.text in MORE and (than is None or i < than)]
    if than is None:
        found = [i for i in found if abs(MORE[scene.text(i)]) == _DATE and i]
    return found[0] if len(found) == 1 else None


def _holds(gap: float, direction: int, gaps: Sequence[Fact]) -> bool:
    is_right = gap * direction > 0
    if gaps and gaps[0].value is not None:
        return is_right and round(abs(gap), 6) == gaps[0].value
    return is_right


def _fields(scene: Scene, direction: int) -> list[Field]:
    named = [scene.table.fields[column] for head in scene.heads for column in head.columns]
    ordered = list({field.index: field for field in named if field.is_ordered}.values())
    if abs(direction) != _DATE:
        return ordered
    dates = [field for field in scene.table.fields if field.kind == "date" or "year" in field.stems]
    return [field for field in ordered if field in dates] or dates[:1]


def _pairs(scene: Scene, field: Field, left: Sequence[Fact], right: Sequence[Fact]) -> Iterable[tuple[float, float]]:
    """The two values where each side is one row; the side after "than" may take its other facts from the first."""
    every = every_row(scene)
    for own, other in product(rows_of(left, every), rows_of(right, every)):
        first, second = _value(field, own), _value(field, other)
        if first is not None and second is not None and own != other:
            yield first, second


def _value(field: Field, rows: Rows) -> float | None:
    return field.values[next(iter(rows))] if len(rows) == 1 else None


def read_same(scene: Scene, facts: Sequence[Fact]) -> Iterable[Reading]:
    """Two or more named rows hold the same cell in a column; or different ones."""
    at = next((i for i, word in enumerate(scene.words) if word.text in {"same", "different"}), None)
    named = names(facts)
    if at is None or len(named) < 2:  # noqa: PLR2004
        return
    heads = [head for head in scene.heads if 0 < head.start - at <= 3]  # noqa: PLR2004
    denied = frozenset(i for i, word in enumerate(scene.words) if word.text in DENIALS)
    for column in heads[0].columns if heads else ():
        rows = [found[0] for fact in named if len(found := rows_of([fact], every_row(scene))) == 1 and len(found[0]) == 1]
        if len(rows) == len(named) and len(denied) <= 1:
            cells = {scene.table.rows[next(iter(one))][column] for one in rows}
            holds = (len(cells) == 1) == (scene.text(at) == "same")
            yield Reading(holds != bool(denied), "same", spans_of(named) | {at} | denied)
