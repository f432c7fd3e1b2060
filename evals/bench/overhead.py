"""What the orchestrator itself costs: analyses with a judge and tools that answer at once."""

import time
from collections.abc import Sequence
from statistics import median
from typing import cast

from agents.sre import SreDesk
from domain.analysis import Analysis, Question
from domain.ports import StateStore, TelemetryStore
from domain.tasks import PlannedCall
from evals.bench.figures import Figure
from evals.bench.instant import CALLS, InstantJudge, InstantState, InstantStore, SystemTime, instant_tools
from graph.analyst import Analyst, Ports
from graph.context import Suggest
from observability.tracing import build_tracing

BAR_MS = 15.0
QUESTION = Question("How many requests did each service have?", desk="sre")


async def overhead(rounds: int = 7, analyses: int = 20) -> tuple[Figure, Figure]:
    """CPU milliseconds an analysis (best round) and the document's `overhead_ms` (median), tracing on."""
    analyst = instant_analyst()
    await _round(analyst, 3)
    cpu: list[float] = []
    told: list[float] = []
    for _ in range(rounds):
        began = time.process_time()
        documents = await _round(analyst, analyses)
        cpu.append((time.process_time() - began) * 1e3 / analyses)
        told += [analysis.usage.overhead_ms for analysis in documents]
    how = f"instant judge and tools, {len(CALLS)} calls, 12 claims verified"
    return (
        Figure(
            "overhead_cpu",
            min(cpu),
            "ms",
            min(cpu),
            max(cpu),
            rounds,
            BAR_MS,
            how=f"CPU of a whole analysis, best of {rounds} rounds; {how}",
        ),
        Figure("overhead_told", median(told), "ms", min(told), max(told), len(told), BAR_MS, how=f"`usage.overhead_ms`, median; {how}"),
    )


def instant_analyst() -> Analyst:
    """The real orchestrator over ports that cost nothing."""
    tracer, _ = build_tracing("bench")
    judge, desk = InstantJudge(), SreDesk()
    return Analyst(
        Ports(
            store=cast("TelemetryStore", InstantStore()),
            state=cast("StateStore", InstantState()),
            toolbox=instant_tools(),
            desks={desk.card.name: desk},
            house=judge,
            judge_for_run=lambda: judge,
            suggester=_suggester,
            tracer=tracer,
            clock=SystemTime(),
        )
    )


def _suggester(_services: Sequence[str]) -> Suggest:
    def suggested(_question: str, _desk: str) -> tuple[PlannedCall, ...]:
        return CALLS

    return suggested


async def _round(analyst: Analyst, analyses: int) -> list[Analysis]:
    return [await analyst.analyse(QUESTION) for _ in range(analyses)]
