"""Decisions of a run: measured, priced, traced, inside the budget; the house decides what the budget no longer pays for."""

import asyncio
from typing import TypeVar

from domain.ports import Judge
from domain.prices import HOUSE
from domain.tasks import Decision, Task, TokenUsage
from graph.context import RunContext
from observability import semconv

AnswerT = TypeVar("AnswerT")
LEAST_DECISION_S = 0.05


async def decide(context: RunContext, task: Task[AnswerT]) -> Decision[AnswerT]:
    """A judge's decision on a task, with its tokens, cost, model and prompt entered in the ledger.

    A model that the budget does not pay for is not asked; one that does not answer before the run's time is over is left.
    """
    judge = _affordable(context)
    asked = judge.model
    given = {semconv.REQUEST_MODEL: asked, semconv.PROMPT_NAME: task.name}
    with context.meter.measure("model"), context.tracer.span(f"chat {asked}", semconv.CHAT, given) as span:
        decision = await _decided(context, judge, task)
        span.set(semconv.INPUT_TOKENS, decision.usage.input_tokens)
        span.set(semconv.OUTPUT_TOKENS, decision.usage.output_tokens)
        span.set(semconv.PROMPT_VERSION, decision.prompt_version)
        span.set(semconv.PROMPT_SHA256, decision.prompt_sha256)
    _enter(context, task.name, decision)
    _pay(context, asked, decision.usage)
    return decision


async def _decided(context: RunContext, judge: Judge, task: Task[AnswerT]) -> Decision[AnswerT]:
    if judge is context.house:
        return await judge.decide(task)
    try:
        async with asyncio.timeout(max(context.seconds_left, LEAST_DECISION_S)):
            return await judge.decide(task)
    except TimeoutError:
        _run_out(context, f"the run's budget of {context.budget.seconds:g} s")
        return await context.house.decide(task)


def _affordable(context: RunContext) -> Judge:
    """The judge of the run while every budget has something left, then the house."""
    if context.judge is context.house:
        return context.house
    limit = used_up(context)
    if not limit:
        return context.judge
    _run_out(context, limit)
    return context.house


def used_up(context: RunContext) -> str:
    """The limit that leaves nothing for another decision of a model; empty while all do."""
    meter, budget = context.meter, context.budget
    price = context.prices.price(context.judge.model)
    is_paid = price is not None and bool(price.input_usd or price.output_usd)
    limits = (
        (meter.input_tokens + meter.output_tokens >= budget.tokens, f"the run's budget of {budget.tokens:,} tokens"),
        (is_paid and meter.cost_usd >= budget.usd, f"the run's budget of {budget.usd:g} USD"),
        (context.seconds_left <= 0, f"the run's budget of {budget.seconds:g} s"),
    )
    return next((limit for is_reached, limit in limits if is_reached), "")


def _run_out(context: RunContext, limit: str) -> None:
    context.ledger.run_out(limit)
    context.ledger.note(f"{limit[0].upper()}{limit[1:]} was used up; the house judge decided the rest.")


def _pay(context: RunContext, model: str, usage: TokenUsage) -> None:
    """Enter what a decision cost; tokens of a model without a known price cost nothing that could be counted, which is said once."""
    if model == HOUSE or not (usage.input_tokens or usage.output_tokens):
        return
    price = context.prices.price(model)
    if price is not None:
        context.meter.cost_usd += price.cost_usd(usage)
        return
    unknown = f"The price of the model {model!r} is not known: its cost is not counted, and no budget in money holds it"
    context.ledger.note(f"{unknown}; set WATCHFLOOR_MODEL_PRICES to change that.")


def _enter(context: RunContext, task: str, decision: Decision[AnswerT]) -> None:
    context.meter.input_tokens += decision.usage.input_tokens
    context.meter.output_tokens += decision.usage.output_tokens
    ledger = context.ledger
    ledger.models.append(decision.model)
    ledger.fell_back = ledger.fell_back or decision.fallback
    ledger.note(decision.note)
    if decision.prompt_version:
        ledger.prompt_versions[task] = decision.prompt_version
