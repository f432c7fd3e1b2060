"""A claim's sentence, written from its slots and its columns' labels in the words of a language."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from domain.claims import Claim
from domain.evidence import Column
from domain.window import Window
from grounding import consequences, display, metrics, ranking, relations, residue, subjects, units, windows
from grounding.cells import clean, instant, magnitude, number
from grounding.covers import cover
from grounding.knowledge import NOTHING, Knowledge
from grounding.languages import in_english, phrases_of
from grounding.lexicon import Lexicon
from grounding.operands import EvidenceById
from grounding.paths import BoundCell, Unresolved, resolve
from grounding.phrases import Phrases


def render(
    claim: Claim, evidence: EvidenceById, language: str = "en", run_window: Window | None = None, knowledge: Knowledge = NOTHING
) -> str:
    """One sentence from slots; the window is said where it is not the run's. An unknown kind or empty slots give the cleaned text."""
    if advised := consequences.advice_said(claim, language, knowledge):
        return advised
    words = phrases_of(language)
    cell = bound_cell(claim, evidence)
    writer = _WRITERS.get(claim.kind)
    if writer is None or not claim.slots:
        return display.text(claim.text)
    written = _order(claim, evidence, words) if "first" in claim.slots and "then" in claim.slots else writer(claim, cell, words)
    window, scope = _window_said(claim, run_window, words), _scope_said(claim, cell, words)
    body = words.body["windowed comparison" if window and claim.kind == "comparison" else ""]
    return words.finished(body.format(written=written, scope=scope, window=window))


def lint(text: str, claim: Claim, evidence: EvidenceById) -> tuple[str, ...]:
    """Tokens of a text that stand outside the claim's slots: naked numbers, times, names, comparatives, causal verbs."""
    said = in_english(text, evidence)
    left = residue.problems(said.text, [cover(claim, evidence)], Lexicon(evidence))
    return (*(problem.token for problem in left), *said.unread)


def bound_cell(claim: Claim, evidence: EvidenceById) -> BoundCell | None:
    """The first cell a claim is bound to."""
    for binding in claim.bind:
        source = evidence.get(binding.evidence)
        found = resolve(source, binding.path) if source else Unresolved("")
        if not isinstance(found, Unresolved) and found:
            return found[0]
    return None


def label_of(claim: Claim, cell: BoundCell | None, words: Phrases) -> str:
    """The noun phrase of what is measured."""
    metric = str(claim.slots.get("metric") or "")
    if cell and not claim.derive and (not metric or not metrics.metric_problem(metric, cell, claim)):
        return _called(cell.column, words)
    return words.label(metric.replace("_", " ") or "value")


def _called(column: Column, words: Phrases) -> str:
    return words.label(column.label or column.name.replace("_", " "))


def subject_said(slot: Any, cell: BoundCell | None, words: Phrases) -> str:
    """A subject's values, as names; empty for everything."""
    if not slot or subjects.is_everything(slot):
        return ""
    if isinstance(slot, Mapping):
        pairs = [(key, value) for key, value in slot.items() if value != "" and key not in {"metric", "threshold", "event", "what"}]
        return " ".join(_value_said(str(key), value, cell, words) for key, value in pairs)
    return display.name(slot)


def _value_said(key: str, value: Any, cell: BoundCell | None, words: Phrases) -> str:
    column = cell.evidence.column(key) if cell else None
    if instant(value):
        return display.time(value)
    shown = display.name(value, column)
    return f"{words.label(column.label if column and column.label else key)} {shown}" if shown.isdigit() else shown


def _quantity(claim: Claim, cell: BoundCell | None, words: Phrases) -> str:
    slots = claim.slots
    label, who = label_of(claim, cell, words), subject_said(slots.get("subject"), cell, words)
    value = _value_with_op(slots, cell, label, words)
    if not claim.derive and (said := _phrase_said(cell, who, value, words)):
        return said
    shape = ("count" if _is_count(slots, cell) else "measure") + ("" if who else "_all")
    return words.fill(words.sentences[shape], subject=who, label=label, value=value)


def _phrase_said(cell: BoundCell | None, who: str, value: str, words: Phrases) -> str:
    """The column's own sentence, where it has one in this language and everything it names is there."""
    english = cell.column.phrase if cell else ""
    phrase = words.phrases.get(english, "") if words.phrases else english
    return words.fill(phrase, subject=who, value=value) if phrase and (who or "{subject}" not in phrase) else ""


def _value_with_op(slots: Mapping[str, Any], cell: BoundCell | None, label: str, words: Phrases) -> str:
    value, unit = slots.get("value"), _counted_in(slots, cell, label, words)
    op = relations.op_of(slots.get("op")) or "="
    if op == "between" and isinstance(value, list | tuple) and value:
        return words.ops[op].format(low=display.number(value[0]), high=display.number(value[-1], unit, words.units))
    return words.ops[op].format(value=display.number(value, unit, words.units))


def _counted_in(slots: Mapping[str, Any], cell: BoundCell | None, label: str, words: Phrases) -> str:
    """The unit as said, or the counter of a count."""
    return _unit_said(slots.get("unit"), cell) or (words.counter(label) if _is_count(slots, cell) else "")


def _unit_said(slot: Any, cell: BoundCell | None) -> str:
    name = units.unit_of(slot).name if slot else (cell.column.unit if cell else "")
    return "" if name == "1" else name


def _comparison(claim: Claim, cell: BoundCell | None, words: Phrases) -> str:
    slots = claim.slots
    kind = "count" if _is_count(slots, cell) else "measure"
    label = label_of(claim, cell, words)
    relation, size = _relation(slots, cell, label, words)
    who = subject_said(slots.get("subject"), cell, words) or words.everything
    other = _rival_said(slots.get("other"), cell, kind, words)
    return words.fill(words.comparisons[f"{kind} {relation}"], subject=who, label=label, size=size, other=other)


def _is_count(slots: Mapping[str, Any], cell: BoundCell | None) -> bool:
    return cell is not None and _counts(cell.column, str(slots.get("agg", cell.column.agg)))


def _counts(column: Column | None, agg: str) -> bool:
    """Whether a column, aggregated so, holds counts of things."""
    return column is not None and agg in {"count", "sum"} and units.unit_of(column.unit, column.agg).dimension == "count"


def _rival_said(other: Any, cell: BoundCell | None, kind: str, words: Phrases) -> str:
    is_window = isinstance(other, Mapping) and ("start" in other or "baseline_window" in other)
    return words.baseline if is_window or not other else words.rival[kind].format(other=subject_said(other, cell, words))


def _relation(slots: Mapping[str, Any], cell: BoundCell | None, label: str, words: Phrases) -> tuple[str, str]:
    """Which comparison is made and by how much, as said."""
    op, size = str(slots.get("op", "")).lower(), number(slots.get("value"))
    if op in relations.RATIOS:
        return "ratio", words.ratios.get(op, op)
    direction = relations.direction_of(slots.get("direction")) if slots.get("direction") else relations.direction_of(op)
    if op == "ratio" and direction is None:
        return "ratio", words.ratios[""].format(value=display.number(size))
    if direction is None:
        direction = 0 if not size else (1 if size > 0 else -1)
    unit = {"ratio": "x", "pct_change": "%"}.get(op, _counted_in(slots, cell, label, words))
    said = "" if size is None else display.number(magnitude(size), unit, words.units)
    return {1: "higher", -1: "lower", 0: "equal"}[direction], said


def _entity(claim: Claim, cell: BoundCell | None, words: Phrases) -> str:
    slots = claim.slots
    who = subject_said(slots.get("subject"), cell, words)
    column = _attribute(claim, cell)
    label = _called(column, words) if column else words.label("state")
    shown = _cell_said(slots.get("value", slots.get("state")), column, slots.get("unit"), words)
    if slots.get("quantifier") and (quantifier := ranking.quantifier_of(slots["quantifier"])):
        return _quantified(claim, cell, quantifier, (who, label, shown), words)
    if cell and column == cell.column and (said := _phrase_said(cell, who, shown, words)):
        return said
    return words.fill(words.sentences["entity"], subject=who or words.everything, label=label, value=shown)


def _quantified(claim: Claim, cell: BoundCell | None, quantifier: ranking.Quantifier, said: tuple[str, str, str], words: Phrases) -> str:
    slots, column, (who, label, shown) = claim.slots, _attribute(claim, cell), said
    by_column = _by_column(claim, cell)
    counted = "_count" if quantifier.name in {"most", "least"} and _counts(by_column, by_column.agg if by_column else "") else ""
    name = f"{quantifier.name}{counted}" if quantifier.rank == 1 else f"{quantifier.name}_n"
    if "value" not in slots and "state" not in slots and not quantifier.is_ranking and f"{name}_bare" in words.quantifiers:
        name = f"{name}_bare"
    is_key = quantifier.is_ranking and column is not None and column.role == "key" and "value" in slots
    named = shown if is_key else (who or shown)
    by = _by_said(claim, by_column, label, words)
    written = words.fill(words.quantifiers[name], subject=named, label=label, value=shown, by=by, rank=quantifier.rank)
    return words.among.format(written=written, who=who) if is_key and who and who != shown else written


def _by_column(claim: Claim, cell: BoundCell | None) -> Column | None:
    """The column a ranking is by."""
    name = str(claim.slots.get("by") or claim.slots.get("metric") or "")
    if cell and name:
        return subjects.key_column(name, cell.evidence)
    return cell.column if cell and cell.column.role != "key" else None


def _by_said(claim: Claim, column: Column | None, label: str, words: Phrases) -> str:
    name = str(claim.slots.get("by") or claim.slots.get("metric") or "")
    return _called(column, words) if column else words.label(name.replace("_", " ")) or label


def _attribute(claim: Claim, cell: BoundCell | None) -> Column | None:
    name = claim.slots.get("attribute")
    named = subjects.key_column(str(name), cell.evidence) if cell and name else None
    return named or (cell.column if cell else None)


def _cell_said(value: Any, column: Column | None, unit: Any, words: Phrases) -> str:
    if instant(value):
        return display.time(value)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return display.number(value, _plain_unit(unit or (column.unit if column else "")), words.units)
    shown = display.name(value, column)
    is_ours = column is None or column.trust == "platform" or isinstance(value, bool)
    return words.values.get(shown, shown) if is_ours else shown


def _plain_unit(name: Any) -> str:
    return "" if name in {None, "1"} else str(name)


def _absence(claim: Claim, cell: BoundCell | None, words: Phrases) -> str:
    who = subject_said(claim.slots.get("subject"), cell, words)
    what = words.label(clean(str(claim.slots.get("what") or "")).replace("_", " "))
    return words.fill(words.sentences["absence" if who else "absence_all"], subject=who, what=what)


def _temporal(claim: Claim, cell: BoundCell | None, words: Phrases) -> str:
    slots = claim.slots
    who, at = subject_said(slots.get("event", slots.get("subject")), cell, words), display.time(slots.get("at"))
    shape = words.sentences["event" if who else "event_all"]
    return _phrase_said(cell, who, at, words) or words.fill(shape, subject=who, label=_time_label(cell, words), at=at)


def _order(claim: Claim, evidence: EvidenceById, words: Phrases) -> str:
    slots = claim.slots
    cells = [bound_cell(replace(claim, bind=(binding,)), evidence) for binding in claim.bind] or [None]
    first, then = (subject_said(slots.get(name), cells[0], words) for name in ("first", "then"))
    relation, gap = str(slots.get("relation") or "before").lower(), slots.get("gap_s")
    shape = "within" if relation == "within" else "order_gap" if gap is not None else "order"
    labels = [_time_label(cell, words) for cell in (cells[0], cells[-1])]
    that = words.that if labels[0] == labels[1] else labels[1]
    how, apart = words.relations.get(relation, relation), display.number(gap, "s", words.units)
    return words.fill(words.sentences[shape], first=first, then=then, label=labels[0], that=that, relation=how, gap=apart)


def _time_label(cell: BoundCell | None, words: Phrases) -> str:
    return _called(cell.column, words) if cell else words.label("time")


def _quote(claim: Claim, cell: BoundCell | None, words: Phrases) -> str:
    text = display.quoted(str(claim.slots.get("text") or claim.slots.get("value") or ""))
    label = _called(cell.column, words) if cell else words.label("text")
    who = subject_said(claim.slots.get("subject"), cell, words)
    return words.fill(words.sentences["quote" if who else "quote_all"], subject=who, label=label, text=text)


def _trend(claim: Claim, cell: BoundCell | None, words: Phrases) -> str:
    who = subject_said(claim.slots.get("subject"), cell, words)
    direction = clean(str(claim.slots.get("direction", "")))
    said = words.directions.get(direction, direction)
    return words.fill(words.sentences["trend" if who else "trend_all"], subject=who, label=label_of(claim, cell, words), direction=said)


def _other(claim: Claim, _cell: BoundCell | None, words: Phrases) -> str:
    names = (consequences.shape(claim), claim.kind)
    shape = next(words.sentences[name] for name in names if name in words.sentences)
    return words.fill(shape, hedge=words.hedges.get(claim.hedge, ""), **consequences.parts(claim))


_WRITERS = {
    "quantity": _quantity,
    "comparison": _comparison,
    "entity": _entity,
    "absence": _absence,
    "temporal": _temporal,
    "quote": _quote,
    "trend": _trend,
    "causal": _other,
    "past_incident": _other,
    "recommendation": _other,
}


_UNSCOPED = frozenset({"quote", "causal", "past_incident", "recommendation"})


def _scope_said(claim: Claim, cell: BoundCell | None, words: Phrases) -> str:
    """Filters of the evidence that the subject does not name are said, or the sentence would claim too much."""
    if cell is None or claim.kind in _UNSCOPED:
        return ""
    named = " ".join(str(claim.slots.get(name)) for name in ("subject", "event", "first", "then", "what"))
    left = [(name, value) for name, value in subjects.entity_filters(cell.evidence).items() if str(value) not in named]
    return "".join(words.scope.format(name=words.label(name), value=display.name(value)) for name, value in left)


def _window_said(claim: Claim, run_window: Window | None, words: Phrases) -> str:
    span = windows.span_of(claim.slots.get("window"))
    if span is None or (run_window is not None and windows.equals(span, run_window)):
        return ""
    return words.window.format(start=f"{display.clock(span[0])}", end=f"{display.clock(span[1])} UTC")
