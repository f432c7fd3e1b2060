"""The soak: one plant under steady traffic, looked at every ten seconds (memory each second); every record is found again at the end."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic, time_ns
from typing import Any

from evals.soak.campaign import DRAIN_S, Product
from evals.soak.parts import Plant, plant
from evals.soak.records import Stream
from evals.soak.schedule import Mode
from evals.soak.sender import Journal, Sender
from evals.soak.series import Memory, Sample, Slope, is_flat, memory, sample, slope
from evals.soak.stored import read
from evals.soak.verdict import Terms, Verdict, verdict

LOOK_S, MEMORY_LOOK_S, CONNECTIONS = 10.0, 1.0, 4
MOST_MB_AN_HOUR, MOST_TRACED_MB_AN_HOUR = 30.0, 0.5
FEW_DESCRIPTORS, FEW_PARTS = 8.0, 12.0


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked for: how long, how many events a second, in which mode, and how often it is looked at.

    `is_traced`: Python's own memory is traced. That takes memory and much of the speed; resident memory has no bar then.
    """

    minutes: float
    rate: float
    mode: Mode = "embedded"
    look_s: float = LOOK_S
    name: str = "soak"
    is_traced: bool = False


@dataclass(frozen=True, slots=True)
class Soak:
    """How it went. `wrong`: the bars that were not kept."""

    load: Load
    samples: tuple[Sample, ...]
    verdict: Verdict
    rss: Slope | None
    queue_rss: Slope | None
    issued: int
    left: int
    cpu: float

    @property
    def wrong(self) -> tuple[str, ...]:
        """What is not as it must be; a run too short for a slope has none that is too steep."""
        found = [f"{name}: {value}" for name, value in self.verdict.faults.items()]
        found += self._grown()
        found += [] if is_flat(self.samples, "descriptors", FEW_DESCRIPTORS) else ["descriptors grew"]
        found += [] if is_flat(self.samples, "parts", FEW_PARTS) else ["parts grew"]
        found += [f"{self.left} entries left in the queue"] if self.left else []
        return tuple(found)

    def _grown(self) -> list[str]:
        if self.load.is_traced:
            name, rate, most = "Python's memory", slope(self.samples, "traced_mb"), MOST_TRACED_MB_AN_HOUR
        else:
            name, rate, most = "RSS", self.rss, MOST_MB_AN_HOUR
        return [f"{name} grew up to {rate.high:.1f} MB/h"] if rate and rate.high >= most else []

    def as_json(self) -> dict[str, Any]:
        """As reports carry it."""
        least = slope(self.samples, "rss_least_mb")
        slopes = {"rss_mb_an_hour": self.rss, "rss_least_mb_an_hour": least, "queue_rss_mb_an_hour": self.queue_rss}
        slopes["traced_mb_an_hour"] = slope(self.samples, "traced_mb") if self.load.is_traced else None
        return {
            "mode": self.load.mode,
            "minutes": self.load.minutes,
            "rate": self.load.rate,
            "issued": self.issued,
            **self.verdict.as_json(),
            **{name: one.as_json() if one else None for name, one in slopes.items()},
            "cpu_cores": round(self.cpu, 3),
            "left": self.left,
            "wrong": list(self.wrong),
            "series": [one.as_json() for one in self.samples],
        }


async def soak(product: Product, load: Load, folder: Path, say: Callable[[str], None]) -> Soak:
    """Run it in a folder with a short path. Raises WatchfloorError when a part ends."""
    stream = Stream(load.name, time_ns(), step_ns=round(1e9 / load.rate))
    requests = max(1, round(load.minutes * 60 * load.rate / stream.size))
    environment = {"WATCHFLOOR_ENVIRONMENT": "dev", "PYTHONTRACEMALLOC": "1" if load.is_traced else ""}
    with plant(load.mode, product.command, folder, environment) as made, (folder / "soak.journal").open("w") as file:
        journal = Journal(file)
        sender = Sender(stream, journal, tuple(part.url for part in made.receivers), Random(load.name), repeats=0.0)
        samples = await _watched(made, sender.send(range(requests), CONNECTIONS, load.rate / stream.size), journal, load, say)
        await sender.send(range(requests, requests + len(made.receivers)), 1, 1_000)
        left = await _drained(made)
        await asyncio.to_thread(made.end)
        say("  reading every row back")
        found = (await asyncio.to_thread(read, product.reader, made.owner.folder, [(stream, journal)]))[stream.name]
    fresh = frozenset(range(requests, requests + len(made.receivers)))
    judged = await asyncio.to_thread(verdict, found, journal, Terms(fresh=fresh))
    rss, queue_rss, cpu = slope(samples, "rss_mb"), slope(samples, "queue_rss_mb"), _cores(samples)
    return Soak(load, tuple(samples), judged, rss, queue_rss, len(journal.issued) * stream.size, left, cpu)


async def _watched(made: Plant, sending: Any, journal: Journal, load: Load, say: Callable[[str], None]) -> list[Sample]:
    samples: list[Sample] = []
    began, task = monotonic(), asyncio.create_task(sending)
    while not task.done():
        looks = await _memory(made, task, load)
        ack_ms, journal.ack_ms = journal.ack_ms, []
        samples.append(await asyncio.to_thread(sample, made, monotonic() - began, ack_ms, looks))
        say(f"  {samples[-1].at_s:6.0f} s  RSS {samples[-1].rss_mb:.0f} MB, depth {samples[-1].depth}, p99 {samples[-1].ack_p99_ms:.0f} ms")
    await task
    return samples


async def _memory(made: Plant, task: asyncio.Task[Any], load: Load) -> list[Memory]:
    """Looks at memory each second until the next sample, or until the task ends: merges swing it by a tenth within seconds."""
    found, end = [memory(made.owner, is_traced=False)], monotonic() + load.look_s
    while (left_s := end - monotonic()) > 0 and not task.done():
        await asyncio.wait([task], timeout=min(left_s, MEMORY_LOOK_S))
        found.append(await asyncio.to_thread(memory, made.owner, is_traced=load.is_traced))
    return found


async def _drained(made: Plant) -> int:
    """Waits until nothing is left; how many entries are left after about 90 s."""
    left = 1
    for _ in range(round(DRAIN_S)):
        if not (left := int((await asyncio.to_thread(made.owner.status)).get("depth", 1))):
            break
        await asyncio.sleep(1)
    return left


def _cores(samples: Sequence[Sample]) -> float:
    """CPU of all parts, in cores."""
    first, last = samples[0], samples[-1]
    return (last.cpu_s - first.cpu_s) / max(last.at_s - first.at_s, 1e-9)
