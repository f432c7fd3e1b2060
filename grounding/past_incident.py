"""Past incidents: it exists in the bound evidence or the record, belongs to the same tenant, and is as similar as said."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from domain.claims import Claim
from grounding import operands, relations, units, windows
from grounding.case import Case
from grounding.cells import folded, number, same
from grounding.outcomes import Outcome, contradicted, first_problem, supported, unverified
from grounding.paths import BoundCell
from grounding.quantity import rounded

_ID = ("incident_id", "id", "incident", "issue_id")
_SIMILARITY = ("similarity", "score", "similarity_pct")
_CAUSE = ("root_cause", "cause")
_PLAIN = frozenset({"incident_id", "id", "similarity", "cause", "root_cause", "window", "op", "unit", "about"})


def check(claim: Claim, case: Case) -> Outcome:
    """Supported where the bound row is that incident, of this tenant, and similarity and cause are as its cells have them."""
    wanted = claim.slots.get("incident_id") or claim.slots.get("id")
    cells = _bound(claim, case)
    if isinstance(cells, Outcome):
        return cells
    if not wanted:
        return unverified("no incident is named")
    rows = [cell for cell in cells if cell.row is not None]
    return (
        first_problem(
            partial(_incident_problem, str(wanted), rows, case),
            partial(_tenant_problem, str(wanted), cells, case),
            partial(_similarity_problem, claim, rows),
            partial(_cause_problem, claim, rows, case),
            partial(_more_problem, claim, rows),
            *(partial(windows.window_problem, claim.slots.get("window"), cell) for cell in rows),
        )
        or supported()
    )


def _bound(claim: Claim, case: Case) -> tuple[BoundCell, ...] | Outcome:
    if not claim.bind:
        return unverified("unbound: no cell is cited")
    found = operands.operands(claim.bind, case.evidence)
    return found if isinstance(found, Outcome) else tuple(cell for one in found for cell in one.cells)


def _held(cell: BoundCell, names: Sequence[str]) -> tuple[str, Any] | None:
    """The first of some columns that the row has, with its cell."""
    row = cell.row or {}
    return next(((name, row[name]) for name in names if name in row), None)


def _incident_problem(wanted: str, rows: Sequence[BoundCell], case: Case) -> Outcome | None:
    """Every bound row is of that incident (or of the issue it belongs to)."""
    if not rows:
        return unverified("the cells bound are of no incident")
    for cell in rows:
        told = [value for name in _ID if (value := (cell.row or {}).get(name)) not in (None, "")]
        if not told:
            return unverified(f"{cell.evidence.id} does not say which incident its row is")
        if not any(same(value, wanted) for value in told):
            known = case.knowledge.incidents.get(wanted)
            return contradicted(f"the row bound is {told[0]!r}, not {wanted!r}{'' if known else ', which nothing shows'}")
    return None


def _tenant_problem(wanted: str, cells: Sequence[BoundCell], case: Case) -> Outcome | None:
    """The incident is of the tenant whose evidence this run has; a row may say so itself."""
    tenants = {cell.evidence.tenant for cell in cells} | {source.tenant for source in case.evidence.values()}
    if len(tenants) > 1:
        return unverified(f"the evidence belongs to several tenants: {', '.join(sorted(tenants))}")
    (own,) = tenants
    told = [str(cell.row["tenant"]) for cell in cells if cell.row and cell.row.get("tenant")]
    known = case.knowledge.incidents.get(wanted)
    told += [known.tenant] if known else []
    foreign = next((name for name in told if name != own), "")
    return contradicted(f"incident {wanted!r} belongs to another tenant") if foreign else None


def _similarity_problem(claim: Claim, rows: Sequence[BoundCell]) -> Outcome | None:
    """The similarity as said is the cell at its printed precision."""
    said = claim.slots.get("similarity")
    if said is None:
        return None
    value = number(said)
    held = next((found for cell in rows if (found := _held(cell, _SIMILARITY))), None)
    actual = number(held[1]) if held else None
    if value is None or actual is None:
        return unverified("nothing bound says how similar it is")
    shown = float(actual) * (100 if claim.slots.get("unit") == "%" and actual <= 1 else 1)
    about = relations.op_of(claim.slots.get("op")) == "≈" or claim.slots.get("about") is True
    if units.agrees(value, shown, about=about):
        return None
    mended = replace(claim, slots={**claim.slots, "similarity": rounded(shown, exact=False)}, text="")
    return contradicted(f"the similarity is {shown:g}, not {said}", mended)


def _cause_problem(claim: Claim, rows: Sequence[BoundCell], case: Case) -> Outcome | None:
    """The cause is quoted as the incident's row, or the record, has it."""
    said = claim.slots.get("cause") or claim.slots.get("root_cause")
    if not said:
        return None
    known = case.knowledge.incidents.get(str(claim.slots.get("incident_id")))
    held = [str(found[1]) for cell in rows if (found := _held(cell, _CAUSE)) and found[1]]
    held += [known.cause] if known and known.cause else []
    if any(folded(str(said)) == folded(one) for one in held):
        return None
    return contradicted(f"its cause is on record as {held[0]!r}") if held else unverified("nothing bound says what its cause was")


def _more_problem(claim: Claim, rows: Sequence[BoundCell]) -> Outcome | None:
    """Whatever else is said of it is a cell of its row."""
    for name, value in claim.slots.items():
        if name in _PLAIN or value in (None, ""):
            continue
        held = [cell.row[name] for cell in rows if cell.row and name in cell.row]
        if not any(same(one, value) for one in held):
            return contradicted(f"its {name} is {held[0]!r}, not {value!r}") if held else unverified(f"nothing bound says {name} {value!r}")
    return None
