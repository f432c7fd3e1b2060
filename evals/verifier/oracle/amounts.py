"""Whether a number or a comparison holds: recomputed from the cells in decimals."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from evals.verifier.oracle import numbers
from evals.verifier.oracle.cells import COUNTED, Cell, is_whole, lookup
from evals.verifier.oracle.frame import AGGS, agg_truth, is_window, metric_truth, plain, subject_truth, window_truth
from evals.verifier.oracle.truths import Doc, Sources, Truth, both, denied, of

_OPS = {"==": "=", "": "=", "at least": "≥", "at most": "≤", "more than": ">", "less than": "<", "~": "≈"}
_WORDS = {
    "doubled": ("1.9", "2.1"),
    "twice": ("1.9", "2.1"),
    "tripled": ("2.85", "3.15"),
    "quadrupled": ("3.8", "4.2"),
    "halved": ("0.475", "0.525"),
}
_SIGNS = {"higher": 1, "more": 1, "lower": -1, "fewer": -1, "equal": 0}
_LEVEL = Decimal("0.005")
_BINARY = re.compile(r"\$1 ([-+/*]) \$2")
_BEFORE = frozenset("before baseline previous prev prior earlier old past".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Amount:
    """A recomputed number: its unit, and whether it is a count to be said exactly."""

    value: Decimal
    unit: str
    exact: bool


def answered(doc: Doc, path: str) -> bool:
    """Whether a query gave an answer that a path can be read of."""
    return doc["status"] == "ok" or (doc["status"] == "empty" and path.startswith("aggregates.") and doc["scope_rows"] > 0)


def bound(claim: Doc, sources: Sources, *roles: str) -> list[list[Cell]] | None:
    """The cells of each binding of these roles; None when one leads nowhere or its query failed."""
    found = []
    for one in claim["bind"]:
        if roles and one["role"] not in roles:
            continue
        doc = sources.get(one["evidence"])
        cells = lookup(doc, one["path"]) if doc and answered(doc, one["path"]) else []
        if not cells:
            return None
        found.append(cells)
    return found or None


def _of_cell(cell: Cell) -> Amount | None:
    value = numbers.decimal(cell.value)
    return None if value is None else Amount(value, "%" if cell.agg in {"ratio", "rate"} and cell.unit == "1" else cell.unit, cell.is_count)


def _scaled(cell: Cell) -> Amount | None:
    """A share printed as a fraction is a hundredth of its per cent."""
    one = _of_cell(cell)
    return Amount(one.value * 100, "%", exact=False) if one and one.unit == "%" and cell.unit == "1" else one


def quantity(claim: Doc, sources: Sources) -> Truth:
    """Whether the number is that of the cells, in all it says of them."""
    groups = bound(claim, sources, "value", "series") if not claim.get("derive") else bound(claim, sources)
    if groups is None:
        return "false"
    cells = [cell for group in groups for cell in group]
    amount = _derived(claim, groups) if claim.get("derive") or len(cells) > 1 else _scaled(cells[0])
    slots = claim["slots"]
    if amount is None:
        return "false"
    frame = [subject_truth(slots.get("subject"), cells, slots.get("window")), window_truth(slots.get("window"), cells)]
    named = (
        [_derived_names(claim, cells)]
        if claim.get("derive")
        else [metric_truth(slots.get("metric"), cells[0]), agg_truth(slots.get("agg"), cells[0])]
    )
    return both([*frame, *named, _value_truth(slots, amount), _sample_truth(slots, amount, cells)])


def _derived_names(claim: Doc, cells: Sequence[Cell]) -> Truth:
    slots, how = claim["slots"], claim["derive"]
    known = {plain(cell.column.get(field, "")) for cell in cells for field in ("name", "label")}
    agg, aggs = AGGS.get(str(slots.get("agg", "")), str(slots.get("agg", ""))), {cell.agg for cell in cells}
    fits = not agg or agg in {how, *aggs} or (how == "sum" and agg in COUNTED and aggs <= COUNTED)
    if any(cell.agg == "?" for cell in cells):
        return "open"
    return of(plain(slots.get("metric", "")) in known and fits) if how.isalpha() else "true"


def _derived(claim: Doc, groups: Sequence[Sequence[Cell]]) -> Amount | None:
    cells = [cell for group in groups for cell in group]
    how = claim.get("derive") or str(claim["slots"].get("agg"))
    lists = any(len(group) > 1 or one["path"].startswith("rows[*]") for group, one in zip(groups, claim["bind"], strict=False))
    if lists and not all(is_whole(cell.doc) for cell in cells):
        return None
    if how == "count":
        return Amount(Decimal(len(cells)), "1", exact=True)
    values = [numbers.decimal(cell.value) for cell in cells]
    if any(value is None for value in values):
        return None
    return _worked_out(how, [value for value in values if value is not None], cells[0])


def _worked_out(how: str, values: list[Decimal], cell: Cell) -> Amount | None:
    simple = {"sum": sum(values, Decimal(0)), "max": max(values), "min": min(values)}
    if how in simple:
        return Amount(simple[how], cell.unit, cell.is_count)
    sign = _BINARY.fullmatch(how)
    left, right = values[0], values[-1]
    if sign and sign[1] in "+-":
        return Amount(left + right if sign[1] == "+" else left - right, cell.unit, cell.is_count)
    if not right:
        return None
    shares = {"ratio": left / right, "pct_change": (left - right) / abs(right)}
    name = "ratio" if sign and sign[1] == "/" else how
    return Amount(shares[name] * 100, "%", exact=False) if name in shares else None


def _value_truth(slots: Doc, amount: Amount) -> Truth:
    op = _OPS.get(str(slots.get("op", "=")), str(slots.get("op", "=")))
    unit = slots["unit"] if slots.get("unit") not in (None, "") else amount.unit
    actual = amount.value / 100 if amount.unit == "%" and unit == "1" else numbers.converted(amount.value, amount.unit, unit)
    said = slots.get("value")
    if actual is None or said is None or (op == "between") != isinstance(said, list):
        return "open" if amount.unit == "?" else "false"
    try:
        held = numbers.relates(op, said, actual, exact=amount.exact)
    except InvalidOperation:
        return "false"
    return "open" if held is None else of(held)


def _sample_truth(slots: Doc, amount: Amount, cells: Sequence[Cell]) -> Truth:
    exactly = _OPS.get(str(slots.get("op", "=")), str(slots.get("op", "="))) == "="
    return of(not (exactly and amount.exact and any(cell.doc.get("sampled") for cell in cells)))


def comparison(claim: Doc, sources: Sources) -> Truth:
    """Whether two cells of one measure stand to each other as said."""
    now, before = bound(claim, sources, "value"), bound(claim, sources, "baseline")
    if now is None or before is None or len(now) != 1 or len(before) != 1 or len(now[0]) != 1 or len(before[0]) != 1:
        return "false"
    left, right = now[0][0], before[0][0]
    return both([_sides_truth(claim["slots"], left, right), _relation_truth(claim["slots"], left, right)])


def _sides_truth(slots: Doc, left: Cell, right: Cell) -> Truth:
    other = slots.get("other")
    pair = [
        agg_truth(slots.get("agg"), left),
        agg_truth(slots.get("agg"), right),
        metric_truth(slots.get("metric"), left),
        _alike(left, right),
    ]
    who = [
        subject_truth(slots.get("subject"), [left], slots.get("window")),
        subject_truth(other or slots.get("subject"), [right], slots.get("window")),
    ]
    return both([*pair, *who, window_truth(slots.get("window"), [left]), _baseline_truth(slots, left, right)])


def _alike(left: Cell, right: Cell) -> Truth:
    if left.doc is right.doc and left.place == right.place and left.column["name"] == right.column["name"]:
        return "false"
    names = [set(plain(cell.column["name"]).split()) for cell in (left, right)]
    if names[0] & _BEFORE and not names[1] & _BEFORE:
        return "false"
    return of(left.unit == right.unit and left.agg == right.agg and names[0] - _BEFORE - {"now"} == names[1] - _BEFORE - {"now"})


def _baseline_truth(slots: Doc, left: Cell, right: Cell) -> Truth:
    beside = left.doc is right.doc and left.column["name"] != right.column["name"]
    window = right.doc.get("baseline_window") if beside else right.doc["window"]
    said = slots.get("baseline_window")
    if not said:
        return "true" if beside or left.doc["window"] == right.doc["window"] else "open"
    return of(is_window(said, window))


def _relation_truth(slots: Doc, left: Cell, right: Cell) -> Truth:
    one, other = _scaled(left), _scaled(right)
    if one is None or other is None:
        return "false"
    op, direction = str(slots.get("op")), slots.get("direction")
    known = [of(_runs(word, one, other)) for word in (op, direction) if word in _SIGNS or word in _WORDS]
    if slots.get("value") is not None:
        known.append(_measured(op, slots, one, other))
    return both(known) if known else "false"


def _runs(word: Any, left: Amount, right: Amount) -> bool:
    if word in _WORDS:
        low, high = map(Decimal, _WORDS[word])
        return bool(right.value) and low <= left.value / right.value <= high
    gap = left.value - right.value
    if _SIGNS[word]:
        return gap * _SIGNS[word] > 0
    return gap == 0 if left.exact and right.exact else abs(gap) <= _LEVEL * abs(left.value)


def _measured(op: str, slots: Doc, left: Amount, right: Amount) -> Truth:
    unit, said = slots.get("unit"), slots["value"]
    if op == "difference":
        points = left.unit == "%"
        actual = numbers.converted(left.value - right.value, "pp" if points else left.unit, unit or ("pp" if points else left.unit))
        return "false" if actual is None else of(numbers.equal(said, actual, exact=left.exact and right.exact))
    if not right.value:
        return "false"
    if op == "ratio":
        return of(unit in (None, "", "1", "x") and numbers.equal(said, left.value / right.value, exact=False))
    if op == "pct_change" and unit == "1":
        return "open"
    if op == "pct_change":
        return of(
            unit in (None, "", "%", "percent") and numbers.equal(said, (left.value - right.value) * 100 / abs(right.value), exact=False)
        )
    return "open"


def negatable(claim: Doc, truth: Truth) -> Truth:
    """The answer under `negated`."""
    return denied(truth) if claim["slots"].get("negated") is True else truth
