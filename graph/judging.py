"""Decisions of a run: measured, traced, inside the budget; the house decides what the budget no longer pays for."""

from typing import TypeVar

from domain.ports import Judge
from domain.tasks import Decision, Task
from graph.context import RunContext
from observability import semconv

AnswerT = TypeVar("AnswerT")


async def decide(context: RunContext, task: Task[AnswerT]) -> Decision[AnswerT]:
    """A judge's decision on a task, with its tokens, model and prompt entered in the ledger."""
    judge = _affordable(context)
    given = {semconv.REQUEST_MODEL: judge.model, semconv.PROMPT_NAME: task.name}
    with context.meter.measure("model"), context.tracer.span(f"chat {judge.model}", semconv.CHAT, given) as span:
        decision = await judge.decide(task)
        span.set(semconv.INPUT_TOKENS, decision.usage.input_tokens)
        span.set(semconv.OUTPUT_TOKENS, decision.usage.output_tokens)
        span.set(semconv.PROMPT_VERSION, decision.prompt_version)
        span.set(semconv.PROMPT_SHA256, decision.prompt_sha256)
    _enter(context, task.name, decision)
    return decision


def _affordable(context: RunContext) -> Judge:
    spent = context.meter.input_tokens + context.meter.output_tokens
    if spent < context.budget.tokens and context.seconds_left > 0:
        return context.judge
    if context.judge is not context.house:
        context.ledger.note("The run's budget was used up; the house judge decided the rest.")
        context.ledger.out_of_budget = True
    return context.house


def _enter(context: RunContext, task: str, decision: Decision[AnswerT]) -> None:
    context.meter.input_tokens += decision.usage.input_tokens
    context.meter.output_tokens += decision.usage.output_tokens
    ledger = context.ledger
    ledger.models.append(decision.model)
    ledger.fell_back = ledger.fell_back or decision.fallback
    ledger.note(decision.note)
    if decision.prompt_version:
        ledger.prompt_versions[task] = decision.prompt_version
