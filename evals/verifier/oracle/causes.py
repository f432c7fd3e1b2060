"""Whether a cause is shown, an earlier incident is as said, an action is called for: in the records that the evaluation plants."""

from decimal import Decimal
from typing import Any

from evals.verifier.oracle import numbers
from evals.verifier.oracle.amounts import bound
from evals.verifier.oracle.cells import Cell
from evals.verifier.oracle.frame import is_window, moment
from evals.verifier.oracle.truths import Doc, Sources, Truth, both, of

_ANSWERED = {
    "deploy": "roll_back_deploy", "config": "revert_config", "flag": "disable_flag", "pool exhaustion": "raise_pool_size",
    "cpu saturation": "scale_out", "disk full": "extend_disk",
}  # fmt: skip
_RISE = Decimal("1.5")


def causal(claim: Doc, sources: Sources) -> Truth:
    """Hedged; both ends bound to cells of theirs that left their usual level, the cause not later; the effect calls the cause."""
    slots = claim["slots"]
    cause, effect = _service(slots.get("cause")), _service(slots.get("effect"))
    first, then, premises = (bound(claim, sources, role) for role in ("cause", "effect", "premise"))
    everything = bound(claim, sources)
    if not claim.get("hedge") or first is None or then is None or everything is None:
        return "false"
    ends = (first[0][0], cause, slots.get("cause")), (then[0][0], effect, slots.get("effect"))
    begun = [moment(cell.row.get("onset_at")) for cell, _, _ in ends]
    in_order = begun[0] is not None and begun[1] is not None and begun[0] <= begun[1]
    cells = [cell for group in everything for cell in group]
    one_time = all(is_window(slots.get("window") or cell.doc["window"], cell.doc["window"]) for cell in cells)
    held = [of(all(_departs(cell, name, end) for cell, name, end in ends)), of(in_order and one_time and cause != effect)]
    return both([*held, of(_calls(effect, cause, sources)), "open" if premises is None else _about(premises, sources)])


def _service(end: Any) -> str:
    return str(end.get("service", "")) if isinstance(end, dict) else ""


def _departs(cell: Cell, service: str, end: Any) -> bool:
    value, usual = numbers.decimal(cell.value), numbers.decimal(cell.row.get(f"{cell.column['name']}_before"))
    if value is None or usual is None or cell.row.get("service") != service:
        return False
    return end.get("metric") in {None, cell.column["name"]} and value > usual * _RISE


def _calls(caller: str, callee: str, sources: Sources) -> bool:
    """Whether one calls the other, directly or through others."""
    links = {(row["caller"], row["callee"]) for doc in sources.values() for row in doc["rows"] if "caller" in row and doc["status"] == "ok"}
    reached, fresh = {caller}, {caller}
    while fresh:
        fresh = {below for above, below in links if above in fresh} - reached
        reached |= fresh
    return callee in reached - {caller}


def _about(premises: list[list[Cell]], _sources: Sources) -> Truth:
    """Premises of outsiders say nothing; of other cells the evaluation plants only good ones, so a changed one is left open."""
    planted = all(cell.column["name"] in {"calls", "at"} for group in premises for cell in group)
    return "true" if planted else "open"


def past_incident(claim: Doc, sources: Sources) -> Truth:
    """The row bound is that incident, as similar and of that cause."""
    groups, slots = bound(claim, sources), claim["slots"]
    if groups is None or len(groups[0]) != 1 or groups[0][0].place is None:
        return "false"
    row = groups[0][0].row
    held = numbers.decimal(row.get("similarity"))
    alike = held is not None and slots.get("similarity") is not None and numbers.equal(slots["similarity"], held, exact=False)
    return of(row.get("incident_id") == slots.get("incident_id") and alike and slots.get("cause") in {None, row.get("root_cause")})


def recommendation(claim: Doc, sources: Sources) -> Truth:
    """The action answers what the platform's cell says of the very target."""
    groups, slots = bound(claim, sources), claim["slots"]
    if groups is None or not slots.get("target"):
        return "false"
    cells = [cell for group in groups for cell in group]
    answered = [cell for cell in cells if _ANSWERED.get(str(cell.value)) == slots.get("action") and cell.column.get("trust") != "external"]
    about = any(cell.row.get("service") == slots["target"] for cell in answered)
    by_name = any(cell.row.get("service") == slots["target"] for cell in cells)
    return (
        "true"
        if about and len(cells) == 1
        else "false"
        if not by_name or slots.get("action") not in _ANSWERED.values()
        else _loosely(cells)
    )


def _loosely(cells: list[Cell]) -> Truth:
    """Of a premise in other words the oracle has no opinion; words of outsiders alone carry nothing."""
    return "false" if all(cell.column.get("trust") == "external" for cell in cells) else "open"
