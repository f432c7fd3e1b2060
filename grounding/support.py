"""Whose words a verdict rests on: an all-clear, a cause or advice needs a cell that no stranger wrote, and none that steers."""

from collections.abc import Iterator, Sequence

from analytics.steering import signs
from grounding.outcomes import Outcome, unverified
from grounding.paths import BoundCell


def support_problem(cells: Sequence[BoundCell], what: str) -> Outcome | None:
    """Objects where only text or numbers of outsiders are bound, or where a bound cell shows signs of steering."""
    if cells and all(cell.column.trust == "external" for cell in cells):
        return unverified(f"words of outsiders alone cannot carry {what}: no bound cell is the platform's own or confirmed by a person")
    steering = next((cell for cell in cells if any(signs(text) for text in _foreign(cell))), None)
    if steering is not None:
        return unverified(f"{steering.column.name!r} of {steering.evidence.id} tries to steer the analyst and lends no support to {what}")
    return None


def _foreign(cell: BoundCell) -> Iterator[str]:
    """The texts of a cell that a stranger wrote."""
    if cell.column.trust != "external":
        return
    values = cell.value if isinstance(cell.value, list | tuple) else [cell.value]
    yield from (value for value in values if isinstance(value, str))
