"""Elastic's bulk API: pairs of an action and a document a line; only logs that are created or indexed are taken."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from domain.errors import TooLargeError, WrongUseError
from domain.telemetry import Rejection
from pipeline.limits import DEFAULT_LIMITS
from pipeline.pushed.ecs import record_of_document
from pipeline.reading import Item, Reading, Taken

CREATED, BAD_REQUEST = 201, 400
_TAKEN, _REFUSED = frozenset({"create", "index"}), frozenset({"update", "delete"})
_SHOWN = 2_000
_LINES_AN_ACTION = 3  # its own, its document, and an empty one


@dataclass(frozen=True, slots=True)
class Action:
    """One action of a request: `line` is that of its document (of itself where it has none), `refusal` why it is not done."""

    verb: str
    line: int
    index: str = ""
    document_id: str = ""
    refusal: str = ""


class Bulk:
    """One bulk request: its items for the pipeline, and the answer to each action once they are accepted."""

    def __init__(self, body: bytes, index: str = "", most: int = DEFAULT_LIMITS.records) -> None:
        self._body = body
        self._index = index
        self._most = most

    def items(self) -> Iterator[Item]:
        """A record or a rejection for each action. Raises WrongUseError for a body that is no bulk request."""
        for action, source in self._pairs():
            yield Rejection(action.line, action.refusal, _shown(source)) if action.refusal else _item(action, source)

    def answer(self, rejections: Sequence[Rejection], took_ms: int) -> Mapping[str, Any]:
        """The response document: an item for each action in their order."""
        reasons = {rejected.line: rejected.reason for rejected in rejections}
        items = [_answered(action, reasons.get(action.line, "")) for action, _ in self._pairs()]
        return {"took": took_ms, "errors": bool(reasons), "items": items}

    def _too_large(self) -> TooLargeError:
        return TooLargeError(f"A request may hold {self._most:,} actions; send smaller batches.")

    def _pairs(self) -> Iterator[tuple[Action, bytes]]:
        if self._body.count(b"\n") > _LINES_AN_ACTION * self._most:
            raise self._too_large()
        lines = iter(enumerate(self._body.split(b"\n"), start=1))
        count = 0
        for number, line in lines:
            if not line.strip():
                continue
            if (count := count + 1) > self._most:
                raise self._too_large()
            action = _action(number, line, self._index)
            if action.verb == "delete":
                yield action, line
                continue
            source_number, source = next(lines, (number, b""))
            yield (
                replace(action, line=source_number, refusal=action.refusal or ("" if source.strip() else "the action has no document")),
                source,
            )


def _action(number: int, line: bytes, index: str) -> Action:
    try:
        document = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise WrongUseError(f"Line {number} of the bulk request is no action: {error}") from error
    verb, given = next(iter(document.items()), ("", None)) if isinstance(document, dict) else ("", None)
    if verb not in _TAKEN | _REFUSED or not isinstance(given, dict):
        raise WrongUseError(f'Line {number} of the bulk request is no action; it is an object such as {{"create": {{}}}}.')
    refusal = "" if verb in _TAKEN else f"[{verb}] is not taken: stored events do not change; send create or index"
    return Action(verb, number, str(given.get("_index") or index), str(given.get("_id") or ""), refusal)


def _item(action: Action, source: bytes) -> Item:
    try:
        document = orjson.loads(source)
        if not isinstance(document, dict):
            return Rejection(action.line, f"the document is no object but {type(document).__name__}", _shown(source))
        record = record_of_document(document, Reading(name="bulk"), action.index)
    except ValueError as error:
        return Rejection(action.line, str(error), _shown(source))
    return Taken(action.line, replace(record, event_id=record.event_id or action.document_id))


def _answered(action: Action, reason: str) -> Mapping[str, Any]:
    place = {"_index": action.index, "_id": action.document_id or None}
    if reason:
        return {action.verb: {**place, "status": BAD_REQUEST, "error": {"type": "document_parsing_exception", "reason": reason}}}
    return {action.verb: {**place, "status": CREATED, "result": "created"}}


def _shown(source: bytes) -> str:
    return source[:_SHOWN].decode("utf-8", "replace")
