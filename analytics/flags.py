"""A finding with the row and the cells it rests on, before it has an id."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.evidence import Cell
from domain.findings import SEVERITY_ORDER, Finding
from domain.window import parse_rfc3339


@dataclass(frozen=True, slots=True)
class Flag:
    """A finding made of row number `row`; `rests_on` names the columns that a reader must be shown."""

    row: int
    finding: Finding
    rests_on: tuple[str, ...]


def ranked(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """The gravest first; equals stay in the order of their rows."""
    return tuple(sorted(flags, key=lambda flag: (-SEVERITY_ORDER.index(flag.finding.severity), flag.row)))


def moment(cell: Cell) -> datetime | None:
    """The instant of a time cell; None for an empty one."""
    return parse_rfc3339(cell) if cell else None
