"""Rows and scores as Markdown."""

from collections.abc import Iterable, Mapping
from typing import Any


def row(cells: Iterable[str]) -> str:
    """One row of a table."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def shown(score: Mapping[str, Any]) -> str:
    """A score with its interval; `n/a` for none."""
    if score["value"] is None:
        return "n/a"
    return f"{score['value']:.3g} [{score['low']:.3g}, {score['high']:.3g}]"
