"""From the final state of a run to the analysis document."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from agents.messages import translated
from agents.writer import Page, markdown
from analytics.attempts import attempts
from domain.analysis import Analysis, FinalDecision, RunStatus, Trigger, Usage
from domain.claims import Grounding, Judged
from domain.findings import Finding, worst
from graph.causes import affected, recommendations, root_causes, similar_incidents
from graph.context import RunContext
from graph.state import RunState
from grounding.sanitising import inline, shared

NOT_GRADED = Grounding(None, None, None, None)


def analysis_of(context: RunContext, state: RunState, trigger: Trigger, at: datetime) -> Analysis:
    """The analysis of a finished run; ids of evidence and usage are completed when it is stored."""
    page, ledger, scope = _page(context, state), context.ledger, context.scope
    return Analysis(
        run_id=scope.run_id,
        thread_id=context.thread_id,
        trigger=trigger,
        question=context.question.text,
        window=scope.window,
        desks=tuple(state.get("desks", [])),
        headline=page.headline,
        answer_markdown=markdown(page),
        claims=page.judged,
        evidence=tuple(ledger.evidence[name] for name in sorted(ledger.evidence, key=_number)),
        findings=page.findings,
        severity=worst(tuple(finding.severity for finding in page.findings)),
        grounding=page.grounding,
        removed_claims=page.removed,
        could_not_check=page.could_not_check,
        model=page.model,
        fallback=ledger.fell_back,
        status=_status(context),
        final_decision=_decision(context, state, page.judged),
        as_of=at,
        usage=Usage(),
        root_causes=shared(root_causes(ledger.evidence.values())),
        similar_incidents=shared(similar_incidents(ledger.evidence.values())),
        recommendations=recommendations(page.judged),
        incident_ids=context.question.incident_ids,
        affected=affected(ledger.evidence.values()),
        trace_id="",
        prompt_versions=dict(ledger.prompt_versions),
        notes=page.notes,
        lag_s=max((item.lag_s for item in ledger.evidence.values()), default=0.0),
        language=page.language,
    )


def _page(context: RunContext, state: RunState) -> Page:
    """What is shown, and told in the language of the question; steering is looked for first, as it adds a note."""
    judged, language = _shown(state.get("judged", [])), context.question.language
    found = state.get("findings", [])
    findings = (*map(_disarmed, found), *steering(context, len(found)))
    return Page(
        translated(state["headline"], language),
        judged,
        findings,
        tuple(map(inline, _gaps(context, state))),
        state.get("grounding") or NOT_GRADED,
        context.scope.window,
        tuple(translated(note, language) for note in context.ledger.notes),
        _model(context.ledger.models),
        _shown(state.get("removed", [])),
        language,
    )


def steering(context: RunContext, taken: int) -> Sequence[Finding]:
    """Attempts to steer the analyst in what the run saw, noted for the reader; as findings they weigh nothing."""
    tried = attempts(context.ledger.evidence.values(), context.question.texts)
    for attempt in tried:
        context.ledger.note(attempt.note)
    return [_disarmed(attempt.finding(f"F{number}")) for number, attempt in enumerate(tried, start=taken + 1)]


def _shown(judged: Sequence[Judged]) -> tuple[Judged, ...]:
    """Claims with reasons that may be shown: a reason quotes cells."""
    return tuple(replace(entry, reason=inline(entry.reason)) for entry in judged)


def _disarmed(finding: Finding) -> Finding:
    """A finding whose names cannot act."""
    entity = replace(finding.entity, value=inline(finding.entity.value))
    return replace(finding, entity=entity, accounts=tuple(map(inline, finding.accounts)), details=shared(finding.details))


def _gaps(context: RunContext, state: RunState) -> tuple[str, ...]:
    budget = [f"the rest: {limit} was used up" for limit in context.ledger.used_up]
    return tuple(dict.fromkeys(translated(gap, context.question.language) for gap in [*state.get("gaps", []), *budget]))


def _model(models: Sequence[str]) -> str:
    """The model that judged; the house only when no model did."""
    return next((name for name in models if name != "house"), "house")


def _status(context: RunContext) -> RunStatus:
    return "partial" if context.ledger.out_of_budget else "ok"


def _decision(context: RunContext, state: RunState, judged: Sequence[Judged]) -> FinalDecision:
    if not state.get("desks") and not context.unknown_services:
        return "refused"
    if not judged:
        return "insufficient"
    if context.ledger.out_of_budget:
        return "partial"
    return "fallback" if context.ledger.fell_back else "answered"


def _number(evidence_id: str) -> int:
    return int(evidence_id.removeprefix("E"))
