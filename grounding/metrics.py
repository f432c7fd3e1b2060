"""Whether the metric and the aggregation a claim names are those of the column it is bound to."""

import re
from typing import Any

from domain.claims import Claim
from domain.evidence import Column, Evidence
from grounding import units, vocabulary
from grounding.outcomes import Outcome, contradicted, unverified
from grounding.paths import BoundCell

_IMPLIED = {"time": frozenset({"latency"}), "bytes": frozenset({"byte"})}
_NOT_PLAIN = re.compile(r"p\d{2,3}|avg|max|min|ratio|rate")


def metric_problem(metric: Any, cell: BoundCell, claim: Claim) -> Outcome | None:
    """Objects when `metric` is not the bound column by name, label or synonym."""
    if not metric:
        return None
    name, column = str(metric), cell.column
    if is_named(name, column):
        return None
    rival = next((other for other in measures(cell.evidence) if other.name != column.name and is_named(name, other)), None)
    if rival:
        return contradicted(f"the cell bound is {column.name!r}, not {name!r}")
    return _loose_problem(name, cell, claim)


def is_named(name: str, column: Column) -> bool:
    """Whether a name is exactly a column's name or label (case and separators apart)."""
    said = vocabulary.plain(name)
    return said == vocabulary.plain(column.name) or (bool(column.label) and said == vocabulary.plain(column.label))


def measures(evidence: Evidence) -> tuple[Column, ...]:
    """The columns that are measured rather than named."""
    return tuple(column for column in evidence.columns if column.role != "key")


def _loose_problem(name: str, cell: BoundCell, claim: Claim) -> Outcome | None:
    column = cell.column
    said, stated = vocabulary.stems(name), column_stems(column)
    if vocabulary.are_opposed(said, stated):
        return contradicted(f"the cell bound is {column.name!r}, not {name!r}")
    if not said & stated or said - stated - _context_stems(cell, claim):
        return unverified(f"metric {name!r} is not the bound column {column.name!r}")
    core = said & stated
    rivals = [other.name for other in measures(cell.evidence) if _is_rival(other, column, core)]
    if rivals:
        return unverified(f"metric {name!r} may also mean {rivals[0]!r}")
    return None


def _is_rival(other: Column, column: Column, core: frozenset[str]) -> bool:
    alike = other.name != column.name and other.agg == column.agg and other.unit == column.unit
    return alike and core <= column_stems(other)


def column_stems(column: Column) -> frozenset[str]:
    """The words a column may be called by."""
    measured = units.unit_of(column.unit, column.agg).dimension if column.role != "key" else ""
    implied = _IMPLIED.get(measured, frozenset()) if not column.label else frozenset()
    return vocabulary.stems(column.name) | vocabulary.stems(column.label) | implied


def _context_stems(cell: BoundCell, claim: Claim) -> frozenset[str]:
    evidence, column = cell.evidence, cell.column
    subject = claim.slots.get("subject", "")
    values = subject.values() if isinstance(subject, dict) else [subject]
    texts = [evidence.title, evidence.template, column.agg, column.phrase, *map(str, values), *map(str, evidence.params.values())]
    texts += [str(claim.slots.get("agg", ""))]
    return frozenset().union(*(vocabulary.stems(text) for text in texts))


def agg_problem(agg: Any, column: Column) -> Outcome | None:
    """Objects when `agg` is not how the column was aggregated."""
    if not agg:
        return None
    said, stated = units.agg_of(agg), units.agg_of(column.agg)
    if not stated:
        return contradicted(f"{column.name!r} is not a {said}") if _NOT_PLAIN.fullmatch(said) else None
    if said == stated:
        return None
    return contradicted(f"{column.name!r} is a {stated}, not a {said}")
