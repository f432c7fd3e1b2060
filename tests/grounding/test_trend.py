"""Trends are called only where a corrected test and a real change agree."""

import math
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from domain.claims import Binding, Claim
from domain.evidence import Column, Evidence
from domain.window import Window, rfc3339
from grounding.seasons import deseasonalised
from grounding.shifts import shift_of
from grounding.trend import drift_of
from grounding.verifier import verify

START = datetime(2026, 3, 1, tzinfo=UTC)


def verdict(values: list[float], direction: str, step_s: int = 60) -> str:
    rows = tuple({"time": rfc3339(START + timedelta(seconds=step_s * i)), "rate": value} for i, value in enumerate(values))
    columns = (Column("time", "time", role="time"), Column("rate", "number", "1/s", "rate", "platform", "measure"))
    source = Evidence(
        "E1", "metric", "rate", Window(START, START + timedelta(seconds=step_s * len(values))), columns, rows, len(rows), step_s=step_s
    )
    claim = Claim("C1", "trend", {"subject": "all", "metric": "rate", "direction": direction}, (Binding("E1", "rows[*].rate", "series"),))
    return verify([claim], {"E1": source})[0].verdict


def noise(seed: int, n: int = 60, carry: float = 0.0) -> list[float]:
    random, last, values = Random(seed), 0.0, []
    for _ in range(n):
        last = carry * last + random.gauss(0, 1)
        values.append(100 + last)
    return values


def test_a_climb_is_rising_and_not_falling() -> None:
    climb = [value + i for i, value in enumerate(noise(1))]
    assert verdict(climb, "rising") == "supported"
    assert verdict(climb, "falling") == "contradicted"
    assert verdict(climb, "steady") == "contradicted"


def test_level_noise_is_steady_and_never_a_trend() -> None:
    assert verdict(noise(2), "steady") == "supported"
    assert verdict(noise(2), "rising") == "unverified"


def test_one_high_point_is_a_spike() -> None:
    values = noise(3)
    assert verdict([*values[:30], 190.0, *values[31:]], "spike") == "supported"
    assert verdict(values, "spike") == "contradicted"


@pytest.mark.parametrize("values", [[1.0] * 7, [1.0, 2.0]])
def test_few_points_are_no_trend(values: list[float]) -> None:
    assert verdict(values, "rising") == "unverified"


def test_noise_that_remembers_itself_is_seldom_called_a_trend() -> None:
    called = sum(drift_of(noise(seed, carry=0.6)).p < 0.05 for seed in range(200))
    assert called <= 14  # plain Mann-Kendall calls 64 of these, Hamed and Rao alone 36


def day_long(hours: int, rise: float = 0.0) -> list[float]:
    """A daily wave of ±50 %, rising by `rise` of its level in all, an hour a point."""
    random = Random(7)
    return [100 * (1 + 0.5 * math.sin(2 * math.pi * i / 24) + rise * i / hours) + random.gauss(0, 1) for i in range(hours)]


def test_a_climb_is_seen_through_the_season_and_the_season_alone_is_none() -> None:
    assert verdict(day_long(96, rise=0.4), "rising", step_s=3600) == "supported"
    assert verdict(day_long(96), "rising", step_s=3600) != "supported"
    assert verdict(day_long(96), "falling", step_s=3600) != "supported"


def test_a_step_is_a_change_of_level_and_no_spike() -> None:
    step = [*noise(4, 40), *(value + 90 for value in noise(5, 9))]
    assert verdict(step, "rising") == "supported"
    assert verdict(step, "falling") == "contradicted"
    assert verdict(step, "steady") == "contradicted"
    assert verdict([*noise(4, 30), *(value + 90 for value in noise(5, 20))], "spike") == "contradicted"


def test_a_level_with_one_value_far_off_is_not_called_steady() -> None:
    values = noise(6)
    assert verdict([*values[:30], 400.0, *values[31:]], "steady") == "unverified"


def test_noise_has_no_season_and_seldom_a_shift() -> None:
    assert sum(deseasonalised(noise(seed, 72), 3600) != noise(seed, 72) for seed in range(50)) == 0
    assert sum(shift_of(noise(seed, 30, carry=0.6)) is not None for seed in range(100)) <= 3
