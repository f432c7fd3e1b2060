"""What sentences say of causes, past incidents and advice: their parts in words, the hedge inside the sentence."""

from collections.abc import Mapping
from typing import Any

from domain.actions import Action
from domain.claims import Claim
from grounding import display, vocabulary
from grounding.cells import clean, number
from grounding.knowledge import NOTHING, Knowledge
from grounding.outcomes import Outcome, contradicted, unverified

_WHO = ("service", "app", "application", "name", "entity", "subject", "host", "node")


def party_said(slot: Any) -> str:
    """A party by its service, with what of it in brackets: `cart (pool in use)`."""
    if not isinstance(slot, Mapping):
        return display.name(slot) if slot else ""
    who = next((display.name(slot[key]) for key in _WHO if slot.get(key)), "")
    metric = str(slot.get("metric") or "")
    detail = display.name(slot["component"]) if slot.get("component") else _plain(metric)
    return f"{who} ({detail})" if who and detail and detail != who else who or detail


def _plain(metric: str) -> str:
    """A measure's name without quotation marks where it is made of plain words."""
    return (
        metric
        if metric.replace(" ", "").replace(".", "").replace("_", "").isalnum() and metric.isascii()
        else display.name(metric)
        if metric
        else ""
    )


def shape(claim: Claim) -> str:
    """Which sentence tells a claim: a past incident with its similarity, its cause, both or neither; any other by its hedge."""
    if claim.kind != "past_incident":
        return f"{claim.kind} {claim.hedge}"
    told = [name for name in ("similarity", "cause") if claim.slots.get(name) not in (None, "")]
    return " ".join([claim.kind, *told])


def parts(claim: Claim) -> dict[str, str]:
    """The words of a causal, past incident or recommendation sentence."""
    slots = claim.slots
    cause = slots.get("cause")
    similarity = number(slots.get("similarity"))
    return {
        "cause": display.quoted(clean(str(cause))) if claim.kind == "past_incident" and cause else party_said(cause),
        "effect": party_said(slots.get("effect")),
        "incident_id": party_said(slots.get("incident_id")),
        "similarity": "" if similarity is None else display.number(similarity, "%" if slots.get("unit") == "%" else ""),
        "action": _plain(str(slots.get("action") or "").replace("_", " ")),
        "target": party_said(slots.get("target")),
    }


def advice_said(claim: Claim, language: str, knowledge: Knowledge = NOTHING) -> str:
    """The catalogue's sentence for an action and its target; empty where the action is in no catalogue."""
    action = knowledge.actions.get(str(claim.slots.get("action") or ""))
    target = party_said(claim.slots.get("target"))
    return action.text(target, language) if action and target else ""


def is_catalogued(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a sentence of advice is the catalogue's own, in any of its languages."""
    action = knowledge.actions.get(str(claim.slots.get("action") or ""))
    if claim.kind != "recommendation" or action is None:
        return False
    said = vocabulary.plain(claim.text)
    return any(said == vocabulary.plain(advice_said(claim, language, knowledge)) for language in action.texts)


def advice_problem(claim: Claim, knowledge: Knowledge) -> Outcome | None:
    """Objects to a sentence that advises something else than its slots: it has to name the action and no other."""
    said = f" {vocabulary.plain(claim.text)} "
    action = knowledge.actions.get(str(claim.slots.get("action") or ""))
    own = _names_of(action) if action else {vocabulary.plain(str(claim.slots.get("action") or ""))}
    if not any(name in said for name in own):
        return unverified("text: it does not name the action")
    others = {name for one in knowledge.actions.values() if one is not action for name in _names_of(one)}
    other = next((name for name in sorted(others) if f" {name} " in said and not any(name in mine for mine in own)), "")
    return contradicted(f"text: it advises {other!r} as well") if other else None


def _names_of(action: Action) -> set[str]:
    return {vocabulary.plain(name) for name in (action.name, *action.aliases, *action.titles.values())}
