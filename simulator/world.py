"""A small shop for some minutes: telemetry made from a scenario and a seed, and the truth about it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from domain.errors import WrongUseError
from domain.window import Window, rfc3339
from simulator.bastion import ordinary_logins
from simulator.dice import Dice
from simulator.effects import Conditions, served
from simulator.fault import Unfolding, no_effect
from simulator.gauges import gauges
from simulator.operations import ordinary_operations
from simulator.records import Record, SyslogLine, Visit
from simulator.scenarios import SCENARIOS
from simulator.trail import FIRST_SERVER_ERROR
from simulator.visitors import arrivals, crawler_visits, static_visits

DAY_MINUTES = 24 * 60
MOST_MINUTES = 31 * DAY_MINUTES
Dated = TypeVar("Dated", Visit, SyslogLine)


@dataclass(frozen=True, slots=True)
class World:
    """What happened in one world, each kind of record in order of time."""

    scenario: str
    seed: int
    window: Window
    logs: tuple[Record, ...]
    spans: tuple[Record, ...]
    metrics: tuple[Record, ...]
    access: tuple[Visit, ...]
    auth: tuple[SyslogLine, ...]
    faults: tuple[Unfolding, ...]

    def truth(self) -> dict[str, Any]:
        """The labels: what was broken where and when. For scoring only; no tool reads it."""
        return {
            "scenario": self.scenario,
            "seed": self.seed,
            "start": rfc3339(self.window.start),
            "end": rfc3339(self.window.end),
            "faults": [{**fault.label.as_json(), "impact": self._impact(fault)} for fault in self.faults],
        }

    def _impact(self, fault: Unfolding) -> dict[str, int]:
        """Requests that the gateway answered while the fault lasted, and those it failed (5xx), if the fault touches calls at all."""
        during = [visit.status for visit in self.access if fault.label.window.contains(visit.at)]
        failed = sum(status >= FIRST_SERVER_ERROR for status in during) if fault.effect is not no_effect else 0
        return {"requests": len(during), "failed_requests": failed}


def demo_start(now: datetime, minutes: int = DAY_MINUTES) -> datetime:
    """Where a world of that length starts so that it ends at `now`, floored to the minute."""
    return now.replace(second=0, microsecond=0) - timedelta(minutes=minutes)


def generate(scenario: str, seed: int, minutes: int, start: datetime) -> World:
    """A world of `minutes` from `start`, the same for the same arguments. Raises WrongUseError for what cannot be made."""
    window = _window(minutes, start)
    dice = Dice(seed, "shop")
    faults = _unfolded(scenario, window, dice.stream("faults"))
    conditions = Conditions(faults)
    usual = arrivals(window, dice.stream("arrivals"))
    coming = sorted([*usual, *(arrival for fault in faults for arrival in fault.arrivals)], key=lambda arrival: arrival.at)
    trail, visits = served(coming, conditions, dice.stream("journeys"))
    visits += [*static_visits(usual, dice.stream("static")), *crawler_visits(window, dice.stream("crawlers"))]
    return World(
        scenario=scenario,
        seed=seed,
        window=window,
        logs=_ordered([*trail.logs, *_operations(window, faults, dice.stream("operations"))], "timestamp"),
        spans=_ordered([*trail.spans, *(span for fault in faults for span in fault.spans)], "start_time"),
        metrics=tuple(gauges(window, conditions.strain, dice.stream("gauges"))),
        access=_inside(window, [*visits, *(visit for fault in faults for visit in fault.visits)]),
        auth=_inside(window, [*ordinary_logins(window, dice.stream("bastion")), *(line for fault in faults for line in fault.logins)]),
        faults=faults,
    )


def write(world: World, out: Path) -> tuple[Path, ...]:
    """Writes the raw files and `truth.json` into a folder (made where missing) and names them, raw files first."""
    out.mkdir(parents=True, exist_ok=True)
    contents = {
        "app.ndjson": map(_compact, world.logs),
        "traces.ndjson": map(_compact, world.spans),
        "metrics.ndjson": map(_compact, world.metrics),
        "access.log": (visit.line() for visit in world.access),
        "auth.log": (line.line() for line in world.auth),
        "truth.json": (json.dumps(world.truth(), indent=2),),
    }
    return tuple(_write_lines(out / name, lines) for name, lines in contents.items())


def _window(minutes: int, start: datetime) -> Window:
    if not 1 <= minutes <= MOST_MINUTES:
        raise WrongUseError(f"a world lasts 1 to {MOST_MINUTES} minutes, not {minutes!r}")
    if start.tzinfo is None:
        raise WrongUseError(f"the start {start.isoformat()!r} has no time zone; add one, such as 'Z'")
    return Window(start.astimezone(UTC), start.astimezone(UTC) + timedelta(minutes=minutes))


def _unfolded(scenario: str, window: Window, dice: Dice) -> tuple[Unfolding, ...]:
    if scenario not in SCENARIOS:
        raise WrongUseError(f"there is no scenario {scenario!r}; there are: {', '.join(SCENARIOS)}")
    cast = SCENARIOS[scenario].cast(dice.stream("cast"))
    return tuple(fault.unfold(window, dice.stream(type(fault).__name__)) for fault in cast)


def _operations(window: Window, faults: tuple[Unfolding, ...], dice: Dice) -> list[Record]:
    """What faults and ordinary work log outside of any request."""
    own = [record for fault in faults for record in fault.logs]
    deployed = frozenset(str(record["service"]) for record in own if record.get("event") == "deploy")
    return [*own, *ordinary_operations(window, deployed, dice)]


def _ordered(records: list[Record], key: str) -> tuple[Record, ...]:
    return tuple(sorted(records, key=lambda record: str(record[key])))


def _inside(window: Window, records: list[Dated]) -> tuple[Dated, ...]:
    return tuple(sorted((record for record in records if window.contains(record.at)), key=lambda record: record.at))


def _compact(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def _write_lines(path: Path, lines: Iterable[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{line}\n" for line in lines)
    return path
