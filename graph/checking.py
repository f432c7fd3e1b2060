"""The nodes that check: verify every claim and correct what code can, then revise what still fails."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from langgraph.types import Command

from agents.writer import PUBLISHABLE
from domain.calls import ToolResult
from domain.claims import Claim, Grounding, Judged
from domain.tasks import Failure, PlannedCall, ReviseAnswer, RevisePayload, Task
from graph.context import RunContext
from graph.events import Event
from graph.judging import decide
from graph.looking import look
from graph.nodes import Context, numbered_call
from graph.owning import owned, unveiled
from graph.state import RunState
from graph.verifying import DEFECTS, recomputed
from graph.weighing import weighed
from grounding.coverage import coverage
from grounding.mending import difference, mended
from grounding.sanitising import inline
from grounding.score import gate, score

MAX_REVISIONS = 2
CLAIMS_A_LOOK = 3


async def verify(state: RunState, runtime: Context) -> Command[Literal["revise", "answer"]]:
    """Recompute every claim; values with one right form are corrected, a failed gate goes to revision, at most twice."""
    context = runtime.context
    first = await recomputed(context, state.get("claims", []))
    draft = state.get("draft") or graded(context, [*first, *state.get("removed", [])])
    judged = await weighed(context, await _corrected(context, first))
    for entry in judged:
        context.emit(Event("verdict", {"claim_id": entry.claim.id, "verdict": entry.verdict, "reason": inline(entry.reason)}))
    grounding = graded(context, judged)
    update: RunState = {"claims": [entry.claim for entry in judged], "judged": judged, "grounding": grounding, "draft": draft}
    failed = gate(grounding, "unattended" if context.is_briefing else "chat") == "revise" or _failing(judged)
    if failed and state.get("revisions", 0) < MAX_REVISIONS:
        return Command(update=update, goto="revise")
    return Command(update=update, goto="answer")


def graded(context: RunContext, judged: Sequence[Judged]) -> Grounding:
    """The grounding of some judged claims over the evidence of the run."""
    with context.meter.measure("verify"):
        return score(judged, coverage(judged, context.ledger.evidence))


def _failing(judged: Sequence[Judged]) -> list[Judged]:
    return [entry for entry in judged if entry.verdict not in PUBLISHABLE]


async def _corrected(context: RunContext, judged: Sequence[Judged]) -> list[Judged]:
    """Failed claims in the one form their binding allows, where that form holds."""
    forms = [form for entry in _failing(judged) if (form := _form(context, entry))]
    for form in forms:
        context.emit(Event("claim", {"claim": form.as_json(), "pending": True}))
    again = {entry.claim.id: entry for entry in await recomputed(context, forms)} if forms else {}
    held = {name: entry for name, entry in again.items() if entry.verdict in PUBLISHABLE}
    return [held.get(entry.claim.id, entry) for entry in judged]


def _form(context: RunContext, entry: Judged) -> Claim | None:
    try:
        return mended(entry, context.ledger.evidence, context.question.language, context.scope.window)
    except DEFECTS:
        return None


async def revise(state: RunState, runtime: Context) -> RunState:
    """One round: what failed is shown as differences; what a judge looks up or writes anew is taken where grounding rises."""
    context = runtime.context
    failed = _failing(state["judged"])
    left = max(0, context.limits.further_calls - state.get("looked", 0))
    task = Task("revise", _payload(context, state, failed, left), ReviseAnswer)
    answer = (await decide(context, task)).answer
    calls = answer.calls[:left]
    if not calls and not answer.own:
        return {"revisions": MAX_REVISIONS}
    own = await owned(context, [unveiled(task, claim) for claim in answer.own], state["claims"])
    fresh = _renumbered([*await _further(context, state, calls), *own.claims], state)
    held = [entry.claim for entry in state["judged"] if entry.verdict in PUBLISHABLE]
    done: RunState = {"revisions": 1, "looked": len(calls)}
    if not await _is_better(context, state, [*held, *fresh]):
        return {**done, "removed": list(own.removed)}
    for claim in fresh:
        context.emit(Event("claim", {"claim": claim.as_json(), "pending": True}))
    return {**done, "claims": [*held, *fresh], "removed": [*failed, *own.removed]}


def _payload(context: RunContext, state: RunState, failed: Sequence[Judged], calls: int) -> RevisePayload:
    failures = tuple(Failure(entry.claim, entry.verdict, entry.reason, difference(entry)) for entry in failed)
    menu = tuple(tool for desk in state["desks"] for tool in context.toolbox.menu(desk) if tool.available)
    return RevisePayload(context.question.text, failures, menu, calls, context.seen)


async def _is_better(context: RunContext, state: RunState, claims: Sequence[Claim]) -> bool:
    """Whether grounding rises with these claims and none of the new ones is contradicted."""
    judged = await recomputed(context, claims)
    before, after = state["grounding"].score, graded(context, judged).score
    return after is not None and (before is None or after > before) and not any(entry.verdict == "contradicted" for entry in judged)


async def _further(context: RunContext, state: RunState, calls: Sequence[PlannedCall]) -> list[Claim]:
    taken = max((int(name.removeprefix("E")) for name in context.ledger.evidence), default=0)
    found: list[Claim] = []
    for number, planned in enumerate(calls, start=taken + 1):
        answer = await look(context, state["desks"][0], numbered_call(context, planned, number))
        found += answer.candidates[:CLAIMS_A_LOOK] if isinstance(answer, ToolResult) else ()
    return found


def _renumbered(claims: Sequence[Claim], state: RunState) -> list[Claim]:
    taken = max((int(claim.id[1:]) for claim in state["claims"] if claim.id[1:].isdigit()), default=0)
    return [replace(claim, id=f"C{number}") for number, claim in enumerate(claims, start=taken + 1 + len(state.get("removed", [])))]
