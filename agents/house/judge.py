"""The house judge: every task decided by rules from its payload, the same way each time."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from agents.followup import resolved
from agents.house.selection import chosen
from agents.house.wording import headline
from agents.reading import read
from agents.suggestion import ScoredCall, desks_of, suggest
from domain.calls import ToolSpec
from domain.ports import Embedder
from domain.tasks import (
    Decision,
    DeskCard,
    EntailAnswer,
    EntailPayload,
    PlanAnswer,
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
GENERAL_DESK = "sre"


class HouseJudge:
    """Decides without a model. With the tools' menu it routes by the tools that fit, without it by the desks' cards."""

    def __init__(self, menu: Sequence[ToolSpec] = (), embedder: Embedder | None = None) -> None:
        self._menu = tuple(menu)
        self._embedder = embedder
        self._rules: Mapping[TaskName, Callable[[Any], Any]] = {
            "route": self._route,
            "plan": self._plan,
            "select": _select,
            "word": _word,
            "revise": _revise,
            "entail": _entail,
        }

    @property
    def model(self) -> str:
        """The name under which answers say who judged."""
        return "house"

    async def decide(self, task: Task[AnswerT]) -> Decision[AnswerT]:
        """The rule of the task, applied to its payload; never fails."""
        return Decision(cast("AnswerT", self._rules[task.name](task.payload)), self.model)

    def _route(self, payload: RoutePayload) -> RouteAnswer:
        reading = read(resolved(payload.question, payload.turns), payload.services)
        menu = self._menu or tuple(_as_tool(card) for card in payload.desks)
        offered = [card.name for card in payload.desks]
        desks = desks_of(suggest(reading, menu, self._embedder), offered)
        if desks or not reading.about_operations:
            return RouteAnswer(desks)
        return RouteAnswer(tuple(name for name in offered if name == GENERAL_DESK) or tuple(offered[:1]))

    def _plan(self, payload: PlanPayload) -> PlanAnswer:
        suggested = payload.suggested or tuple(scored.call for scored in self._suggestions(payload))
        return PlanAnswer(tuple(dict.fromkeys(suggested))[: payload.max_calls])

    def _suggestions(self, payload: PlanPayload) -> tuple[ScoredCall, ...]:
        reading = read(resolved(payload.question, payload.turns), payload.services)
        return suggest(reading, [tool for tool in payload.menu if tool.available], self._embedder)


def _select(payload: SelectPayload) -> SelectAnswer:
    return SelectAnswer(chosen(payload.question, payload.candidates, payload.limit))


def _word(payload: WordPayload) -> WordAnswer:
    return WordAnswer(headline(payload.question, payload.claims))


def _revise(_payload: RevisePayload) -> ReviseAnswer:
    """What code could not correct is left out: the house planned its looks, and has nothing else to say."""
    return ReviseAnswer()


def _as_tool(card: DeskCard) -> ToolSpec:
    takes = ("service", "route", "client", "user", "severity", "status", "text", "limit")
    return ToolSpec(name=card.name, question=card.description, takes=takes, desks=(card.name,), examples=card.examples)


def _entail(_payload: EntailPayload) -> EntailAnswer:
    """Rules have said all they can: no opinion, so what is unverified stays so."""
    return EntailAnswer()
