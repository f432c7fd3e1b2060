"""From a claim's bindings to recomputed amounts, with every reason why that may not be possible."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.claims import Binding, BindRole, Claim
from domain.evidence import Column, Evidence
from grounding import derive, units
from grounding.amounts import Amount, DeriveError
from grounding.derive import Operand
from grounding.outcomes import Outcome, unverified
from grounding.paths import BoundCell, Unresolved, is_complete, is_series, resolve

EvidenceById = Mapping[str, Evidence]
_AVERAGED = re.compile(r"p\d+(?:\.\d+)?|avg")
_IMPLIED = {"sum": "sum", "count": "count", "max": "max", "min": "min"}


@dataclass(frozen=True, slots=True)
class Measured:
    """A recomputed amount, the cells it came from, and whether it is an exact count."""

    amount: Amount
    cells: tuple[BoundCell, ...]
    exact: bool
    derived: str = ""

    @property
    def column(self) -> Column:
        """The column of the first cell."""
        return self.cells[0].column

    @property
    def is_sampled(self) -> bool:
        """Whether any of the evidence was sampled."""
        return any(cell.evidence.sampled for cell in self.cells)


def operand(binding: Binding, evidence: EvidenceById) -> Operand | Outcome:
    """The cells of one binding; an outcome when the evidence is missing, failed or has no such cell."""
    source = evidence.get(binding.evidence)
    if source is None:
        return unverified(f"there is no evidence {binding.evidence!r}")
    problem = status_problem(source, binding.path)
    if problem:
        return problem
    cells = resolve(source, binding.path)
    if isinstance(cells, Unresolved):
        return unverified(cells.reason)
    return Operand(binding, cells)


def status_problem(source: Evidence, path: str) -> Outcome | None:
    """Objects when the query did not answer; an empty answer still has its aggregates."""
    if source.status == "ok" or (source.status == "empty" and source.scope_rows > 0 and path.startswith("aggregates.")):
        return None
    return unverified(f"no data: {source.id} ended {source.status!r}")


def operands(bindings: Sequence[Binding], evidence: EvidenceById) -> tuple[Operand, ...] | Outcome:
    """All bindings resolved, or the first problem."""
    found = []
    for binding in bindings:
        one = operand(binding, evidence)
        if isinstance(one, Outcome):
            return one
        found.append(one)
    return tuple(found)


def measured(claim: Claim, evidence: EvidenceById, role: BindRole = "value") -> Measured | Outcome:
    """The amount a claim's `role` bindings (all of them under `derive`) come to."""
    if claim.derive:
        return _derived(claim.derive, claim.bind, evidence)
    bindings = claim.bound(role) or (claim.bound("series") if role == "value" else ())
    if not bindings:
        return unverified("unbound: no cell is cited" if not claim.bind else f"no binding has the role {role!r}")
    if len(bindings) > 1:
        return unverified(f"{len(bindings)} cells are cited as {role!r} and no derivation says how they combine")
    if is_series(bindings[0].path):
        return _implied(claim, bindings[0], evidence)
    found = operand(bindings[0], evidence)
    return found if isinstance(found, Outcome) else single(found.cells[0])


def single(cell: BoundCell) -> Measured | Outcome:
    """One cell as a measured amount."""
    try:
        amount = derive.amount_of(cell)
    except DeriveError as error:
        return unverified(str(error))
    return Measured(amount, (cell,), exact=is_count(cell.column, amount))


def is_count(column: Column, amount: Amount) -> bool:
    """Whether an amount is a count, to be claimed exactly."""
    return amount.unit.dimension == "count" and float(amount.value).is_integer() and units.agg_of(column.agg) in units.PLAIN_AGGS


def _implied(claim: Claim, binding: Binding, evidence: EvidenceById) -> Measured | Outcome:
    function = _IMPLIED.get(units.agg_of(claim.slots.get("agg")))
    if not function:
        return unverified(f"{binding.path!r} is a series and neither agg nor derive says how it becomes one number")
    return _derived(function, (binding,), evidence)


def _derived(expression: str, bindings: Sequence[Binding], evidence: EvidenceById) -> Measured | Outcome:
    found = operands(bindings, evidence)
    if isinstance(found, Outcome):
        return found
    problem = incomplete(found)
    if problem:
        return problem
    return _evaluated(expression, found)


def incomplete(found: Sequence[Operand]) -> Outcome | None:
    """Objects when a whole list is used that is not the whole list."""
    for one in found:
        sources = {cell.evidence.id: cell.evidence for cell in one.cells}
        cut = next((source for source in sources.values() if not is_complete(source)), None)
        if is_series(one.binding.path) and cut:
            return unverified(f"{cut.id} shows {len(cut.rows)} of {cut.rows_total} rows, so its list cannot be counted or summed")
    return None


def _evaluated(expression: str, found: Sequence[Operand]) -> Measured | Outcome:
    cells = tuple(cell for one in found for cell in one.cells)
    if not cells:
        return unverified("the list bound has no rows")
    try:
        value = derive.evaluate(expression, found)
        functions = derive.functions_in(expression)
    except DeriveError as error:
        return unverified(f"derive: {error}")
    if not isinstance(value, Amount):
        return unverified("derive gives a time, not a number")
    averaged = next((cell for cell in cells if _AVERAGED.fullmatch(units.agg_of(cell.column.agg))), None)
    if averaged and "sum" in functions:
        return unverified(f"a sum of {averaged.column.agg} values, as {averaged.column.name!r} has them, measures nothing")
    name = next(iter(functions), expression)
    exact = "count" in functions or is_count(cells[0].column, value)
    return Measured(value, cells, exact, name)
