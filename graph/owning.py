"""Claims a model wrote itself: read, judged, and either written anew from what was recomputed or removed with the reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analytics.steering import signs
from domain.claims import Claim, Judged
from domain.errors import WrongUseError
from domain.tasks import SelectAnswer, Task
from graph.context import RunContext
from graph.verifying import DEFECTS, recomputed
from graph.weighing import weighed
from grounding import display, extraction
from grounding.documents import claims_from_json
from grounding.rendering import render
from prompts.views import restored

UNOFFERED = "no claim of this id was offered"
GOOD = frozenset({"supported", "consistent"})


@dataclass(frozen=True, slots=True)
class Owned:
    """What became of a model's own claims: those to go on with, every word of them ours, and those removed."""

    claims: tuple[Claim, ...] = ()
    removed: tuple[Judged, ...] = ()


async def owned(context: RunContext, own: Sequence[Claim], taken: Iterable[Claim] = ()) -> Owned:
    """The model's claims that hold, or that code can correct, as typed claims; `taken` are already told and not told twice."""
    faulty = {claim.id: fault for claim in own if (fault := _fault(context, claim))}
    removed = [_removed(claim, faulty[claim.id]) for claim in own if claim.id in faulty]
    sound = [_untold(claim) for claim in own if claim.id not in faulty]
    told = {_key(claim) for claim in taken}
    claims: list[Claim] = []
    judged = await recomputed(context, sound) if sound else []
    doubted = await weighed(context, [entry for entry in judged if entry.verdict not in GOOD])
    opinions = {entry.claim.id: entry for entry in doubted}
    for said, rules in zip(sound, judged, strict=True):
        entry = opinions.get(rules.claim.id, rules)
        forms = _written(context, said, entry)
        if not forms:
            removed.append(_failed(said, entry))
        claims += [form for form in forms if _key(form) not in told]
        told |= {_key(form) for form in forms}
    return Owned(tuple(claims), tuple(removed))


def unveiled(task: Task[Any], claim: Claim) -> Claim:
    """A model's claim with the values in place of the stand-ins it was shown."""
    return replace(claim, text=restored(task, claim.text), slots=_unveiled(task, claim.slots))


def _unveiled(task: Task[Any], value: Any) -> Any:
    if isinstance(value, str):
        return restored(task, value)
    if isinstance(value, Mapping):
        return {name: _unveiled(task, item) for name, item in value.items()}
    return [_unveiled(task, item) for item in value] if isinstance(value, list) else value


def never_offered(answer: SelectAnswer) -> tuple[Judged, ...]:
    """The ids a model made up, as removed claims."""
    return tuple(_removed(Claim(f"N{place}", "text", text=name), UNOFFERED) for place, name in enumerate(answer.unknown, start=1))


def _fault(context: RunContext, claim: Claim) -> str:
    """What is wrong with a claim before anything is recomputed; empty for nothing."""
    unknown = next((binding.evidence for binding in claim.bind if binding.evidence not in context.ledger.evidence), None)
    if unknown is not None:
        return f"it cites evidence {display.text(unknown)!r}, which does not exist"
    try:
        claims_from_json([claim.as_json()])
    except WrongUseError as error:
        return f"it does not keep to the schema of claims ({error})"
    return ""


def _untold(claim: Claim) -> Claim:
    """A typed claim without the model's own sentence, which nobody will read."""
    return replace(claim, text="") if claim.kind != "text" else claim


def _written(context: RunContext, said: Claim, entry: Judged) -> list[Claim]:
    """The typed claims a judged one comes to, with our own sentences; none where it is not to be published."""
    if entry.verdict == "text-supported":
        return _as_said(said, entry)
    if entry.verdict not in GOOD and entry.correction is None:
        return []
    forms = [replace(entry.claim, text="")] if entry.claim.slots else _readings(context, said)
    try:
        return [replace(form, text=_sentence(context, form), materiality="normal") for form in forms]
    except DEFECTS:
        return []


def _as_said(said: Claim, entry: Judged) -> list[Claim]:
    """A sentence that only a model vouches for keeps its words, if they are safe to show and order nothing."""
    is_safe = display.text(said.text) == said.text and not signs(said.text)
    return [replace(said, bind=entry.claim.bind, materiality="normal")] if is_safe and entry.claim.bind else []


def _readings(context: RunContext, said: Claim) -> list[Claim]:
    return [replace(claim, text="") for claim in extraction.read(said, context.ledger.evidence).claims]


def _sentence(context: RunContext, claim: Claim) -> str:
    return render(claim, context.ledger.evidence, context.question.language, context.scope.window, context.knowledge)


def _failed(said: Claim, entry: Judged) -> Judged:
    """A claim that will not be published, with the verdict and reason that keep it from it."""
    if entry.verdict in GOOD:
        return _removed(said, "it holds, but could not be written from cells")
    return Judged(_shown(said), entry.verdict, entry.reason)


def _removed(claim: Claim, reason: str) -> Judged:
    return Judged(_shown(claim), "unverified", reason)


def _shown(claim: Claim) -> Claim:
    """A removed claim as the document keeps it: foreign text, made safe to show."""
    return replace(claim, text=display.text(claim.text), agent="model")


def _key(claim: Claim) -> tuple[object, ...]:
    return claim.kind, claim.bind, str(claim.slots.get("value")), str(claim.slots.get("quantifier"))
