"""What is told: the candidates a judge chose, what it may not leave out, and what it wrote itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from agents.analyst import AnalysisResult
from domain.claims import Claim, Judged
from domain.tasks import SelectAnswer, SelectPayload, Task
from graph.context import RunContext
from graph.judging import decide
from graph.owning import never_offered, owned, unveiled

SHOWN_TO_JUDGE = 48
WEIGHT = ("high", "normal", "low")


@dataclass(frozen=True, slots=True)
class Selection:
    """Claims in the order they are told, and those that were removed before anything was checked further."""

    claims: tuple[Claim, ...] = ()
    removed: tuple[Judged, ...] = ()


async def selected(context: RunContext, results: Sequence[AnalysisResult], candidates: Mapping[str, Claim]) -> Selection:
    """The claims to tell of; a briefing tells all that matter."""
    if not candidates:
        return Selection()
    if context.is_briefing:
        return Selection(tuple(weighed(candidates.values())))
    offered, most = _offered(results), context.limits.claims
    task = Task("select", SelectPayload(context.question.text, offered, most, context.seen), SelectAnswer)
    decision = await decide(context, task)
    answer = decision.answer
    named = answer.claims if decision.model == context.house.model else await _with_first(context, task, answer.claims)
    chosen = [candidates[name] for name in dict.fromkeys(named) if name in candidates][:most]
    own = await owned(context, [unveiled(task, claim) for claim in answer.own], chosen)
    if answer.unread:
        context.ledger.note(f"The model wrote {answer.unread} further sentences that were not read.")
    return Selection((*chosen, *own.claims), (*never_offered(answer), *own.removed))


async def _with_first(context: RunContext, task: Task[SelectAnswer], named: Sequence[str]) -> tuple[str, ...]:
    """A model's choice with what the house would tell first, which no model may leave out."""
    first = (await context.house.decide(task)).answer.claims[:1]
    return (*named[:1], *first, *named[1:])


def weighed(candidates: Iterable[Claim]) -> list[Claim]:
    """All candidates of a briefing, what is said of each cell once, what matters most first."""
    once: dict[object, Claim] = {}
    for claim in candidates:
        once.setdefault((claim.kind, claim.bind, claim.slots.get("quantifier")), claim)
    return sorted(once.values(), key=lambda claim: WEIGHT.index(claim.materiality))


def _offered(results: Sequence[AnalysisResult]) -> tuple[Claim, ...]:
    """The best candidates of each evidence in turn, so that neither a desk nor a tool crowds out another."""
    queues: dict[str, list[Claim]] = {}
    for claim in (claim for result in results for claim in result.candidates):
        queues.setdefault(claim.bind[0].evidence if claim.bind else "", []).append(claim)
    rounds = zip_longest(*queues.values())
    return tuple(claim for turn in rounds for claim in turn if claim)[:SHOWN_TO_JUDGE]
