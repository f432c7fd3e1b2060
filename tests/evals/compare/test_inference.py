"""The statistics keep their promises: few false verdicts, planted drops seen, intervals that cover."""

import math
from functools import cache

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import multinomial, norm

from evals.compare.inference import Flips, exact_p, holm, mean_change, score_interval
from evals.compare.verdict import verdict
from evals.intervals import rare

REPEATS = 4_000
MARGIN = 0.05


@cache
def called(lost: int, gained: int, n: int) -> str:
    """The verdict on two counts."""
    return verdict(Flips(lost, gained, n), MARGIN).name


def shares(lost: np.ndarray, gained: np.ndarray, n: int) -> dict[str, int]:
    """How often each verdict is given over simulated runs."""
    names = [called(int(a), int(b), n) for a, b in zip(lost, gained, strict=True)]
    return {name: names.count(name) for name in set(names)}


@pytest.mark.parametrize(("n", "right"), [(33, 0.9), (120, 0.8), (120, 0.5), (250, 0.8)])
def test_two_noisy_runs_of_one_arm_are_rarely_told_apart(n: int, right: float) -> None:
    dice = np.random.default_rng(7)
    base = dice.random((REPEATS, n)) < right
    a, b = base ^ (dice.random((REPEATS, n)) < 0.1), base ^ (dice.random((REPEATS, n)) < 0.1)
    verdicts = shares((a & ~b).sum(axis=1), (b & ~a).sum(axis=1), n)
    high = rare(verdicts.get("worse", 0) + verdicts.get("better", 0), REPEATS).high
    assert high is not None
    assert high <= 0.05


def test_a_planted_drop_of_15_points_is_called_worse() -> None:
    counts = np.random.default_rng(7).multinomial(120, [0.175, 0.025, 0.8], REPEATS)
    assert shares(counts[:, 0], counts[:, 1], 120).get("worse", 0) / REPEATS >= 0.8


def test_not_worse_is_rarely_said_of_a_drop_of_the_margin() -> None:
    counts = np.random.default_rng(7).multinomial(250, [0.075, 0.025, 0.9], REPEATS)
    verdicts = shares(counts[:, 0], counts[:, 1], 250)
    assert (verdicts.get("not worse", 0) + verdicts.get("better", 0)) / REPEATS <= 0.035


@pytest.mark.parametrize(("n", "lost", "gained"), [(30, 0.1, 0.05), (60, 0.15, 0.05), (120, 0.175, 0.025)])
def test_the_interval_covers_the_true_difference(n: int, lost: float, gained: float) -> None:
    covered = 0.0
    for a in range(n + 1):
        for b in range(n + 1 - a):
            chance = float(multinomial.pmf([a, b, n - a - b], n, [lost, gained, 1 - lost - gained]))
            if chance > 1e-5:
                low, high = score_interval(Flips(a, b, n))
                covered += chance * (low <= gained - lost <= high)
    assert covered >= 0.935


@pytest.mark.parametrize(("lost", "gained", "n"), [(12, 2, 50), (3, 9, 40), (1, 0, 33)])
def test_the_ends_of_the_interval_are_where_the_score_test_turns(lost: int, gained: int, n: int) -> None:
    for end, sign in zip(score_interval(Flips(lost, gained, n)), (1, -1), strict=True):

        def unlikelihood(share: float, end: float = end) -> float:
            return -(lost * math.log(share) + gained * math.log(share + end) + (n - lost - gained) * math.log(1 - 2 * share - end))

        least, most = max(0.0, -end), (1 - end) / 2
        best = minimize_scalar(unlikelihood, bounds=(least + 1e-9, most - 1e-9), method="bounded", options={"xatol": 1e-12}).x
        spread = math.sqrt(n * (2 * best + end - end * end))
        assert (gained - lost - n * end) / spread == pytest.approx(sign * norm.ppf(0.975), abs=1e-4)


def test_without_a_flip_the_interval_is_as_wide_as_the_cases_are_few() -> None:
    z = norm.ppf(0.975) ** 2
    assert score_interval(Flips(0, 0, 33)) == pytest.approx((-z / (33 + z), z / (33 + z)), abs=1e-6)
    assert score_interval(Flips(5, 0, 5))[0] == -1.0
    assert score_interval(Flips(0, 5, 5))[1] == 1.0


def test_the_exact_test_is_that_of_a_fair_coin() -> None:
    assert exact_p(Flips(0, 0, 10)) == 1.0
    assert exact_p(Flips(5, 0, 10)) == exact_p(Flips(0, 5, 10)) == 2 * 0.5**5
    assert exact_p(Flips(12, 2, 50)) == pytest.approx(2 * (1 + 14 + 91) / 2**14)


def test_holm_steps_down_and_leaves_out_what_has_no_p() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": None, "d": 0.03}) == pytest.approx({"a": 0.03, "b": 0.06, "c": None, "d": 0.06})


def test_a_mean_difference_is_paired() -> None:
    dice = np.random.default_rng(1)
    before = dice.normal(100, 50, 40)
    found = mean_change(list(before), list(before - 3 + dice.normal(0, 1, 40)))
    assert found.score.value == pytest.approx(-3, abs=0.5)
    assert found.p is not None
    assert found.p < 0.001
    still = mean_change([1.0, 2.0], [1.0, 2.0])
    assert (still.score.value, still.p) == (0.0, 1.0)
    assert mean_change([], []).p is None
