"""JSON Schemas of the answers, with the very ids and names on offer, small enough for a grammar to hold a small model to."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from domain.tasks import PlanPayload, RevisePayload, RoutePayload, SelectPayload, Task, TaskName, WordPayload
from prompts.views import shown_claims, shown_tools

Schema = Mapping[str, Any]
LONGEST_HEADLINE = 320


def schema(task: Task[Any]) -> Schema:
    """The schema of the answer to a task."""
    return SCHEMAS[task.name](task.payload)


def _route(payload: RoutePayload) -> Schema:
    names = [card.name for card in payload.desks]
    return _object(desks=_list(_one_of(names), len(names)))


def _plan(payload: PlanPayload) -> Schema:
    return _object(calls=_list(_call([tool.name for tool in shown_tools(payload.menu)]), payload.max_calls))


def _select(payload: SelectPayload) -> Schema:
    ids = [claim.id for claim in shown_claims(payload)]
    return _object(claims=_list(_one_of(ids), min(payload.limit, len(ids))))


def _word(_payload: WordPayload) -> Schema:
    return _object(headline={"type": "string", "minLength": 1, "maxLength": LONGEST_HEADLINE})


def _revise(payload: RevisePayload) -> Schema:
    mended = [failure.claim.id for failure in payload.failures if failure.correction]
    tools = [tool.name for tool in shown_tools(payload.menu)]
    return _object(corrected=_list(_one_of(mended), len(mended)), calls=_list(_call(tools), payload.max_calls if tools else 0))


def _call(tools: Sequence[str]) -> Schema:
    return _object(tool=_one_of(tools))


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(items: Schema, most: int) -> Schema:
    return {"type": "array", "items": items, "maxItems": most}


def _one_of(names: Sequence[str]) -> Schema:
    return {"type": "string", "enum": list(names) or ["none"]}


SCHEMAS: Mapping[TaskName, Callable[[Any], Schema]] = {
    "route": _route,
    "plan": _plan,
    "select": _select,
    "word": _word,
    "revise": _revise,
}
