"""Paths looked up in evidence JSON."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evals.verifier.oracle.truths import Doc

_ROW = re.compile(r"rows\[(\d+|\*)\]\.(.+)")
_KEYED = re.compile(r"rows\[(.+)\]\.(.+)", re.DOTALL)
_BARE = frozenset({"", "rows", "rows[*]"})
COUNTED = frozenset({"count", "sum", "none", ""})


@dataclass(frozen=True, slots=True)
class Cell:
    """One value with the column it stands in; `place` is its row, None for a total."""

    doc: Doc
    column: Doc
    value: Any
    place: int | None = None

    @property
    def row(self) -> Doc:
        """The whole row; empty for a total."""
        return {} if self.place is None else self.doc["rows"][self.place]

    @property
    def unit(self) -> str:
        """The unit of the column."""
        return str(self.column.get("unit", "1"))

    @property
    def agg(self) -> str:
        """The aggregation of the column."""
        return str(self.column.get("agg", "none"))

    @property
    def is_count(self) -> bool:
        """Whether it is a whole number of things."""
        return type(self.value) is int and self.unit == "1" and self.agg in COUNTED


def lookup(doc: Doc, path: str) -> list[Cell]:
    """The cells of a path; none when it leads nowhere."""
    if path.startswith("aggregates."):
        name = path.removeprefix("aggregates.")
        known = doc.get("aggregates", {})
        return [Cell(doc, _total_column(doc, name), known[name])] if name in known else []
    if path.replace(" ", "") in _BARE:
        return [Cell(doc, {"name": ""}, None, place) for place in range(len(doc["rows"]))]
    return list(_in_rows(doc, path))


def _in_rows(doc: Doc, path: str) -> Iterator[Cell]:
    plain, keyed = _ROW.fullmatch(path), _KEYED.fullmatch(path)
    name = plain[2] if plain else keyed[2] if keyed else ""
    column = next((one for one in doc["columns"] if one["name"] == name), None)
    if column is None:
        return
    for place, row in enumerate(doc["rows"]):
        if _is_meant(plain[1] if plain else "", keyed[1] if keyed else "", place, row):
            yield Cell(doc, column, row.get(name), place)


def _is_meant(number: str, selector: str, place: int, row: Doc) -> bool:
    if number:
        return number in {"*", str(place)}
    return all(str(row.get(name)) == value for name, value in _pairs(selector, row))


def _pairs(selector: str, row: Doc) -> list[tuple[str, str]]:
    """`a=x,b=y`; a comma inside a value stays where what follows is no column's name and `=`."""
    parts: list[str] = []
    for part in selector.split(","):
        if parts and part.partition("=")[0].strip() not in row:
            parts[-1] += f",{part}"
        else:
            parts.append(part)
    return [(name.strip(), value.strip()) for name, _, value in (part.partition("=") for part in parts)]


def _total_column(doc: Doc, name: str) -> Doc:
    return next(
        (one for one in doc["columns"] if one["name"] == name), {"name": name, "unit": "?", "agg": "?", "label": name.replace("_", " ")}
    )


def is_whole(doc: Doc) -> bool:
    """Whether the rows are all there were."""
    return not doc.get("truncated") and doc.get("rows_total", 0) <= len(doc["rows"])


def key_names(doc: Doc) -> list[str]:
    """The columns that say what a row is about."""
    return [one["name"] for one in doc["columns"] if one.get("role", "key") == "key"]
