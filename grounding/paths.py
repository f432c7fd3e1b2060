"""The path grammar: `rows[<i>].<col>`, `rows[<key>=<value>,…].<col>`, `rows[*].<col>`, `aggregates.<name>` resolved to cells."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from domain.evidence import Cell, Column, ColumnType, Evidence, Row
from grounding import units
from grounding.cells import read_time, same

_ROWS = re.compile(r"rows\[(?P<selector>.*)\](?:\.(?P<column>.+))?", re.DOTALL)
_AGGREGATE = re.compile(r"aggregates\.(?P<name>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class BoundCell:
    """A cell a path led to: its evidence, column and row (`row` and `index` are None for an aggregate)."""

    evidence: Evidence
    column: Column
    value: Cell
    row: Row | None = None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Why a path leads nowhere."""

    reason: str


def key_names(evidence: Evidence) -> tuple[str, ...]:
    """The columns that say what a row is about."""
    return evidence.keys()


def is_complete(evidence: Evidence) -> bool:
    """Whether the rows are all there were."""
    return not evidence.truncated and evidence.rows_total <= len(evidence.rows)


def is_series(path: str) -> bool:
    """Whether a path means every row."""
    return path.replace(" ", "") in {"", "rows", "rows[*]"} or path.startswith("rows[*]")


def resolve(evidence: Evidence, path: str) -> tuple[BoundCell, ...] | Unresolved:
    """The cells of a path, in row order; `rows[*]` alone is one cell a row, to be counted."""
    aggregate = _AGGREGATE.fullmatch(path.strip())
    if aggregate:
        return _aggregate(evidence, aggregate["name"])
    rows = _ROWS.fullmatch(path.strip())
    if not rows:
        return Unresolved(f"path {path!r} is not rows[…].<column> or aggregates.<name>")
    column = evidence.column(rows["column"] or "")
    if column is None and not rows["column"] and rows["selector"] == "*":
        column = next(iter(evidence.columns), None)
    if column is None:
        return Unresolved(f"{evidence.id} has no column {rows['column']!r}")
    indexes = _select(evidence, rows["selector"].strip())
    if isinstance(indexes, Unresolved):
        return indexes
    return tuple(cell_at(evidence, index, column) for index in indexes)


def cell_at(evidence: Evidence, index: int, column: Column) -> BoundCell:
    """The cell of one row and column."""
    row = evidence.rows[index]
    return BoundCell(evidence, column, row.get(column.name), row, index)


def _aggregate(evidence: Evidence, name: str) -> tuple[BoundCell, ...] | Unresolved:
    if name not in evidence.aggregates:
        return Unresolved(f"{evidence.id} has no aggregate {name!r}")
    value = evidence.aggregates[name]
    return (BoundCell(evidence, aggregate_column(evidence, name, value), value),)


def aggregate_column(evidence: Evidence, name: str, value: Cell) -> Column:
    """What is known of an aggregate: the column of its name, else unit and aggregation as its name says."""
    declared = evidence.column(name)
    if declared:
        return declared
    label = re.sub(r"^(?:total|sum|overall|all)\s+|\s+(?:total|sum)$", "", name.replace("_", " "))
    return Column(name, column_type(value), units.unit_in_name(name), units.agg_in_name(name), "platform", "measure", label)


def column_type(value: Cell) -> ColumnType:
    """The column type a value belongs to."""
    kinds: tuple[tuple[type, ColumnType], ...] = ((bool, "boolean"), (int, "integer"), (float, "number"), (list, "array"))
    for kind, name in kinds:
        if isinstance(value, kind):
            return name
    return "time" if read_time(value) else "string"


def _select(evidence: Evidence, selector: str) -> Iterable[int] | Unresolved:
    if selector == "*":
        return range(len(evidence.rows))
    if selector.isdigit():
        index = int(selector)
        if index < len(evidence.rows):
            return (index,)
        return Unresolved(f"{evidence.id} has {len(evidence.rows)} rows, so rows[{index}] is missing")
    return _select_by_key(evidence, selector)


def _select_by_key(evidence: Evidence, selector: str) -> tuple[int, ...] | Unresolved:
    pairs = _pairs(selector, [column.name for column in evidence.columns])
    if not pairs:
        return Unresolved(f"row selector {selector!r} is neither a number, * nor <column>=<value> of {evidence.id}")
    found = tuple(index for index, row in enumerate(evidence.rows) if all(_matches(row.get(key), value) for key, value in pairs))
    if not found:
        return Unresolved(f"{evidence.id} has no row with {selector}")
    if len(found) > 1:
        return Unresolved(f"{selector} is ambiguous: it fits {len(found)} rows of {evidence.id}")
    return found


def _pairs(selector: str, names: list[str]) -> list[tuple[str, str]]:
    """Values may hold commas and brackets, so only a comma before a column's name and `=` separates."""
    if not names:
        return []
    known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    marks = list(re.finditer(rf"(?:^|,)\s*({known})\s*=", selector))
    if not marks or marks[0].start() != 0:
        return []
    ends = [mark.start() for mark in marks[1:]] + [len(selector)]
    return [(mark[1], selector[mark.end() : end].strip()) for mark, end in zip(marks, ends, strict=True)]


def _matches(cell: Cell, text: str) -> bool:
    bare = text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
    if isinstance(cell, bool) or cell is None:
        return str(cell).lower() == bare.lower() or (cell is None and bare in {"", "null"})
    return same(cell, bare) or same(cell, text)
