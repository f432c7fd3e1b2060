"""The analyst: runs the orchestrator for one question, and stores the run with its evidence."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from agents.analyst import AnalystAgent
from agents.followup import resolved
from agents.korean import in_english
from agents.reading import read
from domain.analysis import Analysis, Budget, Question, Trigger
from domain.audit import AuditLog, AuditNote
from domain.calls import Scope
from domain.errors import NothingFoundError, WrongUseError
from domain.evidence import Evidence
from domain.ids import DEFAULT_TENANT, RunId, Tenant, ThreadId, evidence_uid, new_run_id, new_thread_id
from domain.ports import Clock, Documents, Judge, RunRecord, StateStore, TelemetryStore, Tracer
from domain.ports import Meter as Metrics
from domain.prices import UNPRICED, PriceTable
from domain.tasks import Limits, Turn
from domain.window import Window
from graph.confirmed import with_confirmed
from graph.context import Ledger, RunContext, Suggest, Tools, Verify
from graph.documents import analysis_of
from graph.events import Emit, Event, silent
from graph.following import followed
from graph.measuring import record
from graph.meter import Meter
from graph.orchestrator import RECURSION_LIMIT, Orchestrator, build
from graph.recording import begun, broken_off, ended
from graph.scoping import time_scope
from graph.state import RunState
from grounding.knowledge import NOTHING, Knowledge
from grounding.verifier import verify
from observability import semconv

LONGEST_QUESTION = 4_000
Suggester = Callable[[tuple[str, ...]], Suggest]


@dataclass(frozen=True, slots=True)
class Ports:
    """What an analyst works with. `judge_for_run` gives a fresh judge (its breaker is per run)."""

    store: TelemetryStore
    state: StateStore
    toolbox: Tools
    desks: Mapping[str, AnalystAgent]
    house: Judge
    judge_for_run: Callable[[], Judge]
    suggester: Suggester
    tracer: Tracer
    clock: Clock
    budget: Budget = Budget()
    limits: Limits = field(default_factory=Limits)
    documents: Documents | None = None
    verify: Verify = verify
    audit: AuditLog | None = None
    metrics: Metrics | None = None
    prices: PriceTable = UNPRICED
    behind_since: Callable[[], Awaitable[datetime | None]] | None = None
    knowledge: Knowledge = NOTHING


@dataclass(frozen=True, slots=True)
class RunKey:
    """Which run, in which conversation, of which tenant."""

    run_id: RunId
    thread_id: ThreadId
    tenant: Tenant


class Analyst:
    """Answers questions; every answer is a stored run with a trace and evidence snapshots."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._graph: Orchestrator = build()

    @property
    def budget(self) -> Budget:
        """The limits of a run that says nothing else."""
        return self._ports.budget

    def under(self, judge_for_run: Callable[[], Judge], limits: Limits) -> "Analyst":
        """The same analyst with another judge and other limits: one arm of a comparison."""
        return Analyst(replace(self._ports, judge_for_run=judge_for_run, limits=limits))

    def using(self, toolbox: Tools) -> "Analyst":
        """The same analyst with other tools."""
        return Analyst(replace(self._ports, toolbox=toolbox))

    def judged_by(self, verify: Verify) -> "Analyst":
        """The same analyst with another verifier."""
        return Analyst(replace(self._ports, verify=verify))

    async def analyse(self, question: Question, emit: Emit = silent, tenant: Tenant = DEFAULT_TENANT) -> Analysis:
        """One analysis. Raises WrongUseError for a question that cannot be asked, NothingFoundError when nothing is stored."""
        self._refuse_bad(question)
        meter, run = Meter(), RunKey(new_run_id(), question.thread_id or new_thread_id(), tenant)
        given: dict[str, str] = {semconv.WORKFLOW: "analysis", semconv.RUN_ID: run.run_id, semconv.CONVERSATION: run.thread_id}
        with self._ports.tracer.span("invoke_workflow analysis", semconv.INVOKE_WORKFLOW, given):
            context = replace(await self._context(question, run, meter, emit), behind=await self._behind())
            started_at = self._ports.clock.now()
            await self._save(context, self._record(context, "running", started_at))
            await self._remember(context, [begun(context, started_at)])
            analysis = await self._run(context, question.trigger, started_at)
            return await self._finish(context, analysis, started_at)

    async def _behind(self) -> Window | None:
        """From the receipt of the oldest data that wait to be stored until now; None where none wait."""
        since, now = await self._ports.behind_since() if self._ports.behind_since else None, self._ports.clock.now()
        return Window(min(since, now), now) if since else None

    def _refuse_bad(self, question: Question) -> None:
        if not question.text.strip():
            raise WrongUseError('The question is empty. Ask something, for example: "Which services have errors?"')
        if len(question.text) > LONGEST_QUESTION:
            raise WrongUseError(f"The question has {len(question.text):,} characters; at most {LONGEST_QUESTION:,} are read.")
        if question.desk and question.desk not in self._ports.desks:
            raise WrongUseError(f"There is no desk {question.desk!r}. Desks: {', '.join(self._ports.desks)}.")

    async def _context(self, question: Question, run: RunKey, meter: Meter, emit: Emit) -> RunContext:
        ports = self._ports
        with meter.measure("store"):
            extent = await ports.store.extent(run.tenant)
            turns = await ports.state.turns(run.thread_id, run.tenant)
            read_as = in_english(question.text, extent.services if extent else ())
            follow = await followed(read_as, turns, ports.state, run.tenant)
            known = await with_confirmed(ports.knowledge, ports.documents, ports.state, run.tenant)
        if extent is None:
            raise NothingFoundError("Nothing is stored yet. Load something first: watchfloor ingest FILE")
        asked = resolved(read_as, turns)
        reading = read(asked, extent.services)
        times = time_scope(replace(question, text=asked, window=question.window or follow.shifted), extent, ports.clock.now())
        return RunContext(
            question=question,
            asked=asked,
            thread_id=run.thread_id,
            scope=Scope(times.window, run.run_id, run.tenant),
            current=times.current,
            baseline=times.baseline,
            services=extent.services,
            unknown_services=reading.unknown_services if question.trigger == "question" else (),
            turns=turns,
            follow=follow,
            desks=ports.desks,
            toolbox=ports.toolbox,
            judge=ports.judge_for_run(),
            house=ports.house,
            tracer=ports.tracer,
            meter=meter,
            ledger=Ledger(notes=[*times.notes, *map(_unplaced, reading.unplaced)]),
            emit=emit,
            budget=question.budget or ports.budget,
            suggest=ports.suggester(extent.services),
            limits=ports.limits,
            documents=ports.documents,
            verify=ports.verify,
            knowledge=known,
            prices=ports.prices,
        )

    async def _run(self, context: RunContext, trigger: Trigger, started_at: datetime) -> Analysis:
        try:
            state = cast("RunState", await self._graph.ainvoke(RunState(), {"recursion_limit": RECURSION_LIMIT}, context=context))
        except BaseException as error:
            status = "cancelled" if isinstance(error, asyncio.CancelledError) else "failed"
            await self._save(context, self._record(context, status, started_at))
            await self._remember(context, broken_off(context, status, type(error).__name__, self._ports.clock.now()))
            raise
        return analysis_of(context, state, trigger, self._ports.clock.now())

    async def _finish(self, context: RunContext, analysis: Analysis, started_at: datetime) -> Analysis:
        evidence = tuple(_addressed(item, analysis.run_id, context.scope.tenant) for item in analysis.evidence)
        with context.meter.measure("store"):
            await self._ports.state.save_evidence(evidence)
            await self._ports.state.add_turn(
                analysis.thread_id, analysis.run_id, Turn(analysis.question, analysis.headline), context.scope.tenant
            )
        finished = replace(analysis, evidence=evidence, usage=context.meter.usage(), trace_id=self._ports.tracer.trace_id())
        document = finished.as_json()
        await self._save(context, replace(self._record(context, finished.status, started_at), document=document))
        await self._remember(context, ended(context, finished, self._ports.clock.now()))
        if self._ports.metrics:
            record(self._ports.metrics, finished)
        context.emit(Event("final", document))
        return finished

    def _record(self, context: RunContext, status: str, at: datetime) -> RunRecord:
        return RunRecord(context.scope.run_id, context.thread_id, context.scope.tenant, status, context.question.text, at)

    async def _save(self, context: RunContext, run: RunRecord) -> None:
        with context.meter.measure("store"):
            await self._ports.state.save_run(run)

    async def _remember(self, context: RunContext, notes: Sequence[AuditNote]) -> None:
        if self._ports.audit:
            with context.meter.measure("store"):
                await self._ports.audit.append(notes, context.scope.tenant)


def _unplaced(name: str) -> str:
    return f"{name!r} is no stored service, route or address: nothing was filtered by it, the numbers are about everything in scope."


def _addressed(item: Evidence, run_id: RunId, tenant: Tenant) -> Evidence:
    return replace(item, run_id=run_id, tenant=tenant, uid=evidence_uid(run_id, item.id))
