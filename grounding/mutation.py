"""Mutation operators: how true claims are made wrong (or rewritten without harm) to measure the verifier itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any

from domain.claims import Binding, Claim
from domain.window import rfc3339
from grounding import units
from grounding.cells import instant
from grounding.operands import EvidenceById
from grounding.paths import BoundCell, Unresolved, key_names, resolve
from grounding.windows import span_of

_UNIT_SWAPS = {"ms": "s", "s": "ms", "min": "h", "h": "min", "B": "KB", "KB": "KiB", "KiB": "KB", "MB": "MiB", "MiB": "MB", "GB": "MB"}
_UNIT_SWAPS |= {"%": "pp", "pp": "%", "1/s": "1/min", "1/min": "1/s"}
_AGG_SWAPS = {
    "count": "avg",
    "sum": "avg",
    "avg": "p95",
    "p50": "p95",
    "p95": "p99",
    "p99": "p95",
    "ratio": "count",
    "max": "min",
    "min": "max",
}
_DIRECTIONS = {"higher": "lower", "lower": "higher", "equal": "higher", "doubled": "halved", "halved": "doubled"}
_RELATIONS = {"before": "after", "after": "before"}
_QUANTIFIERS = {
    "most": "least",
    "least": "most",
    "first": "last",
    "last": "first",
    "some": "all",
    "all": "none",
    "only": "all",
    "none": "some",
}
_BENIGN_DIGITS = 3
_SMALL = 100  # below it, whole numbers have lost too many digits


@dataclass(frozen=True, slots=True)
class Mutant:
    """A claim changed by one operator."""

    operator: str
    claim: Claim


Operator = Callable[[Claim, EvidenceById, Random], Iterable[Claim]]


def mutants(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Mutant]:
    """Every wrong version of a claim; some may still be true by chance, which an oracle has to drop."""
    for name, operator in OPERATORS.items():
        yield from (Mutant(name, changed) for changed in operator(claim, evidence, random) if changed != claim)


def variants(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Mutant]:
    """Every harmless rewriting of a claim; a true claim stays true."""
    for name, operator in BENIGN.items():
        yield from (Mutant(name, changed) for changed in operator(claim, evidence, random) if changed != claim)


def with_slots(claim: Claim, **slots: Any) -> Claim:
    """The claim with some slots replaced."""
    return replace(claim, slots={**claim.slots, **slots})


def _value(claim: Claim) -> float | None:
    value = claim.slots.get("value")
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _scaled(factor: float) -> Operator:
    def scale(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
        value = _value(claim)
        if value:
            shift = value * (1 + factor * random.choice((-1, 1)))
            yield with_slots(claim, value=round(shift) if isinstance(value, int) else float(f"{shift:.6g}"))

    return scale


def _off_by_one(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    value = _value(claim)
    if isinstance(value, int):
        yield with_slots(claim, value=value + random.choice((-1, 1)))


def _times_ten(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    value = _value(claim)
    if value:
        yield with_slots(claim, value=value * 10)


def _digit_swap(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    value = _value(claim)
    text = repr(value) if value is not None else ""
    places = [i for i in range(len(text) - 1) if text[i : i + 2].isdigit() and text[i] != text[i + 1]]
    if places and "e" not in text:
        i = random.choice(places)
        swapped = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
        yield with_slots(claim, value=int(swapped) if isinstance(value, int) else float(swapped))


def _swapped(slot: str, table: Mapping[str, str]) -> Operator:
    def swap(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
        other = table.get(str(claim.slots.get(slot)))
        if other and (slot != "unit" or claim.slots.get("value")):
            yield with_slots(claim, **{slot: other})

    return swap


def _sibling(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    for slot in ("subject", "event", "other"):
        subject = claim.slots.get(slot)
        rows = _sibling_rows(claim, evidence, subject) if isinstance(subject, dict) else []
        if rows and isinstance(subject, dict):
            row = random.choice(rows)
            yield with_slots(claim, **{slot: {name: row.get(name, value) for name, value in subject.items()}})


def _sibling_rows(claim: Claim, evidence: EvidenceById, subject: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = [row for binding in claim.bind if binding.evidence in evidence for row in evidence[binding.evidence].rows]
    return [row for row in rows if any(name in row and row[name] != value for name, value in subject.items())]


def _attribute_sibling(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    cell = _cell(claim, evidence)
    name = str(claim.slots.get("attribute"))
    if cell is None or claim.kind != "entity" or "value" not in claim.slots or cell.row is None or name not in cell.row:
        return
    others = [row[name] for row in cell.evidence.rows if row.get(name) != claim.slots["value"]]
    if others:
        yield with_slots(claim, value=random.choice(others))


def _cell(claim: Claim, evidence: EvidenceById) -> BoundCell | None:
    for binding in claim.bind:
        found = resolve(evidence[binding.evidence], binding.path) if binding.evidence in evidence else Unresolved("")
        if not isinstance(found, Unresolved) and found:
            return found[0]
    return None


def _window_shift(shift: Callable[[Claim, EvidenceById], float]) -> Operator:
    def shifted(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
        span, seconds = span_of(claim.slots.get("window")), shift(claim, evidence)
        if span and seconds:
            start, end = (at + timedelta(seconds=seconds * random.choice((-1, 1))) for at in (span[0], span[0] + (span[1] - span[0])))
            yield with_slots(claim, window={"start": rfc3339(min(start, end)), "end": rfc3339(max(start, end))})

    return shifted


def _step(claim: Claim, evidence: EvidenceById) -> float:
    return max((float(evidence[binding.evidence].step_s or 60) for binding in claim.bind if binding.evidence in evidence), default=0.0)


def _at_shift(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    at = instant(claim.slots.get("at"))
    if at:
        for seconds in (60, 3600, 9 * 3600):
            yield with_slots(claim, at=rfc3339(at + timedelta(seconds=seconds * random.choice((-1, 1)))))


def _order_flip(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    if "first" in claim.slots and "then" in claim.slots:
        yield with_slots(claim, first=claim.slots["then"], then=claim.slots["first"])
        yield replace(with_slots(claim, first=claim.slots["then"], then=claim.slots["first"]), bind=claim.bind[::-1])


def _gap_shift(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    gap = claim.slots.get("gap_s")
    if isinstance(gap, int | float):
        yield with_slots(claim, gap_s=round(gap * 1.5) + 1)


def _negated(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    yield with_slots(claim, negated=True)


def _wrong_evidence(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    others = [name for name in evidence if name != claim.bind[0].evidence]
    if others:
        other = random.choice(others)
        yield replace(claim, bind=tuple(replace(binding, evidence=other) for binding in claim.bind))


def _counted_list(claim: Claim, evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    """A count of the rows shown of a list that was cut."""
    source = evidence.get(claim.bind[0].evidence)
    keys = key_names(source) if source else ()
    if source is None or not keys or not source.truncated or claim.kind != "quantity":
        return
    slots = {"subject": "all", "metric": keys[0], "agg": "count", "op": "=", "value": len(source.rows), "unit": "1"}
    yield replace(claim, slots=slots, bind=(Binding(source.id, f"rows[*].{keys[0]}"),), derive="count")


def _quote_swap(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    text = str(claim.slots.get("text", ""))
    words = text.split()
    if claim.kind != "quote" or len(words) < len(("one", "another")):
        return
    i = random.randrange(len(words) - 1)
    yield with_slots(claim, text=" ".join([*words[:i], words[i + 1], words[i], *words[i + 2 :]]))
    yield with_slots(claim, text=text.replace(words[i], words[i] + " not", 1))


OPERATORS: dict[str, Operator] = {
    **{f"value ±{percent} %": _scaled(percent / 100) for percent in (1, 2, 5, 10, 50)},
    "count ±1": _off_by_one,
    "value ×10": _times_ten,
    "digit swap": _digit_swap,
    "unit swap": _swapped("unit", _UNIT_SWAPS),
    "agg swap": _swapped("agg", _AGG_SWAPS),
    "sibling entity": _sibling,
    "attribute of a sibling": _attribute_sibling,
    "direction flip": _swapped("op", _DIRECTIONS),
    "direction slot flip": _swapped("direction", _DIRECTIONS),
    "relation flip": _swapped("relation", _RELATIONS),
    "quantifier flip": _swapped("quantifier", _QUANTIFIERS),
    "window ±1 step": _window_shift(_step),
    "window ±1 h": _window_shift(lambda *_: 3600.0),
    "window zone": _window_shift(lambda *_: 9 * 3600.0),
    "time ±1 min, ±1 h, zone": _at_shift,
    "order flip": _order_flip,
    "gap ×1.5": _gap_shift,
    "negation": _negated,
    "wrong evidence": _wrong_evidence,
    "count from a cut list": _counted_list,
    "quote altered": _quote_swap,
}


def _rounded(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    value = _value(claim)
    if isinstance(value, float) and claim.slots.get("op") in {"=", "ratio", "pct_change"}:
        yield with_slots(claim, value=float(f"{value:.{_BENIGN_DIGITS}g}") if abs(value) < _SMALL else round(value))


def _converted(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    value, unit = _value(claim), units.unit_of(claim.slots.get("unit"))
    if value is None or claim.kind not in {"quantity", "comparison"}:
        return
    for name in ("s", "ms", "min", "KB", "KiB", "MB", "1/min"):
        converted = units.convert(value, unit, units.UNITS[name])
        if converted is not None and unit.dimension != "count" and name != unit.name:
            yield with_slots(claim, value=converted, unit=name)


def _rezoned(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    zone = timezone(timedelta(hours=random.choice((-5, 2, 9))))
    span, at = span_of(claim.slots.get("window")), instant(claim.slots.get("at"))
    if span:
        yield with_slots(claim, window={"start": _iso(span[0], zone), "end": _iso(span[1], zone)})
    if at:
        yield with_slots(claim, at=_iso(at, zone))


def _iso(at: datetime, zone: timezone) -> str:
    return at.astimezone(zone).isoformat()


def _aliased(claim: Claim, evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    cell = _cell(claim, evidence)
    if cell and cell.column.label and claim.slots.get("metric") == cell.column.name:
        yield with_slots(claim, metric=cell.column.label)
    words = {"higher": "more", "lower": "fewer", "=": "==", "≥": "at least", "most": "highest"}
    for slot in ("op", "quantifier"):
        if claim.slots.get(slot) in words:
            yield with_slots(claim, **{slot: words[claim.slots[slot]]})


def _about(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    value = _value(claim)
    if value and claim.kind == "quantity" and claim.slots.get("op") == "=":
        yield with_slots(claim, op="≈", value=float(f"{value * 1.02:.3g}") if abs(value) > _SMALL else value)


BENIGN: Mapping[str, Operator] = {
    "rounding": _rounded,
    "unit conversion": _converted,
    "zone rewrite": _rezoned,
    "alias": _aliased,
    "about": _about,
}
KINDS: Sequence[str] = ("quantity", "comparison", "entity", "absence", "temporal", "quote")
