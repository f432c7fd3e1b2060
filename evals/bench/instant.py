"""Ports that cost nothing, so that what is left of a run is the orchestrator itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar, cast

from domain.calls import Refusal, Scope, ToolCall, ToolResult, ToolSpec
from domain.evidence import Evidence
from domain.ids import DEFAULT_TENANT, RunId, Tenant, ThreadId
from domain.ports import RunRecord
from domain.tasks import Decision, PlanAnswer, PlannedCall, ReviseAnswer, RouteAnswer, SelectAnswer, SelectPayload, Task, Turn, WordAnswer
from domain.telemetry import Extent
from evals.bench.table import WINDOW, claims, evidence
from grounding.rendering import render

AnswerT = TypeVar("AnswerT")
CALLS = tuple(PlannedCall(f"instant_{number}") for number in range(1, 4))


class InstantJudge:
    """Answers every task at once, always the same: one desk, three calls, the first claims."""

    @property
    def model(self) -> str:
        """What answers are signed with."""
        return "instant"

    async def decide(self, task: Task[AnswerT]) -> Decision[AnswerT]:
        """The fixed answer of a task."""
        return Decision(cast("AnswerT", self._answer(task)), self.model)

    def _answer(self, task: Task[Any]) -> object:
        if isinstance(task.payload, SelectPayload):
            return SelectAnswer(tuple(claim.id for claim in task.payload.candidates[: task.payload.limit]))
        fixed = {"route": RouteAnswer(("sre",)), "plan": PlanAnswer(CALLS), "word": WordAnswer(""), "revise": ReviseAnswer(())}
        return fixed[task.name]


@dataclass(frozen=True, slots=True)
class InstantTools:
    """Tools whose answers were made beforehand, by evidence id."""

    results: Mapping[str, ToolResult]

    def menu(self, desk: str = "") -> tuple[ToolSpec, ...]:
        """Three tools for every desk."""
        return tuple(ToolSpec(call.tool, "How many requests?", (), (desk,) if desk else ("sre",)) for call in CALLS)

    async def call(self, call: ToolCall, scope: Scope) -> ToolResult | Refusal:
        """The answer for the call's evidence id."""
        del scope
        return self.results[call.evidence_id]


def instant_tools(rows: int = 20) -> InstantTools:
    """Tools that give a table of some rows with the candidate claims a real tool would give."""
    results = {}
    for number in range(1, len(CALLS) + 1):
        source = evidence(rows, f"E{number}")
        results[source.id] = ToolResult(
            source, tuple(replace(claim, text=render(claim, {source.id: source})) for claim in islice(claims(source), 12))
        )
    return InstantTools(results)


class InstantStore:
    """As much of a telemetry store as an analyst asks for: what is stored."""

    async def extent(self, tenant: Tenant = DEFAULT_TENANT) -> Extent:
        """One day of a few services."""
        del tenant
        return Extent(WINDOW.start, WINDOW.end, {"logs": 1_000}, ("service-001", "service-002"))


class InstantState:
    """As much of a state store as an analyst asks for; it forgets everything."""

    async def save_run(self, run: RunRecord) -> None:
        """Forgets the run."""

    async def save_evidence(self, found: Sequence[Evidence]) -> None:
        """Forgets the evidence."""

    async def add_turn(self, thread_id: ThreadId, run_id: RunId, turn: Turn, tenant: Tenant = DEFAULT_TENANT) -> None:
        """Forgets the turn."""

    async def turns(self, thread_id: ThreadId, tenant: Tenant = DEFAULT_TENANT, limit: int = 10) -> tuple[Turn, ...]:
        """No conversation."""
        del thread_id, tenant, limit
        return ()


class SystemTime:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)
