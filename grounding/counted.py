"""Which claims count: saying a thing twice, or that a thing is itself, earns nothing."""

import json
from collections.abc import Sequence

from domain.claims import Judged
from grounding.lexicon import names_in


def counted(judged: Sequence[Judged]) -> list[Judged]:
    """The claims a score is over: all that failed, and of those that hold each once and none that says nothing.

    What holds and is of low materiality, and what is out of scope, is left out; so padding an answer with either raises nothing.
    """
    seen: set[str] = set()
    kept: list[Judged] = []
    for entry in judged:
        key = _key(entry)
        if entry.verdict == "out-of-scope" or (key is not None and (key in seen or is_trivial(entry))):
            continue
        seen |= {key} if key else set()
        kept.append(entry)
    return kept


def is_trivial(entry: Judged) -> bool:
    """Whether a claim matters little, or says of a thing what its name says already."""
    slots = entry.claim.slots
    if entry.claim.materiality == "low":
        return True
    said = str(slots.get("value", slots.get("state", "")))
    return entry.claim.kind == "entity" and not slots.get("quantifier") and said in names_in(slots.get("subject"))


def _key(entry: Judged) -> str | None:
    """What a claim that holds says, whatever its words; None for one that does not hold."""
    claim = entry.claim
    if entry.verdict not in {"supported", "consistent", "text-supported"}:
        return None
    slots = {name: value for name, value in claim.slots.items() if name not in {"window", "agg", "unit", "op"}}
    return json.dumps(
        [claim.kind, slots or claim.text, sorted(bound.path + bound.evidence for bound in claim.bind)], sort_keys=True, default=str
    )
