"""What a model sees of a task: each payload as short lines of plain text, in which text from outside is only a stand-in."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from analytics.steering import signs
from analytics.unveiling import visible
from domain.calls import ToolSpec
from domain.claims import Claim, Verdict
from domain.tasks import (
    Doubt,
    EntailPayload,
    Failure,
    PlanPayload,
    Premise,
    RevisePayload,
    RoutePayload,
    SelectPayload,
    Task,
    TaskName,
    Turn,
    WordPayload,
)
from prompts.veil import LEFT, Veil

Blanks = Mapping[str, str]
LONGEST_QUESTION = 600
LONGEST_CLAIM = 180
LONGEST_QUOTED = 400
SHOWN_CLAIMS = 24
SHOWN_TURNS = 2
SHOWN_TOOLS = 40
DIFFERS = re.compile(r"([a-z_]{1,30}): said (.{1,200}), the evidence says (.{1,200})")
LANGUAGES = {"en": "English", "ko": "Korean"}


def blanks(task: Task[Any]) -> Blanks:
    """The blanks of a task's prompt, by name."""
    return VIEWS[task.name](task.payload)


def shown_claims(payload: SelectPayload) -> tuple[Claim, ...]:
    """The candidates that fit a prompt: the first ones, in the order code ranks them."""
    return payload.candidates[:SHOWN_CLAIMS]


def shown_tools(menu: Sequence[ToolSpec]) -> tuple[ToolSpec, ...]:
    """The tools that can be called now."""
    return tuple(tool for tool in menu if tool.available)[:SHOWN_TOOLS]


def data(text: str, longest: int) -> str:
    """Text as one harmless line: no control, bidi, zero-width, tag or ANSI characters, JSON-escaped, cut."""
    flat = " ".join(visible(text).split())
    cut = flat if len(flat) <= longest else f"{flat[: longest - 1]}…"
    return json.dumps(cut, ensure_ascii=False)[1:-1]


def restored(task: Task[Any], text: str) -> str:
    """A model's text with the values its stand-ins stand for; empty where it holds one that stands for nothing."""
    if not LEFT.search(text):
        return text
    veil = _veil(task.payload)
    CLAIMS[task.name](task.payload, veil)
    return veil.restored(text)


def _veil(payload: SelectPayload | WordPayload | RevisePayload) -> Veil:
    return Veil(payload.seen, payload.question, getattr(payload, "language", "en"))


def _told(claim: Claim, veil: Veil) -> str:
    """The one way a claim enters a prompt."""
    return data(veil.told(claim), LONGEST_QUOTED if claim.kind == "quote" else LONGEST_CLAIM)


def _route(payload: RoutePayload) -> Blanks:
    desks = "\n".join(f"Desk {card.name}: {card.description}" for card in payload.desks)
    return {"desks": desks, "turns": _turns(payload.turns), "question": data(payload.question, LONGEST_QUESTION)}


def _plan(payload: PlanPayload) -> Blanks:
    return {
        "desk": payload.desk,
        "tools": "\n".join(f"- {tool.name}: {tool.question}" for tool in shown_tools(payload.menu)),
        "suggested": ", ".join(dict.fromkeys(call.tool for call in payload.suggested)) or "(none)",
        "max_calls": str(payload.max_calls),
        "turns": _turns(payload.turns),
        "question": data(payload.question, LONGEST_QUESTION),
    }


def _select(payload: SelectPayload) -> Blanks:
    claims = "\n".join(_offered(payload, _veil(payload)))
    return {"claims": claims or "(none)", "limit": str(payload.limit), "question": data(payload.question, LONGEST_QUESTION)}


def _word(payload: WordPayload) -> Blanks:
    claims = "\n".join(_worded(payload, _veil(payload)))
    return {"claims": claims or "(none)", "language": LANGUAGES[payload.language], "question": data(payload.question, LONGEST_QUESTION)}


def _offered(payload: SelectPayload, veil: Veil) -> list[str]:
    return [f"{claim.id}: {_told(claim, veil)}" for claim in shown_claims(payload)]


def _worded(payload: WordPayload, veil: Veil) -> list[str]:
    return [f"- {_told(claim, veil)}" for claim in payload.claims[:SHOWN_CLAIMS]]


def _revise(payload: RevisePayload) -> Blanks:
    return {
        "failures": "\n".join(_failed(payload, _veil(payload))),
        "tools": ", ".join(tool.name for tool in shown_tools(payload.menu)) or "(none)",
        "max_calls": str(payload.max_calls),
        "question": data(payload.question, LONGEST_QUESTION),
    }


def _failed(payload: RevisePayload, veil: Veil) -> list[str]:
    return [_failure(failure, veil) for failure in payload.failures[:SHOWN_CLAIMS]]


def _failure(failure: Failure, veil: Veil) -> str:
    verdict = failure.verdict if failure.verdict in get_args(Verdict) else "unverified"
    return f"{failure.claim.id}: {_told(failure.claim, veil)} | {verdict}: {data(_difference(failure.difference, veil), LONGEST_CLAIM)}"


def _difference(text: str, veil: Veil) -> str:
    """What was said and what is, slot by slot; any other reason may quote strangers."""
    found = [DIFFERS.fullmatch(part) for part in text.split("; ")]
    shown = [f"{one[1]}: said {veil.value(one[1], one[2])}, the evidence says {veil.value(one[1], one[3])}" for one in found if one]
    return "; ".join(shown) or "the evidence does not say so"


def _entail(payload: EntailPayload) -> Blanks:
    veil = Veil(payload.seen, payload.question)
    return {"doubts": "\n".join(line for doubt in payload.doubts for line in _doubted(doubt, veil))}


def _doubted(doubt: Doubt, veil: Veil) -> list[str]:
    """A sentence in stand-ins and its cells; one that steers is not shown, so nobody can agree with it."""
    shown = {value: veil.value("", value) for premise in doubt.premises for value in (premise.subject, premise.value) if value}
    text = doubt.text
    for value in sorted(shown, key=len, reverse=True):
        text = text.replace(value, shown[value])
    told = "(not shown)" if signs(text) else data(text, LONGEST_CLAIM)
    cells = [data(_premise(premise, shown), LONGEST_CLAIM) for premise in doubt.premises]
    return [f"{doubt.id}: {told}", *(f"  {cell}" for cell in cells)]


def _premise(premise: Premise, shown: Mapping[str, str]) -> str:
    of = f" of {shown[premise.subject]}" if premise.subject else ""
    unit = f" {premise.unit}" if premise.unit not in {"", "1"} else ""
    return f"{premise.column}{of} = {shown.get(premise.value, premise.value)}{unit}"


def _turns(turns: Sequence[Turn]) -> str:
    """What was asked before; the answers may quote strangers, and no judge needs them."""
    return "".join(f"Before: {data(turn.question, LONGEST_CLAIM)}\n" for turn in turns[-SHOWN_TURNS:])


VIEWS: Mapping[TaskName, Callable[[Any], Blanks]] = {
    "route": _route,
    "plan": _plan,
    "select": _select,
    "word": _word,
    "revise": _revise,
    "entail": _entail,
}
CLAIMS: Mapping[TaskName, Callable[[Any, Veil], list[str]]] = {"select": _offered, "word": _worded, "revise": _failed}
