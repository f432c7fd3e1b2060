"""Runs a suite: each world opened fresh, its files loaded, its questions asked and graded."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from domain.errors import NothingFoundError
from evals.case import Case, Suite
from evals.facts import Expectation
from evals.grading import Grade, grade
from evals.runtime import Document, Runtime, RuntimeFactory
from evals.worlds import World, prepare

PUBLIC_DATA = Path("..") / "shared" / "data"
Say = Callable[[str], None]
Ask = Callable[[Mapping[str, Any]], Awaitable[Document]]
RuntimeT = TypeVar("RuntimeT", bound=Runtime)
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Answered:
    """One case with what was true, its answer and its grade."""

    case: Case
    expected: Expectation
    document: Document
    grade: Grade


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """Everything a report is made of: the answers, and worlds left out with what was missing."""

    suite: Suite
    seed: int
    answered: tuple[Answered, ...] = ()
    skipped: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def grades(self) -> tuple[Grade, ...]:
        """The grades, in the suite's order."""
        return tuple(answer.grade for answer in self.answered)


async def run_suite(suite: Suite, open_runtime: RuntimeFactory, seed: int, say: Say, public: Path = PUBLIC_DATA) -> SuiteRun:
    """Asks every question whose world can be made here. Errors of the product other than "nothing found" are raised."""

    async def work(cases: tuple[Case, ...], world: World, runtime: Runtime) -> list[Answered]:
        return [_said(await answered(runtime.ask, case, world.expectation(case)), say) for case in cases]

    done, skipped = await in_worlds(suite, open_runtime, work, seed=seed, say=say, public=public)
    return SuiteRun(suite, seed, done, skipped)


async def in_worlds(
    suite: Suite,
    open_runtime: Callable[[Path], AbstractAsyncContextManager[RuntimeT]],
    work: Callable[[tuple[Case, ...], World, RuntimeT], Awaitable[Sequence[ResultT]]],
    *,
    seed: int,
    say: Say,
    public: Path = PUBLIC_DATA,
) -> tuple[tuple[ResultT, ...], dict[str, tuple[str, ...]]]:
    """What `work` gives for each world, opened fresh and loaded; and the worlds that cannot be made, with what is missing."""
    results: list[ResultT] = []
    skipped: dict[str, tuple[str, ...]] = {}
    with TemporaryDirectory(prefix="watchfloor-eval-") as folder:
        for name, spec in suite.used_worlds().items():
            world = prepare(name, spec, seed, Path(folder) / "raw", public)
            if world.missing:
                say(f"{name}: skipped, {', '.join(world.missing)} not found in {public / spec.folder}")
                skipped[name] = world.missing
                continue
            data = Path(folder) / "data" / name
            data.mkdir(parents=True)
            async with open_runtime(data) as runtime:
                await load_world(runtime, world)
                say(f"{world.name}: {len(suite.of_world(name))} questions")
                results += await work(world.worded(suite.of_world(name)), world, runtime)
    return tuple(results), skipped


async def load_world(runtime: Runtime, world: World) -> int:
    """Loads the files of a world that are meant for the product; gives the number of accepted records."""
    accepted = 0
    for raw, path in world.files.values():
        if raw.loaded:
            accepted += int((await runtime.load(path, raw.options))["accepted"])
    return accepted


async def answered(ask: Ask, case: Case, expected: Expectation) -> Answered:
    """One case asked and graded."""
    started = time.perf_counter()
    document = await _asked(ask, case)
    return Answered(case, expected, document, grade(case, expected, document, time.perf_counter() - started))


def _said(answer: Answered, say: Say) -> Answered:
    graded = answer.grade
    say(f"  {'right' if graded.is_right else 'WRONG'}  {graded.case} ({graded.found}/{graded.required} facts, {graded.seconds:.2f} s)")
    return answer


async def _asked(ask: Ask, case: Case) -> Document:
    question: dict[str, Any] = {"question": case.question, **case.scope}
    try:
        return await ask(question)
    except NothingFoundError as error:
        return {"status": "no_data", "final_decision": "insufficient", "headline": str(error), "claims": [], "findings": []}
