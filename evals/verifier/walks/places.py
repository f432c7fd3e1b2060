"""Where a walk stands in evidence: rows that can be named, measures, windows, bindings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from domain.claims import Binding, BindRole
from domain.evidence import Column, Evidence
from domain.window import Window, rfc3339

_SMALL = 100


@dataclass(frozen=True, slots=True)
class Place:
    """One piece of evidence under a walk, with the dice that choose."""

    evidence: Evidence
    dice: Random

    @property
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """The rows shown."""
        return self.evidence.rows

    @property
    def keys(self) -> Sequence[str]:
        """The columns that say what a row is about."""
        return self.evidence.keys()

    @property
    def is_whole(self) -> bool:
        """Whether these are all rows there were."""
        return not self.evidence.truncated and self.evidence.rows_total <= len(self.rows)

    def nameable(self) -> list[int]:
        """The rows whose keys tell them from all others; in a cut list only where every key is there."""
        names = self.keys
        told = [tuple(str(row.get(name)) for name in names) for row in self.rows]
        return [
            place for place, one in enumerate(told) if names and told.count(one) == 1 and all(self._is_name(place, name) for name in names)
        ]

    def _is_name(self, place: int, name: str) -> bool:
        value = self.rows[place].get(name)
        return isinstance(value, str | int) and not isinstance(value, bool) and value != ""

    def subject(self, place: int) -> dict[str, Any]:
        """The keys of a row."""
        return {name: self.rows[place][name] for name in self.keys}

    def measures(self, *types: str) -> list[Column]:
        """The measured columns of some types."""
        return [column for column in self.evidence.columns if column.role != "key" and column.type in types]

    def has_number(self, place: int, column: Column) -> bool:
        """Whether a cell is a number."""
        return is_number(self.rows[place].get(column.name))

    def path(self, place: int, column: Column) -> str:
        """The path of a cell, by number or by its keys."""
        names = self.keys
        plain = all(isinstance(self.rows[place].get(name), str) and "]" not in self.rows[place][name] for name in names)
        if self.dice.random() < 1 / 2 or not names or not plain or place not in self.nameable():
            return f"rows[{place}].{column.name}"
        return f"rows[{','.join(f'{name}={self.rows[place][name]}' for name in names)}].{column.name}"

    def bound(self, path: str, role: BindRole = "value") -> Binding:
        """A binding into this evidence."""
        return Binding(self.evidence.id, path, role)

    def window(self) -> dict[str, Any]:
        """The window slot, which two of three claims carry."""
        window = self.evidence.window
        return {"window": said(window)} if window.length and self.dice.random() < 2 / 3 else {}

    def some(self, places: Sequence[Any], most: int) -> list[Any]:
        """Some of them, drawn."""
        return self.dice.sample(list(places), min(most, len(places)))


def said(window: Window) -> dict[str, str]:
    """A window as a slot."""
    return {"start": rfc3339(window.start), "end": rfc3339(window.end)}


def is_number(value: Any) -> bool:
    """Whether a cell is a number, booleans apart."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def printed(value: float, dice: Random) -> float:
    """A number as an answer prints it: a count whole, others with two to six significant digits or in full."""
    if isinstance(value, int) or value == 0:
        return value
    digits = dice.choice((2, 3, 4, 6, 12))
    short = float(f"{value:.{digits}g}")
    return round(value) if short.is_integer() and abs(value) >= _SMALL and abs(short - value) >= 1 / 2 else short


def columns_beside(evidence: Evidence) -> list[tuple[Column, Column]]:
    """Pairs of a measure and the same before, where the evidence has a window before."""
    if evidence.baseline_window is None:
        return []
    known = {column.name: column for column in evidence.columns}
    return [(column, known[f"{name}_before"]) for name, column in known.items() if f"{name}_before" in known]
