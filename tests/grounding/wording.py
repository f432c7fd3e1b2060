"""Claims as a person would say them, written without the renderer."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from domain.claims import Claim
from tests.grounding.worlds import World


@dataclass(frozen=True)
class Saying:
    """What is to be said: slots, the subject's name and the label of what is measured."""

    slots: Mapping[str, Any]
    who: str
    label: str
    random: Random


def phrase(claim: Claim, world: World, random: Random) -> str:
    """The claim in one of several wordings; empty where there is none here."""
    slots = claim.slots
    subject = slots.get("subject", slots.get("event"))
    who = " ".join(str(value) for value in subject.values()) if isinstance(subject, Mapping) else ""
    source = world.evidence[claim.bind[0].evidence]
    column = source.column(str(slots.get("metric") or slots.get("by") or ""))
    writer = PHRASES.get(claim.kind)
    return writer(Saying(slots, who, (column.label or column.name) if column else "", random)) if writer else ""


def say_quantity(said: Saying) -> str:
    slots, random, who, label = said.slots, said.random, said.who, said.label
    if not label or not who:
        return ""
    value = f"{slots['value']:,}" if isinstance(slots["value"], int) and random.random() < 0.5 else str(slots["value"])
    value = f"{random.choice(['about', 'roughly', '~'])} {value}" if slots["op"] == "≈" else value
    value += "" if slots["unit"] == "1" else f" {slots['unit']}"
    shapes = [
        f"{who} had {value} {label}.",
        f"{label} for {who}: {value}",
        f"We saw {value} {label} from {who}.",
        f"{who}'s {label} came to {value}.",
    ]
    return random.choice(shapes)


def say_comparison(said: Saying) -> str:
    slots, who, label = said.slots, said.who, said.label
    other, op, value = slots.get("other"), slots["op"], slots.get("value")
    if isinstance(other, Mapping):
        rival = str(next(iter(other.values())))
        shapes = {"higher": f"{who} had more {label} than {rival}.", "lower": f"{who} had fewer {label} than {rival}."}
        shapes |= {
            "ratio": f"{who} made {value} times as many {label} as {rival}.",
            "difference": f"{who} had {value} more {label} than {rival}.",
        }
        return shapes.get(op, "") if label else ""
    shapes = {"higher": f"{label} of {who} rose.", "lower": f"{label} of {who} fell.", "doubled": f"{label} of {who} doubled."}
    if op == "pct_change" and value:
        return f"{label} of {who} {'rose' if value > 0 else 'fell'} by {abs(value)} %."
    return shapes.get(op, "")


def say_entity(said: Saying) -> str:
    if "quantifier" not in said.slots:
        return f"The {said.slots['attribute']} of {said.who} is {said.slots['value']}."
    word = {"most": "highest", "least": "lowest"}.get(str(said.slots["quantifier"]), "")
    return f"{said.who} had the {word} {said.label}." if word else ""


def say_absence(said: Saying) -> str:
    return said.random.choice([f"{said.who} had no {said.slots['what']}.", f"No {said.slots['what']} were seen for {said.who}."])


def say_temporal(said: Saying) -> str:
    if "at" in said.slots:
        return f"The first attempt of {said.who} was at {said.slots['at']}."
    first, then = (next(iter(said.slots[name].values())) for name in ("first", "then"))
    return f"{first} was first seen {said.slots['relation']} {then}."


def say_quote(said: Saying) -> str:
    return f'A log line says "{said.slots["text"]}".'


PHRASES = {
    "quantity": say_quantity,
    "comparison": say_comparison,
    "entity": say_entity,
    "absence": say_absence,
    "temporal": say_temporal,
    "quote": say_quote,
}
