"""Schedules one after the other against the same running parts, then the store is read and each is judged."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from random import Random
from time import monotonic, time_ns
from typing import Any

from evals.soak.breaking import Breaker
from evals.soak.parts import Part, Plant, plant
from evals.soak.records import Stream
from evals.soak.schedule import Mode, Schedule
from evals.soak.sender import Journal, Sender
from evals.soak.stored import read
from evals.soak.verdict import Terms, Verdict, verdict

DRAIN_S, LOOK_S = 90.0, 0.1
FIRST_FRESH = 10_000  # numbers of the requests that are sent when all is well again
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Product:
    """How the product is started, and how its stopped store is read."""

    command: Sequence[str]
    reader: Sequence[str]


@dataclass(slots=True)
class Trial:
    """One schedule as it went."""

    schedule: Schedule
    stream: Stream
    journal: Journal
    fresh: frozenset[int] = frozenset()
    notes: list[str] = field(default_factory=list)
    lost: int = 0
    rotten: int = 0
    reported: int = 0
    verdict: Verdict = field(default_factory=Verdict)

    @property
    def faults(self) -> Mapping[str, int]:
        """What is wrong; damage outside the guarantee may cost what it hit, if it was reported."""
        found = dict(self.verdict.faults)
        if self.rotten and self.reported:
            spared = self.rotten * self.stream.size
            found = {name: value for name, value in found.items() if name not in {"missing", "counted"} or value > spared}
        elif self.lost:
            found["falsely_told_lost"] = self.lost
        return found | {what: 1 for what in ("undrained", "ended") if any(note.startswith(what) for note in self.notes)}

    def as_json(self) -> dict[str, Any]:
        """As reports carry it."""
        told = {"seed": self.schedule.seed, "mode": self.schedule.mode, "environment": self.schedule.environment}
        faults = [f"{fault.kind} {fault.target}" for fault in self.schedule.faults]
        return {**told, "faults": faults, **self.verdict.as_json(), "wrong": dict(self.faults), "refused": dict(self.journal.refused)}

    def __str__(self) -> str:
        told = [f"  wrong: {dict(self.faults)}", *(f"  {note}" for note in (*self.notes, *self.verdict.examples))]
        return "\n".join([str(self.schedule), *told])


async def campaign(product: Product, mode: Mode, schedules: Sequence[Schedule], folder: Path, say: Say) -> tuple[Trial, ...]:
    """Run schedules of one mode in a folder with a short path and judge them. Raises WatchfloorError when a part cannot be started."""
    with plant(mode, product.command, folder, _settings(schedules[0])) as made:
        trials = [await _tried(made, one, folder, say) for one in schedules]
        await asyncio.to_thread(made.end)
        found = await asyncio.to_thread(read, product.reader, made.owner.folder, [(trial.stream, trial.journal) for trial in trials])
    for trial in trials:
        terms = Terms(trial.schedule.environment == "prod", trial.schedule.is_tight, trial.fresh)
        trial.verdict = verdict(found[trial.stream.name], trial.journal, terms)
    return tuple(trials)


def _settings(schedule: Schedule) -> dict[str, str]:
    return {"WATCHFLOOR_ENVIRONMENT": schedule.environment}


async def _tried(made: Plant, schedule: Schedule, folder: Path, say: Say) -> Trial:
    began = monotonic()
    settings = _settings(schedule)
    if schedule.environment != made.owner.environment["WATCHFLOOR_ENVIRONMENT"]:
        await asyncio.to_thread(_restart, made, settings)
    stream = Stream(f"s{schedule.seed}", time_ns())
    with (folder / f"{stream.name}.journal").open("w", encoding="utf-8") as file:
        trial = Trial(schedule, stream, Journal(file))
        await _broken(made, trial, settings)
        trial.fresh = await _refreshed(made, trial)
        trial.journal.file = None
    say(f"  {schedule.mode} seed {schedule.seed}: {len(trial.journal.accepted)} requests, {monotonic() - began:.1f} s")
    return trial


def _restart(made: Plant, settings: Mapping[str, str]) -> None:
    made.end()
    for part in made.parts.values():
        part.environment |= settings
        part.start()


async def _broken(made: Plant, trial: Trial, settings: Mapping[str, str]) -> None:
    schedule, breaker = trial.schedule, Breaker(made, settings)
    sending = _sender(made, trial).send(range(schedule.batches), schedule.connections, schedule.per_s)
    await asyncio.gather(sending, breaker.run(schedule.faults))
    trial.notes += breaker.said
    trial.rotten, trial.reported = breaker.rotten, breaker.reported
    await _drained(made, trial)


async def _refreshed(made: Plant, trial: Trial) -> frozenset[int]:
    """One more request to each receiver, and all of it stored; each holds a record that no policy may leave out."""
    telling = (number for number in count(FIRST_FRESH) if trial.stream.is_telling(number))
    fresh = list(islice(telling, len(made.receivers)))
    await _sender(made, trial).send(fresh, len(fresh), 1_000)
    await _drained(made, trial)
    return frozenset(fresh)


def _sender(made: Plant, trial: Trial) -> Sender:
    urls = tuple(part.url for part in made.receivers)
    asked = trial.schedule
    return Sender(trial.stream, trial.journal, urls, Random(asked.seed), asked.repeats, asked.roams)


async def _drained(made: Plant, trial: Trial) -> None:
    """Until no part has anything waiting, or 90 s; what they say of losses is noted."""
    end, parts = monotonic() + DRAIN_S, tuple(made.parts.values())
    await _up(parts, trial)
    while any(one.get("depth", 1) for one in await _told(parts)):
        if monotonic() > end:
            trial.notes.append(f"undrained after {DRAIN_S:g} s: {await _told(parts)}")
            break
        await asyncio.sleep(LOOK_S)
    trial.lost = max(trial.lost, *(one.get("lost_records", 0) for one in await _told(parts)))


async def _up(parts: Sequence[Part], trial: Trial) -> None:
    """A part that ended though nobody ended it is noted and started again, so that the other schedules can go on."""
    for part in parts:
        if (status := part.ended) is not None:
            trial.notes.append(f"ended: the {part.name}, by itself, with exit status {status}")
            await asyncio.to_thread(part.start, **_settings(trial.schedule))


async def _told(parts: Sequence[Part]) -> list[Mapping[str, Any]]:
    return await asyncio.to_thread(lambda: [part.status() for part in parts])
