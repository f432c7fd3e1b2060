"""However bad a model is, what is published holds, has no word of its own, and says what was removed."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from adapters.chat import ChatJudge, ChatSettings
from agents.fallback import FallbackJudge
from agents.house.judge import HouseJudge
from domain.analysis import Question
from evals.robustness.kinds import KINDS, LIES, NUMBER, Kind
from evals.robustness.server import BadServer, bad_server
from evals.robustness.trial import Outcome, outcome, tried
from prompts.library import PromptLibrary
from tests.graph.world import FakeTools, world

QUESTIONS = ("Which services have errors?", "How many errors did cart have, and is everything fine?")
BY_NAME = {kind.name: kind for kind in KINDS}


@dataclass(slots=True)
class Bench:
    """A bad server with one client, which is dear to make; each question is a run of its own."""

    server: BadServer
    chat: ChatJudge

    async def asked(self, name: str, question: str = QUESTIONS[0], tools: FakeTools | None = None) -> Outcome:
        """The outcome of one question to a bad model over HTTP."""
        self.server.kind = BY_NAME[name]
        made = world(FallbackJudge(self.chat, HouseJudge()), tools)

        async def ask(body: Mapping[str, Any]) -> Mapping[str, Any]:
            return (await made.analyst.analyse(Question(body["question"]))).as_json()

        return await tried(ask, self.server.kind, question)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with bad_server() as server:
        settings = ChatSettings(server.base_url, "bad", timeout_s=5.0, idle_s=1.0, retries=0)
        yield Bench(server, ChatJudge(settings, PromptLibrary.load()))


@pytest.mark.parametrize(("question", "kinds"), [(QUESTIONS[0], KINDS), (QUESTIONS[1], KINDS[::3])])
async def test_what_is_published_holds_whatever_the_kind(bench: Bench, question: str, kinds: Sequence[Kind]) -> None:
    assert len(BY_NAME) == len(KINDS) >= 40
    found = [await bench.asked(kind.name, question) for kind in kinds]
    assert [one for one in found if not one.is_sound or one.published < 1] == []
    assert bench.server.asked >= 2 * len(kinds)


async def test_what_a_model_did_is_told(bench: Bench) -> None:
    told = {
        "empty": (0, True),
        "prose": (3, True),
        "own_lies": (3, False),
        "own_wrong_evidence": (1, False),
        "wrong_ids": (2, True),
        "trailing_commas": (0, False),
        "fenced": (0, False),
        "thoughts": (0, False),
        "two_objects": (0, True),
        "tool_call": (0, False),
        "cut": (0, True),
        "unstreamed": (0, True),
    }
    found = {name: await bench.asked(name) for name in told}
    assert {name: (one.removed, one.fallback) for name, one in found.items()} == told


async def test_with_wrong_candidates_too_nothing_wrong_is_published(bench: Bench) -> None:
    for name in ("prose", "own_lies", "broken", "empty", "chooses_nothing"):
        found = await bench.asked(name, tools=FakeTools(claimed=(42, 9), cited="rows[7].errors"))
        assert found.is_sound, found


async def test_an_unsound_answer_would_be_seen() -> None:
    analysis = await world().analyst.analyse(Question(QUESTIONS[0]))
    document = analysis.as_json()
    wrong = {**document["claims"][0], "slots": {**document["claims"][0]["slots"], "value": 43}, "text": "Errors for service checkout: 43."}
    seen = {
        "unsound": {**document, "claims": [wrong, *document["claims"][1:]]},
        "headline": {**document, "headline": "Everything is fine."},
        "leaked": {**document, "answer_markdown": f"{document['answer_markdown']} {LIES[0]} {NUMBER}"},
        "untold": {**document, "removed_claims": [document["claims"][0]]},
    }
    assert outcome(BY_NAME["empty"], document, 0.0).is_sound
    for name, changed in seen.items():
        found = outcome(BY_NAME["empty"], changed, 0.0)
        assert getattr(found, name), name
        assert not found.is_sound
    assert not replace(outcome(BY_NAME["empty"], document, 0.0), status="failed").is_sound
