"""Tool calls of a run: measured, traced, announced, inside the budget; evidence goes to the ledger."""

import asyncio
import time
from dataclasses import replace

from domain.calls import Refusal, Scope, ToolCall, ToolResult
from graph.context import Called, RunContext
from graph.events import Event, silent
from observability import semconv
from tools.candidates import told
from tools.taint import taint_problem

LEAST_CALL_S = 0.05


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
    answer = _signed(await _call(context, call), desk)
    context.ledger.calls.append(Called(desk, call, answer, context.meter.elapsed_s))
    rows = len(answer.evidence.rows) if isinstance(answer, ToolResult) else 0
    context.emit(Event("tool", {**shown, "state": "done", "ms": round((time.perf_counter() - begin) * 1e3, 1), "rows": rows}))
    if isinstance(answer, ToolResult):
        context.ledger.evidence[answer.evidence.id] = answer.evidence
        if context.emit is not silent:
            context.emit(Event("evidence", answer.evidence.as_json()))
    return answer


def _signed(answer: ToolResult | Refusal, desk: str) -> ToolResult | Refusal:
    """An answer whose candidate claims name the desk that looked."""
    if isinstance(answer, Refusal):
        return answer
    return replace(answer, candidates=tuple(replace(claim, agent=claim.agent or desk) for claim in answer.candidates))


def _told(answer: ToolResult | Refusal, language: str) -> ToolResult | Refusal:
    """The answer with its claims in the language asked for; tools speak English."""
    if isinstance(answer, Refusal) or language == "en":
        return answer
    return replace(answer, candidates=tuple(told(claim, answer.evidence, language) for claim in answer.candidates))


def _used_up(context: RunContext) -> str:
    """Which limit leaves no room for a further look; empty for none."""
    if context.ledger.tool_calls >= context.budget.tool_calls:
        return f"the run's budget of {context.budget.tool_calls} tool calls"
    return f"the run's budget of {context.budget.seconds:g} s" if context.seconds_left < LEAST_CALL_S else ""


async def _call(context: RunContext, call: ToolCall) -> ToolResult | Refusal:
    if broken := taint_problem(call, context.scope):
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
