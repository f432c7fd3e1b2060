"""The subgraph of a briefing: statistics → patterns → incidents. Nobody asked, so the evidence comes first and the claims from it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agents.analyst import AnalysisResult, gap
from agents.briefing.dossier import Dossier
from agents.briefing.figures import figure_claims
from agents.briefing.health import health_claims
from agents.briefing.issues import issues, traced
from agents.briefing.limits import warning_claims
from agents.briefing.looks import Look, by_impact, cause_looks, first_looks, impact_looks, issue_looks, period_looks, possible, told
from domain.calls import Refusal, ToolCall, ToolResult
from domain.claims import Claim
from domain.findings import DeskName
from graph.context import RunContext
from graph.happened import incident_evidence
from graph.looking import look
from graph.nodes import Context
from graph.state import RunState
from grounding.rendering import render

DESK: DeskName = "sre"
MOST_FINDINGS = 6


async def statistics(_state: RunState, runtime: Context) -> RunState:
    """What is stored, then the figures of the period and of the one before."""
    context = runtime.context
    await _looked(context, first_looks(context.scope.window))
    has_before = _dossier(context).has_before
    if not has_before:
        context.ledger.note("The period before is not stored whole, so nothing is compared with it.")
    found = await _looked(context, period_looks(context.scope.window, has_before=has_before))
    dossier = _dossier(context)
    return _handed_over(context, found, (*figure_claims(dossier), *health_claims(dossier), *warning_claims(dossier)))


async def patterns(_state: RunState, runtime: Context) -> RunState:
    """What went wrong, where it came from, and how the service it came from did meanwhile."""
    context = runtime.context
    causes = await _looked(context, cause_looks(issues(_dossier(context))))
    impact = await _looked(context, impact_looks(traced(_dossier(context))))
    shown = await _looked(context, issue_looks(by_impact(_dossier(context))))
    return _handed_over(context, [*causes, *impact, *shown])


async def incidents(_state: RunState, runtime: Context) -> RunState:
    """The incidents of the period, as they were kept."""
    context = runtime.context
    if context.documents is None:
        return {}
    name = f"E{_taken(context) + 1}"
    with context.meter.measure("store"):
        seen = await incident_evidence(context.documents, context.scope, name)
    context.ledger.evidence[name] = seen.evidence
    return {"results": [AnalysisResult(DESK, _in_language(context, seen.candidates))]}


def build_reverse_rag() -> CompiledStateGraph[RunState, RunContext, RunState, RunState]:
    """Compile the subgraph."""
    graph: Any = StateGraph(RunState, context_schema=RunContext)
    for node in (statistics, patterns, incidents):
        graph.add_node(node.__name__, node)
    graph.add_edge(START, "statistics")
    graph.add_edge("statistics", "patterns")
    graph.add_edge("patterns", "incidents")
    graph.add_edge("incidents", END)
    compiled: CompiledStateGraph[RunState, RunContext, RunState, RunState] = graph.compile()
    return compiled


Found = tuple[Look, ToolResult | Refusal]


async def _looked(context: RunContext, looks: Sequence[Look]) -> list[Found]:
    wanted = possible(looks, context.toolbox.menu())
    calls = [
        ToolCall(one.tool, one.filters, f"E{number}", baseline=one.baseline, step=number, window=one.window)
        for number, one in enumerate(wanted, start=_taken(context) + 1)
    ]
    return list(zip(wanted, await asyncio.gather(*(look(context, DESK, call) for call in calls)), strict=True))


def _taken(context: RunContext) -> int:
    return max((int(name.removeprefix("E")) for name in context.ledger.evidence), default=0)


def _dossier(context: RunContext) -> Dossier:
    return Dossier(context.scope.window, tuple(context.ledger.evidence.values()))


def _handed_over(context: RunContext, found: Sequence[Found], own: Sequence[Claim] = ()) -> RunState:
    """Own claims first, then what each look tells, with the findings of the period; what could not be seen of it is a gap."""
    period = context.scope.window
    results = [(one, answer) for one, answer in found if isinstance(answer, ToolResult)]
    findings = [finding for one, answer in results if one.window == period for finding in answer.findings[:MOST_FINDINGS]]
    resting = {name for finding in findings for name in finding.claims}
    claims = [*own, *(claim for one, answer in results for claim in told(one, answer, period, resting))]
    gaps = tuple(text for one, answer in found if one.window == period and (text := gap(answer)))
    return {"results": [AnalysisResult(DESK, _in_language(context, claims), tuple(findings), gaps)]}


def _in_language(context: RunContext, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims in the language of the briefing; the briefer's own are written in English."""
    language, period = context.question.language, context.scope.window
    if language == "en":
        return tuple(claims)
    return tuple(replace(claim, text=render(claim, context.ledger.evidence, language, period, context.knowledge)) for claim in claims)
