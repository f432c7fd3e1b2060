"""Unions of intervals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.meter import Meter, covered

intervals = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda pair: (float(min(pair)), float(max(pair)))), max_size=12)


def test_overlapping_intervals_count_once() -> None:
    assert covered([(0.0, 2.0), (1.0, 3.0), (5.0, 6.0)]) == pytest.approx(4.0)


@given(intervals)
def test_a_union_equals_the_seconds_it_covers(given_intervals: list[tuple[float, float]]) -> None:
    seconds = sum(any(begin <= second < end for begin, end in given_intervals) for second in range(51))
    assert covered(given_intervals) == pytest.approx(float(seconds))


def test_overhead_is_what_no_interval_covers() -> None:
    meter = Meter()
    with meter.measure("tool"), meter.measure("store"):
        pass
    usage = meter.usage()
    assert 0.0 <= usage.overhead_ms <= usage.total_ms
    assert usage.model_ms == 0.0
