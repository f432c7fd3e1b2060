"""What a model sees of a task: each payload as short lines of plain text, in which text from outside is only data."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from domain.calls import ToolSpec
from domain.claims import Claim
from domain.tasks import Failure, PlanPayload, RevisePayload, RoutePayload, SelectPayload, Task, TaskName, Turn, WordPayload

Blanks = Mapping[str, str]
LONGEST_QUESTION = 600
LONGEST_CLAIM = 180
SHOWN_CLAIMS = 24
SHOWN_TURNS = 2
SHOWN_TOOLS = 40
LANGUAGES = {"en": "English", "ko": "Korean"}
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


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
    """Text from outside as one harmless line: no control, bidi, zero-width or ANSI characters, JSON-escaped, cut."""
    visible = "".join(char for char in ANSI.sub("", text) if char in " \t\n" or unicodedata.category(char) not in UNSEEN)
    flat = " ".join(visible.split())
    cut = flat if len(flat) <= longest else f"{flat[: longest - 1]}…"
    return json.dumps(cut, ensure_ascii=False)[1:-1]


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
    claims = "\n".join(f"{claim.id}: {_told(claim)}" for claim in shown_claims(payload))
    return {"claims": claims or "(none)", "limit": str(payload.limit), "question": data(payload.question, LONGEST_QUESTION)}


def _word(payload: WordPayload) -> Blanks:
    claims = "\n".join(f"- {_told(claim)}" for claim in payload.claims[:SHOWN_CLAIMS])
    return {"claims": claims or "(none)", "language": LANGUAGES[payload.language], "question": data(payload.question, LONGEST_QUESTION)}


def _revise(payload: RevisePayload) -> Blanks:
    return {
        "failures": "\n".join(_failure(failure) for failure in payload.failures[:SHOWN_CLAIMS]),
        "tools": ", ".join(tool.name for tool in shown_tools(payload.menu)) or "(none)",
        "max_calls": str(payload.max_calls),
        "question": data(payload.question, LONGEST_QUESTION),
    }


def _failure(failure: Failure) -> str:
    mended = f"corrected: {_told(failure.correction)}" if failure.correction else "no correction"
    return f"{failure.claim.id}: {_told(failure.claim)} | {mended}"


def _told(claim: Claim) -> str:
    """A claim's sentence; of a quote only that there is one and how long it is."""
    if claim.kind == "quote":
        return f"a quoted log line <text:{len(str(claim.slots.get('text', claim.text)))}ch>"
    return data(claim.text, LONGEST_CLAIM)


def _turns(turns: Sequence[Turn]) -> str:
    lines = [f"Before: {data(turn.question, LONGEST_CLAIM)} -> {data(turn.headline, LONGEST_CLAIM)}\n" for turn in turns[-SHOWN_TURNS:]]
    return "".join(lines)


UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
VIEWS: Mapping[TaskName, Callable[[Any], Blanks]] = {
    "route": _route,
    "plan": _plan,
    "select": _select,
    "word": _word,
    "revise": _revise,
}
