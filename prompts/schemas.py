"""JSON Schemas of the answers, with the very ids and names on offer, small enough for a grammar to hold a small model to."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from domain.tasks import EntailPayload, PlanPayload, RevisePayload, RoutePayload, SelectPayload, Task, TaskName, WordPayload
from prompts.views import shown_claims, shown_tools

Schema = Mapping[str, Any]
LONGEST_HEADLINE = 320
LONGEST_SENTENCE = 300
MOST_OWN = 4


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
    return _with_own(_object(claims=_list(_one_of(ids), min(payload.limit, len(ids)))))


def _word(_payload: WordPayload) -> Schema:
    return _object(headline={"type": "string", "minLength": 1, "maxLength": LONGEST_HEADLINE})


def _revise(payload: RevisePayload) -> Schema:
    tools = [tool.name for tool in shown_tools(payload.menu)]
    return _with_own(_object(calls=_list(_call(tools), payload.max_calls if tools else 0)))


def _entail(payload: EntailPayload) -> Schema:
    ids = [doubt.id for doubt in payload.doubts]
    return _object(entailed=_list(_one_of(ids), len(ids)), not_entailed=_list(_one_of(ids), len(ids)))


def _with_own(answer: Schema) -> Schema:
    """The schema with room for a few sentences of the model's own, which it may leave out."""
    sentence = {"type": "string", "maxLength": LONGEST_SENTENCE}
    return {**answer, "properties": {**answer["properties"], "own": _list(_object(text=sentence), MOST_OWN)}}


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
    "entail": _entail,
}
