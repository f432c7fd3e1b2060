"""The headline: worded by a judge from published claims, in their words alone, and without what strangers wrote."""

import re
from collections.abc import Sequence
from dataclasses import replace

from analytics.steering import signs
from domain.claims import Claim
from domain.findings import SEVERITY_ORDER, Finding
from domain.tasks import Decision, Task, WordAnswer, WordPayload
from graph.context import RunContext
from graph.judging import decide
from graph.nodes import unknown_gap
from graph.state import RunState
from grounding.diction import is_prose
from grounding.headline import carries, unsupported_tokens
from prompts.views import restored

NOT_OPERATIONS = "This does not look like a question about the logs, spans and metrics stored here."
INSUFFICIENT = "Insufficient evidence: nothing that was checked answers this question."
UNJUDGED = "Insufficient evidence: the verifier failed, so nothing is published that nobody is there to question."
REPLACED = "The model's headline said more than the published claims, so it was replaced."
MOST_TITLES = 4
GRAVE = frozenset({"medium", "high", "critical"})
LONGEST_NAME = 40
_QUOTED = re.compile("\u201c([^\u201d]*)\u201d")
_COMPOUND = re.compile(r"[^\s\u201c\u201d]{12,}")


async def headline(context: RunContext, state: RunState, claims: Sequence[Claim], findings: Sequence[Finding]) -> str:
    """One sentence of what was published; where nothing was, why not and what was looked at."""
    if context.unknown_services:
        return f"No data: {unknown_gap(context)}"
    if not state.get("desks"):
        return NOT_OPERATIONS
    if not claims:
        return _insufficient(context)
    shown = _headed(claims, context.limits.headline_claims)
    task = Task("word", WordPayload(context.question.text, shown, context.question.language, context.seen), WordAnswer)
    decision = await decide(context, task)
    if decision.model == context.house.model and not decision.fallback:
        return _bounded(context, decision.answer.headline.strip(), shown)
    return _with_gravest(await _worded(context, task, decision), claims, findings)


async def _worded(context: RunContext, task: Task[WordAnswer], decision: Decision[WordAnswer]) -> str:
    """A model's headline, or the house's where the model's says more than the claims it was shown."""
    shown = task.payload.claims
    said = decision.answer.headline.strip()
    if decision.model == context.house.model:
        return _bounded(context, said, shown)
    worded = restored(task, said)
    if worded and not _says_more(context, worded, shown):
        return worded
    context.ledger.note(REPLACED)
    return _bounded(context, (await context.house.decide(task)).answer.headline, shown)


def _headed(claims: Sequence[Claim], most: int) -> tuple[Claim, ...]:
    """The claims a headline may be made of: those without strangers' words, else the first with a stand-in for them."""
    plain = tuple(claim for claim in claims if not has_foreign_words(claim))
    return plain[:most] or (replace(claims[0], text=without_foreign_words(claims[0].text)),)


def has_foreign_words(claim: Claim) -> bool:
    """Whether a claim's sentence carries more than the names of what it is about: a stranger's words are no headline."""
    return claim.kind == "quote" or without_foreign_words(claim.text) != claim.text or bool(signs(claim.text))


def without_foreign_words(text: str) -> str:
    """A sentence with a stand-in for quoted text longer than a name, and for words joined to look like one."""
    bare = _QUOTED.sub(lambda found: _stand_in(found[1]) if len(found[1]) > LONGEST_NAME or is_prose(found[1], 0) else found[0], text)
    return _COMPOUND.sub(lambda found: _stand_in(found[0]) if is_prose(found[0]) else found[0], bare)


def _stand_in(words: str) -> str:
    return f"\u2039text:{len(words)}ch\u203a"


def _says_more(context: RunContext, said: str, claims: Sequence[Claim]) -> bool:
    """Whether a model's headline says anything that the claims it was shown do not."""
    return not _is_made_of(said, claims) and bool(unsupported_tokens(said, claims, context.ledger.evidence, context.question.text))


def _bounded(context: RunContext, said: str, claims: Sequence[Claim]) -> str:
    """The house's headline, or the first claim where its words do not hold."""
    is_fine = said and (_is_made_of(said, claims) or not unsupported_tokens(said, claims, context.ledger.evidence))
    return said if is_fine else claims[0].text


def _with_gravest(said: str, claims: Sequence[Claim], findings: Sequence[Finding]) -> str:
    """The headline with what matters most in front, where a model left it out: a grave claim of the gravest finding."""
    worst_first = sorted(findings, key=lambda finding: -SEVERITY_ORDER.index(finding.severity))
    resting = next((finding.claims for finding in worst_first if finding.severity in GRAVE), ())
    grave = next((claim for claim in claims if claim.materiality == "high" and claim.id in resting), None)
    if grave is None or carries(said, grave):
        return said
    return f"{without_foreign_words(grave.text).rstrip('.')}; {said}"


def _insufficient(context: RunContext) -> str:
    """That nothing can be said, and what was looked at."""
    if context.ledger.verifier_failed and context.is_briefing:
        return UNJUDGED
    looked = sorted(context.ledger.evidence.values(), key=lambda item: (item.step, item.id))  # not in the order they came back
    titles = [f"{item.title or item.template} ({len(item.rows)} rows)" for item in looked]
    return f"{INSUFFICIENT} Looked at: {'; '.join(titles[:MOST_TITLES])}." if titles else INSUFFICIENT


def _is_made_of(said: str, claims: Sequence[Claim]) -> bool:
    """Whether it is nothing but whole sentences of these claims, joined."""
    sentences = {_bare(claim.text) for claim in claims}
    return all(_bare(part) in sentences for part in said.split("; "))


def _bare(sentence: str) -> str:
    return sentence.strip().rstrip(".").casefold()
