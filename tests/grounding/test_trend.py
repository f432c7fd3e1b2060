"""Trends are called only where a corrected test and a real change agree."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from domain.claims import Binding, Claim
from domain.evidence import Column, Evidence
from domain.window import Window, rfc3339
from grounding.trend import drift_of
from grounding.verifier import verify

START = datetime(2026, 3, 1, tzinfo=UTC)


def verdict(values: list[float], direction: str) -> str:
    rows = tuple({"time": rfc3339(START + timedelta(minutes=i)), "rate": value} for i, value in enumerate(values))
    columns = (Column("time", "time", role="time"), Column("rate", "number", "1/s", "rate", "platform", "measure"))
    source = Evidence("E1", "metric", "rate", Window(START, START + timedelta(minutes=len(values))), columns, rows, len(rows), step_s=60)
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
    assert called <= 45  # plain Mann-Kendall calls 64 of these
