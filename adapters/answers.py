"""From a model's reply to the typed answer of a task; of a selection also the claims the model wrote itself."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar, cast, get_args

from pydantic import TypeAdapter, ValidationError

from adapters.replies import MOST_SENTENCES, ReplyError, sentence, sentences_in, value_in
from domain.claims import Binding, BindRole, Claim, ClaimKind, Hedge
from domain.tasks import ReviseAnswer, SelectAnswer, Task

AnswerT = TypeVar("AnswerT")
LONGEST_COMPLAINT = 300
LONGEST_ID = 24
MOST_SLOTS = 2_000
MOST_BINDINGS = 8
AUTHOR = "model"
WORDS = ("text", "sentence", "statement", "claim", "headline")


def answer_in(task: Task[AnswerT], reply: str) -> AnswerT:
    """The answer that a reply holds. Raises ReplyError when it holds none, or more than one."""
    value = value_in(reply)
    if task.answer is SelectAnswer:
        return cast("AnswerT", _selection(value))
    if not isinstance(value, Mapping):
        raise ReplyError("give one JSON object")
    own = _own(value.get("own")) if task.answer is ReviseAnswer else ()
    try:
        answer = TypeAdapter(task.answer).validate_python({name: item for name, item in value.items() if name != "own"})
    except ValidationError as error:
        raise ReplyError(_told(error)) from error
    return cast("AnswerT", ReviseAnswer(answer.calls, own)) if isinstance(answer, ReviseAnswer) else answer


def prose_answer(task: Task[AnswerT], reply: str) -> AnswerT | None:
    """What a reply in prose says, as a model's own claims; None where prose cannot be an answer or there is none."""
    written = sentences_in(reply) if task.answer is SelectAnswer else ()
    if not written:
        return None
    own, unread = written[:MOST_SENTENCES], len(written[MOST_SENTENCES:])
    claims = tuple(Claim(f"M{number}", "text", text=text, agent=AUTHOR) for number, text in enumerate(own, start=1))
    return cast("AnswerT", SelectAnswer((), claims, unread=unread))


def _selection(value: Any) -> SelectAnswer:
    """Ids and own claims, wherever in the object they stand."""
    if isinstance(value, Mapping):
        if "claims" not in value and "own" not in value:
            raise ReplyError("claims: Field required")
        items = [*_listed(value.get("claims"), "claims"), *_listed(value.get("own"), "own")]
    else:
        items = _listed(value, "claims")
    named = tuple(item for item in items if isinstance(item, str) and _is_id(item))
    written = [item for item in items if not (isinstance(item, str) and _is_id(item))]
    return SelectAnswer(named, _own(written), unread=max(0, len(written) - MOST_SENTENCES))


def _listed(items: Any, name: str) -> list[Any]:
    """A list of ids, sentences and claim objects; anything else is no answer."""
    found = [] if items is None else items if isinstance(items, list) else [items]
    if not all(isinstance(item, str | Mapping) for item in found):
        raise ReplyError(f"{name}: give a list of ids")
    return found


def _is_id(text: str) -> bool:
    return len(text) <= LONGEST_ID and not any(char.isspace() for char in text)


def _own(items: Any) -> tuple[Claim, ...]:
    found = (_claim(item, f"M{number}") for number, item in enumerate(_listed(items, "own")[:MOST_SENTENCES], start=1))
    return tuple(claim for claim in found if claim is not None)


def _claim(item: str | Mapping[str, Any], name: str) -> Claim | None:
    """A claim as a model wrote it: typed where it has slots, else a sentence; what cannot be read of it is left out."""
    if isinstance(item, str):
        return Claim(name, "text", text=sentence(item), agent=AUTHOR)
    text = next((sentence(str(item[word])) for word in WORDS if isinstance(item.get(word), str)), "")
    kind, slots = item.get("kind"), item.get("slots")
    is_typed = kind in get_args(ClaimKind) and kind != "text" and isinstance(slots, Mapping) and len(json.dumps(slots)) <= MOST_SLOTS
    if not is_typed and not text:
        return None
    derive = item.get("derive")
    return Claim(
        name,
        cast("ClaimKind", kind) if is_typed else "text",
        dict(cast("Mapping[str, Any]", slots)) if is_typed else {},
        _bindings(item.get("bind", item.get("evidence"))),
        text,
        derive[:MOST_SLOTS] if is_typed and isinstance(derive, str) else "",
        cast("Hedge", item["hedge"]) if item.get("hedge") in ("likely", "possible") else "",
        agent=AUTHOR,
    )


def _bindings(items: Any) -> tuple[Binding, ...]:
    found = items if isinstance(items, list) else [items]
    return tuple(binding for item in found[:MOST_BINDINGS] if (binding := _binding(item)) is not None)


def _binding(item: Any) -> Binding | None:
    """Where a model says that a claim stands: an evidence id, or one with a path and a role."""
    if isinstance(item, str):
        return Binding(sentence(item), "")
    if not isinstance(item, Mapping) or not isinstance(item.get("evidence"), str):
        return None
    path, role = item.get("path"), item.get("role")
    known = cast("BindRole", role) if role in get_args(BindRole) else "value"
    return Binding(sentence(item["evidence"]), path[:MOST_SLOTS] if isinstance(path, str) else "", known)


def _told(error: ValidationError) -> str:
    faults = [f"{'.'.join(map(str, fault['loc'])) or 'answer'}: {fault['msg']}" for fault in error.errors(include_url=False)]
    return "; ".join(faults)[:LONGEST_COMPLAINT]
