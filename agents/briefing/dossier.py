"""The evidence of one briefing, found by what it shows and when: the period, the period before, or a spell inside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.evidence import Evidence, Row
from domain.window import Window, parse_rfc3339

# How much of the period before may be missing at its begin for a comparison to be fair.
LEAST_STORED = 0.05
LEAST_MISSING = timedelta(minutes=5)


def before(window: Window) -> Window:
    """The window of the same length right before."""
    return Window(window.start - window.length, window.start, window.tz)


@dataclass(frozen=True, slots=True)
class Dossier:
    """All evidence of a run about `period`."""

    period: Window
    evidence: tuple[Evidence, ...]

    def of(self, template: str, window: Window | None = None, **params: Any) -> Evidence | None:
        """What a template showed of a window (the period if none is given) under exactly these filters; None unless it answered."""
        wanted = window or self.period
        for item in self.evidence:
            filters = {name: value for name, value in item.params.items() if name != "limit"}
            is_it = item.template == template and _same(item.window, wanted) and filters == params
            if is_it and item.status == "ok" and item.scope_rows:
                return item
        return None

    def before(self, template: str) -> Evidence | None:
        """What a template showed of the period before; None where that is not stored whole."""
        return self.of(template, before(self.period)) if self.has_before else None

    def rows(self, template: str, window: Window | None = None, **params: Any) -> tuple[Row, ...]:
        """The rows of an evidence; none where there is none."""
        found = self.of(template, window, **params)
        return found.rows if found else ()

    @property
    def has_before(self) -> bool:
        """Whether the period before is stored whole, give or take a twentieth."""
        window = before(self.period)
        missing = max(LEAST_MISSING, window.length * LEAST_STORED)
        firsts = [row["first_seen"] for row in self.rows("data_overview", window) if row.get("first_seen")]
        return bool(firsts) and parse_rfc3339(min(firsts)) <= window.start + missing

    @property
    def has_data(self) -> bool:
        """Whether anything at all is stored of the period."""
        return any(item.scope_rows for item in self.evidence if _same(item.window, self.period))


def indexed(evidence: Evidence | None) -> Iterator[tuple[int, Row]]:
    """The rows of an evidence with their places; none where there is none."""
    yield from enumerate(evidence.rows if evidence else ())


def amount(row: Row, names: Sequence[str]) -> float:
    """The first number of a row among some columns; 0 without any."""
    return next((row[name] for name in names if isinstance(row.get(name), int | float)), 0)


def _same(left: Window, right: Window) -> bool:
    return (left.start, left.end) == (right.start, right.end)
