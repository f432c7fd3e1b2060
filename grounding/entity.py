"""Entity: an attribute or state is what the bound cell says, and a quantifier holds over the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from domain.claims import Claim
from domain.evidence import Column, Row
from grounding import metrics, operands, ranking, subjects, units, windows
from grounding.cells import number, read_time, same
from grounding.operands import EvidenceById
from grounding.outcomes import Outcome, contradicted, first_problem, supported, unverified
from grounding.paths import BoundCell
from grounding.ranking import Quantifier
from grounding.support import support_problem

_MISSING = object()
WELL = frozenset(
    {"ok", "okay", "up", "healthy", "normal", "green", "good", "fine", "well", "clean", "safe", "benign", "harmless", "정상", "양호"}
)
_SHARES = frozenset({"all", "only", "some", "none"})


def check(claim: Claim, evidence: EvidenceById) -> Outcome:
    """Whether the bound row has the attribute, state and rank claimed."""
    bindings = claim.bound("value") or claim.bound("series") or claim.bind
    if not bindings:
        return unverified("unbound: no cell is cited")
    found = operands.operand(bindings[0], evidence)
    if isinstance(found, Outcome):
        return found
    if not found.cells:
        return unverified("the list bound has no rows")
    quantifier = ranking.quantifier_of(claim.slots["quantifier"]) if claim.slots.get("quantifier") else None
    if claim.slots.get("quantifier") and quantifier is None:
        return unverified(f"quantifier {claim.slots['quantifier']!r} is not known")
    return _checked(claim, found.cells, quantifier)


def _checked(claim: Claim, cells: Sequence[BoundCell], quantifier: Quantifier | None) -> Outcome:
    if quantifier is not None and quantifier.is_ranking and len(cells) > 1:
        cells = _own_cells(claim, cells) or cells
    cell, slots = cells[0], claim.slots
    column = _attribute_column(claim, cell)
    if isinstance(column, Outcome):
        return column
    is_share = quantifier is not None and quantifier.name in _SHARES
    problem = first_problem(
        partial(metrics.agg_problem, slots.get("agg"), cell.column),
        partial(windows.window_problem, slots.get("window"), cell),
        partial(_subject_problem, claim, cells, column, is_share),
        partial(_value_problem, claim, cell, column) if not is_share else _nothing,
        partial(_quantifier_problem, claim, cells, column, quantifier) if quantifier else _nothing,
        partial(support_problem, cells, "an all-clear") if _is_all_clear(claim) else _nothing,
    )
    return problem or supported()


def _own_cells(claim: Claim, cells: Sequence[BoundCell]) -> tuple[BoundCell, ...]:
    """The subject's own cells of a list that a ranking is bound to."""
    subject = claim.slots.get("subject")
    return tuple(cell for cell in cells if subject and not isinstance(subjects.named_keys(subject, cell), Outcome))


def _is_all_clear(claim: Claim) -> bool:
    """Whether the claim says that something is well: a log line that says so of itself proves nothing."""
    return str(claimed_value(claim)).strip().casefold() in WELL


def _nothing() -> None:
    return None


def claimed_value(claim: Claim) -> Any:
    """What the attribute is said to be: `value`, else `state`."""
    return claim.slots.get("value", claim.slots.get("state", _MISSING))


def _attribute_column(claim: Claim, cell: BoundCell) -> Column | Outcome:
    """The column the attribute names; the bound one when none is named."""
    name = claim.slots.get("attribute")
    if not name:
        return cell.column
    if metrics.is_named(str(name), cell.column):
        return cell.column
    named = subjects.key_column(str(name), cell.evidence)
    ranked = claim.slots.get("quantifier") and cell.row is not None
    if named and (ranked or cell.column.role == "key"):
        return named
    problem = metrics.metric_problem(name, cell, claim)
    return problem or cell.column


def _subject_problem(claim: Claim, cells: Sequence[BoundCell], column: Column, is_share: bool) -> Outcome | None:
    """A subject names the row, or (beside a key attribute or a share) the rows it is ranked among."""
    subject = claim.slots.get("subject")
    is_scope = is_share or (column.role == "key" and claimed_value(claim) is not _MISSING)
    if not is_scope:
        return subjects.subject_problem(subject, cells, claim.slots.get("window"))
    if not subject or subjects.is_everything(subject) or subjects.is_every_key(subject, cells[0].evidence):
        return _whole_scope_problem(subject, cells[0])
    named = subjects.named_keys(subject, cells[0])
    return named if isinstance(named, Outcome) else None


def _whole_scope_problem(subject: Any, cell: BoundCell) -> Outcome | None:
    narrowed = subjects.entity_filters(cell.evidence)
    return unverified(f"{cell.evidence.id} only covers {narrowed}, not all") if subject and narrowed else None


def _value_problem(claim: Claim, cell: BoundCell, column: Column) -> Outcome | None:
    value = claimed_value(claim)
    if value is _MISSING:
        return None if claim.slots.get("quantifier") or claim.slots.get("subject") else unverified("nothing is claimed of the subject")
    actual = cell.value if column.name == cell.column.name else (cell.row or {}).get(column.name)
    is_same_state = "state" in claim.slots and str(actual).casefold() == str(value).casefold()
    if is_same_state or equals(actual, value, column, claim.slots.get("unit")):
        return None
    correction = replace(claim, slots={**claim.slots, "value": actual}, text="") if "value" in claim.slots else None
    return contradicted(f"{column.name!r} is {actual!r}, not {value!r}", correction)


def equals(actual: Any, value: Any, column: Column, unit: Any = None) -> bool:
    """Whether a cell is what an attribute is said to be: text, number in its unit, time as printed, member of a list."""
    if isinstance(actual, list | tuple) and not isinstance(value, list | tuple):
        return any(same(one, value) for one in actual)
    printed, moment = read_time(value), read_time(actual)
    if printed and moment:
        return printed.zoned and printed.shows(moment.at)
    said, stated = number(value), number(actual)
    if said is not None and stated is not None and not isinstance(value, str):
        measured = units.unit_of(column.unit, column.agg)
        converted = units.convert(float(stated), measured, units.claimed_unit(unit, measured))
        exact = isinstance(stated, int) and measured.dimension == "count"
        return converted is not None and units.agrees(said, converted, exact=exact)
    if isinstance(actual, str) and isinstance(value, str) and column.role != "key":
        return actual.strip().casefold() == value.strip().casefold()
    return same(actual, value)


def _quantifier_problem(claim: Claim, cells: Sequence[BoundCell], column: Column, quantifier: Quantifier) -> Outcome | None:
    cell = cells[0]
    if cell.row is None:
        return unverified("an aggregate has no rows to be ranked among")
    if quantifier.is_ranking:
        return _rank_problem(claim, cell, column, quantifier)
    return _share_problem(claim, cells, column, quantifier)


def _rank_problem(claim: Claim, cell: BoundCell, column: Column, quantifier: Quantifier) -> Outcome | None:
    by = _ranking_column(claim, cell, column, quantifier)
    if isinstance(by, Outcome):
        return by
    rows = _scope(claim, cell, column)
    return ranking.rank_problem(quantifier, by, cell.index or 0, rows, cell.evidence, is_named=bool(claim.slots.get("by")))


def _ranking_column(claim: Claim, cell: BoundCell, column: Column, quantifier: Quantifier) -> Column | Outcome:
    stated = claim.slots.get("by") or claim.slots.get("metric")
    if stated:
        return _column_named(str(stated), cell, claim)
    for each in (cell.column, column):
        if each.role != "key":
            return each
    measures = metrics.measures(cell.evidence)
    wanted = [one for one in measures if (one.type == "time") == (quantifier.name in {"first", "last"})]
    named = [one for one in wanted if quantifier.name in metrics.column_stems(one)] or wanted
    return named[0] if len(named) == 1 else unverified(f"the claim does not say by what {quantifier.name!r} is meant")


def _column_named(name: str, cell: BoundCell, claim: Claim) -> Column | Outcome:
    exact = [one for one in cell.evidence.columns if metrics.is_named(name, one)]
    loose = [one for one in metrics.measures(cell.evidence) if not metrics.metric_problem(name, replace(cell, column=one), claim)]
    found = exact or loose
    return found[0] if len(found) == 1 else unverified(f"{cell.evidence.id} has no one column {name!r} to rank by")


def _scope(claim: Claim, cell: BoundCell, column: Column) -> list[int]:
    """The rows ranked among: those the subject fits apart from the attribute itself, else all."""
    everything = list(range(len(cell.evidence.rows)))
    subject = claim.slots.get("subject")
    if column.role != "key" or not isinstance(subject, Mapping):
        return everything
    names = {name: subjects.key_column(str(name), cell.evidence) for name in subject}
    fixed = {found.name: subject[name] for name, found in names.items() if found and found.name != column.name}
    rows = subjects.rows_fitting(fixed, cell.evidence)
    return rows if len(rows) > 1 else everything


def _share_problem(claim: Claim, cells: Sequence[BoundCell], column: Column, quantifier: Quantifier) -> Outcome | None:
    cell, value, subject = cells[0], claimed_value(claim), claim.slots.get("subject")
    source = cell.evidence
    if value is _MISSING:
        return _lone_problem(cell, quantifier)
    holds = partial(_has, column, value, claim.slots.get("unit"))
    is_scope = not subject or subjects.is_everything(subject) or subjects.is_every_key(subject, source)
    named = {} if is_scope else subjects.named_keys(subject, cell)
    if isinstance(named, Outcome):
        return named
    rows = subjects.rows_fitting(named, source)
    if quantifier.name == "only" and column.name not in named and len(rows) == 1:
        return ranking.share_problem("only", holds, range(len(source.rows)), cell.index, source)
    return ranking.share_problem(quantifier.name, holds, rows, None, source)


def _has(column: Column, value: Any, unit: Any, row: Row) -> bool:
    return equals(row.get(column.name), value, column, unit)


def _lone_problem(cell: BoundCell, quantifier: Quantifier) -> Outcome | None:
    if quantifier.name != "only":
        return unverified(f"{quantifier.name!r} of what is not said")
    return ranking.share_problem("only", lambda _: True, range(len(cell.evidence.rows)), cell.index, cell.evidence)
