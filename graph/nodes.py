"""The nodes of the orchestrator: route, plan, desk, write."""

import logging
from collections.abc import Sequence
from typing import Literal

from langgraph.errors import NodeError
from langgraph.runtime import Runtime
from langgraph.types import Command, Send

from agents.analyst import AnalysisContext
from agents.writer import numbered
from domain.calls import Refusal, ToolCall, ToolResult, ToolSpec
from domain.tasks import PlanAnswer, PlannedCall, PlanPayload, RouteAnswer, RoutePayload, Task
from graph.context import RunContext
from graph.events import Event
from graph.inquiry import pertinent
from graph.judging import decide
from graph.looking import look
from graph.narrowing import narrowed
from graph.selecting import selected
from graph.state import DeskInput, RunState
from observability import semconv

log = logging.getLogger(__name__)

STANDING = 2  # looks of an inquiry that no judge may leave out

Context = Runtime[RunContext]


async def route(_state: RunState, runtime: Context) -> Command[Literal["plan", "reverse_rag", "answer"]]:
    """Choose the desks; a question that is not about operations data, or about a service nothing is stored of, needs none."""
    context = runtime.context
    if context.unknown_services:
        return Command(update={"desks": [], "gaps": [unknown_gap(context)]}, goto="answer")
    desks = await _desks(context)
    context.emit(Event("route", {"desks": desks, "window": context.scope.window.as_json()}))
    if desks:
        return Command(update={"desks": desks}, goto="reverse_rag" if context.is_briefing else "plan")
    return Command(update={"desks": []}, goto="answer")


def unknown_gap(context: RunContext) -> str:
    """That a service the question names is not among the stored ones."""
    names, stored = ", ".join(map(repr, context.unknown_services)), ", ".join(context.services)
    return f"Nothing is stored of a service named {names}. Stored are: {stored}."


async def _desks(context: RunContext) -> list[str]:
    """The desk that was asked for, every desk for an inquiry, else those a judge routes to."""
    if context.question.desk:
        return [context.question.desk]
    return list(context.desks) if context.is_inquiry or context.is_briefing else await _routed(context)


async def _routed(context: RunContext) -> list[str]:
    cards = tuple(desk.card for desk in context.desks.values())
    payload = RoutePayload(context.question.text, cards, context.services, context.turns)
    decision = await decide(context, Task("route", payload, RouteAnswer))
    return [name for name in dict.fromkeys(decision.answer.desks) if name in context.desks]


async def plan(state: RunState, runtime: Context) -> Command[Literal["sre", "security", "efficiency", "write"]]:
    """Let each desk's tools be chosen, number the calls, and send the desks out in parallel."""
    context = runtime.context
    plans: dict[str, list[ToolCall]] = {}
    number = 0
    for desk in state["desks"]:
        chosen = await _planned(context, desk)
        plans[desk] = [numbered_call(context, call, number + offset) for offset, call in enumerate(chosen, start=1)]
        number += len(chosen)
    sends = [Send(desk, DeskInput(desk=desk, calls=calls)) for desk, calls in plans.items() if calls]
    return Command(update={"plan": plans}, goto=sends or "write")


async def _planned(context: RunContext, desk: str) -> tuple[PlannedCall, ...]:
    agent = context.desks[desk]
    card = agent.card
    menu = tuple(tool for tool in context.toolbox.menu(desk) if tool.available)
    suggested = _on_menu(agent.inquiry() if context.is_inquiry else context.suggest(context.asked, desk), menu)
    most = context.limits.calls
    payload = PlanPayload(context.question.text, card.name, context.scope.window, menu, context.services, suggested, context.turns, most)
    decision = await decide(context, Task("plan", payload, PlanAnswer))
    chosen = dict.fromkeys(decision.answer.calls[:most])
    first, rest = list(chosen)[:1], list(chosen)[1:]
    beside = _on_menu(agent.companions(context.asked, tuple(chosen)), menu)
    standing = suggested[:STANDING] if context.is_inquiry else ()
    return tuple(dict.fromkeys([*standing, *first, *beside, *rest]))


def _on_menu(calls: Sequence[PlannedCall], menu: Sequence[ToolSpec]) -> tuple[PlannedCall, ...]:
    """The calls that this store can answer."""
    offered = {tool.name for tool in menu}
    return tuple(call for call in calls if call.tool in offered)


def numbered_call(context: RunContext, planned: PlannedCall, number: int) -> ToolCall:
    """A planned call as it is made: with its evidence id, and a baseline window where the tool compares."""
    needs_baseline = any(tool.name == planned.tool and tool.needs_baseline for tool in context.toolbox.menu())
    baseline = context.baseline if needs_baseline else None
    return ToolCall(planned.tool, planned.filters, evidence_id=f"E{number}", baseline=baseline, step=number)


async def desk(state: DeskInput, runtime: Context) -> RunState:
    """One desk's analysis, in a span of its own."""
    context, name = runtime.context, state["desk"]

    async def call_tool(call: ToolCall) -> ToolResult | Refusal:
        return await look(context, name, call)

    with context.tracer.span(f"invoke_agent {name}", semconv.INVOKE_AGENT, {semconv.AGENT: name}):
        analysis = AnalysisContext(context.question.text, tuple(state["calls"]), call_tool)
        return {"results": [await context.desks[name].analyze(analysis)]}


async def broken(state: DeskInput, error: NodeError) -> RunState:
    """A desk that failed is a gap in the answer; the other desks go on."""
    log.error("desk.failed", exc_info=error.error, extra={"desk": state["desk"]})
    return {"gaps": [f"the {state['desk']} desk: it failed with {type(error.error).__name__}; the service's log has the trace"]}


async def write(state: RunState, runtime: Context) -> RunState:
    """Choose among the candidate claims, number them, and announce them as pending."""
    context = runtime.context
    ordered = sorted(state.get("results", []), key=lambda result: state["desks"].index(result.desk))
    results = await narrowed(context, pertinent(context, ordered))
    candidates = {claim.id: claim for result in results for claim in result.candidates}
    findings = [finding for result in results for finding in result.findings]
    chosen = await selected(context, results, candidates)
    draft = numbered(chosen.claims, findings, candidates)
    for claim in draft.claims:
        context.emit(Event("claim", {"claim": claim.as_json(), "pending": True}))
    gaps = [text for result in results for text in result.gaps]
    return {"claims": list(draft.claims), "findings": list(draft.findings), "gaps": gaps, "removed": list(chosen.removed)}
