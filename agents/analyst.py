"""The interface every desk has: a card for the router, companions for a plan, and one analysis."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.calls import Refusal, ToolCall, ToolResult
from domain.claims import Claim
from domain.evidence import Evidence
from domain.findings import DeskName, Finding
from domain.tasks import DeskCard, PlannedCall

CallTool = Callable[[ToolCall], Awaitable[ToolResult | Refusal]]


@dataclass(frozen=True, slots=True)
class AnalysisContext:
    """What a desk is given: the question, the calls that were planned for it, and the one way to make them."""

    question: str
    calls: tuple[ToolCall, ...]
    call_tool: CallTool


@dataclass(frozen=True, slots=True)
class AnalysisResult:
    """What a desk hands over: candidate claims in order of weight, findings, and what it could not see."""

    desk: DeskName
    candidates: tuple[Claim, ...] = ()
    findings: tuple[Finding, ...] = ()
    gaps: tuple[str, ...] = ()


class AnalystAgent(Protocol):
    """A desk of specialists."""

    @property
    def card(self) -> DeskCard: ...
    def companions(self, calls: Sequence[PlannedCall]) -> tuple[PlannedCall, ...]:
        """Further calls this desk always makes beside the planned ones, because one without the other misleads."""
        ...

    async def analyze(self, context: AnalysisContext) -> AnalysisResult: ...


async def answers(context: AnalysisContext) -> tuple[ToolResult | Refusal, ...]:
    """Make all planned calls at once and give their answers in the order of the plan."""
    return tuple(await asyncio.gather(*(context.call_tool(call) for call in context.calls)))


def gap(answer: ToolResult | Refusal) -> str:
    """What an answer could not see, in words; empty when it saw what it looked for."""
    if isinstance(answer, Refusal):
        return f"{answer.tool}: {answer.reason}" + (f" ({answer.hint})" if answer.hint else "")
    return _evidence_gap(answer.evidence)


def _evidence_gap(evidence: Evidence) -> str:
    name = evidence.title or evidence.template
    if evidence.status in ("error", "timeout"):
        return f"{name}: {evidence.message or evidence.status}"
    if evidence.scope_rows == 0:
        return f"{name}: no data of this kind in scope" + (f" ({evidence.message})" if evidence.message else "")
    return ""
