"""What makes a changed claim true of a synthetic world, worked out without the verifier."""

from collections.abc import Mapping
from typing import Any

from domain.claims import Claim
from domain.evidence import Evidence
from domain.window import parse_rfc3339
from tests.grounding.worlds import World


def is_true(claim: Claim, world: World) -> bool:
    """Whether a changed claim is still true of the world; only as clever as the operators need."""
    source = world.evidence.get(claim.bind[0].evidence)
    if source is None or claim.slots.get("negated") or claim.derive:
        return False
    window = claim.slots.get("window")
    if window and (parse_rfc3339(window["start"]), parse_rfc3339(window["end"])) != (source.window.start, source.window.end):
        return False
    truth = {
        "quantity": true_quantity,
        "entity": true_entity,
        "comparison": true_comparison,
        "quote": true_quote,
        "temporal": true_temporal,
    }
    return claim.kind in truth and bool(truth[claim.kind](claim, source))


def cell_of(source: Evidence, subject: Any, name: str) -> Any:
    rows = [row for row in source.rows if isinstance(subject, Mapping) and all(row.get(key) == value for key, value in subject.items())]
    return rows[0].get(name) if len(rows) == 1 else None


FACTORS = {"ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "B": 1.0, "KB": 1e3, "KiB": 1024.0}


def true_quantity(claim: Claim, source: Evidence) -> bool:
    slots = claim.slots
    column = source.column(str(slots["metric"]))
    actual = (
        source.aggregates.get(slots["metric"]) if slots["subject"] == "all" else cell_of(source, slots["subject"], str(slots["metric"]))
    )
    if column is None or actual is None or slots["agg"] != column.agg:
        return False
    if slots["unit"] != column.unit and not {slots["unit"], column.unit} <= set(FACTORS):
        return False
    actual = actual * FACTORS.get(column.unit, 1.0) / FACTORS.get(slots["unit"], 1.0)
    digits = len(repr(slots["value"]).partition(".")[2]) if isinstance(slots["value"], float) and slots["value"] % 1 else 0
    return bool(abs(actual - slots["value"]) <= (0.0 if column.unit == "1" else 0.5 * 10.0**-digits))


def true_entity(claim: Claim, source: Evidence) -> bool:
    slots = claim.slots
    if "quantifier" not in slots:
        return bool(cell_of(source, slots["subject"], slots["attribute"]) == slots["value"])
    own = cell_of(source, slots["subject"], slots["by"])
    values: list[Any] = [row.get(slots["by"]) for row in source.rows]
    return own is not None and bool(own == (max if slots["quantifier"] == "most" else min)(values))


def true_comparison(claim: Claim, source: Evidence) -> bool:
    slots = claim.slots
    a = cell_of(source, slots["subject"], slots["metric"])
    b = cell_of(source, slots["other"], slots["metric"]) if "other" in slots else cell_of(source, slots["subject"], "errors_before")
    if a is None or b is None or slots["agg"] != "count" or slots.get("unit") not in {None, "1", "%"}:
        return False
    value = slots.get("value", 0)
    digits = len(repr(value).partition(".")[2]) if isinstance(value, float) and value % 1 else 0
    half = 0.5 * 10.0**-digits
    answers = {"higher": a > b, "lower": a < b, "equal": a == b, "difference": a - b == value, "doubled": 1.9 <= a / b <= 2.1}
    answers |= {
        "halved": 0.475 <= a / b <= 0.525,
        "ratio": abs(a / b - value) <= half,
        "pct_change": abs(100 * (a - b) / b - value) <= half,
    }
    return bool(answers[slots["op"]])


def true_quote(claim: Claim, source: Evidence) -> bool:
    return any(claim.slots["text"] in str(row.get("body")) for row in source.rows)


def true_temporal(claim: Claim, source: Evidence) -> bool:
    slots = claim.slots
    if "at" in slots:
        seen = cell_of(source, slots["event"], "first_seen")
        return seen is not None and parse_rfc3339(seen) == parse_rfc3339(slots["at"])
    one, two = (cell_of(source, slots[name], "first_seen") for name in ("first", "then"))
    if one is None or two is None or one == two:
        return False
    gap = (parse_rfc3339(two) - parse_rfc3339(one)).total_seconds()
    return (gap > 0) == (slots["relation"] == "before") and bool(slots.get("gap_s", abs(gap)) == abs(gap))
