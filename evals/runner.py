"""Runs a suite: each world opened fresh, its files loaded, its questions asked and graded."""

import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from domain.errors import NothingFoundError
from evals.case import Case, Suite
from evals.facts import Expectation
from evals.grading import Grade, grade
from evals.runtime import Document, Runtime, RuntimeFactory
from evals.worlds import World, prepare

PUBLIC_DATA = Path("..") / "shared" / "data"
Say = Callable[[str], None]


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
    answered: list[Answered] = []
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
            answered += await _run_world(suite.of_world(name), world, data, open_runtime, say)
        return SuiteRun(suite, seed, tuple(answered), skipped)


async def _run_world(cases: tuple[Case, ...], world: World, folder: Path, open_runtime: RuntimeFactory, say: Say) -> list[Answered]:
    async with AsyncExitStack() as stack:
        runtime = await stack.enter_async_context(open_runtime(folder))
        await load_world(runtime, world)
        say(f"{world.name}: {len(cases)} questions")
        return [await _answered(runtime, world, case, say) for case in cases]


async def load_world(runtime: Runtime, world: World) -> int:
    """Loads the files of a world that are meant for the product; gives the number of accepted records."""
    accepted = 0
    for raw, path in world.files.values():
        if raw.loaded:
            accepted += int((await runtime.load(path, raw.options))["accepted"])
    return accepted


async def _answered(runtime: Runtime, world: World, case: Case, say: Say) -> Answered:
    expected = world.expectation(case)
    started = time.perf_counter()
    document = await _asked(runtime, case)
    graded = grade(case, expected, document, time.perf_counter() - started)
    say(f"  {'right' if graded.is_right else 'WRONG'}  {case.id} ({graded.found}/{graded.required} facts, {graded.seconds:.2f} s)")
    return Answered(case, expected, document, graded)


async def _asked(runtime: Runtime, case: Case) -> Document:
    question: dict[str, Any] = {"question": case.question, **case.scope}
    try:
        return await runtime.ask(question)
    except NothingFoundError as error:
        return {"status": "no_data", "final_decision": "insufficient", "headline": str(error), "claims": [], "findings": []}
