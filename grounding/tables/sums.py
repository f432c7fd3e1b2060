"""Sentences with a sum or an average of a column."""

from collections.abc import Iterable, Sequence
from math import isclose

from grounding.tables.facts import OPERATORS, Fact
from grounding.tables.reading import Reading
from grounding.tables.scene import Rows, Scene
from grounding.tables.selections import every_row, rows_of, spans_of
from grounding.tables.table import Field
from grounding.tables.triggers import SUMS

_REACH = 4


def read_sum(scene: Scene, facts: Sequence[Fact]) -> Iterable[Reading]:
    """The sum or mean of a column over the rows the other facts pick is the number said, as printed."""
    at = next((i for i, word in enumerate(scene.words) if word.text in SUMS and i not in scene.linked()), None)
    numbers = [fact for fact in facts if fact.value is not None]
    if at is None or len(numbers) != 1:
        return
    rest = [fact for fact in facts if fact is not numbers[0]]
    for field in _fields(scene, at):
        for rows in rows_of(rest, every_row(scene)):
            value = _value(field, rows, SUMS[scene.text(at)])
            if value is not None and (len(rows) > 1):
                yield Reading(_agrees(scene, numbers[0], value), SUMS[scene.text(at)], spans_of(facts) | {at})


def _fields(scene: Scene, at: int) -> list[Field]:
    near = [head for head in scene.heads if -_REACH <= head.start - at <= _REACH]
    return [field for head in near[:1] for field in (scene.table.fields[column] for column in head.columns) if field.kind == "number"]


def _value(field: Field, rows: Rows, what: str) -> float | None:
    held = [value for row in rows if (value := field.values[row]) is not None]
    if not held:
        return None
    return sum(held) / len(held) if what == "mean" else sum(held)


def _agrees(scene: Scene, fact: Fact, value: float) -> bool:
    if fact.value is None:
        return False
    if fact.op != "=":
        return OPERATORS[fact.op](value, fact.value)
    text = scene.words[fact.start].text
    digits = len(text.split(".")[1]) if "." in text else 0
    return isclose(round(value, digits), fact.value, abs_tol=10.0**-digits / 2)
