"""Claims as a person would say them in English, written without the product's renderer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from domain.claims import Claim
from domain.evidence import Evidence


@dataclass(frozen=True, slots=True)
class _Saying:
    """What is to be said: slots, the subject's name, the label of what is measured, the column's unit."""

    slots: Mapping[str, Any]
    who: str
    label: str
    dice: Random


def phrase(claim: Claim, evidence: Mapping[str, Evidence], seed: str) -> str:
    """The claim in one of several wordings, the same for one seed; empty where there is none here."""
    source = evidence.get(claim.bind[0].evidence) if claim.bind else None
    writer = _WRITERS.get(claim.kind)
    if source is None or writer is None or claim.derive or claim.slots.get("negated"):
        return ""
    slots = claim.slots
    name = str(slots.get("metric") or slots.get("by") or "")
    column = source.column(name)
    label = (column.label or column.name.replace("_", " ")) if column else ""
    return writer(_Saying(slots, _named(slots.get("subject", slots.get("event"))), label, Random(seed)))


def _named(subject: Any) -> str:
    if not isinstance(subject, Mapping):
        return ""
    return " ".join(str(value) for name, value in subject.items() if name not in {"metric", "threshold"})


def _number(value: Any, unit: Any, dice: Random) -> str:
    shown = f"{value:,}" if isinstance(value, int) and dice.random() < 1 / 2 else str(value)
    return shown if unit in {"1", "", None} else f"{shown} {unit}"


def _quantity(said: _Saying) -> str:
    slots, dice, who, label = said.slots, said.dice, said.who, said.label
    if not label or not who or isinstance(slots["value"], list):
        return ""
    words = {
        "=": "",
        "≈": dice.choice(("about ", "roughly ", "~")),
        "≥": "at least ",
        "≤": "at most ",
        ">": "more than ",
        "<": "less than ",
    }
    if slots["op"] not in words:
        return ""
    value = words[slots["op"]] + _number(slots["value"], slots.get("unit"), dice)
    return dice.choice(
        (f"{who}: {label} {value}.", f"{label} for {who}: {value}", f"{who}'s {label} came to {value}.", f"{who} had {value} {label}.")
    )


def _comparison(said: _Saying) -> str:
    slots, who, label = said.slots, said.who, said.label
    other, op, value = slots.get("other"), slots["op"], slots.get("value")
    if not label or not who:
        return ""
    if isinstance(other, Mapping):
        rival = _named(other)
        shapes = {"higher": f"{who} had more {label} than {rival}.", "lower": f"{who} had less {label} than {rival}."}
        shapes |= {"ratio": f"{label} of {who} was {value} times that of {rival}."} if value is not None else {}
        return shapes.get(op, "")
    shapes = {"higher": f"{label} of {who} rose.", "lower": f"{label} of {who} fell.", "doubled": f"{label} of {who} doubled."}
    shapes |= {"halved": f"{label} of {who} halved.", "tripled": f"{label} of {who} tripled."}
    if op == "pct_change" and value:
        return f"{label} of {who} {'rose' if value > 0 else 'fell'} by {abs(value)} %."
    return shapes.get(op, "")


def _entity(said: _Saying) -> str:
    word = str(said.slots.get("quantifier", ""))
    if not word and said.who and "attribute" in said.slots:
        return f"The {str(said.slots['attribute']).replace('_', ' ')} of {said.who} is {said.slots['value']}."
    shown = {"most": "highest", "least": "lowest"}.get(word, "")
    return f"{said.who} had the {shown} {said.label}." if shown and said.who and said.label else ""


def _absence(said: _Saying) -> str:
    what = said.slots["what"]
    if not said.who:
        return f"There were no {what}."
    return said.dice.choice((f"{said.who} had no {what}.", f"No {what} were seen for {said.who}."))


def _temporal(said: _Saying) -> str:
    slots = said.slots
    event = slots.get("event")
    if isinstance(event, Mapping) and "threshold" not in event and "at" in slots:
        return f"{said.who}: {str(event.get('metric', '')).replace('_', ' ')} {slots['at']}."
    return ""


def _trend(said: _Saying) -> str:
    words = {"rising": "rose", "falling": "fell", "steady": "was steady", "spike": "spiked", "drop": "dropped for a moment"}
    shown = words.get(str(said.slots.get("direction")), "")
    return f"{said.label} of {said.who} {shown}." if shown and said.label and said.who else ""


def _quote(said: _Saying) -> str:
    return f'A message says "{said.slots["text"]}".'


_WRITERS: Mapping[str, Callable[[_Saying], str]] = {
    "quantity": _quantity,
    "comparison": _comparison,
    "entity": _entity,
    "absence": _absence,
    "temporal": _temporal,
    "trend": _trend,
    "quote": _quote,
}
