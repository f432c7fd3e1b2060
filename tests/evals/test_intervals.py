"""Intervals hold what they should and degenerate data do no harm."""

import pytest

from evals.intervals import average, middle, percentile, rare, share


def test_wilson_and_clopper_pearson_agree_with_published_values() -> None:
    wilson, exact = share(81, 263), rare(81, 263)
    assert (wilson.low, wilson.high) == pytest.approx((0.2553, 0.3662), abs=2e-4)  # Newcombe 1998, table I
    assert (exact.low, exact.high) == pytest.approx((0.2527, 0.3676), abs=2e-4)


def test_none_of_twenty_still_allows_a_seventh() -> None:
    assert rare(0, 20).high == pytest.approx(0.1684, abs=1e-4)


def test_nothing_measured_has_no_value() -> None:
    assert share(0, 0).value is None
    assert average([]).value is None
    assert middle([]).value is None


def test_a_bootstrap_is_the_same_each_time_and_holds_its_mean() -> None:
    values = [0.0, 0.5, 1.0, 1.0, 1.0]
    first = average(values)
    assert first == average(values)
    assert first.low is not None
    assert first.high is not None
    assert first.low < 0.7 < first.high


def test_equal_values_have_no_spread() -> None:
    assert (average([1.0, 1.0]).low, middle([2.0]).high) == (1.0, 2.0)


def test_percentiles_are_nearest_ranks() -> None:
    assert percentile(list(range(1, 101)), 95) == 95
    assert percentile([3.0], 95) == 3.0
    with pytest.raises(ValueError, match="no values"):
        percentile([], 95)
