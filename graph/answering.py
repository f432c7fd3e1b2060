"""The last node: settle what is published, word the headline, and send it out."""

from collections.abc import Sequence
from dataclasses import replace

from agents.writer import PUBLISHABLE, upheld
from domain.claims import Claim
from domain.tasks import Task, WordAnswer, WordPayload
from graph.context import RunContext
from graph.events import Event
from graph.judging import decide
from graph.nodes import Context, unknown_gap
from graph.state import RunState
from grounding.coverage import coverage
from grounding.headline import unsupported_tokens
from grounding.score import score

NOT_OPERATIONS = "This does not look like a question about the logs, spans and metrics stored here."
INSUFFICIENT = "Insufficient evidence: nothing that was checked answers this question."


async def answer(state: RunState, runtime: Context) -> RunState:
    """Publish what holds; a headline that says more than the published claims is replaced by the first of them."""
    context = runtime.context
    judged = [entry for entry in state.get("judged", []) if entry.verdict in PUBLISHABLE]
    failed = [entry for entry in state.get("judged", []) if entry.verdict not in PUBLISHABLE]
    headline = await _headline(context, state, [entry.claim for entry in judged])
    for text in (headline, *(entry.claim.text for entry in judged)):
        context.emit(Event("token", {"text": text + "\n"}))
    with context.meter.measure("verify"):
        grounding = score(judged, coverage(judged, context.ledger.evidence), state.get("draft"))
    return {
        "judged": judged,
        "removed": failed,
        "findings": list(upheld(state.get("findings", []), judged)),
        "headline": headline,
        "grounding": replace(grounding, claims_removed=len(state.get("removed", [])) + len(failed)),
    }


async def _headline(context: RunContext, state: RunState, claims: Sequence[Claim]) -> str:
    if context.unknown_services:
        return f"No data: {unknown_gap(context)}"
    if not state.get("desks"):
        return NOT_OPERATIONS
    if not claims:
        return INSUFFICIENT
    shown = tuple(claims[: context.limits.headline_claims])
    decision = await decide(context, Task("word", WordPayload(context.question.text, shown, context.question.language), WordAnswer))
    worded = decision.answer.headline.strip()
    if worded and (_is_made_of(worded, shown) or not unsupported_tokens(worded, shown, context.ledger.evidence)):
        return worded
    return shown[0].text


def _is_made_of(headline: str, claims: Sequence[Claim]) -> bool:
    """Whether it is nothing but whole sentences of these claims, joined."""
    sentences = {_bare(claim.text) for claim in claims}
    return all(_bare(part) in sentences for part in headline.split("; "))


def _bare(sentence: str) -> str:
    return sentence.strip().rstrip(".").casefold()
