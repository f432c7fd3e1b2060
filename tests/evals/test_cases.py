"""The suites are well formed, and an answer that states exactly what is true gets full marks."""

from pathlib import Path

import pytest

from domain.errors import WrongUseError
from evals.case import Suite, load_suite, suite_names
from evals.facts import Expectation
from evals.grading import grade
from evals.oracle import SILENCE, oracle
from evals.truth.registry import truth_of
from evals.worlds import World, prepare

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="module")
def sample() -> Suite:
    return load_suite("sample")


@pytest.fixture(scope="module")
def worlds(sample: Suite, tmp_path_factory: pytest.TempPathFactory) -> dict[str, World]:
    scratch = tmp_path_factory.mktemp("worlds")
    return {name: prepare(name, spec, 1, scratch, scratch) for name, spec in sample.used_worlds().items()}


@pytest.fixture(scope="module")
def expected(sample: Suite, worlds: dict[str, World]) -> dict[str, Expectation]:
    return {case.id: worlds[case.world].expectation(case) for case in sample.cases}


def test_the_oracle_scores_one_on_every_sample_case(sample: Suite, expected: dict[str, Expectation]) -> None:
    wrong = []
    for case in sample.cases:
        graded = grade(case, expected[case.id], oracle(case, expected[case.id]), 0.0)
        wrong += [] if graded.is_right else [graded]
    assert wrong == []


def test_silence_is_right_only_where_it_is_allowed(sample: Suite, expected: dict[str, Expectation]) -> None:
    right = {case.id for case in sample.cases if grade(case, expected[case.id], SILENCE, 0.0).is_right}
    assert right == {case.id for case in sample.cases if case.abstain != "wrong"}


def test_every_answerable_case_requires_something(sample: Suite, expected: dict[str, Expectation]) -> None:
    empty = [case.id for case in sample.cases if case.abstain == "wrong" and not expected[case.id].required]
    assert empty == []


def test_the_sample_asks_enough_and_asks_for_nothing_often_enough(sample: Suite) -> None:
    assert len(sample.cases) >= 20
    assert sum(case.abstain == "required" for case in sample.cases) >= 4


@pytest.mark.parametrize("name", suite_names())
def test_ids_are_unique_and_truths_exist(name: str) -> None:
    suite = load_suite(name)
    assert len({case.id for case in suite.cases}) == len(suite.cases)
    for case in suite.cases:
        assert case.tags
        if case.truth:
            truth_of(case.truth)
        else:
            assert case.abstain == "required"


@pytest.mark.data
def test_the_oracle_scores_one_on_the_public_cases_that_are_here(tmp_path: Path) -> None:
    if not PUBLIC.is_dir():
        pytest.skip("the public data folder is not beside the project")
    suite = load_suite("public")
    worlds = {name: prepare(name, spec, 1, tmp_path, PUBLIC) for name, spec in suite.used_worlds().items()}
    here = [case for case in suite.cases if not worlds[case.world].missing]
    expected = {case.id: worlds[case.world].expectation(case) for case in here}
    wrong = [case.id for case in here if not grade(case, expected[case.id], oracle(case, expected[case.id]), 0.0).is_right]
    assert wrong == []


def test_an_unknown_suite_is_named_with_those_there_are() -> None:
    with pytest.raises(WrongUseError, match=r"'nothing'.*public, sample"):
        load_suite("nothing")


def test_a_world_without_its_files_says_which(tmp_path: Path) -> None:
    spec = load_suite("public").worlds["secrepo"]
    assert prepare("secrepo", spec, 1, tmp_path, tmp_path).missing == ("access.log", "labels.csv")
