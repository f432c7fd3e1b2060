"""Attempts to steer the analyst: where in evidence, and in what came with an alert or incident, text from outside shows signs of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from analytics.steering import Sign, signs
from analytics.unveiling import visible
from domain.evidence import Cell, Column, Evidence
from domain.findings import Entity, Finding

KIND = "steering_attempt"
LONGEST_QUOTE = 300
LONGEST_PIECE = 160  # pieces of a text that was split over rows are short
MOST_TEXTS = 6_000
LEAST = 12
SHOWN_ROWS = 20


@dataclass(frozen=True, slots=True)
class Attempt:
    """Text that would steer: in which rows of which column (of which evidence, by which template), and how it reads, cleaned."""

    source: str
    template: str
    column: str
    rows: tuple[int, ...]
    kinds: tuple[str, ...]
    quote: str

    @property
    def note(self) -> str:
        """What the reader is told."""
        where = f"{self.column} of {self.source} ({self.template})" if self.template else self.source
        return f"Attempt to steer the analyst seen in {len(self.rows)} {'row' if len(self.rows) == 1 else 'rows'}: {where}."

    def finding(self, name: str) -> Finding:
        """The attempt as a finding, which by itself weighs nothing."""
        return Finding(
            id=name,
            desk="security",
            kind=KIND,
            entity=Entity("column", f"{self.template or self.source}.{self.column}" if self.column else self.source),
            count=len(self.rows),
            severity="none",
            evidence=(self.source,) if self.template else (),
            details={
                "source": self.source,
                "template": self.template,
                "column": self.column,
                "rows": list(self.rows[:SHOWN_ROWS]),
                "signs": list(self.kinds),
                "quote": f"“{self.quote}”",
            },
        )


def attempts(evidence: Iterable[Evidence], texts: Mapping[str, str] | None = None) -> tuple[Attempt, ...]:
    """The attempts in the external cells of evidence, one a column, and in further texts by what they are.

    Reads at most 6,000 texts; neighbouring short cells are also read together, forwards and backwards.
    """
    reader = _Reader()
    found = [attempt for item in evidence for column in item.columns if (attempt := _in_column(item, column, reader))]
    told = (_in_text(name, text, reader) for name, text in (texts or {}).items())
    return (*found, *(attempt for attempt in told if attempt))


def steering_rows(evidence: Evidence) -> frozenset[int]:
    """Rows with a cell that would steer; nothing in them lends support to a cause, an all-clear or advice."""
    return frozenset(row for attempt in attempts([evidence]) for row in attempt.rows)


class _Reader:
    """Reads each text once."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[Sign, ...]] = {}

    def signs(self, text: str) -> tuple[Sign, ...]:
        if len(text) < LEAST or (text not in self._read and len(self._read) >= MOST_TEXTS):
            return ()
        if text not in self._read:
            self._read[text] = signs(text)
        return self._read[text]


def _in_column(evidence: Evidence, column: Column, reader: _Reader) -> Attempt | None:
    if column.trust != "external" or column.type not in {"string", "array"}:
        return None
    texts = [" ".join(_strings(row.get(column.name))) for row in evidence.rows]
    hits = {index: reader.signs(text) for index, text in enumerate(texts) if reader.signs(text)} or _split(texts, reader)
    if not hits:
        return None
    rows = tuple(sorted(hits))
    kinds = tuple(dict.fromkeys(sign.kind for row in rows for sign in hits[row]))
    return Attempt(evidence.id, evidence.template, column.name, rows, kinds, visible(texts[rows[0]])[:LONGEST_QUOTE])


def _split(texts: Sequence[str], reader: _Reader) -> dict[int, tuple[Sign, ...]]:
    """Signs that only show where neighbouring rows are read together, in either order."""
    found: dict[int, tuple[Sign, ...]] = {}
    for (first, before), (second, after) in pairwise(enumerate(texts)):
        if before == after or not 0 < len(before) <= LONGEST_PIECE or not 0 < len(after) <= LONGEST_PIECE:
            continue
        if hit := reader.signs(f"{before} {after}") or reader.signs(f"{after} {before}"):
            found |= {first: hit, second: hit}
    return found


def _in_text(name: str, text: str, reader: _Reader) -> Attempt | None:
    hits = reader.signs(text)
    return Attempt(name, "", "", (0,), tuple(sign.kind for sign in hits), visible(text)[:LONGEST_QUOTE]) if hits else None


def _strings(cell: Cell) -> Iterator[str]:
    if isinstance(cell, str):
        yield cell
    elif isinstance(cell, list | tuple):
        yield from (text for item in cell for text in _strings(item))
