"""A judge that never fails: a model while it answers, the house from the moment it does not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from agents.followup import resolved
from agents.reading import read
from agents.suggestion import filters_for
from domain.calls import Filters
from domain.errors import JudgeAnswerError, JudgeUnavailableError
from domain.ports import Judge
from domain.tasks import (
    Decision,
    EntailAnswer,
    EntailPayload,
    PlanAnswer,
    PlannedCall,
    PlanPayload,
    ReviseAnswer,
    RevisePayload,
    RouteAnswer,
    RoutePayload,
    SelectAnswer,
    SelectPayload,
    Task,
    TaskName,
    WordAnswer,
    WordPayload,
)

AnswerT = TypeVar("AnswerT")
LONGEST_HEADLINE = 400
MOST_UNKNOWN = 12


class FallbackJudge:
    """One per run. The first sign that the model is gone opens a breaker: the house decides all that is left.

    A single unusable answer costs only its own task. "Not about operations" needs the rules' agreement. What a model may say is
    bounded by what it was offered: ids, tools and desks it was not offered are dropped, filters come from the question, and the
    call that code ranks first is always made.
    """

    def __init__(self, model: Judge, house: Judge) -> None:
        self._model = model
        self._house = house
        self._gone = ""

    @property
    def model(self) -> str:
        """Who decides now."""
        return self._house.model if self._gone else self._model.model

    async def decide(self, task: Task[AnswerT]) -> Decision[AnswerT]:
        """The model's answer where it is usable, else the house's, with a note that says why."""
        if self._gone:
            return await self._by_house(task, self._gone)
        try:
            decision = await self._model.decide(task)
        except JudgeUnavailableError as error:
            self._gone = f"The model {self._model.model!r} cannot be used ({error}); the house judge decided from there on."
            return await self._by_house(task, self._gone)
        except JudgeAnswerError as error:
            return await self._by_house(task, f"The model's answer to {task.name!r} was unusable ({error}); the house judge decided it.")
        answer = bounded(task, decision.answer)
        if answer is None:
            note = f"The model's answer to {task.name!r} named nothing that was offered; the house judge decided it."
            housed = await self._by_house(task, note)
            return replace(housed, answer=_with_own(housed.answer, decision.answer, task.payload), usage=decision.usage)
        return replace(decision, answer=answer)

    async def _by_house(self, task: Task[AnswerT], note: str) -> Decision[AnswerT]:
        return replace(await self._house.decide(task), fallback=True, note=note)


def bounded(task: Task[AnswerT], answer: AnswerT) -> AnswerT | None:
    """An answer cut to what the task offered; None when nothing usable is left."""
    return BOUNDS[task.name](task.payload, answer)  # type: ignore[no-any-return]  # each bound answers its task's type


def _route(payload: RoutePayload, answer: RouteAnswer) -> RouteAnswer | None:
    desks = _offered(answer.desks, [card.name for card in payload.desks])
    is_foreign = not answer.desks and not read(resolved(payload.question, payload.turns), payload.services).about_operations
    return RouteAnswer(tuple(desks)) if desks or is_foreign else None


def _plan(payload: PlanPayload, answer: PlanAnswer) -> PlanAnswer | None:
    reading = read(resolved(payload.question, payload.turns), payload.services)
    menu = {tool.name: tool for tool in payload.menu if tool.available}
    suggested = {call.tool: call for call in reversed(payload.suggested)}
    calls = [
        call
        for name in _offered([call.tool for call in answer.calls], list(menu))
        for call in ([suggested[name]] if name in suggested else [PlannedCall(name, given) for given in filters_for(reading, menu[name])])
    ]
    if not calls:
        return None
    return PlanAnswer(tuple(dict.fromkeys([*calls[: payload.max_calls - 1], *payload.suggested[:1], *calls]))[: payload.max_calls])


def _select(payload: SelectPayload, answer: SelectAnswer) -> SelectAnswer | None:
    ids = _offered(answer.claims, [claim.id for claim in payload.candidates])
    return _with_own(SelectAnswer(tuple(ids[: payload.limit])), answer, payload) if ids else None


def _with_own(answer: AnswerT, said: AnswerT, payload: Any) -> AnswerT:
    """A selection with what the model wrote itself and the ids it made up; both are for the verifier and the reader to know."""
    if not isinstance(answer, SelectAnswer) or not isinstance(said, SelectAnswer):
        return answer
    offered = {claim.id for claim in payload.candidates}
    unknown = tuple(name for name in dict.fromkeys(said.claims) if name not in offered)
    return cast("AnswerT", replace(answer, own=said.own, unknown=unknown[:MOST_UNKNOWN], unread=said.unread))


def _word(_payload: WordPayload, answer: WordAnswer) -> WordAnswer | None:
    told = " ".join(answer.headline.split())
    return WordAnswer(told) if 0 < len(told) <= LONGEST_HEADLINE else None


def _revise(payload: RevisePayload, answer: ReviseAnswer) -> ReviseAnswer | None:
    tools = _offered([call.tool for call in answer.calls], [tool.name for tool in payload.menu if tool.available])
    return ReviseAnswer(tuple(PlannedCall(name, Filters()) for name in tools[: payload.max_calls]), answer.own)


def _entail(payload: EntailPayload, answer: EntailAnswer) -> EntailAnswer:
    """Opinions on what was asked; one that says both of a sentence has none of it."""
    asked = [doubt.id for doubt in payload.doubts]
    yes, no = _offered(answer.entailed, asked), _offered(answer.not_entailed, asked)
    return EntailAnswer(tuple(one for one in yes if one not in no), tuple(no))


def _offered(named: Sequence[str], offered: Sequence[Any]) -> list[Any]:
    """What was named of what was offered, in the order named, once each."""
    return [name for name in dict.fromkeys(named) if name in offered]


BOUNDS: Mapping[TaskName, Callable[[Any, Any], Any]] = {
    "route": _route,
    "plan": _plan,
    "select": _select,
    "word": _word,
    "revise": _revise,
    "entail": _entail,
}
