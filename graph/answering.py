"""The last node: settle what is published, word the headline, and send it out."""

from collections.abc import Sequence
from dataclasses import replace

from agents.writer import PUBLISHABLE, upheld
from domain.claims import Claim, Judged
from domain.findings import SEVERITY_ORDER, Finding
from domain.tasks import Task, WordAnswer, WordPayload
from graph.checking import graded
from graph.context import RunContext
from graph.events import Event
from graph.judging import decide
from graph.nodes import Context, unknown_gap
from graph.state import RunState
from grounding.headline import carries, unsupported_tokens
from grounding.score import gate
from prompts.views import restored

NOT_OPERATIONS = "This does not look like a question about the logs, spans and metrics stored here."
INSUFFICIENT = "Insufficient evidence: nothing that was checked answers this question."
UNJUDGED = "Insufficient evidence: the verifier failed, so nothing is published that nobody is there to question."
REPLACED = "The model's headline said more than the published claims, so it was replaced."
MOST_TITLES = 4
GRAVE = frozenset({"medium", "high", "critical"})


async def answer(state: RunState, runtime: Context) -> RunState:
    """Publish what holds; a headline that says more than the published claims is replaced by the house's."""
    context = runtime.context
    judged = published(context, state.get("judged", []))
    kept = {entry.claim.id for entry in judged}
    dropped = [entry for entry in state.get("judged", []) if entry.claim.id not in kept]
    findings = list(upheld(state.get("findings", []), judged))
    headline = await _headline(context, state, [entry.claim for entry in judged], findings)
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


async def _headline(context: RunContext, state: RunState, claims: Sequence[Claim], findings: Sequence[Finding]) -> str:
    if context.unknown_services:
        return f"No data: {unknown_gap(context)}"
    if not state.get("desks"):
        return NOT_OPERATIONS
    if not claims:
        return _insufficient(context)
    shown = tuple(claims[: context.limits.headline_claims])
    task = Task("word", WordPayload(context.question.text, shown, context.question.language, context.seen), WordAnswer)
    decision = await decide(context, task)
    if decision.model == context.house.model:
        worded = _bounded(context, decision.answer.headline.strip(), shown)
        return _with_gravest(worded, claims, findings) if decision.fallback else worded
    worded = restored(task, decision.answer.headline.strip())
    if not worded or _says_more(context, worded, shown):
        context.ledger.note(REPLACED)
        worded = _bounded(context, (await context.house.decide(task)).answer.headline, shown)
    return _with_gravest(worded, claims, findings)


def _says_more(context: RunContext, headline: str, claims: Sequence[Claim]) -> bool:
    """Whether a model's headline says anything that the claims it was shown do not; a stranger's words are no headline."""
    own = [claim for claim in claims if claim.kind != "quote"]
    if _is_made_of(headline, own):
        return False
    return bool(unsupported_tokens(headline, own, context.ledger.evidence, context.question.text))


def _bounded(context: RunContext, headline: str, claims: Sequence[Claim]) -> str:
    """The house's headline, or the first claim where its words do not hold."""
    is_fine = headline and (_is_made_of(headline, claims) or not unsupported_tokens(headline, claims, context.ledger.evidence))
    return headline if is_fine else claims[0].text


def _with_gravest(headline: str, claims: Sequence[Claim], findings: Sequence[Finding]) -> str:
    """The headline with what matters most in front, where a model left it out: a grave claim of the gravest finding."""
    worst_first = sorted(findings, key=lambda finding: -SEVERITY_ORDER.index(finding.severity))
    resting = next((finding.claims for finding in worst_first if finding.severity in GRAVE), ())
    grave = next((claim for claim in claims if claim.materiality == "high" and claim.id in resting), None)
    if grave is None or carries(headline, grave):
        return headline
    return f"{grave.text.rstrip('.')}; {headline}"


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
