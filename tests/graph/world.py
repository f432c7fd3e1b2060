"""A tiny world for graph tests: one tool with exact evidence, a scripted judge, and an analyst over them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

from agents.security import SecurityDesk
from agents.sre import SreDesk
from domain.analysis import Budget, Question, Trigger
from domain.calls import Refusal, Scope, ToolCall, ToolResult, ToolSpec
from domain.claims import Binding, Claim
from domain.evidence import Column, Evidence
from domain.ids import RunId, Tenant, ThreadId
from domain.ports import Judge
from domain.prices import Price, PriceTable
from domain.tasks import (
    AnswerT,
    Decision,
    PlanAnswer,
    PlannedCall,
    ReviseAnswer,
    RouteAnswer,
    SelectAnswer,
    Task,
    TokenUsage,
    WordAnswer,
)
from domain.telemetry import Extent
from domain.window import Window
from graph.analyst import Analyst, Ports
from graph.context import Ledger, RunContext, Verify
from graph.events import silent
from graph.following import NOTHING
from graph.meter import Meter
from grounding.verifier import verify
from observability.tracing import TraceBuffer, build_tracing
from tests.fakes import FakeAudit, FakeClock, FakeMeter, FakeStateStore, FakeTelemetryStore

START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, 12, tzinfo=UTC)
ERRORS = {"checkout": 42, "cart": 7}
PRICES = PriceTable((("dear", Price(100.0, 200.0)), ("free*", Price(0.0, 0.0))))
Answers = Mapping[str, Callable[[Any], object]]


def errors_evidence(evidence_id: str, window: Window) -> Evidence:
    """Errors by service: checkout 42, cart 7."""
    columns = (
        Column("service", trust="platform", label="service"),
        Column("errors", "integer", agg="sum", trust="platform", role="measure", label="errors"),
    )
    rows = tuple({"service": name, "errors": count} for name, count in ERRORS.items())
    return Evidence(evidence_id, "metric", "errors", window, columns, rows, len(rows), scope_rows=100, title="Errors by service")


def count_claim(evidence: Evidence, row: int, value: int, name: str, path: str = "") -> Claim:
    """ "`service` had `value` errors", bound to a row, or to another path."""
    window = {key: text for key, text in evidence.window.as_json().items() if key != "tz"}
    subject = {"service": evidence.rows[row]["service"]}
    slots = {"subject": subject, "metric": "errors", "agg": "sum", "op": "=", "value": value, "unit": "1", "window": window}
    bind = (Binding(evidence.id, path or f"rows[{row}].errors"),)
    return Claim(name, "quantity", slots, bind, f"Errors for service {subject['service']}: {value}.")


@dataclass(slots=True)
class FakeTools:
    """One tool, `errors`; `claimed` is what its candidates say (wrong numbers test the verifier), `cited` where its last one points."""

    claimed: Sequence[int] = (42, 7)
    seconds: float = 0.0
    refusal: str = ""
    broken_for: str = ""
    cited: str = ""
    calls: list[ToolCall] = field(default_factory=list)

    def menu(self, desk: str = "") -> tuple[ToolSpec, ...]:
        return (ToolSpec("errors", "How many errors had each service?", ("service",), ("sre", "security")),)

    async def call(self, call: ToolCall, scope: Scope) -> ToolResult | Refusal:
        self.calls.append(call)
        await asyncio.sleep(self.seconds)
        if call.evidence_id == self.broken_for:
            raise ZeroDivisionError
        if self.refusal:
            return Refusal(call.tool, self.refusal)
        evidence = errors_evidence(call.evidence_id, scope.window)
        claims = [count_claim(evidence, row, value, f"{call.evidence_id}.{row + 1}") for row, value in enumerate(self.claimed)]
        if self.cited:
            claims[-1] = count_claim(evidence, len(claims) - 1, self.claimed[-1], claims[-1].id, self.cited)
        return ToolResult(evidence, tuple(claims))


class ScriptedJudge:
    """Answers each task by a function of its payload; defaults choose everything on offer."""

    def __init__(self, answers: Answers | None = None, model: str = "house", tokens: int = 0, note: str = "") -> None:
        self.model = model
        self._usage = TokenUsage(tokens, 0)
        self._note = note
        self._answers: dict[str, Callable[[Any], object]] = {
            "route": lambda _: RouteAnswer(("sre",)),
            "plan": lambda payload: PlanAnswer((PlannedCall(payload.menu[0].name),)),
            "select": lambda payload: SelectAnswer(tuple(claim.id for claim in payload.candidates)),
            "word": lambda payload: WordAnswer(payload.claims[0].text),
            "revise": lambda _: ReviseAnswer(),
            **(answers or {}),
        }

    async def decide(self, task: Task[AnswerT]) -> Decision[AnswerT]:
        answer = cast("AnswerT", self._answers[task.name](task.payload))
        return Decision(answer, self.model, self._usage, note=self._note)


@dataclass(slots=True)
class World:
    """An analyst with everything a test may look at."""

    analyst: Analyst
    state: FakeStateStore
    tools: FakeTools
    traces: TraceBuffer
    audit: FakeAudit
    metrics: FakeMeter


def world(
    judge: Judge | None = None,
    tools: FakeTools | None = None,
    budget: Budget | None = None,
    *,
    empty: bool = False,
    check: Verify = verify,
    behind: datetime | None = None,
) -> World:
    """A world with data from midnight to noon; `check` is its verifier, and what was received since `behind` waits to be stored."""

    async def behind_since() -> datetime | None:
        return behind

    tracer, traces = build_tracing("test")
    tools, state, audit, metrics = tools or FakeTools(), FakeStateStore(), FakeAudit(), FakeMeter()
    extent = None if empty else Extent(START, END, {"logs": 100}, ("checkout", "cart"))
    house = ScriptedJudge()
    chosen = judge or house
    ports = Ports(
        store=FakeTelemetryStore(extent),
        state=state,
        toolbox=tools,
        desks={"sre": SreDesk(), "security": SecurityDesk()},
        house=house,
        judge_for_run=lambda: chosen,
        suggester=lambda _services: lambda _question, _desk: (PlannedCall("errors"),),
        tracer=tracer,
        clock=FakeClock(),
        audit=audit,
        metrics=metrics,
        prices=PRICES,
        behind_since=behind_since,
        verify=check,
    )
    return World(Analyst(replace(ports, budget=budget) if budget else ports), state, tools, traces, audit, metrics)


def run_context(check: Verify = verify, trigger: Trigger = "question", judge: Judge | None = None) -> RunContext:
    """The context of a run that saw the errors of each service as E1."""
    window, house = Window(START, END), ScriptedJudge()
    return RunContext(
        question=Question("Which services have errors?", trigger=trigger),
        asked="Which services have errors?",
        thread_id=ThreadId("T1"),
        scope=Scope(window, RunId("R1")),
        current=window,
        baseline=window,
        services=tuple(ERRORS),
        unknown_services=(),
        turns=(),
        follow=NOTHING,
        desks={},
        toolbox=FakeTools(),
        judge=judge or house,
        house=house,
        tracer=build_tracing("test")[0],
        meter=Meter(),
        ledger=Ledger({"E1": errors_evidence("E1", window)}),
        emit=silent,
        budget=Budget(),
        suggest=lambda _question, _desk: (),
        verify=check,
    )


TENANT = Tenant("default")
