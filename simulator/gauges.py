"""Gauges of every service, following the load and what faults add."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import Strain
from simulator.records import Record, stamp
from simulator.shop import SERVICES, Service, endpoints_of
from simulator.slot import progress
from simulator.visitors import SHORT, load

Strains = Callable[[str, datetime], Strain]
Reading = tuple[str, float, str]  # name, value, unit
DISK_GROWTH = 1.5  # percentage points in a world


def gauges(window: Window, strains: Strains, dice: Dice) -> list[Record]:
    """One point a gauge every minute in short worlds and every five in long ones, in order of time."""
    every = timedelta(minutes=1 if window.length <= SHORT else 5)
    points: list[Record] = []
    at = window.start
    while at < window.end:
        grown = DISK_GROWTH * progress(window, at)
        for service in SERVICES:
            if service.is_ours:
                readings = _readings(service, load(at), grown, strains(service.name, at), dice)
                points += [_point(service.name, at, *reading) for reading in readings]
        at += every
    return points


def _readings(service: Service, busy: float, grown: float, strain: Strain, dice: Dice) -> Iterator[Reading]:
    cpu = service.cpu + service.cpu_gain * busy + dice.noise(1.8) + strain.cpu
    memory = service.memory * (1 + 0.06 * busy) + dice.noise(service.memory * 0.01) + strain.memory
    memory = _within(memory, 1, service.limit * 0.995)
    yield "cpu.utilization", _within(cpu, 1, 97 + dice.noise(0.8)), "%"
    yield "memory.usage", memory, "MiB"
    yield "memory.utilization", 100 * memory / service.limit, "%"
    yield "disk.utilization", _within(service.disk + grown + dice.noise(0.08) + strain.disk, 0, 100), "%"
    yield "disk.io", service.disk_io * (0.4 + 0.6 * busy) * dice.around(1, 0.12) + strain.disk_io, "MB/s"
    if service.queue:
        yield "queue.depth", dice.count(service.queue * busy) + round(strain.queue), "1"
    if service.pool:
        yield "db.pool.used", _within(dice.count(service.pool * 0.2 * busy) + round(strain.pool), 0, service.pool), "{connection}"
        yield "db.pool.size", service.pool, "{connection}"
    if hits := [endpoint.hits for endpoint in endpoints_of(service.name) if endpoint.hits]:
        yield "cache.hit_ratio", _within(sum(hits) / len(hits) * (1 - strain.misses) + dice.noise(0.012), 0, 1), "1"


def _within(value: float, low: float, high: float) -> float:
    return min(high, max(low, value))


def _point(service: str, at: datetime, name: str, value: float, unit: str) -> Record:
    return {"timestamp": stamp(at), "service": service, "name": name, "value": round(value, 2), "unit": unit}
