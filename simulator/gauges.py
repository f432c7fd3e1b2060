"""CPU, memory and queue gauges of every service, following the load and what faults add."""

from collections.abc import Callable
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import Strain
from simulator.records import Record, stamp
from simulator.shop import SERVICES, Service
from simulator.visitors import load

EVERY = timedelta(minutes=10)
Strains = Callable[[str, datetime], Strain]


def gauges(window: Window, strains: Strains, dice: Dice) -> list[Record]:
    """One point a gauge every ten minutes, in order of time."""
    points: list[Record] = []
    at = window.start
    while at < window.end:
        for service in SERVICES:
            points += _points(service, at, strains(service.name, at), dice)
        at += EVERY
    return points


def _points(service: Service, at: datetime, strain: Strain, dice: Dice) -> list[Record]:
    busy = load(at)
    cpu = min(99.0, max(1.0, service.cpu + service.cpu_gain * busy + dice.noise(1.8) + strain.cpu))
    memory = service.memory * (1 + 0.06 * busy) + dice.noise(service.memory * 0.01) + strain.memory
    points = [
        _point(service.name, at, "cpu.utilization", round(cpu, 2), "%"),
        _point(service.name, at, "memory.usage", round(memory, 1), "MiB"),
    ]
    if service.queue:
        waiting = dice.count(service.queue * busy) + round(strain.queue)
        points.append(_point(service.name, at, "queue.depth", waiting, "1"))
    return points


def _point(service: str, at: datetime, name: str, value: float, unit: str) -> Record:
    return {"timestamp": stamp(at), "service": service, "name": name, "value": value, "unit": unit}
