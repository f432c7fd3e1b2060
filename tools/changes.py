"""What differs between a snapshot of evidence and the same question asked again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.evidence import Cell, canonical, sha256_of

MOST_ROWS, MOST_CELLS = 50, 200
Document = Mapping[str, Any]
Key = str


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows that came and went, cells and totals that differ; each list is cut, its total is not."""

    rows_added: tuple[Document, ...] = ()
    rows_removed: tuple[Document, ...] = ()
    cells_changed: tuple[Document, ...] = ()
    aggregates_changed: tuple[Document, ...] = ()
    rows_added_total: int = 0
    rows_removed_total: int = 0
    cells_changed_total: int = 0

    @property
    def is_none(self) -> bool:
        """Whether nothing differs that a reader of the rows could see."""
        return not (self.rows_added_total or self.rows_removed_total or self.cells_changed_total or self.aggregates_changed)

    def as_json(self) -> dict[str, Any]:
        """The changes as documents carry them."""
        listed = ("rows_added", "rows_removed", "cells_changed", "aggregates_changed")
        totals = ("rows_added_total", "rows_removed_total", "cells_changed_total")
        return {**{name: [dict(one) for one in getattr(self, name)] for name in listed}, **{name: getattr(self, name) for name in totals}}


def changes(was: Document, now: Document) -> Changes:
    """What differs between two evidence documents. Rows are the same row when their key cells are equal.

    Where keys do not tell rows apart, a row with a changed cell is one that went and one that came.
    """
    names = row_keys(was, now)
    before, after = _by_key(was["rows"], names), _by_key(now["rows"], names)
    added = [row for key, row in after.items() if key not in before]
    removed = [row for key, row in before.items() if key not in after]
    cells = [cell for key, row in before.items() if key in after for cell in _cells(row, after[key], names)]
    return Changes(
        tuple(added[:MOST_ROWS]),
        tuple(removed[:MOST_ROWS]),
        tuple(cells[:MOST_CELLS]),
        tuple(_aggregates(was["aggregates"], now["aggregates"])),
        len(added),
        len(removed),
        len(cells),
    )


def row_keys(*documents: Document) -> tuple[str, ...]:
    """The columns that tell the rows of these documents apart: keys, else keys and times; empty where neither do."""
    columns = documents[0]["columns"]
    keys = tuple(column["name"] for column in columns if column.get("role", "key") == "key")
    timed = tuple(column["name"] for column in columns if column.get("role", "key") in {"key", "time"})
    return next((names for names in (keys, timed) if names and all(_are_apart(one["rows"], names) for one in documents)), ())


def _are_apart(rows: Sequence[Document], names: tuple[str, ...]) -> bool:
    return max(Counter(_key(row, names) for row in rows).values(), default=0) <= 1


def _by_key(rows: Sequence[Document], names: tuple[str, ...]) -> dict[Key, Document]:
    """Rows by their key; rows without one by all their cells, equal ones told apart by a count."""
    if names:
        return {_key(row, names): row for row in rows}
    seen: Counter[Key] = Counter()
    found: dict[Key, Document] = {}
    for row in rows:
        key = sha256_of(row)
        seen[key] += 1
        found[f"{key}#{seen[key]}"] = row
    return found


def _key(row: Document, names: tuple[str, ...]) -> Key:
    return sha256_of([row.get(name) for name in names])


def _cells(was: Document, now: Document, names: tuple[str, ...]) -> list[Document]:
    row = {name: was.get(name) for name in names}
    columns = dict.fromkeys((*was, *now))
    return [
        {"row": row, "column": name, "was": was.get(name), "now": now.get(name)}
        for name in columns
        if _differ(was.get(name), now.get(name))
    ]


def _aggregates(was: Document, now: Document) -> list[Document]:
    names = sorted({*was, *now})
    return [{"name": name, "was": was.get(name), "now": now.get(name)} for name in names if _differ(was.get(name), now.get(name))]


def _differ(one: Cell, other: Cell) -> bool:
    """Whether two cells hash unlike: 1, 1.0 and true are three cells."""
    return type(one) is not type(other) or bool(canonical(one) != canonical(other))
