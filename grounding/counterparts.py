"""Whether the two operands of a comparison are counterparts: the same measure over windows of one length."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from domain.claims import Claim
from domain.evidence import Column
from domain.window import Window
from grounding import metrics, units, vocabulary, windows
from grounding.outcomes import Outcome, contradicted, unverified
from grounding.paths import BoundCell

_BEFORE = frozenset({"before", "baseline", "previous", "prev", "prior", "earlier", "old", "past"})
_NOW = frozenset({"now", "after", "current", "new", "recent", "later"})
_LONE_PAIR = 2


def columns_problem(claim: Claim, value: BoundCell, baseline: BoundCell, other: Any) -> Outcome | None:
    """Objects when metric or aggregation of the operands differ from the claim's or from each other."""
    problem = metrics.agg_problem(claim.slots.get("agg"), value.column) or metrics.agg_problem(claim.slots.get("agg"), baseline.column)
    if problem:
        return problem
    if is_before(value.column) and not is_before(baseline.column):
        return contradicted(f"the value bound, {value.column.name!r}, is the baseline's")
    metric = claim.slots.get("metric")
    problem = metrics.metric_problem(metric, value, claim) if metric else None
    return problem or _pair_problem(value, baseline, other)


def is_before(column: Column) -> bool:
    """Whether a column holds the baseline window's values, by its name."""
    return bool(frozenset(vocabulary.plain(column.name).split()) & _BEFORE)


def _pair_problem(value: BoundCell, baseline: BoundCell, other: Any) -> Outcome | None:
    left, right = value.column, baseline.column
    is_same_cell = value.evidence.id == baseline.evidence.id and value.index == baseline.index and left.name == right.name
    if is_same_cell:
        return unverified("both operands are the same cell")
    if units.agg_of(left.agg) != units.agg_of(right.agg):
        return contradicted(f"{left.name!r} is a {left.agg}, {right.name!r} a {right.agg}")
    if left.name == right.name or _core(left) == _core(right) or _is_named(other, right) or _is_lone_pair(value, baseline):
        return None
    return contradicted(f"{left.name!r} is compared with {right.name!r}")


def _core(column: Column) -> frozenset[str]:
    return frozenset(vocabulary.plain(column.name).split()) - _BEFORE - _NOW


def _is_named(other: Any, column: Column) -> bool:
    return isinstance(other, str) and metrics.is_named(other, column)


def _is_lone_pair(value: BoundCell, baseline: BoundCell) -> bool:
    """Two measures alike in unit and aggregation, of which there are no others, beside a baseline window."""
    if value.evidence.baseline_window is None or value.evidence.id != baseline.evidence.id:
        return False
    alike = [one for one in metrics.measures(value.evidence) if (one.unit, one.agg) == (value.column.unit, value.column.agg)]
    return len(alike) == _LONE_PAIR


def spans_problem(claim: Claim, value: BoundCell, baseline: BoundCell, has_other: bool) -> Outcome | None:
    """Objects when the baseline's window is not the one claimed, or of another length than the value's."""
    span = _baseline_span(baseline, value)
    stated = claim.slots.get("baseline_window") or _window_in_other(claim.slots.get("other"))
    if stated:
        problem = _stated_problem(stated, span, baseline)
        if problem:
            return problem
    if has_other and not stated and span and not _equal(span, value.evidence.window):
        return unverified("the two operands cover different windows and the claim does not say so")
    return _length_problem(value.evidence.window, span)


def _baseline_span(baseline: BoundCell, value: BoundCell) -> Window | None:
    evidence = baseline.evidence
    is_beside = evidence.id == value.evidence.id and baseline.column.name != value.column.name
    if is_beside and evidence.baseline_window and (is_before(baseline.column) or _is_lone_pair(value, baseline)):
        return evidence.baseline_window
    return evidence.window


def _window_in_other(other: Any) -> Any:
    if not isinstance(other, Mapping):
        return None
    return other.get("baseline_window") or (other if "start" in other else None)


def _stated_problem(stated: Any, span: Window | None, baseline: BoundCell) -> Outcome | None:
    claimed = windows.span_of(stated)
    if claimed is None:
        return unverified(f"baseline_window {stated!r} is not {{start, end}} in RFC 3339")
    bucket = windows.bucket_of(baseline)
    if bucket and windows.equals(claimed, bucket):
        return None
    return windows.mismatch(claimed, span, baseline.evidence)


def _equal(left: Window, right: Window) -> bool:
    return windows.equals((left.start, left.end), right)


def _length_problem(window: Window, span: Window | None) -> Outcome | None:
    if span is None or abs(window.length - span.length) < timedelta(seconds=1):
        return None
    return unverified(f"the windows compared differ in length: {window.length} and {span.length}")
