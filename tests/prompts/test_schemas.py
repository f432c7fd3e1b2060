"""Schemas hold an answer to what is on offer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest

from domain.calls import ToolSpec
from domain.claims import Claim
from domain.tasks import (
    DeskCard,
    Doubt,
    EntailAnswer,
    EntailPayload,
    Failure,
    PlanAnswer,
    PlanPayload,
    Premise,
    ReviseAnswer,
    RevisePayload,
    RouteAnswer,
    RoutePayload,
    SelectAnswer,
    SelectPayload,
    Task,
    WordAnswer,
    WordPayload,
)
from domain.window import Window
from prompts.library import PromptLibrary
from prompts.schemas import schema

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MENU = (ToolSpec("latency", "How slow?", (), ("sre",)), ToolSpec("gone", "?", (), ("sre",), available=False))
CLAIM = Claim("E1.1", "quantity", text="ann sent 40 mails")
ROUTE = Task("route", RoutePayload("?", (DeskCard("sre", "Errors."),)), RouteAnswer)
PLAN = Task("plan", PlanPayload("?", "sre", Window(NOW - timedelta(hours=1), NOW), MENU, max_calls=2), PlanAnswer)
SELECT = Task("select", SelectPayload("?", (CLAIM,)), SelectAnswer)
WORD = Task("word", WordPayload("?", (CLAIM,)), WordAnswer)
REVISE = Task("revise", RevisePayload("?", (Failure(CLAIM, "contradicted", ""),), MENU), ReviseAnswer)

DOUBT = Doubt("C1", "ann sent 40 mails, a busy day", (Premise("ann", "mails", "40"),))
ENTAIL = Task("entail", EntailPayload((DOUBT,)), EntailAnswer)


@pytest.mark.parametrize(
    ("task", "answer"),
    [
        (ENTAIL, {"entailed": ["C1"], "not_entailed": []}),
        (ROUTE, {"desks": ["sre"]}),
        (ROUTE, {"desks": []}),
        (PLAN, {"calls": [{"tool": "latency"}]}),
        (SELECT, {"claims": ["E1.1"]}),
        (SELECT, {"claims": [], "own": [{"text": "ann sent more mails than bob"}]}),
        (WORD, {"headline": "ann sent 40 mails"}),
        (REVISE, {"calls": []}),
        (REVISE, {"calls": [{"tool": "latency"}], "own": [{"text": "ann sent 40 mails"}]}),
    ],
)
def test_what_is_on_offer_fits(task: Task[Any], answer: object) -> None:
    jsonschema.validate(answer, dict(schema(task)))


@pytest.mark.parametrize(
    ("task", "answer"),
    [
        (ENTAIL, {"entailed": ["C9"], "not_entailed": []}),
        (ENTAIL, {"entailed": ["C1"]}),
        (ROUTE, {"desks": ["sales"]}),
        (ROUTE, {"desks": ["sre"], "why": "x"}),
        (ROUTE, {}),
        (PLAN, {"calls": [{"tool": "gone"}]}),
        (PLAN, {"calls": [{"tool": "latency"}] * 3}),
        (SELECT, {"claims": ["E9.9"]}),
        (WORD, {"headline": "x" * 999}),
        (SELECT, {"claims": [], "own": [{"text": "ok"}] * 5}),
        (SELECT, {"claims": [], "own": [{"text": "ok", "verdict": "supported"}]}),
        (REVISE, {"calls": [{"tool": "gone"}]}),
    ],
)
def test_what_is_not_on_offer_does_not(task: Task[Any], answer: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(answer, dict(schema(task)))


def test_every_example_of_a_shipped_prompt_parses_as_its_answer() -> None:
    library = PromptLibrary.load()
    for task in (ROUTE, PLAN, SELECT, WORD, REVISE, ENTAIL):
        assert library.shown(task.name).returns == task.answer.__name__
        assert library.prompt(task).examples
