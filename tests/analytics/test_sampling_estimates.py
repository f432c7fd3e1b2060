"""Figures from sampled rows: unbiased, exact where nothing was left out, and their intervals cover the truth as often as they say."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.sampling.estimates import Estimate, Weighted, percentile, share, total
from analytics.sampling.threshold import is_kept, randomness
from simulator.world import generate

TRIALS = 250
NOMINAL = 0.95
# Four deviations of a share of 0.95 over TRIALS.
TOLERANCE = 4 * math.sqrt(NOMINAL * (1 - NOMINAL) / TRIALS)


@dataclass(frozen=True)
class Request:
    """A simulated request of the gateway: whether it failed, was refused, how long it took, and each of its spans' durations."""

    request_id: str
    n: int
    is_error: bool
    is_refused: bool
    ms: float
    spans: tuple[float, ...]


@cache
def requests(scenario: str) -> tuple[Request, ...]:
    world = generate(scenario, 5, 60, datetime(2026, 3, 2, tzinfo=UTC))
    traces: dict[str, list[Mapping[str, Any]]] = {}
    for one in world.spans:
        traces.setdefault(str(one["trace_id"]), []).append(one)
    made = []
    for name, spans in traces.items():
        root = next((one for one in spans if not one.get("parent_span_id")), None)
        if root is not None:
            status, ms = int(root["attributes"]["http.response.status_code"]), float(root["duration_ms"])
            durations = tuple(float(one["duration_ms"]) for one in spans)
            n = 1 if status >= 500 or ms >= 1_000 else 20
            made.append(Request(f"req-{name}", n, status >= 500, 400 <= status < 500, ms, durations))
    return tuple(made)


@cache
def samples(scenario: str) -> list[list[tuple[Request, int]]]:
    """What the salt of each trial keeps, with weights."""
    of = requests(scenario)
    return [[(one, one.n) for one in of if is_kept(randomness(one.request_id, b"%d" % trial), one.n)] for trial in range(TRIALS)]


def ranked(values: Sequence[float], level: float) -> float:
    """The nearest-rank percentile, counted out."""
    return sorted(values)[max(math.ceil(level / 100 * len(values)) - 1, 0)]


Figure = Callable[[Sequence[tuple[Request, int]]], Estimate]
FIGURES: Mapping[str, tuple[Figure, Callable[[Sequence[Request]], float]]] = {
    "error rate": (
        lambda kept: share([Weighted(float(one.is_error), n) for one, n in kept]),
        lambda all_: sum(one.is_error for one in all_) / len(all_),
    ),
    "refused rate": (
        lambda kept: share([Weighted(float(one.is_refused), n) for one, n in kept]),
        lambda all_: sum(one.is_refused for one in all_) / len(all_),
    ),
    "p50": (
        lambda kept: percentile([Weighted(one.ms, n) for one, n in kept], 50),
        lambda all_: ranked([one.ms for one in all_], 50),
    ),
    "p95": (
        lambda kept: percentile([Weighted(one.ms, n) for one, n in kept], 95),
        lambda all_: ranked([one.ms for one in all_], 95),
    ),
    "p95 of spans": (
        lambda kept: percentile([Weighted(ms, n, one.request_id) for one, n in kept for ms in one.spans], 95),
        lambda all_: ranked([ms for one in all_ for ms in one.spans], 95),
    ),
    "requests": (lambda kept: total([Weighted(1.0, n) for _, n in kept]), lambda all_: float(len(all_))),
}


@pytest.mark.parametrize("scenario", ["quiet", "bad_deploy"])
@pytest.mark.parametrize("name", FIGURES)
def test_intervals_cover_the_truth_as_often_as_they_say(scenario: str, name: str) -> None:
    figure, truth = FIGURES[name]
    true = truth(requests(scenario))
    covered = sum(figure(kept).covers(true) for kept in samples(scenario))
    assert covered / TRIALS >= NOMINAL - TOLERANCE


@pytest.mark.parametrize("name", ["error rate", "refused rate", "requests"])
def test_figures_are_right_in_the_mean(name: str) -> None:
    of, (figure, truth) = requests("bad_deploy"), FIGURES[name]
    values = [figure(kept).value for kept in samples("bad_deploy")]
    mean = sum(values) / TRIALS
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (TRIALS - 1))
    assert abs(mean - truth(of)) < 4 * deviation / math.sqrt(TRIALS) + 0.01 * truth(of)


def test_without_weights_a_one_percent_error_rate_would_read_as_many_times_that() -> None:
    dice = random.Random(3)
    kept = [Weighted(1.0)] * 1_000 + [Weighted(0.0, 20) for _ in range(99_000) if dice.random() < 1 / 20]
    found = share(kept)
    assert sum(row.value for row in kept) / len(kept) > 0.15
    assert found.covers(0.01)
    assert found.high - found.low < 0.002


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.floats(0.5, 99.9))
def test_what_was_kept_whole_is_exact(values: list[float], level: float) -> None:
    rows = [Weighted(value) for value in values]
    whole = percentile(rows, level)
    assert whole == Estimate(whole.value, whole.value, whole.value, len(values))
    assert sum(value <= whole.value for value in values) >= level / 100 * len(values) - 1e-6
    assert total(rows).value == total(rows).low == total(rows).high == pytest.approx(sum(values))


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 50)), min_size=1, max_size=60))
def test_limits_hold_the_figure_and_stay_within_shares(drawn: list[tuple[bool, int]]) -> None:
    found = share([Weighted(float(hit), weight) for hit, weight in drawn])
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1


def test_none_of_the_kept_rows_is_not_none_at_all() -> None:
    assert share([Weighted(0.0, 20)] * 30).high > 0.05
    assert share([Weighted(0.0)] * 30).high == 0


def test_records_kept_together_count_as_one_draw() -> None:
    apart = [Weighted(float(number % 2), 20, f"{number}") for number in range(200)]
    together = [Weighted(float(number // 10 % 2), 20, f"{number // 10}") for number in range(200)]
    narrow, wide = share(apart), share(together)
    assert narrow.value == wide.value == 0.5
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_the_interval_of_a_total_is_that_of_independent_draws() -> None:
    found = total([Weighted(3.0, 20), Weighted(2.0, 5), Weighted(7.0)])
    margin = 1.959964 * math.sqrt(20 * 19 * 9 + 5 * 4 * 4)
    assert found.high == pytest.approx(77 + margin)
    assert (found.value, found.low) == (77, 12)


def test_no_rows_give_no_figure() -> None:
    with pytest.raises(ValueError, match="no rows"):
        share([])
    with pytest.raises(ValueError, match="no rows"):
        percentile([], 95)
