"""Tool calls of a run: measured, traced, announced, inside the budget; evidence goes to the ledger."""

import asyncio
import time
from dataclasses import replace

from domain.calls import Refusal, Scope, ToolCall, ToolResult
from domain.window import Window
from graph.context import Called, RunContext
from graph.events import Event, silent
from grounding.knowledge import Knowledge
from observability import semconv
from prompts.veil import QUOTING
from tools.candidates import told
from tools.taint import taint_problem

LEAST_CALL_S = 0.05
QUOTES_A_RUN = 2


async def look(context: RunContext, desk: str, call: ToolCall) -> ToolResult | Refusal:
    """One tool call; a call the budget does not pay for is refused, one that takes too long is cut."""
    if spent := _used_up(context):
        context.ledger.run_out(spent)
        refused = Refusal(call.tool, f"not called: {spent} was used up", "ask with a larger budget or a narrower question")
        context.ledger.calls.append(Called(desk, call, refused, context.meter.elapsed_s))
        return refused
    context.ledger.tool_calls += 1
    shown = {"desk": desk, "tool": call.tool, "filters": call.filters.given(), "evidence_id": call.evidence_id}
    context.emit(Event("tool", {**shown, "state": "start"}))
    begin = time.perf_counter()
    answer = _told(_signed(await _call(context, call), desk, context.behind), context.question.language, context.knowledge)
    context.ledger.calls.append(Called(desk, call, answer, context.meter.elapsed_s))
    rows = len(answer.evidence.rows) if isinstance(answer, ToolResult) else 0
    context.emit(Event("tool", {**shown, "state": "done", "ms": round((time.perf_counter() - begin) * 1e3, 1), "rows": rows}))
    if isinstance(answer, ToolResult):
        context.ledger.evidence[answer.evidence.id] = answer.evidence
        if context.emit is not silent:
            context.emit(Event("evidence", answer.evidence.as_json()))
    return answer


def _signed(answer: ToolResult | Refusal, desk: str, behind: Window | None) -> ToolResult | Refusal:
    """An answer whose evidence says how far the store was behind, and whose candidate claims name the desk that looked."""
    if isinstance(answer, Refusal):
        return answer
    seen = replace(answer.evidence, lag_s=lag_s(answer.evidence.window, behind))
    return replace(answer, evidence=seen, candidates=tuple(replace(claim, agent=claim.agent or desk) for claim in answer.candidates))


def lag_s(window: Window, behind: Window | None) -> float:
    """How many seconds at the end of a window are not known to be stored whole: what was received in them may still wait."""
    return round(max(0.0, (min(window.end, behind.end) - behind.start).total_seconds()), 3) if behind else 0.0


def _told(answer: ToolResult | Refusal, language: str, knowledge: Knowledge) -> ToolResult | Refusal:
    """The answer with its claims in the language asked for; tools speak English."""
    if isinstance(answer, Refusal) or language == "en":
        return answer
    return replace(answer, candidates=tuple(told(claim, answer.evidence, language, knowledge) for claim in answer.candidates))


def _used_up(context: RunContext) -> str:
    """Which limit leaves no room for a further look; empty for none."""
    if context.ledger.tool_calls >= context.budget.tool_calls:
        return f"the run's budget of {context.budget.tool_calls} tool calls"
    return f"the run's budget of {context.budget.seconds:g} s" if context.seconds_left < LEAST_CALL_S else ""


def _quoted_enough(context: RunContext, call: ToolCall) -> Refusal | None:
    """Why no further lines may be quoted in this run; None while they may."""
    quoted = sum(item.template == QUOTING for item in context.ledger.evidence.values())
    if call.tool != QUOTING or quoted < QUOTES_A_RUN:
        return None
    return Refusal(
        call.tool, f"{QUOTES_A_RUN} times lines were quoted in this run, which is all there is", "use counts and patterns instead"
    )


async def _call(context: RunContext, call: ToolCall) -> ToolResult | Refusal:
    if broken := taint_problem(call, context.scope) or _quoted_enough(context, call):
        return broken
    given = {semconv.TOOL: call.tool, semconv.EVIDENCE_ID: call.evidence_id}
    with context.meter.measure("tool"), context.tracer.span(f"execute_tool {call.tool}", semconv.EXECUTE_TOOL, given) as span:
        try:
            async with asyncio.timeout(context.seconds_left):
                answer = await context.toolbox.call(call, _scope(context, call))
        except TimeoutError as error:
            span.fail(error)
            context.ledger.run_out(f"the run's budget of {context.budget.seconds:g} s")
            return Refusal(call.tool, "cut off: the run's time was used up", "ask about a shorter window")
        if isinstance(answer, ToolResult):
            span.set(semconv.EVIDENCE_STATUS, answer.evidence.status)
            span.set(semconv.EVIDENCE_ROWS, len(answer.evidence.rows))
        return answer


def _scope(context: RunContext, call: ToolCall) -> Scope:
    current = context.current if call.baseline else context.scope.window
    return replace(context.scope, window=call.window or current)
