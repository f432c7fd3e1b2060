"""The last node: settle what is published, word the headline, and send it out."""

from collections.abc import Sequence
from dataclasses import replace

from agents.writer import PUBLISHABLE, upheld
from domain.claims import Claim, Judged
from domain.tasks import Task, WordAnswer, WordPayload
from graph.checking import graded
from graph.context import RunContext
from graph.events import Event
from graph.judging import decide
from graph.nodes import Context, unknown_gap
from graph.state import RunState
from grounding.headline import unsupported_tokens
from grounding.score import gate
from prompts.views import restored

NOT_OPERATIONS = "This does not look like a question about the logs, spans and metrics stored here."
INSUFFICIENT = "Insufficient evidence: nothing that was checked answers this question."
UNJUDGED = "Insufficient evidence: the verifier failed, so nothing is published that nobody is there to question."
REPLACED = "The model's headline said more than the published claims, so it was replaced."
MOST_TITLES = 4


async def answer(state: RunState, runtime: Context) -> RunState:
    """Publish what holds; a headline that says more than the published claims is replaced by the house's."""
    context = runtime.context
    judged = published(context, state.get("judged", []))
    kept = {entry.claim.id for entry in judged}
    dropped = [entry for entry in state.get("judged", []) if entry.claim.id not in kept]
    findings = list(upheld(state.get("findings", []), judged))
    headline = await _headline(context, state, [entry.claim for entry in judged])
    for text in (headline, *(entry.claim.text for entry in judged)):
        context.emit(Event("token", {"text": text + "\n"}))
    grounding = replace(graded(context, judged), claims_removed=len(state.get("removed", [])) + len(dropped))
    draft = state.get("draft")
    return {
        "judged": judged,
        "removed": dropped,
        "findings": findings,
        "headline": headline,
        "grounding": replace(grounding, draft_score=draft.score if draft else grounding.score),
    }


def published(context: RunContext, judged: Sequence[Judged]) -> list[Judged]:
    """What holds; of that, for a reader who cannot ask back, only facts and what is marked as likely, and nothing after a crash."""
    held = [entry for entry in judged if entry.verdict in PUBLISHABLE]
    sure = [entry for entry in held if entry.verdict != "text-supported"]
    if not context.is_briefing:
        return held if gate(graded(context, held)) != "revise" else sure
    return [] if context.ledger.verifier_failed else sure


async def _headline(context: RunContext, state: RunState, claims: Sequence[Claim]) -> str:
    if context.unknown_services:
        return f"No data: {unknown_gap(context)}"
    if not state.get("desks"):
        return NOT_OPERATIONS
    if not claims:
        return _insufficient(context)
    shown = tuple(claims[: context.limits.headline_claims])
    payload = WordPayload(context.question.text, shown, context.question.language, context.seen)
    task = Task("word", payload, WordAnswer)
    decision = await decide(context, task)
    worded = restored(task, decision.answer.headline.strip())
    if worded and (_is_made_of(worded, shown) or not unsupported_tokens(worded, shown, context.ledger.evidence)):
        return worded
    return shown[0].text


def _insufficient(context: RunContext) -> str:
    """That nothing can be said, and what was looked at."""
    if context.ledger.verifier_failed and context.is_briefing:
        return UNJUDGED
    titles = [f"{item.title or item.template} ({len(item.rows)} rows)" for item in context.ledger.evidence.values()]
    return f"{INSUFFICIENT} Looked at: {'; '.join(titles[:MOST_TITLES])}." if titles else INSUFFICIENT


def _is_made_of(headline: str, claims: Sequence[Claim]) -> bool:
    """Whether it is nothing but whole sentences of these claims, joined."""
    sentences = {_bare(claim.text) for claim in claims}
    return all(_bare(part) in sentences for part in headline.split("; "))


def _bare(sentence: str) -> str:
    return sentence.strip().rstrip(".").casefold()
