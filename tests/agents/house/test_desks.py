"""Where the house sends questions when all three desks are there."""

from agents.efficiency import CARD as EFFICIENCY
from agents.house.judge import HouseJudge
from agents.security import CARD as SECURITY
from agents.sre import CARD as SRE
from domain.tasks import RouteAnswer, RoutePayload, Task
from tools.registry import Registry


async def routed(question: str) -> set[str]:
    judge = HouseJudge(tuple(template.spec() for template in Registry.load().templates.values()))
    task = Task("route", RoutePayload(question, (SRE, SECURITY, EFFICIENCY), ("checkout", "cart")), RouteAnswer)
    return set((await judge.decide(task)).answer.desks)


async def test_waste_goes_to_the_efficiency_desk_alone() -> None:
    for question in ("Do we have N+1 queries in checkout?", "Which services are overprovisioned?", "What do cache misses cost us?"):
        assert await routed(question) == {"efficiency"}, question


async def test_stuffed_log_ins_go_to_the_security_desk_alone() -> None:
    assert await routed("Were leaked passwords tried on many accounts?") == {"security"}


async def test_a_question_of_several_kinds_goes_to_several_desks() -> None:
    assert await routed("Is anything wasteful or under attack?") == {"efficiency", "security"}
    assert await routed("Which routes fail most, and do we have N+1 queries?") == {"sre", "efficiency"}


async def test_what_was_the_business_of_the_other_desks_stays_theirs() -> None:
    assert await routed("Which services have the highest error rate?") == {"sre"}
    assert await routed("Who is brute forcing us over SSH?") == {"security"}
