"""The nodes that check: verify every claim, revise what failed, and settle what is published."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from langgraph.types import Command

from agents.writer import PUBLISHABLE
from domain.calls import ToolResult
from domain.claims import Claim, Judged
from domain.tasks import Failure, PlannedCall, ReviseAnswer, RevisePayload, Task
from graph.context import RunContext
from graph.events import Event
from graph.judging import decide
from graph.looking import look
from graph.nodes import Context, numbered_call
from graph.state import RunState
from grounding.coverage import coverage
from grounding.score import gate, score
from grounding.verifier import verify as recompute
from observability import semconv

MAX_REVISIONS = 2
CLAIMS_A_LOOK = 3


async def verify(state: RunState, runtime: Context) -> Command[Literal["revise", "answer"]]:
    """Recompute every claim; a failed gate goes to revision, at most twice."""
    context = runtime.context
    judged = _judged(context, state.get("claims", []))
    for entry in judged:
        context.emit(Event("verdict", {"claim_id": entry.claim.id, "verdict": entry.verdict, "reason": entry.reason}))
    with context.meter.measure("verify"):
        grounding = score(judged, coverage(judged, context.ledger.evidence))
    update: RunState = {"judged": judged, "grounding": grounding, "draft": state.get("draft", grounding)}
    failed = gate(grounding, "unattended" if context.is_briefing else "chat") == "revise" or any(
        entry.verdict not in PUBLISHABLE for entry in judged
    )
    if failed and state.get("revisions", 0) < MAX_REVISIONS:
        return Command(update=update, goto="revise")
    return Command(update=update, goto="answer")


def _judged(context: RunContext, claims: Sequence[Claim]) -> list[Judged]:
    with context.meter.measure("verify"), context.tracer.span("verify", semconv.EXECUTE_TOOL, {semconv.NODE: "verify"}):
        return list(recompute(claims, context.ledger.evidence))


async def revise(state: RunState, runtime: Context) -> RunState:
    """Keep failed claims in the form code corrected them to, drop the rest, and take the further looks asked for."""
    context = runtime.context
    failed = [entry for entry in state["judged"] if entry.verdict not in PUBLISHABLE]
    payload = RevisePayload(
        context.question.text,
        tuple(Failure(entry.claim, entry.verdict, entry.reason, entry.correction) for entry in failed),
        tuple(tool for desk in state["desks"] for tool in context.toolbox.menu(desk) if tool.available),
        context.limits.further_calls,
    )
    decision = await decide(context, Task("revise", payload, ReviseAnswer))
    kept = set(decision.answer.corrected)
    mended = {entry.claim.id: entry.correction for entry in failed if entry.correction and entry.claim.id in kept}
    gone = [entry for entry in failed if entry.claim.id not in mended]
    dropped = {entry.claim.id for entry in gone}
    claims = [mended.get(claim.id, claim) for claim in state["claims"] if claim.id not in dropped]
    more = await _further(context, state, decision.answer.calls[: payload.max_calls])
    return {"claims": [*claims, *_renumbered(more, len(state["claims"]))], "removed": gone, "revisions": 1}


async def _further(context: RunContext, state: RunState, calls: Sequence[PlannedCall]) -> list[Claim]:
    desk, taken = state["desks"][0], len(context.ledger.evidence)
    found: list[Claim] = []
    for number, planned in enumerate(calls, start=taken + 1):
        answer = await look(context, desk, numbered_call(context, planned, number))
        found += answer.candidates[:CLAIMS_A_LOOK] if isinstance(answer, ToolResult) else ()
    return found


def _renumbered(claims: Sequence[Claim], taken: int) -> list[Claim]:
    return [replace(claim, id=f"C{number}") for number, claim in enumerate(claims, start=taken + 1)]
