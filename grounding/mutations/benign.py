"""Harmless rewritings: rounding, conversion, zones, aliases, synonyms, "about", equal forms of one thing."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any

from domain.claims import Claim
from grounding import units
from grounding.cells import instant
from grounding.mutations.mutant import Operator, cell_of, value_of, with_slots
from grounding.operands import EvidenceById
from grounding.paths import key_names
from grounding.windows import span_of

_DIGITS = 3
_SMALL = 100  # below it, whole numbers have lost too many digits
_TIMES = ("window", "baseline_window", "at")
_SYNONYMS = {
    "op": {
        "higher": "more",
        "lower": "fewer",
        "=": "==",
        "≥": "at least",
        "≤": "at most",
        ">": "more than",
        "<": "less than",
        "doubled": "twice",
    },
    "quantifier": {"most": "highest", "least": "lowest", "first": "earliest", "last": "latest", "all": "every", "none": "no"},
    "direction": {"rising": "increasing", "falling": "decreasing", "steady": "stable", "spike": "surge", "drop": "dip", "higher": "more"},
    "relation": {"before": "earlier", "after": "later"},
}
_UNIT_NAMES = {"ms": "milliseconds", "s": "seconds", "%": "percent", "B": "bytes", "min": "minutes", "h": "hours", "1/s": "/s", "1": ""}
_AGG_NAMES = {"avg": "mean", "p50": "median", "p95": "95th percentile", "p99": "99th", "max": "maximum", "min": "minimum"}


def _rounded(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    value = value_of(claim)
    if isinstance(value, float) and claim.slots.get("op") in {"=", "ratio", "pct_change", "difference"}:
        yield with_slots(claim, value=float(f"{value:.{_DIGITS}g}") if abs(value) < _SMALL else round(value))


def _converted(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    value, unit = value_of(claim), units.unit_of(claim.slots.get("unit"))
    if value is None or claim.kind not in {"quantity", "comparison"} or unit.dimension in {"count", "fraction", "points"}:
        return
    for name in ("s", "ms", "us", "min", "h", "KB", "KiB", "MB", "MiB", "GB", "1/min", "1/h"):
        converted = units.convert(value, unit, units.UNITS[name])
        if converted is not None and name != unit.name and abs(converted) > 1 / _SMALL:
            yield with_slots(claim, value=converted, unit=name)


def _rezoned(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    zone = timezone(timedelta(hours=random.choice((-5, 2, 9))))
    for slot in _TIMES:
        span, at = span_of(claim.slots.get(slot)), instant(claim.slots.get(slot))
        if span:
            yield with_slots(claim, **{slot: {"start": _iso(span[0], zone), "end": _iso(span[1], zone)}})
        elif at:
            yield with_slots(claim, **{slot: _iso(at, zone)})


def _iso(at: datetime, zone: timezone) -> str:
    return at.astimezone(zone).isoformat()


def _respelled(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    """Other spellings of one instant: +00:00 for Z, a space for T, .000 behind the seconds."""
    at = claim.slots.get("at")
    if isinstance(at, str) and at.endswith("Z"):
        bare = at[:-1]
        dotted = bare if "." in bare else f"{bare}.000"
        yield with_slots(
            claim, at=random.choice((f"{bare}+00:00", f"{bare.replace('T', ' ')}Z", f"{bare.replace('T', ' ')} UTC", f"{dotted}Z"))
        )
    span = claim.slots.get("window")
    if isinstance(span, Mapping):
        yield with_slots(claim, window={name: str(value).replace("Z", "+00:00") for name, value in span.items()})
        yield with_slots(claim, window=f"{span.get('start')}/{span.get('end')}")


def _cut_to_the_minute(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    at = instant(claim.slots.get("at"))
    if at:
        yield with_slots(claim, at=f"{at:%Y-%m-%dT%H:%M}Z")


def _aliased(claim: Claim, evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    cell = cell_of(claim, evidence)
    if cell and cell.column.label and claim.slots.get("metric") == cell.column.name:
        yield with_slots(claim, metric=cell.column.label)
    if claim.slots.get("metric"):
        yield with_slots(claim, metric=str(claim.slots["metric"]).replace("_", " "))


def _synonym(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    for slot, words in _SYNONYMS.items():
        if str(claim.slots.get(slot)) in words:
            yield with_slots(claim, **{slot: words[str(claim.slots[slot])]})


def _unit_named(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    for slot, names in (("unit", _UNIT_NAMES), ("agg", _AGG_NAMES)):
        if str(claim.slots.get(slot)) in names:
            yield with_slots(claim, **{slot: names[str(claim.slots[slot])]})


def _about(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    value = value_of(claim)
    if value and claim.kind == "quantity" and claim.slots.get("op") == "=":
        yield with_slots(claim, op="≈", value=float(f"{value * 1.02:.3g}") if abs(value) > _SMALL else value)


def _bounded(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    """A weaker statement that follows: at least a little less, between a little less and a little more."""
    value = value_of(claim)
    if not value or claim.kind != "quantity" or claim.slots.get("op") != "=":
        return
    low, high = sorted((round(value * 0.9, 3), round(value * 1.1 + 1, 3)))
    yield random.choice(
        (with_slots(claim, op="≥", value=low), with_slots(claim, op="≤", value=high), with_slots(claim, op="between", value=[low, high]))
    )


def _reordered(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    """Slots and names in another order, and an empty one."""
    subject = claim.slots.get("subject")
    if isinstance(subject, dict) and len(subject) > 1:
        yield with_slots(claim, subject=dict(reversed(subject.items())))
    yield replace(claim, slots=dict(reversed(list(claim.slots.items()))))


def _spaced(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    """White space and marks around quoted words."""
    text: Any = claim.slots.get("text")
    if claim.kind == "quote" and isinstance(text, str):
        yield with_slots(claim, text=f"“{text}”")
        yield with_slots(claim, text=text.replace(" ", "  "))
        yield with_slots(claim, text=f"…{text}…")


def _by_key(claim: Claim, evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    """The same row by its keys instead of its number."""
    cell = cell_of(claim, evidence)
    binding = claim.bind[0] if claim.bind else None
    if binding is None or cell is None or cell.row is None or not binding.path.startswith(f"rows[{cell.index}]"):
        return
    keys = {name: cell.row.get(name) for name in key_names(cell.evidence) if isinstance(cell.row.get(name), str) and cell.row[name]}
    fitting = [row for row in cell.evidence.rows if all(row.get(name) == value for name, value in keys.items())]
    if keys and len(fitting) == 1:
        selector = ",".join(f"{name}={value}" for name, value in keys.items())
        yield replace(claim, bind=(replace(binding, path=f"rows[{selector}].{cell.column.name}"), *claim.bind[1:]))


BENIGN: Mapping[str, Operator] = {
    "rounding": _rounded,
    "unit conversion": _converted,
    "zone rewrite": _rezoned,
    "RFC 3339 forms": _respelled,
    "time to the minute": _cut_to_the_minute,
    "alias": _aliased,
    "synonym": _synonym,
    "unit and agg names": _unit_named,
    "about": _about,
    "weaker bound": _bounded,
    "order of slots": _reordered,
    "marks and spaces": _spaced,
    "row by its keys": _by_key,
}
