"""From a reply to the typed answer, with the claims a model wrote itself."""

from typing import Any

import pytest

from adapters.answers import answer_in, prose_answer
from adapters.replies import ReplyError
from domain.claims import Binding, Claim
from domain.tasks import (
    PlanAnswer,
    PlannedCall,
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

SELECT = Task("select", SelectPayload("?", ()), SelectAnswer)
REVISE = Task("revise", RevisePayload("?", ()), ReviseAnswer)
WORD = Task("word", WordPayload("?", ()), WordAnswer)
ROUTE = Task("route", RoutePayload("?", ()), RouteAnswer)


def said(number: int, text: str) -> Claim:
    return Claim(f"M{number}", "text", text=text, agent="model")


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ('{"claims": ["E1.1"]}', SelectAnswer(("E1.1",))),
        ('["E1.1", "E1.2"]', SelectAnswer(("E1.1", "E1.2"))),
        ('{"claims": "E1.1"}', SelectAnswer(("E1.1",))),
        ('{"claims": ["E1.1", "cart had 7 errors"]}', SelectAnswer(("E1.1",), (said(1, "cart had 7 errors"),))),
        ('{"claims": [], "own": [{"text": "a b"}, "c d"]}', SelectAnswer((), (said(1, "a b"), said(2, "c d")))),
        ('{"own": {"statement": " a\\n b "}}', SelectAnswer((), (said(1, "a b"),))),
        ('{"claims": [{"note": "nothing"}]}', SelectAnswer(())),
        ('{"claims": null, "unknown": ["E1"], "unread": 9}', SelectAnswer(())),
    ],
)
def test_a_selection_is_read_wherever_its_parts_stand(reply: str, answer: SelectAnswer) -> None:
    assert answer_in(SELECT, reply) == answer


def test_a_typed_claim_keeps_its_slots_and_bindings_and_nothing_else() -> None:
    reply = """{"claims": [{"id": "C1", "kind": "quantity", "text": "x", "slots": {"value": 7}, "hedge": "likely", "materiality": "high",
        "verdict": "supported", "agent": "sre", "bind": [{"evidence": "E1", "path": "rows[0].errors", "role": "boss"}, "E2", 5]}]}"""
    (claim,) = answer_in(SELECT, reply).own
    bind = (Binding("E1", "rows[0].errors"), Binding("E2", ""))
    assert claim == Claim("M1", "quantity", {"value": 7}, bind, "x", hedge="likely", agent="model")


def test_an_unknown_kind_and_huge_slots_leave_the_sentence() -> None:
    for item in (
        '{"kind": "poem", "slots": {"a": 1}, "text": "x y"}',
        '{"kind": "trend", "slots": {"a": "%s"}, "text": "x y"}' % ("z" * 9_000),
    ):
        assert answer_in(SELECT, f'{{"claims": [{item}]}}').own == (said(1, "x y"),)


def test_no_more_is_read_than_an_answer_may_hold() -> None:
    answer = answer_in(SELECT, f'{{"own": {str([f"text {n}" for n in range(30)]).replace(chr(39), chr(34))}}}')
    assert (len(answer.own), answer.unread) == (12, 18)


@pytest.mark.parametrize(
    ("task", "reply"),
    [
        (SELECT, '{"claims": 5}'),
        (SELECT, '{"claims": [5]}'),
        (SELECT, '{"answer": "E1.1"}'),
        (WORD, '["x"]'),
        (WORD, '{"headline": ["x"]}'),
        (ROUTE, '{"desks": {"a": 1}}'),
        (REVISE, '{"calls": 3}'),
    ],
)
def test_wrong_types_are_refused_with_the_field(task: Task[Any], reply: str) -> None:
    with pytest.raises(ReplyError):
        answer_in(task, reply)


def test_a_revision_brings_calls_and_sentences() -> None:
    answer = answer_in(REVISE, '{"corrected": ["C1"], "calls": [{"tool": "errors"}], "own": ["cart had 7 errors"]}')
    assert answer == ReviseAnswer((PlannedCall("errors"),), (said(1, "cart had 7 errors"),))
    assert answer_in(Task("plan", None, PlanAnswer), '{"calls": [{"tool": "errors"}]}') == PlanAnswer((PlannedCall("errors"),))


def test_prose_is_an_answer_only_where_sentences_can_be_claims() -> None:
    assert prose_answer(SELECT, "cart had 7 errors. It is bad.") == SelectAnswer((), (said(1, "cart had 7 errors."), said(2, "It is bad.")))
    assert prose_answer(SELECT, "I cannot answer that.") is None
    assert prose_answer(WORD, "cart had 7 errors.") is None
