"""The limits of the prompts in force are applied by code, whoever judges."""

from dataclasses import replace

from domain.analysis import Question
from domain.tasks import Limits, PlanAnswer, PlannedCall, PlanPayload
from tests.graph.world import ScriptedJudge, world


async def published(limits: Limits) -> int:
    """How many claims an answer has under limits."""
    analyst = world().analyst.under(ScriptedJudge, limits)
    return len((await analyst.analyse(Question("Which services have errors?"))).claims)


async def test_no_more_claims_are_published_than_the_limit() -> None:
    assert await published(Limits()) == 2
    assert await published(replace(Limits(), claims=1)) == 1


async def test_no_more_calls_are_planned_than_the_limit() -> None:
    offered: list[int] = []

    def planned(payload: PlanPayload) -> PlanAnswer:
        offered.append(payload.max_calls)
        return PlanAnswer((PlannedCall("errors"),))

    judge = ScriptedJudge({"plan": planned})
    made = world(judge)
    await made.analyst.under(lambda: judge, replace(Limits(), calls=2)).analyse(Question("Which services have errors?"))
    assert offered == [2]
