"""A model is asked once an answer, within its seconds, and only where settings allow it."""

import asyncio
from dataclasses import replace
from typing import Any

from domain.analysis import Analysis, Question
from domain.claims import Claim
from domain.tasks import AnswerT, Decision, EntailAnswer, EntailPayload, Limits, SelectAnswer, Task
from tests.graph.world import ScriptedJudge, world

QUESTION = Question("Which services have errors?")
QUIET = "cart had 7 errors, a quiet hour for shoppers"
ASKED = replace(Limits(), weighed=4, weighing_s=0.2)


class Weighing(ScriptedJudge):
    """A model that writes one sentence and has an opinion on it, after a while."""

    def __init__(self, opinion: str, seconds: float = 0.0) -> None:
        own = (Claim("M1", "text", text=QUIET, agent="model"),)
        super().__init__({"select": lambda _: SelectAnswer(("E1.1",), own), "entail": self._opinion}, model="tiny")
        self.asked: list[EntailPayload] = []
        self._says, self._seconds = opinion, seconds

    async def decide(self, task: Task[AnswerT]) -> Decision[AnswerT]:
        await asyncio.sleep(self._seconds if task.name == "entail" else 0)
        return await super().decide(task)

    def _opinion(self, payload: Any) -> EntailAnswer:
        self.asked.append(payload)
        ids = tuple(doubt.id for doubt in payload.doubts)
        return {"yes": EntailAnswer(ids), "no": EntailAnswer((), ids)}.get(self._says, EntailAnswer())


async def answered(judge: Weighing, limits: Limits = ASKED) -> Analysis:
    return await world(judge).analyst.under(lambda: judge, limits).analyse(QUESTION)


def verdict(analysis: Analysis) -> str:
    return next((entry.verdict for entry in analysis.claims if QUIET in entry.claim.text), "removed")


async def test_agreement_publishes_the_sentence_as_text_supported() -> None:
    judge = Weighing("yes")
    assert verdict(await answered(judge)) == "text-supported"
    assert len(judge.asked) == 1
    assert [premise.value for premise in judge.asked[0].doubts[0].premises] == ["7"]


async def test_disagreement_and_silence_leave_it_out() -> None:
    assert verdict(await answered(Weighing("no"))) == "removed"
    assert verdict(await answered(Weighing("none"))) == "removed"


async def test_an_opinion_that_takes_too_long_is_none() -> None:
    analysis = await answered(Weighing("yes", seconds=5.0))
    assert verdict(analysis) == "removed"
    assert any("did not say in time" in note for note in analysis.notes)


async def test_nobody_is_asked_by_default() -> None:
    judge = Weighing("yes")
    assert verdict(await answered(judge, Limits())) == "removed"
    assert judge.asked == []
