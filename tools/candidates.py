"""Candidate claims: what a template's file says may be claimed of an answer, bound to its cells and put into words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from domain.claims import Binding, Claim, ClaimKind, Hedge, Materiality
from domain.evidence import Cell, Column, Evidence
from grounding.knowledge import NOTHING, Knowledge
from grounding.quantity import rounded
from grounding.ranking import sort_key
from grounding.rendering import render
from tools.template import SHARED, Aggregate, ClaimRule, MetricTemplate

QUANTIFIED_DOWN = frozenset({"most", "last"})
MIN_RANKED = 2


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim without an id and without words; two drafts of one kind over the same cells are the same claim."""

    kind: ClaimKind
    slots: Mapping[str, Any]
    bind: tuple[Binding, ...]
    materiality: Materiality = "normal"
    hedge: Hedge = ""

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes it the same claim as another."""
        return self.kind, self.bind, self.slots.get("quantifier", "")

    def claim(self, name: str) -> Claim:
        """The draft as a claim of that id, without words yet."""
        return Claim(name, self.kind, self.slots, self.bind, hedge=self.hedge, materiality=self.materiality)


def claims(drafts: Iterable[Draft], evidence: Evidence, knowledge: Knowledge = NOTHING) -> tuple[Claim, ...]:
    """Drafts as claims in their order, each once, with local ids (`E3.1`) and their rendered text."""
    kept: dict[tuple[Any, ...], Draft] = {}
    for draft in drafts:
        kept.setdefault(draft.key, draft)
    return tuple(_claim(f"{evidence.id}.{number}", draft, evidence, knowledge) for number, draft in enumerate(kept.values(), start=1))


def _claim(name: str, draft: Draft, evidence: Evidence, knowledge: Knowledge) -> Claim:
    return told(draft.claim(name), evidence, knowledge=knowledge)


def told(claim: Claim, evidence: Evidence, language: str = "en", knowledge: Knowledge = NOTHING) -> Claim:
    """A claim about this evidence with its sentence in a language."""
    # Without a baseline the window is the run's own, which the answer says once.
    window = None if evidence.baseline_window else evidence.window
    return replace(claim, text=render(claim, {evidence.id: evidence}, language, window, knowledge))


def drafts(template: MetricTemplate, evidence: Evidence) -> tuple[Draft, ...]:
    """What the template's rules give for this answer, in the order of the file; nothing where the control saw nothing."""
    if evidence.status != "ok" or not evidence.scope_rows:
        return ()
    return tuple(draft for rule in template.claims for draft in _of_rule(rule, template, evidence))


def _of_rule(rule: ClaimRule, template: MetricTemplate, evidence: Evidence) -> Iterator[Draft]:
    if rule.kind == "total":
        yield from _totals(rule, template, evidence)
    if rule.kind == "absence" and _is_absent(rule, evidence):
        yield _absence(rule, evidence)
    if rule.kind == "extreme":
        yield from _extreme(rule, evidence)
    yield from _of_rows(rule, evidence)


def _of_rows(rule: ClaimRule, evidence: Evidence) -> Iterator[Draft]:
    makers = {"rows": row_quantity, "moment": row_moment, "value": row_value, "quote": row_quote}
    for index in _order(rule, evidence)[: rule.top]:
        if rule.kind == "change":
            yield from _change(rule, evidence, index)
        for column in rule.columns if rule.kind in makers else ():
            found = evidence.column(column)
            if found and _is_told(evidence.rows[index].get(column), rule):
                yield makers[rule.kind](evidence, index, found, rule.materiality)


def _order(rule: ClaimRule, evidence: Evidence) -> list[int]:
    order = list(range(len(evidence.rows)))
    return sorted(order, key=lambda index: -(sort_key(evidence.rows[index].get(rule.by)) or 0.0)) if rule.by else order


def _is_told(cell: Cell, rule: ClaimRule) -> bool:
    return cell not in (None, "", []) and (rule.zero or cell != 0)


def row_quantity(evidence: Evidence, index: int, column: Column, materiality: Materiality = "normal") -> Draft:
    """The number in one cell of a row."""
    slots = {"subject": subject(evidence, index), "metric": column.name, "agg": column.agg, **_amount(evidence, index, column)}
    # A column of the baseline window says so in its words; the evidence's own window is not its window.
    window = {} if column.name.endswith("_before") else {"window": _window(evidence)}
    return Draft("quantity", {**slots, **window}, (_bound(evidence, f"rows[{index}].{column.name}"),), materiality)


def row_moment(evidence: Evidence, index: int, column: Column, materiality: Materiality = "normal") -> Draft:
    """When the thing of a row happened."""
    about = {name: value for name, value in subject(evidence, index).items() if name != column.name}
    event = {**about, "event": column.label}
    slots = {"event": event, "at": evidence.rows[index][column.name], "window": _window(evidence)}
    return Draft("temporal", slots, (_bound(evidence, f"rows[{index}].{column.name}"),), materiality)


def row_value(evidence: Evidence, index: int, column: Column, materiality: Materiality = "normal") -> Draft:
    """What an attribute of a row is."""
    value = evidence.rows[index][column.name]
    slots = {"subject": subject(evidence, index), "attribute": column.name, "value": value, "window": _window(evidence)}
    return Draft("entity", slots, (_bound(evidence, f"rows[{index}].{column.name}"),), materiality)


def row_quote(evidence: Evidence, index: int, column: Column, materiality: Materiality = "normal") -> Draft:
    """The text of a cell, as a quotation."""
    bind = Binding(evidence.id, f"rows[{index}].{column.name}", "quote")
    return Draft("quote", {"text": evidence.rows[index][column.name]}, (bind,), materiality)


def subject(evidence: Evidence, index: int) -> dict[str, Cell]:
    """What a row is about: its key cells."""
    return {name: evidence.rows[index].get(name) for name in evidence.keys()}  # noqa: SIM118  it is no mapping


def scope_subject(evidence: Evidence) -> dict[str, Any] | str:
    """What a total is about: the filters given, else all."""
    return {name: value for name, value in evidence.params.items() if name != "limit"} or "all"


def _totals(rule: ClaimRule, template: MetricTemplate, evidence: Evidence) -> Iterator[Draft]:
    known = {total.name: total for total in template.aggregates}
    for name in rule.aggregates:
        value = evidence.aggregates.get(name)
        if value is not None and (rule.zero or value != 0):
            yield _total(known[name], value, evidence, _counted_over(known[name], template, evidence), rule.materiality)


def _counted_over(total: Aggregate, template: MetricTemplate, evidence: Evidence) -> dict[str, Any] | str:
    """What a total counts: the filters given; for a total over the control's scope only those it or the control heeds."""
    given = scope_subject(evidence)
    if total.over == "rows" or isinstance(given, str):
        return given
    heeded = template.control.where + SHARED.sub(lambda piece: template.shared[piece[1]], total.sql)
    return {name: value for name, value in given.items() if f"{{{name}:" in heeded} or "all"


def _total(total: Aggregate, value: Cell, evidence: Evidence, given: dict[str, Any] | str, materiality: Materiality) -> Draft:
    bind, window = (_bound(evidence, f"aggregates.{total.name}"),), _window(evidence)
    if total.type == "time":
        named = given if isinstance(given, dict) else {}
        return Draft("temporal", {"event": {**named, "event": total.label}, "at": value, "window": window}, bind, materiality)
    slots = {"subject": given, "metric": total.name, "agg": total.agg, "op": _equals(evidence), "value": value, "unit": total.unit}
    return Draft("quantity", {**slots, "window": window}, bind, materiality)


def _is_absent(rule: ClaimRule, evidence: Evidence) -> bool:
    if evidence.truncated or evidence.sampled:
        return False
    return all(evidence.aggregates.get(name) == 0 for name in rule.aggregates) if rule.aggregates else not evidence.rows_total


def _absence(rule: ClaimRule, evidence: Evidence) -> Draft:
    given = scope_subject(evidence)
    path = f"aggregates.{rule.aggregates[0]}" if rule.aggregates else "rows[*]"
    slots = {"what": rule.what, **({} if given == "all" else {"subject": given}), "window": _window(evidence)}
    return Draft("absence", slots, (_bound(evidence, path),), "high")


def _extreme(rule: ClaimRule, evidence: Evidence) -> Iterator[Draft]:
    attribute = rule.columns[0]
    index = _first_by(rule.by, rule.quantifier in QUANTIFIED_DOWN, evidence)
    if index is None or evidence.rows[index].get(attribute) in (None, ""):
        return
    slots = {"attribute": attribute, "value": evidence.rows[index][attribute], "quantifier": rule.quantifier, "by": rule.by}
    bind = (_bound(evidence, f"rows[{index}].{attribute}"),)
    yield Draft("entity", {"subject": scope_subject(evidence), **slots, "window": _window(evidence)}, bind, rule.materiality)


def _first_by(by: str, down: bool, evidence: Evidence) -> int | None:
    """The one row ahead of all others; None where it is tied, nothing, alone, or where the cut was made in another order."""
    keys = [sort_key(row.get(by)) for row in evidence.rows]
    known = [key for key in keys if key is not None]
    if len(known) != len(keys) or len(known) < MIN_RANKED:
        return None
    ordered = sorted(known, reverse=down)
    is_cut = evidence.truncated and known != ordered
    if is_cut or ordered[0] == ordered[1] or (down and not ordered[0]):
        return None
    return keys.index(ordered[0])


def _change(rule: ClaimRule, evidence: Evidence, index: int) -> Iterator[Draft]:
    """How a count stands to its count before; only windows of one length are comparable."""
    before = evidence.baseline_window
    column, baseline = evidence.column(rule.columns[0]), evidence.column(rule.baseline)
    if not before or not column or not baseline or abs((before.length - evidence.window.length).total_seconds()) >= 1:
        return
    gap = evidence.rows[index][column.name] - evidence.rows[index][baseline.name]
    if not gap:
        return
    slots = {"subject": subject(evidence, index), "metric": column.name, "agg": column.agg, "op": "difference", "value": abs(gap)}
    more = {"unit": column.unit, "direction": "higher" if gap > 0 else "lower", "baseline_window": _span(before)}
    bind = (
        _bound(evidence, f"rows[{index}].{column.name}"),
        Binding(evidence.id, f"rows[{index}].{baseline.name}", "baseline"),
    )
    yield Draft("comparison", {**slots, **more, "window": _window(evidence)}, bind, rule.materiality)


def _amount(evidence: Evidence, index: int, column: Column) -> dict[str, Any]:
    value = evidence.rows[index][column.name]
    shown = value if isinstance(value, int) else rounded(value, exact=False)
    return {"op": _equals(evidence) if isinstance(value, int) else "=", "value": shown, "unit": column.unit}


def _equals(evidence: Evidence) -> str:
    return "≈" if evidence.sampled else "="


def _bound(evidence: Evidence, path: str) -> Binding:
    return Binding(evidence.id, path)


def _window(evidence: Evidence) -> dict[str, str]:
    return _span(evidence.window)


def _span(window: Any) -> dict[str, str]:
    document = window.as_json()
    return {"start": document["start"], "end": document["end"]}
