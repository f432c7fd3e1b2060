"""How surprising a window is beside the past."""

import numpy as np
import pytest

from analytics.baselines import Past, fewest, level, past, silence, surprise


def before(events: float, exposure: float) -> Past:
    return past(np.array([events]), np.array([exposure]))


def odds(events: float, exposure: float, known: Past) -> float:
    return float(surprise(np.array([events]), np.array([exposure]), known)[0])


def test_no_event_is_no_surprise() -> None:
    assert odds(0, 50, before(5, 500)) == 1.0


def test_the_usual_share_is_no_surprise_and_ten_times_is() -> None:
    known = before(50, 1000)
    assert odds(5, 100, known) > 0.3
    assert odds(50, 100, known) < 1e-6


def test_the_tail_is_the_negative_binomials() -> None:
    """P(X >= 1) is 1 minus the probability of none, which is (exposure / (exposure + window)) ** events."""
    known = before(3, 90)
    none = (known.exposure[0] / (known.exposure[0] + 20)) ** known.events[0]
    assert odds(1, 20, known) == pytest.approx(1 - none)
    assert float(silence(np.array([20.0]), known)[0]) == pytest.approx(none)


def test_a_longer_past_makes_surer_but_only_so_far() -> None:
    assert odds(20, 100, before(5, 100)) > odds(20, 100, before(20, 400)) > 0
    assert odds(30, 100, before(100, 1000)) == pytest.approx(odds(30, 100, before(10_000, 100_000)), rel=0.5)


def test_without_a_past_a_few_events_say_little_and_many_much() -> None:
    nothing = before(0, 0)
    assert odds(3, 5, nothing) > 1e-2
    assert odds(200, 200, nothing) < odds(20, 20, nothing)


def test_the_fewest_surprising_events_are_surprising_and_one_less_is_not() -> None:
    known = before(10, 500)
    least = fewest(1e-4, 2, 50.0, known, 0)
    assert odds(least, 50, known) < 1e-4 <= odds(least - 1, 50, known)


def test_a_level_stands_against_outliers() -> None:
    usual = level(np.array([10.0, 11.0, 9.0, 10.0, 500.0]))
    assert usual.median == 10
    assert usual.deviation == pytest.approx(1.4826)


def test_a_flat_gauge_still_varies_by_two_percent() -> None:
    assert level(np.array([50.0] * 9)).deviation == 1.0
