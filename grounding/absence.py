"""Absence: nothing of a kind was seen, which needs a whole, timely look that could have seen it; otherwise "no data"."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from domain.claims import Binding, Claim
from domain.evidence import Evidence
from grounding import metrics, subjects, vocabulary, windows
from grounding.cells import number
from grounding.operands import EvidenceById
from grounding.outcomes import Outcome, contradicted, first_problem, supported, unverified
from grounding.paths import BoundCell, Unresolved, is_complete, is_series, resolve
from grounding.support import support_problem

_DIGITS = re.compile(r"\d")
_BARE = frozenset({"", "rows", "rows[*]"})


def check(claim: Claim, evidence: EvidenceById) -> Outcome:
    """Whether the bound evidence shows that nothing of the kind was there."""
    if not claim.bind:
        return unverified("unbound: no evidence is cited")
    binding = claim.bind[0]
    source = evidence.get(binding.evidence)
    if source is None:
        return unverified(f"there is no evidence {binding.evidence!r}")
    cells = _cells(source, binding)
    if isinstance(cells, Unresolved):
        return unverified(cells.reason)
    problem = first_problem(
        partial(control_problem, source),
        partial(support_problem, cells, "an all-clear"),
        partial(_frame_problem, claim, source, binding, cells),
        partial(_presence, claim, source, binding, cells),
    )
    return problem or supported()


def _cells(source: Evidence, binding: Binding) -> tuple[BoundCell, ...] | Unresolved:
    if binding.path.replace(" ", "") in _BARE:
        return ()
    return resolve(source, binding.path)


def control_problem(source: Evidence) -> Outcome | None:
    """Objects unless the query could have seen the thing: answered, in scope, whole, unsampled and not late."""
    lateness = source.window.length.total_seconds()
    reasons = (
        (source.status not in {"ok", "empty"}, f"{source.id} ended {source.status!r}"),
        (source.scope_rows <= 0, f"{source.id} had no rows in scope that could have shown it"),
        (not is_complete(source), f"{source.id} is truncated"),
        (source.sampled, f"{source.id} is a sample"),
        (source.lag_s > 0 and source.lag_s >= lateness, f"the data of {source.id} lags {source.lag_s:g} s behind its window"),
    )
    return next((unverified(f"no data: {reason}") for is_so, reason in reasons if is_so), None)


def _frame_problem(claim: Claim, source: Evidence, binding: Binding, cells: tuple[BoundCell, ...]) -> Outcome | None:
    slots = claim.slots
    return first_problem(
        partial(_window_problem, slots.get("window"), source),
        partial(_subject_problem, slots.get("subject"), source, binding, cells),
        partial(_topic_problem, str(slots.get("what") or ""), source, binding, cells),
    )


def _window_problem(slot: Any, source: Evidence) -> Outcome | None:
    if not slot:
        return None
    span = windows.span_of(slot)
    if span is None:
        return unverified(f"window {slot!r} is not {{start, end}} in RFC 3339")
    return windows.mismatch(span, source.window, source)


def _subject_problem(subject: Any, source: Evidence, binding: Binding, cells: tuple[BoundCell, ...]) -> Outcome | None:
    if cells and cells[0].row is not None and not is_series(binding.path):
        return subjects.subject_problem(subject, cells)
    if not subject:
        return None
    if subjects.is_everything(subject):
        narrowed = subjects.entity_filters(source)
        return unverified(f"{source.id} only covers {narrowed}, not all") if narrowed else None
    return _scope_problem(subject, source)


def _scope_problem(subject: Any, source: Evidence) -> Outcome | None:
    """Silence about a subject needs a query that asked about it, or rows that show it was looked at."""
    narrowed = subjects.filters_of(source)
    wanted = dict(subject) if isinstance(subject, Mapping) else {}
    if isinstance(subject, str):
        return None if any(subjects.mentions(subject, str(value)) for value in narrowed.values()) else _unseen(subject, source)
    for key, value in wanted.items():
        if key not in narrowed:
            return _unseen(value, source)
        if str(narrowed[key]) != str(value):
            return contradicted(f"{source.id} is about {key} {narrowed[key]!r}, not {value!r}")
    return None


def _unseen(what: Any, source: Evidence) -> Outcome:
    return unverified(f"no data: {source.id} does not show that {what!r} was looked at")


def _topic_problem(what: str, source: Evidence, binding: Binding, cells: tuple[BoundCell, ...]) -> Outcome | None:
    """Objects when the evidence is not about `what`."""
    said = vocabulary.stems(what)
    if not said:
        return unverified("the claim does not say what was absent")
    nearest = _nearest_stems(binding, cells)
    stated = nearest | _topic(source)
    if vocabulary.are_opposed(said, nearest or stated):
        return contradicted(f"{source.id} is about {' '.join(sorted(nearest or stated))}, not {what!r}")
    missing = [word for word in sorted(said - stated) if _DIGITS.search(word)]
    if not said & stated or missing:
        return unverified(f"no data: {source.id} is not about {what!r}")
    return None


def _nearest_stems(binding: Binding, cells: tuple[BoundCell, ...]) -> frozenset[str]:
    name = vocabulary.stems(binding.path.removeprefix("aggregates.")) if binding.path.startswith("aggregates.") else frozenset()
    return name.union(*(metrics.column_stems(cell.column) for cell in cells[:1]))


def _topic(source: Evidence) -> frozenset[str]:
    texts = [source.title, source.template, *(str(value) for value in source.params.values())]
    texts += [part for column in source.columns for part in (column.name, column.label)]
    return frozenset().union(*(vocabulary.stems(text) for text in texts))


def _presence(claim: Claim, source: Evidence, binding: Binding, cells: tuple[BoundCell, ...]) -> Outcome | None:
    """Objects when something is there after all."""
    if binding.path.replace(" ", "") in _BARE:
        return contradicted(f"{source.id} has {source.rows_total} rows") if source.rows_total or source.rows else None
    amounts = [number(cell.value) for cell in cells]
    if any(amount is None for amount in amounts):
        return unverified(f"no data: {binding.path!r} of {source.id} holds no number")
    total = sum(float(amount) for amount in amounts if amount is not None)
    return contradicted(f"recomputed: {total:g} {claim.slots.get('what')}") if any(amounts) else None
