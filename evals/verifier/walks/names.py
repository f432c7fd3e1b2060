"""Attributes, ranks, shares, absences and quotations read off rows."""

from collections.abc import Iterator
from typing import Any

from domain.claims import Claim
from domain.evidence import Column
from evals.verifier.walks.places import Place, is_number

_MOST_WORDS = 7
_LEAST_CHARS = 6
_RANK = 4
_FEWEST_WORDS = 3


def entities(place: Place) -> Iterator[Claim]:
    """What a row says of itself, who is first by a measure, and what holds of all rows."""
    rows = place.nameable()
    for row in place.some(rows, 2):
        for column in place.some(_attributes(place, row), 1):
            slots = {"subject": place.subject(row), "attribute": column.name, "value": place.rows[row][column.name], **place.window()}
            yield Claim(f"a{row}.{column.name}", "entity", slots, (place.bound(place.path(row, column)),))
    if len(rows) > 1 and len(rows) == len(place.rows) and place.is_whole:
        yield from _ranks(place)
        yield from _shares(place)


def _attributes(place: Place, row: int) -> list[Column]:
    return [column for column in place.measures("string", "boolean") if place.rows[row].get(column.name) not in (None, "")]


def _ranks(place: Place) -> Iterator[Claim]:
    for column in place.some(place.measures("integer", "number", "time"), 2):
        values: list[Any] = [row.get(column.name) for row in place.rows]
        if any(value in (None, "") for value in values):
            continue
        order = sorted(
            range(len(values)), key=[str(value) if column.type == "time" else value for value in values].__getitem__, reverse=True
        )
        yield from _ranked(place, column, order, values)


def _ranked(place: Place, column: Column, order: list[int], values: list[Any]) -> Iterator[Claim]:
    top, bottom = ("last", "first") if column.type == "time" else ("most", "least")
    sides = [(order[0], top), (order[-1], bottom)]
    if is_number(values[0]) and len(order) > _RANK:
        sides.append((order[2], f"top {_RANK}"))
    row, word = place.dice.choice(sides)
    if values.count(values[row]) == 1:
        slots = {"subject": place.subject(row), "quantifier": word, "by": column.name, **place.window()}
        yield Claim(f"r{word}{column.name}", "entity", slots, (place.bound(f"rows[{row}].{column.name}"),))


def _shares(place: Place) -> Iterator[Claim]:
    if place.evidence.params:
        return
    for column in place.some(place.measures("string", "boolean"), 1):
        values = [row.get(column.name) for row in place.rows]
        known = sorted({str(value) for value in values if value not in (None, "")})
        if not known or None in values:
            continue
        value = place.dice.choice([one for one in values if str(one) in known])
        word = "all" if all(one == value for one in values) else place.dice.choice(("some", "none"))
        slots = {"subject": "all", "attribute": column.name, "value": value if word != "none" else "never-seen-7", "quantifier": word}
        yield Claim(f"s{word}{column.name}", "entity", slots, (place.bound(f"rows[*].{column.name}"),))


def absences(place: Place) -> Iterator[Claim]:
    """Nothing of what was asked for: no rows, or a total of zero."""
    evidence = place.evidence
    subject: Any = {name: value for name, value in evidence.params.items() if value and name not in {"limit", "text"}} or "all"
    if evidence.sampled or evidence.lag_s or not evidence.scope_rows or not place.is_whole or evidence.status not in {"ok", "empty"}:
        return
    slots = {"subject": subject, **place.window()}
    if not place.rows and evidence.title:
        yield Claim("none.rows", "absence", {"what": evidence.title, **slots}, (place.bound("rows[*]"),))
    for name in place.some([name for name, value in evidence.aggregates.items() if value == 0 and is_number(value)], 2):
        yield Claim(f"none.{name}", "absence", {"what": name.replace("_", " "), **slots}, (place.bound(f"aggregates.{name}"),))


def quotes(place: Place) -> Iterator[Claim]:
    """Some words of a long cell."""
    for column in [one for one in place.evidence.columns if one.type == "string"]:
        rows = [row for row, cells in enumerate(place.rows) if len(str(cells.get(column.name) or "").split()) >= _FEWEST_WORDS]
        for row in place.some(rows, 2):
            words = str(place.rows[row][column.name]).split()
            start = place.dice.randrange(max(1, len(words) - _FEWEST_WORDS))
            text = " ".join(words[start : start + place.dice.randrange(_FEWEST_WORDS, _MOST_WORDS)])
            if len(text) >= _LEAST_CHARS:
                yield Claim(
                    f"w{row}.{column.name}",
                    "quote",
                    {"text": text, **place.window()},
                    (place.bound(f"rows[{row}].{column.name}", "quote"),),
                )
