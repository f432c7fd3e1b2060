"""What a run leaves in the audit: who asked what, each tool call with its evidence's hash, what was removed and why, how it ended."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from analytics.attempts import KIND as STEERING
from domain.analysis import Analysis
from domain.audit import AuditNote
from domain.calls import Refusal
from domain.claims import Judged
from domain.documents import document
from domain.findings import Finding
from domain.window import Window
from graph.context import Called, RunContext
from graph.measuring import desk_of, prompt_version
from grounding.reasons import family

LONGEST, MOST_CLAIMS, MOST_NOTES = 300, 50, 20


def begun(context: RunContext, at: datetime) -> AuditNote:
    """That a run began: what triggered it, the question, the limits and who is to judge."""
    question = context.question
    asked = {"trigger": question.trigger, "question": question.text[:LONGEST], "thread_id": context.thread_id, "desk": question.desk}
    scope = {"window": _window(context.scope.window), "incident_ids": list(question.incident_ids), "service": question.service}
    return AuditNote(
        "run.started", at, context.scope.run_id, {**asked, **scope, "budget": document(context.budget), "judge": context.judge.model}
    )


def ended(context: RunContext, analysis: Analysis, at: datetime) -> list[AuditNote]:
    """What a finished run did, in order."""
    run = analysis.run_id
    checked = AuditNote("claims.checked", at, run, _checked(analysis))
    finished = AuditNote("run.finished", at, run, _finished(context, analysis))
    return [*_calls(context, at), *_steered(analysis, at), checked, finished]


def broken_off(context: RunContext, status: str, error: str, at: datetime) -> list[AuditNote]:
    """What a run did that failed or was cancelled; `error` names the type of what ended it."""
    details = {"status": status, "error": error, "models": _counted(context.ledger.models), "usage": document(context.meter.usage())}
    return [*_calls(context, at), AuditNote("run.failed", at, context.scope.run_id, details)]


def _calls(context: RunContext, at: datetime) -> list[AuditNote]:
    """The calls in the order they were answered; `at` is now."""
    began_at = at - timedelta(seconds=context.meter.elapsed_s)
    answered = sorted(context.ledger.calls, key=lambda called: called.after_s)
    run = context.scope.run_id
    return [AuditNote("tool.called", began_at + timedelta(seconds=called.after_s), run, _called(called)) for called in answered]


def _steered(analysis: Analysis, at: datetime) -> list[AuditNote]:
    """Attempts to steer the analyst in what the run saw."""
    tried = [finding for finding in analysis.findings if finding.kind == STEERING]
    seen = [_attempt(finding) for finding in tried[:MOST_NOTES]]
    return [AuditNote("steering.seen", at, analysis.run_id, {"attempts": seen, "total": len(tried)})] if seen else []


def _attempt(finding: Finding) -> Mapping[str, Any]:
    signs = list(finding.details.get("signs", ()))
    return {"where": finding.entity.value[:LONGEST], "rows": finding.count, "evidence": list(finding.evidence), "signs": signs}


def _called(called: Called) -> Mapping[str, Any]:
    call, answer = called.call, called.answer
    asked = {"desk": called.desk, "tool": call.tool, "evidence": call.evidence_id, "filters": call.filters.given()}
    if isinstance(answer, Refusal):
        return {**asked, "refused": answer.reason[:LONGEST]}
    seen = answer.evidence
    return {
        **asked,
        "params": dict(seen.params),
        "window": _window(seen.window),
        "baseline_window": seen.baseline_window and _window(seen.baseline_window),
        "status": seen.status,
        "rows_total": seen.rows_total,
        "scope_rows": seen.scope_rows,
        "query_sha256": seen.query_sha256,
        "sha256": seen.sha256,
    }


def _window(window: Window) -> Mapping[str, str]:
    return window.as_json()


def _checked(analysis: Analysis) -> Mapping[str, Any]:
    grounding, removed = analysis.grounding, analysis.removed_claims
    templates = {one.id: one.template for one in analysis.evidence}
    return {
        "trigger": analysis.trigger,
        "model": analysis.model,
        "prompt_version": prompt_version(analysis),
        "language": analysis.language,
        "counts": _by_kind(analysis),
        "published": len(analysis.claims),
        "removed_total": len(removed),
        "removed": [_removed(entry, templates) for entry in removed[:MOST_CLAIMS]],
        "corrected": [entry.claim.id for entry in analysis.claims if entry.claim.corrected_from],
        "score": grounding.score,
        "draft_score": grounding.draft_score,
        "coverage": grounding.coverage,
    }


def _by_kind(analysis: Analysis) -> list[Mapping[str, Any]]:
    """How many claims, published or removed, got which verdict, by kind and desk."""
    judged = (*analysis.claims, *analysis.removed_claims)
    counted = Counter((entry.verdict, entry.claim.kind, desk_of(entry, analysis)) for entry in judged)
    return [{"verdict": verdict, "kind": kind, "desk": desk, "n": n} for (verdict, kind, desk), n in sorted(counted.items())]


def _removed(entry: Judged, templates: Mapping[str, str]) -> Mapping[str, Any]:
    claim = entry.claim
    bound = [{"evidence": one.evidence, "path": one.path[:LONGEST], "template": templates.get(one.evidence, "")} for one in claim.bind[:1]]
    told = {"id": claim.id[:LONGEST], "kind": claim.kind, "desk": claim.agent, "verdict": entry.verdict, "family": family(entry.reason)}
    return {**told, "reason": entry.reason[:LONGEST], "text": claim.text[:LONGEST], "bind": bound}


def _finished(context: RunContext, analysis: Analysis) -> Mapping[str, Any]:
    return {
        "status": analysis.status,
        "final_decision": analysis.final_decision,
        "headline": analysis.headline[:LONGEST],
        "models": _counted(context.ledger.models),
        "prompt_versions": dict(analysis.prompt_versions),
        "fallback": analysis.fallback,
        "notes": [note[:LONGEST] for note in analysis.notes[:MOST_NOTES]],
        "usage": document(analysis.usage),
        "trace_id": analysis.trace_id,
    }


def _counted(names: Sequence[str]) -> Mapping[str, int]:
    return dict(sorted(Counter(names).items()))
