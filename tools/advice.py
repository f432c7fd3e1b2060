"""Candidates for causes and advice: offered only where the verifier finds them consistent with the evidence they are bound to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain.actions import Action, TargetKind
from domain.claims import Binding
from domain.evidence import Cell, Evidence
from domain.findings import Entity
from grounding.case import Case
from grounding.knowledge import Knowledge
from grounding.registry import CHECKS
from tools.candidates import Draft

# What a finding is about, as the catalogue calls targets.
TARGETS: Mapping[str, TargetKind] = {
    "ip": "client", "address": "client", "client": "client", "account": "account", "user": "account", "route": "route", "service": "service"
}  # fmt: skip


def holds(draft: Draft, evidence: Evidence, knowledge: Knowledge) -> bool:
    """Whether a draft is consistent with its evidence at least."""
    outcome = CHECKS[draft.kind](draft.claim("draft"), Case({evidence.id: evidence}, knowledge))
    return outcome.verdict in {"consistent", "supported"}


def cause(evidence: Evidence, index: int, knowledge: Knowledge) -> Iterator[Draft]:
    """What the suspect of a row likely caused where its path ends: the more telling of failures and waiting."""
    row = evidence.rows[index]
    shows = ("effect_failed_pct", "failing calls"), ("effect_mean_ms", "waiting time")
    made = (_cause(evidence, index, column, label) for column, label in shows if row.get("effect_service"))
    yield from [draft for draft in made if holds(draft, evidence, knowledge)][:1]


def _cause(evidence: Evidence, index: int, column: str, label: str) -> Draft:
    row = evidence.rows[index]
    is_alone = row["effect_service"] == row["service"]
    what = {"component": row["change_kind"]} if is_alone and row["change_kind"] else _told(row)
    slots = {"cause": {"service": row["service"], **what}, "effect": {"service": row["effect_service"], "metric": label}}
    started = "change_at" if is_alone and row["change_kind"] else "value"
    premises = ["path", *(["change_at"] if row["change_kind"] and started != "change_at" else []), "reason"]
    bind = (_bound(evidence, index, started, "cause"), _bound(evidence, index, column, "effect"))
    window = evidence.window.as_json()
    told = {**slots, "window": {"start": window["start"], "end": window["end"]}}
    return Draft("causal", told, (*bind, *(_bound(evidence, index, name, "premise") for name in premises)), hedge="likely")


def _told(row: Mapping[str, Cell]) -> dict[str, Any]:
    component = {"component": row["component"]} if row["component"] not in {"", row["service"]} else {}
    return {**component, "metric": row["metric"].replace("_", " ")}


def remedy(kinds: Sequence[str], entity: Entity, bound: Sequence[Binding], evidence: Evidence, knowledge: Knowledge) -> Iterator[Draft]:
    """At most one justified piece of advice: the first action that answers one of the kinds, the most telling kind first."""
    kind = TARGETS.get(entity.type)
    fitting = (action for one in kinds for action in _answering(one, knowledge) if kind in action.targets)
    drafts = (_advice(action, entity.value, bound) for action in fitting)
    yield from [draft for draft in drafts if holds(draft, evidence, knowledge)][:1]


def _answering(kind: str, knowledge: Knowledge) -> list[Action]:
    """The actions that answer a kind, those first that name it first."""
    said = kind.replace("_", " ")
    found = [action for action in knowledge.actions.values() if said in action.answers]
    return sorted(found, key=lambda action: (action.answers.index(said), action.name))


def _advice(action: Action, target: str, bound: Sequence[Binding]) -> Draft:
    slots = {"action": action.name, "target": target, "reversible": action.reversible}
    return Draft("recommendation", slots, tuple(Binding(one.evidence, one.path, "premise") for one in bound))


def _bound(evidence: Evidence, index: int, column: str, role: Any) -> Binding:
    return Binding(evidence.id, f"rows[{index}].{column}", role)


def of_suspect(evidence: Evidence, index: int, knowledge: Knowledge) -> Iterator[Draft]:
    """What to do about a suspect: what answers its change just before, else what answers its reason."""
    row = evidence.rows[index]
    wanted = [*([("change_kind", row["change_kind"])] if row["change_kind"] else []), ("reason", row["reason"])]
    for column, kind in wanted:
        bound = [_bound(evidence, index, name, "premise") for name in ("value", column)]
        found = list(remedy([kind], Entity("service", row["service"]), bound, evidence, knowledge))
        if found:
            yield from found
            return
