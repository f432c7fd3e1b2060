"""Asks both arms the same cases, one after the other, and pairs their answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from domain.errors import WrongUseError
from evals.case import Case, Suite
from evals.compare.arms import ArmName, Arms, ArmsFactory, ArmsRuntime
from evals.compare.inference import Flips
from evals.facts import Expectation
from evals.grading import Grade
from evals.runner import PUBLIC_DATA, Answered, Say, SuiteRun, answered, in_worlds
from evals.runtime import Document
from evals.worlds import World

ORDER: tuple[tuple[ArmName, ArmName], ...] = (("a", "b"), ("b", "a"))


@dataclass(frozen=True, slots=True)
class Pair:
    """One case answered by both arms, `repeats` times each."""

    case: Case
    a: tuple[Answered, ...]
    b: tuple[Answered, ...]

    def answers(self, arm: ArmName) -> tuple[Answered, ...]:
        """What one arm answered."""
        return self.a if arm == "a" else self.b

    def holds(self, arm: ArmName, said: Callable[[Answered], bool]) -> bool:
        """Whether something holds of most of an arm's answers; a draw does not."""
        return 2 * sum(map(said, self.answers(arm))) > len(self.answers(arm))

    def is_right(self, arm: ArmName) -> bool:
        """Whether most of an arm's answers are right."""
        return self.holds(arm, _is_right)

    @property
    def is_flaky(self) -> bool:
        """Whether an arm contradicts itself between repeats."""
        return any(len({answer.grade.is_right for answer in self.answers(arm)}) > 1 for arm in ORDER[0])


@dataclass(frozen=True, slots=True)
class Contest:
    """Every pair of a run, and the worlds that could not be made."""

    suite: Suite
    seed: int
    repeats: int
    pairs: tuple[Pair, ...]
    skipped: Mapping[str, tuple[str, ...]]

    def flips(self, said: Callable[[Answered], bool] | None = None) -> Flips:
        """The cases in which the arms part, on being right or on something else that may hold of an answer."""
        asked = said or _is_right
        found = [(pair.holds("a", asked), pair.holds("b", asked)) for pair in self.pairs]
        return Flips(found.count((True, False)), found.count((False, True)), len(found))

    def grades(self, arm: ArmName) -> tuple[Grade, ...]:
        """The grades of an arm's first answers."""
        return tuple(pair.answers(arm)[0].grade for pair in self.pairs)

    def as_run(self) -> SuiteRun:
        """Arm A's first answers as a run of their own."""
        return SuiteRun(self.suite, self.seed, tuple(pair.a[0] for pair in self.pairs))

    def paired(self, measure: Callable[[Answered], float | None]) -> tuple[list[float], list[float]]:
        """A measure of each case, averaged over repeats, in the cases where both arms have it."""
        both = [(_mean(pair.a, measure), _mean(pair.b, measure)) for pair in self.pairs]
        kept = [(a, b) for a, b in both if a is not None and b is not None]
        return [a for a, _ in kept], [b for _, b in kept]


def spread(suite: Suite, n: int) -> Suite:
    """The suite cut to n cases, evenly spread over it; whole for n = 0 or more than there are. Raises WrongUseError below 0."""
    if n < 0:
        raise WrongUseError(f"--cases {n!r}: give a number above 0")
    if n == 0 or n >= len(suite.cases):
        return suite
    step = len(suite.cases) / n
    return suite.only(suite.cases[int(place * step)].id for place in range(n))


async def contest(
    suite: Suite, pair: Arms, open_arms: ArmsFactory, *, seed: int, repeats: int, say: Say, public: Path = PUBLIC_DATA
) -> Contest:
    """Asks each case of both arms in turn, A and B taking turns to be first. Errors of the product are raised."""

    async def work(cases: tuple[Case, ...], world: World, runtime: ArmsRuntime) -> list[Pair]:
        orders = [[ORDER[(suite.cases.index(case) + repeat) % 2] for repeat in range(repeats)] for case in cases]
        return [_said(await _pair(runtime, world, case, order), say) for case, order in zip(cases, orders, strict=True)]

    pairs, skipped = await in_worlds(suite, open_arms(pair), work, seed=seed, say=say, public=public)
    return Contest(suite, seed, repeats, pairs, skipped)


async def _pair(runtime: ArmsRuntime, world: World, case: Case, order: Sequence[tuple[ArmName, ArmName]]) -> Pair:
    expected = world.expectation(case)
    given: dict[ArmName, list[Answered]] = {"a": [], "b": []}
    for arm in (arm for turn in order for arm in turn):
        given[arm].append(await _answer(runtime, arm, case, expected))
    return Pair(case, tuple(given["a"]), tuple(given["b"]))


def _said(pair: Pair, say: Say) -> Pair:
    say(f"  {_told(pair, 'a')}  {_told(pair, 'b')}  {pair.case.id}")
    return pair


async def _answer(runtime: ArmsRuntime, arm: ArmName, case: Case, expected: Expectation) -> Answered:
    async def ask(question: Mapping[str, Any]) -> Document:
        return await runtime.ask_as(arm, question)

    return await answered(ask, case, expected)


def _told(pair: Pair, arm: ArmName) -> str:
    answers = pair.answers(arm)
    seconds = fmean(answer.grade.seconds for answer in answers)
    rights = "".join("+" if answer.grade.is_right else "-" for answer in answers)
    return f"{arm.upper()} {'right' if pair.is_right(arm) else 'WRONG'} {rights} {seconds:.1f} s"


def _mean(answers: Sequence[Answered], measure: Callable[[Answered], float | None]) -> float | None:
    values = [value for answer in answers if (value := measure(answer)) is not None]
    return fmean(values) if values else None


def _is_right(answer: Answered) -> bool:
    return answer.grade.is_right
