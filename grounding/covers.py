"""What a claim allows a sentence to say: its literals, numbers, times, directions, quantifiers and aggregations."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from domain.claims import Claim
from domain.evidence import Evidence
from grounding import amounts, derive, display, metrics, ranking, relations, subjects, units, vocabulary, windows
from grounding.amounts import Amount, DeriveError
from grounding.causes.departures import beside_baseline
from grounding.cells import instant, number
from grounding.entity import claimed_value
from grounding.lexicon import names_in
from grounding.operands import EvidenceById, is_count
from grounding.paths import BoundCell, Unresolved, is_series, key_names, resolve

_TEXT_SLOTS = (
    "metric",
    "attribute",
    "what",
    "state",
    "text",
    "action",
    "target",
    "incident_id",
    "by",
    "value",
    "other",
    "subject",
    "event",
)
_MORE_TEXT_SLOTS = ("first", "then", "cause", "effect", "source")
_BLANKS = re.compile(r"\{\w+\}")
# "nothing": the amount is zero, which "no errors" says and "not 0" denies.
Negation = Literal["forbidden", "required", "allowed", "nothing"]
MAX_LITERAL = 400
_MARKS = " .…\"'“”"
_SIDES = 2
_OPPOSITES = {"first": "last", "last": "first"}


@dataclass(frozen=True, slots=True)
class Reference:
    """An amount a sentence may state, exactly if it is a count."""

    amount: Amount
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Cover:
    """All that one claim, bound to its evidence, lets a sentence say."""

    claim: Claim
    literals: frozenset[str]
    sources: tuple[Evidence, ...]
    cells: tuple[BoundCell, ...]
    references: tuple[Reference, ...] = ()
    ratios: tuple[float, ...] = ()
    times: tuple[datetime, ...] = ()
    durations: tuple[float, ...] = ()
    directions: frozenset[int] = frozenset()
    quantifiers: frozenset[str] = frozenset()
    negation: Negation = "forbidden"
    aggs: frozenset[str] = field(default_factory=frozenset)

    @property
    def names(self) -> frozenset[str]:
        """What the claim is about, by name."""
        slots = self.claim.slots
        return frozenset(name for slot in ("subject", "event", "first", "then", "other") for name in names_in(slots.get(slot)))


def cover(claim: Claim, evidence: EvidenceById) -> Cover:
    """The cover of a claim over the evidence it is bound to."""
    sources = tuple({binding.evidence: evidence[binding.evidence] for binding in claim.bind if binding.evidence in evidence}.values())
    cells = tuple(_cells(claim, evidence))
    values = tuple(_references(claim, cells))
    pair = _pair(claim, cells)
    return Cover(
        claim,
        _literals(claim, sources, cells),
        sources,
        cells,
        (*values, *_pair_references(pair)),
        _ratios(pair),
        tuple(_times(claim, sources, cells)),
        _durations(claim, sources),
        _directions(claim, pair, cells),
        _quantifiers(claim, cells),
        _negation(claim, values),
        frozenset(units.agg_of(cell.column.agg) for cell in cells) | {units.agg_of(claim.slots.get("agg"))},
    )


def _cells(claim: Claim, evidence: EvidenceById) -> Iterable[BoundCell]:
    for binding in claim.bind:
        source = evidence.get(binding.evidence)
        found = resolve(source, binding.path) if source else Unresolved("")
        if isinstance(found, Unresolved):
            continue
        yield from found
        yield from _ranked_cells(claim, found) if len(found) == 1 else ()


def _ranked_cells(claim: Claim, found: tuple[BoundCell, ...]) -> Iterable[BoundCell]:
    """An entity's sentence may also say what it is ranked by and the attribute it has."""
    cell = found[0]
    for slot in ("by", "attribute"):
        column = subjects.key_column(str(claim.slots.get(slot) or ""), cell.evidence) if claim.slots.get(slot) else None
        if column and cell.row is not None and column.name != cell.column.name:
            yield BoundCell(cell.evidence, column, cell.row.get(column.name), cell.row, cell.index)


def _literals(claim: Claim, sources: tuple[Evidence, ...], cells: tuple[BoundCell, ...]) -> frozenset[str]:
    found: set[str] = set()
    for slot in (*_TEXT_SLOTS, *_MORE_TEXT_SLOTS):
        found |= set(_texts(claim.slots.get(slot)))
    found |= {str(claim.slots.get("text") or "").strip(_MARKS)} if claim.kind == "quote" else set()
    for cell in cells[:50]:
        found |= {
            cell.column.name,
            cell.column.name.replace("_", " "),
            cell.column.label,
            *(part.strip() for part in _BLANKS.split(cell.column.phrase)),
        }
        found |= {str(value) for value in _key_cells(cell)}
    for source in sources:
        found |= {source.title, source.template, source.tool, source.id, *(str(value) for value in subjects.filters_of(source).values())}
    shown = {display.text(text) for text in found if text}
    # One letter or digit would mask parts of anything; one sign, such as the route "/", is a name.
    named = {text.strip() for text in found | shown if text}
    return frozenset(text for text in named if len(text) <= MAX_LITERAL and (len(text) > 1 or not text.isalnum()) and text)


def _texts(slot: Any) -> list[str]:
    """The words of a slot; its numbers and times are checked, not masked."""
    if isinstance(slot, str):
        return [] if instant(slot) else [slot]
    if isinstance(slot, Mapping):
        shown = [text for name, value in slot.items() if name not in {"threshold", "start", "end"} for text in _texts(_as_text(value))]
        return shown + [f"{name.replace('_', ' ')} {value}" for name, value in slot.items() if isinstance(value, int)]
    return [text for value in slot for text in _texts(value)] if isinstance(slot, list | tuple) else []


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _key_cells(cell: BoundCell) -> list[Any]:
    row = cell.row or {}
    return [row[name] for name in key_names(cell.evidence) if isinstance(row.get(name), str) and not instant(row[name])]


def _references(claim: Claim, cells: tuple[BoundCell, ...]) -> Iterable[Reference]:
    for cell in [] if claim.derive or (claim.kind == "quantity" and len(cells) > 1) else cells[:50]:
        try:
            amount = derive.amount_of(cell)
        except DeriveError:
            continue
        yield Reference(amount, is_count(cell.column, amount))
    yield from _slot_references(claim, cells)


def _slot_references(claim: Claim, cells: tuple[BoundCell, ...]) -> Iterable[Reference]:
    slots = claim.slots
    value = claimed_value(claim)
    values = value if isinstance(value, list | tuple) else [value, slots.get("threshold"), slots.get("magnitude")]
    measured = units.unit_of(cells[0].column.unit, cells[0].column.agg) if cells else amounts.COUNT
    unit = units.claimed_unit(slots.get("unit"), measured)
    is_ratio = claim.kind == "comparison" and str(slots.get("op")).strip().lower() in {"ratio", "times", "x", "factor"}
    for one in values:
        said = number(one)
        if is_ratio:
            continue
        if said is not None and not isinstance(one, str):
            yield Reference(Amount(float(said), unit), unit.dimension == "count" and float(said).is_integer())
    if claim.kind == "absence":
        yield Reference(Amount(0, amounts.COUNT), exact=True)


def _pair(claim: Claim, cells: tuple[BoundCell, ...]) -> tuple[Amount, Amount] | None:
    if claim.kind != "comparison" or len(cells) < _SIDES:
        return None
    try:
        left, right = derive.amount_of(cells[0]), derive.amount_of(cells[1])
        right.to(left.unit)
    except DeriveError:
        return None
    return (right, left) if claim.bind[0].role == "baseline" else (left, right)


def _pair_references(pair: tuple[Amount, Amount] | None) -> Iterable[Reference]:
    if pair is None:
        return
    gap = amounts.subtract(*pair)
    size = Amount(abs(gap.value), gap.unit)
    yield Reference(size, gap.unit.dimension == "count" and float(gap.value).is_integer())
    if pair[1].value:
        yield Reference(Amount(abs(amounts.percent_change(*pair).value), amounts.PERCENT))


def _ratios(pair: tuple[Amount, Amount] | None) -> tuple[float, ...]:
    if pair is None or not pair[0].value or not pair[1].value:
        return ()
    ratio = amounts.divide(*pair).value
    return (ratio, 1 / ratio)


def _times(claim: Claim, sources: tuple[Evidence, ...], cells: tuple[BoundCell, ...]) -> Iterable[datetime]:
    spans = [claim.slots.get("window"), claim.slots.get("baseline_window"), claim.slots.get("other")]
    yield from (at for span in map(windows.span_of, spans) if span for at in span)
    for source in sources:
        for window in (source.window, source.baseline_window):
            yield from (window.start, window.end) if window and windows.is_known(window) else ()
    if any(is_series(binding.path) for binding in claim.bind) and claim.kind in {"temporal", "trend", "quantity"}:
        yield from (at for at in [instant(claim.slots.get("at"))] if at)
        return
    for cell in cells[:50]:
        key_times = [value for name in key_names(cell.evidence) if (value := (cell.row or {}).get(name))]
        yield from (at for at in map(instant, (cell.value, *key_times)) if at)
        yield from windows.bucket_of(cell) or ()


def _durations(claim: Claim, sources: tuple[Evidence, ...]) -> tuple[float, ...]:
    lengths = [source.window.length.total_seconds() for source in sources] + [float(source.step_s) for source in sources]
    spans = [windows.span_of(claim.slots.get(name)) for name in ("window", "baseline_window")]
    lengths += [(span[1] - span[0]).total_seconds() for span in spans if span]
    gap = number(claim.slots.get("gap_s"))
    return tuple(length for length in (*lengths, *([float(gap)] if gap is not None else [])) if length > 0)


def _directions(claim: Claim, pair: tuple[Amount, Amount] | None, cells: tuple[BoundCell, ...]) -> frozenset[int]:
    if pair is not None:
        gap = pair[0].value - pair[1].to(pair[0].unit)
        return frozenset({(gap > 0) - (gap < 0)})
    if claim.kind == "causal":
        return _departed(cells)
    word = str(claim.slots.get("direction") or "").lower()
    if claim.kind == "trend":
        known = {"rising": 1, "spike": 1, "falling": -1, "drop": -1, "steady": 0}.get(word, relations.direction_of(word))
        return frozenset({known}) if known is not None else frozenset()
    return frozenset({1, -1}) if "pct_change" in claim.derive else frozenset()


def _departed(cells: tuple[BoundCell, ...]) -> frozenset[int]:
    """Which way the measures of a cause departed from their baselines."""
    found = [beside_baseline(cell.row, cell.column, cell.evidence) for cell in cells if cell.row is not None]
    signs = {(one.value > one.usual) - (one.value < one.usual) for one in found if one and one.departs}
    return frozenset(signs if len(signs) == 1 else ())


def _quantifiers(claim: Claim, cells: tuple[BoundCell, ...]) -> frozenset[str]:
    found: set[str] = set()
    if claim.slots.get("quantifier"):
        quantifier = ranking.quantifier_of(claim.slots["quantifier"])
        found |= {quantifier.name} if quantifier else set()
    aggs = {units.agg_of(cell.column.agg) for cell in cells} | {
        units.agg_of(claim.slots.get("agg")),
        *re.findall(r"\bmax|\bmin", claim.derive),
    }
    found |= {name for agg, name in (("max", "most"), ("min", "least")) if agg in aggs}
    is_of_all = not claim.slots.get("subject") or subjects.is_everything(claim.slots.get("subject"))
    if is_of_all and not found & {"none", "some", "only"}:
        found.add("all")
    opposite = _OPPOSITES.get(next(iter(found), ""), "") if claim.slots.get("quantifier") else ""
    said = frozenset().union(
        *(metrics.column_stems(cell.column) for cell in cells[:2]), vocabulary.stems(str(claim.slots.get("event", "")))
    )
    return frozenset(found | ({"first", "last"} & said - {opposite}) | ({"first", "last"} if "first" in claim.slots else set()))


def _negation(claim: Claim, values: tuple[Reference, ...]) -> Negation:
    quantifier = ranking.quantifier_of(claim.slots.get("quantifier") or "")
    if claim.kind == "absence" or (quantifier is not None and quantifier.name == "none"):
        return "required"
    is_none = relations.op_of(claim.slots.get("op")) == "≠"
    value = claimed_value(claim)
    is_false = value is False or value is None or str(value).lower() in {"false", "no", "none"}
    is_zero = claim.kind == "quantity" and any(reference.amount.value == 0 for reference in values)
    is_order = claim.kind in {"causal", "recommendation", "quote"}
    if is_none or is_false or is_order:
        return "allowed"
    return "nothing" if is_zero else "forbidden"
