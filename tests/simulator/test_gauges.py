"""Gauges: who has which, how often, and inside which bounds."""

from collections import Counter
from itertools import pairwise

import pytest

from domain.window import parse_rfc3339
from simulator.shop import SERVICES
from tests.simulator.worlds import world

ALWAYS = {"cpu.utilization", "memory.usage", "memory.utilization", "disk.utilization", "disk.io"}
OURS = {service.name for service in SERVICES if service.is_ours}


def test_the_shop_has_eleven_services_of_its_own_and_only_they_have_gauges() -> None:
    assert len(OURS) >= 11
    named: dict[str, set[str]] = {}
    for point in world("quiet", 1).metrics:
        named.setdefault(str(point["service"]), set()).add(str(point["name"]))
    assert set(named) == OURS
    assert all(names >= ALWAYS for names in named.values())
    assert {service for service, names in named.items() if "cache.hit_ratio" in names} == {"cache"}
    assert {service for service, names in named.items() if "db.pool.used" in names} == {one.name for one in SERVICES if one.pool}


@pytest.mark.parametrize(("minutes", "every"), [(60, 60), (360, 60), (361, 300)])
def test_gauges_are_read_every_minute_or_every_five(minutes: int, every: int) -> None:
    times = sorted({parse_rfc3339(str(point["timestamp"])) for point in world("quiet", 1, minutes).metrics})
    assert {int((later - earlier).total_seconds()) for earlier, later in pairwise(times)} == {every}


@pytest.mark.parametrize("scenario", ["cpu", "memory_leak", "disk_full", "pool_exhaustion", "cache_loss", "daily_peak"])
def test_no_gauge_leaves_its_bounds(scenario: str) -> None:
    tops = {"cpu.utilization": 100, "memory.utilization": 100, "disk.utilization": 100, "cache.hit_ratio": 1}
    pools = {service.name: service.pool for service in SERVICES}
    for point in world(scenario, 2).metrics:
        top = pools[str(point["service"])] if point["name"] == "db.pool.used" else tops.get(str(point["name"]), float("inf"))
        assert 0 <= float(point["value"]) <= top


def test_there_is_one_point_of_a_gauge_at_a_time() -> None:
    counts = Counter((point["service"], point["name"], point["timestamp"]) for point in world("cpu", 1).metrics)
    assert set(counts.values()) == {1}
