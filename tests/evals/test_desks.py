"""The suite of the desks: thirty questions, ten a desk, which the oracle answers and silence does not, whatever the seed breaks."""

from collections import Counter

import pytest

from evals.case import Case, load_suite
from evals.facts import Expectation
from evals.grading import grade
from evals.oracle import SILENCE, oracle
from evals.worlds import prepare

DESKS = ("sre", "security", "efficiency")
Expected = dict[str, tuple[Case, Expectation]]


@pytest.fixture(scope="module", params=[1, 5])
def expected(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Expected:
    suite, scratch = load_suite("desks"), tmp_path_factory.mktemp("worlds")
    found: Expected = {}
    for name, spec in suite.used_worlds().items():
        world = prepare(name, spec, request.param, scratch, scratch)
        found |= {case.id: (case, world.expectation(case)) for case in world.worded(suite.of_world(name))}
    return found


def test_there_are_ten_questions_a_desk() -> None:
    tags = Counter(tag for case in load_suite("desks").cases for tag in case.tags if tag in DESKS)
    assert tags == dict.fromkeys(DESKS, 10)


def test_the_oracle_scores_one_on_every_question(expected: Expected) -> None:
    wrong = [name for name, (case, facts) in expected.items() if not grade(case, facts, oracle(case, facts), 0.0).is_right]
    assert wrong == []


def test_silence_is_never_right(expected: Expected) -> None:
    right = [name for name, (case, facts) in expected.items() if grade(case, facts, SILENCE, 0.0).is_right]
    assert right == []


def test_every_question_requires_something(expected: Expected) -> None:
    assert [name for name, (_, facts) in expected.items() if not facts.required] == []


def test_no_blank_stays_open(expected: Expected) -> None:
    assert [name for name, (case, _) in expected.items() if "{" in case.question] == []


def test_the_seed_picks_the_scenario_of_a_world_that_has_several() -> None:
    world = load_suite("desks").worlds["trouble"]
    assert len({world.cast(seed) for seed in range(1, 6)}) == 5
