"""What a comparison can show is told before it runs, and is true."""

import numpy as np
import pytest

from evals.compare.inference import Flips
from evals.compare.power import least_effect, power, reach
from evals.compare.verdict import verdict


@pytest.mark.parametrize(("n", "points"), [(120, 13), (250, 8), (500, 5)])
def test_more_cases_see_smaller_differences(n: int, points: int) -> None:
    effect = least_effect(n)
    assert effect is not None
    assert round(effect * 100) == points


def test_power_is_the_share_of_runs_that_are_called_worse() -> None:
    counts = np.random.default_rng(3).multinomial(60, [0.25, 0.05, 0.7], 1_000)
    seen = sum(verdict(Flips(int(lost), int(gained), 60), 0.05).name == "worse" for lost, gained, _ in counts) / 1_000
    assert power(60, 0.25, 0.05) == pytest.approx(seen, abs=0.04)


def test_too_few_cases_show_nothing_and_say_so() -> None:
    told = reach(5, 0.05)
    assert told.effect is None
    assert "no difference, however large" in told.told()


def test_not_worse_can_be_said_from_the_told_number_of_cases_on() -> None:
    least = reach(33, 0.05).not_worse_from
    assert verdict(Flips(0, 0, least), 0.05).name == "not worse"
    assert verdict(Flips(0, 0, least - 1), 0.05).name == "inconclusive"
