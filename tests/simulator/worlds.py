"""Simulated worlds of an hour, made once, and what their records say inside and outside of the fault."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from statistics import fmean, median

from domain.window import Window, parse_rfc3339
from simulator.dice import Dice
from simulator.fault import Label
from simulator.records import Record
from simulator.scenarios import SCENARIOS
from simulator.shop import ENDPOINTS
from simulator.world import World, generate

START = datetime(2026, 3, 4, 9, tzinfo=UTC)
HOUR = Window(START, START + timedelta(hours=1))
SLOWEST_ANSWER = timedelta(seconds=12)
Test = Callable[[Record], bool]


@cache
def world(scenario: str, seed: int, minutes: int = 60) -> World:
    """The world of that name."""
    return generate(scenario, seed, minutes, START)


def labels(scenario: str, seed: int) -> list[Label]:
    """The labels that an hour of a scenario has, without making its records."""
    dice = Dice(seed, "shop").stream("faults")
    cast = SCENARIOS[scenario].cast(dice.stream("cast"))
    return [fault.unfold(HOUR, dice.stream(type(fault).__name__)).label for fault in cast]


@dataclass(frozen=True)
class Seen:
    """A world with one fault: its records while the fault lasted, and at other times."""

    world: World

    @property
    def label(self) -> Label:
        """The fault's label."""
        return self.world.faults[0].label

    def during(self, records: Iterable[Record]) -> list[Record]:
        """The records that began (or were logged at most an answer's time later) in the fault's window."""
        return [record for record in records if self.label.window.contains(_at(record))]

    def otherwise(self, records: Iterable[Record]) -> list[Record]:
        """The records outside of the window and of the answers still under way at its end."""
        window = self.label.window
        return [record for record in records if not window.start <= _at(record) < window.end + SLOWEST_ANSWER]

    def own_ms(self, key: str, during: bool) -> float:
        """The median milliseconds that an endpoint spends without its callees."""
        named = f"{ENDPOINTS[key].method} {ENDPOINTS[key].route}"
        spans = [span for span in self.world.spans if (span["service"], span["name"]) == (ENDPOINTS[key].service, named)]
        below: dict[str, float] = {}
        for span in self.world.spans:
            parent = str(span.get("parent_span_id", ""))
            below[parent] = below.get(parent, 0.0) + float(span["duration_ms"])
        chosen = self.during(spans) if during else self.otherwise(spans)
        return median(float(span["duration_ms"]) - below.get(str(span["span_id"]), 0.0) for span in chosen)

    def gauge(self, service: str, name: str, during: bool) -> float:
        """The mean of a gauge."""
        points = [point for point in self.world.metrics if (point["service"], point["name"]) == (service, name)]
        return fmean(float(point["value"]) for point in (self.during(points) if during else self.otherwise(points)))

    def logs(self, text: str, during: bool = True) -> list[Record]:
        """The log records whose body holds a text."""
        found = [record for record in self.world.logs if text in str(record["body"])]
        return self.during(found) if during else self.otherwise(found)


def share(records: Iterable[Record], wanted: Test) -> float:
    """The share of records that pass a test."""
    return fmean(wanted(record) for record in records)


def _at(record: Record) -> datetime:
    return parse_rfc3339(str(record.get("timestamp") or record["start_time"]))
