"""The last node: settle what is published, have it headed, and send it out."""

from collections.abc import Sequence
from dataclasses import replace

from agents.messages import translated
from agents.writer import PUBLISHABLE, upheld
from domain.claims import Grounding, Judged
from graph.checking import graded
from graph.context import RunContext
from graph.events import Event
from graph.heading import headline
from graph.nodes import Context
from graph.state import RunState
from graph.verifying import holds
from grounding.citations import citations
from grounding.score import cited, gate


async def answer(state: RunState, runtime: Context) -> RunState:
    """Publish what holds; a headline that says more than the published claims is replaced by the house's."""
    context = runtime.context
    judged = published(context, state.get("judged", []))
    kept = {entry.claim.id for entry in judged}
    dropped = [entry for entry in state.get("judged", []) if entry.claim.id not in kept]
    findings = list(upheld(state.get("findings", []), judged))
    told = translated(await headline(context, state, [entry.claim for entry in judged], findings), context.question.language)
    for text in (told, *(entry.claim.text for entry in judged)):
        context.emit(Event("token", {"text": text + "\n"}))
    grounding, draft = _graded(context, judged), state.get("draft")
    removed = len(state.get("removed", [])) + len(dropped)
    return {
        "judged": judged,
        "removed": dropped,
        "findings": findings,
        "headline": told,
        "grounding": replace(grounding, draft_score=draft.score if draft else grounding.score, claims_removed=removed),
    }


def _graded(context: RunContext, judged: Sequence[Judged]) -> Grounding:
    """The grounding of what is published; a reader who cannot ask back has a gate for what is marked as fact."""
    whole = graded(context, judged)
    facts = [entry for entry in judged if entry.verdict == "supported"]
    passed = gate(graded(context, facts), "unattended") if context.is_briefing else gate(whole)
    if passed == "flag" and judged:
        context.ledger.note("Flagged: this is less well grounded than an answer should be.")
    with context.meter.measure("verify"):
        return cited(whole, citations(judged, lambda claim: holds(context, claim)), passed)


def published(context: RunContext, judged: Sequence[Judged]) -> list[Judged]:
    """What holds; of that, for a reader who cannot ask back, only facts and what is marked as likely, and nothing after a crash."""
    held = [entry for entry in judged if entry.verdict in PUBLISHABLE]
    sure = [entry for entry in held if entry.verdict != "text-supported"]
    if not context.is_briefing:
        return held if len(sure) == len(held) or gate(graded(context, held)) != "revise" else sure
    return [] if context.ledger.verifier_failed else sure
