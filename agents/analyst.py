"""The interface every desk has: a card for the router, companions for a plan, and one analysis."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
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
    def companions(self, question: str, calls: Sequence[PlannedCall]) -> tuple[PlannedCall, ...]:
        """Further calls this desk always makes beside the planned ones, because one without the other misleads."""
        ...

    def inquiry(self) -> tuple[PlannedCall, ...]:
        """What this desk looks at when something happened and nobody asked a question, most telling first."""
        ...

    async def analyze(self, context: AnalysisContext) -> AnalysisResult: ...


async def looked(desk: DeskName, context: AnalysisContext) -> AnalysisResult:
    """Make the planned calls and hand over what they gave, in the order of the plan."""
    seen = await answers(context)
    results = [answer for answer in seen if isinstance(answer, ToolResult)]
    return AnalysisResult(
        desk=desk,
        candidates=tuple(claim for result in results for claim in result.candidates),
        findings=unique(tuple(finding for result in results for finding in result.findings)),
        gaps=tuple(text for answer in seen if (text := gap(answer))),
    )


def unique(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """One finding for each kind and entity: the first seen, since plans put the most telling call first."""
    return tuple({(finding.kind, finding.entity): finding for finding in reversed(findings)}.values())[::-1]


def beside(companions: Mapping[str, tuple[str, ...]], calls: Sequence[PlannedCall]) -> tuple[PlannedCall, ...]:
    """The calls a table of companions adds to a plan, with the filters of the call they go with."""
    planned = {call.tool for call in calls}
    wanted = [PlannedCall(name, call.filters) for call in calls for name in companions.get(call.tool, ())]
    return tuple(call for call in dict.fromkeys(wanted) if call.tool not in planned)


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
        return f"{name}: no data of this kind in scope"
    return ""
