"""What the orchestrator itself costs: analyses with a judge and tools that answer at once."""

import time
from collections.abc import Sequence
from functools import partial
from statistics import median
from typing import cast

from agents.sre import SreDesk
from domain.analysis import Analysis, Question
from domain.ports import StateStore, TelemetryStore
from domain.tasks import PlannedCall
from evals.bench.figures import Figure, cpu_ms
from evals.bench.instant import CALLS, InstantJudge, InstantState, InstantStore, SystemTime, instant_tools
from graph.analyst import Analyst, Ports
from graph.context import Suggest
from grounding.verifier import verify
from observability.tracing import build_tracing

BAR_MS = 15.0
QUESTION = Question("How many requests did each service have?", desk="sre")


async def overhead(rounds: int = 7, analyses: int = 20) -> tuple[Figure, ...]:
    """CPU milliseconds an analysis, with and without its verification (best round), and the document's `overhead_ms`; tracing on."""
    analyst = instant_analyst()
    await _round(analyst, 3)
    cpu: list[float] = []
    checking: list[float] = []
    told: list[float] = []
    for _ in range(rounds):
        began = time.process_time()
        documents = await _round(analyst, analyses)
        cpu.append((time.process_time() - began) * 1e3 / analyses)
        checking.append(cpu_ms(partial(_verify_all, documents)) / analyses)
        told += [analysis.usage.overhead_ms for analysis in documents]
    return _figures(cpu, checking, told)


def _figures(cpu: Sequence[float], checking: Sequence[float], told: Sequence[float]) -> tuple[Figure, ...]:
    how = f"instant judge and tools, {len(CALLS)} calls, 12 claims"
    rounds, alone = len(cpu), [whole - part for whole, part in zip(cpu, checking, strict=True)]
    return (
        Figure(
            "overhead_cpu", min(alone), "ms", min(alone), max(alone), rounds, BAR_MS, how=f"CPU less verification, best of {rounds}; {how}"
        ),
        Figure("analysis_cpu", min(cpu), "ms", min(cpu), max(cpu), rounds, how=f"CPU of the whole analysis, best of {rounds}; {how}"),
        Figure("overhead_told", median(told), "ms", min(told), max(told), len(told), BAR_MS, how=f"`usage.overhead_ms`, median; {how}"),
    )


def _verify_all(analyses: Sequence[Analysis]) -> None:
    for analysis in analyses:
        verify([judged.claim for judged in analysis.claims], {source.id: source for source in analysis.evidence})


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
