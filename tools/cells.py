"""Cells of evidence: store values as JSON values of a column's type, with text from outside made harmless."""

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.evidence import Cell, Column, canonical
from domain.window import rfc3339

MAX_TEXT = 300
MAX_ITEMS = 50
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


def cell(value: Any, column: Column) -> Cell:
    """A store value as a JSON value; what is not a number (NaN, infinite) is None."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return rfc3339(value)
    if column.type == "boolean":
        return bool(value)
    if column.type == "array":
        return [item if _is_number(item) else harmless(str(item)) for item in value[:MAX_ITEMS]]
    return amount(value, column) if column.type in {"integer", "number"} else _text(value, column)


def amount(value: Any, column: Column) -> Cell:
    """A number of the column's type; floats are cut to the digits that replay keeps."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return int(value) if column.type == "integer" else canonical(float(value))


def _is_number(item: Any) -> bool:
    return isinstance(item, int | float) and not isinstance(item, bool) and math.isfinite(item)


def plain(value: Any) -> Cell:
    """An aggregate as a JSON value."""
    if isinstance(value, float):
        return canonical(value) if math.isfinite(value) else None
    return rfc3339(value) if isinstance(value, datetime) else value


def harmless(text: str) -> str:
    """Text without terminal codes, control, direction and invisible characters, at most `MAX_TEXT` long."""
    if text.isascii() and text.isprintable():
        return text[:MAX_TEXT]
    spaced = (" " if char in "\t\r\n" else char for char in _ANSI.sub("", text))
    kept = "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs", "Cn"})
    return kept[:MAX_TEXT]


def row(values: Sequence[Any], columns: Sequence[Column]) -> dict[str, Cell]:
    """One row by column name; `values` stand in the order of `columns`."""
    return {column.name: cell(value, column) for value, column in zip(values, columns, strict=True)}


def _text(value: Any, column: Column) -> str:
    return harmless(str(value)) if column.trust == "external" else str(value)
