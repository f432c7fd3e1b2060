"""Operators on what is measured: its unit, aggregation, column and derivation."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random

from domain.claims import Claim
from grounding.metrics import measures
from grounding.mutations.mutant import Operator, cell_of, rebound, source_of, swapped, with_slots
from grounding.operands import EvidenceById

_UNITS = {"ms": "s", "s": "ms", "us": "ms", "ns": "us", "min": "h", "h": "min", "d": "h", "B": "KB", "KB": "B", "MB": "KB", "GB": "MB"}
_UNITS |= {"TB": "GB", "KiB": "MiB", "MiB": "GiB", "GiB": "MiB", "1/s": "1/min", "1/min": "1/h", "1/h": "1/s"}
_BASES = {"KB": "KiB", "MB": "MiB", "GB": "GiB", "TB": "TiB", "KiB": "KB", "MiB": "MB", "GiB": "GB", "TiB": "TB"}
_POINTS = {"%": "pp", "pp": "%"}
_DIMENSIONS = {"1": "%", "ms": "B", "s": "1/s", "B": "ms", "%": "1", "1/s": "s"}
_AGGS = {
    "count": "avg",
    "sum": "avg",
    "avg": "p95",
    "p50": "p95",
    "p90": "p99",
    "p95": "p99",
    "p99": "p50",
    "ratio": "count",
    "rate": "avg",
}
_AGGS |= {"max": "min", "min": "max"}
_TOTALS = {"sum": "max", "max": "sum", "count": "max", "avg": "max", "min": "sum"}
_DERIVES = {"sum": "max", "max": "min", "min": "max", "count": "sum", "ratio": "pct_change", "pct_change": "ratio", "-": "+", "+": "-"}


def _unit_swap(table: dict[str, str]) -> Operator:
    plain = swapped("unit", table)

    def swap(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
        if any(claim.slots.get(name) for name in ("value", "magnitude")):
            yield from plain(claim, evidence, random)

    return swap


def _other_measures(claim: Claim, evidence: EvidenceById) -> list[str]:
    """Names of other measured columns that the claim does not bind."""
    source, cell = source_of(claim, evidence), cell_of(claim, evidence)
    if source is None or cell is None:
        return []
    bound = {binding.path.rpartition(".")[2] for binding in claim.bind}
    return [column.name for column in measures(source) if column.name not in bound and column.type == cell.column.type]


def _metric_swap(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    """Another column is named than the one bound."""
    others = _other_measures(claim, evidence)
    for slot in ("metric", "by"):
        if others and claim.slots.get(slot):
            yield with_slots(claim, **{slot: random.choice(others)})


def _column_swap(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    """Another column is bound than the one named."""
    others = _other_measures(claim, evidence)
    path = claim.bind[0].path if claim.bind else ""
    if others and path.startswith("rows["):
        yield rebound(claim, 0, path=f"{path.rpartition('.')[0]}.{random.choice(others)}")


def _derive_swap(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    """Another derivation from the same cells."""
    for name, other in _DERIVES.items():
        if name in claim.derive and (name.isalpha() or "_" in name or f" {name} " in claim.derive):
            yield replace(claim, derive=claim.derive.replace(name, other, 1))
            return


OPERATORS: dict[str, Operator] = {
    "unit swap": _unit_swap(_UNITS),
    "SI for IEC": _unit_swap(_BASES),
    "% for pp": _unit_swap(_POINTS),
    "unit of another kind": _unit_swap(_DIMENSIONS),
    "agg swap": swapped("agg", _AGGS),
    "sum for max": swapped("agg", _TOTALS),
    "metric swap": _metric_swap,
    "column swap": _column_swap,
    "derivation swap": _derive_swap,
}
