"""A process that rolls up what it writes, to be killed at it; `tell` makes it say what the roll-ups hold."""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.clickhouse import open_embedded
from domain.counts import Count, CountBatch, CountKey
from domain.ids import DEFAULT_TENANT
from domain.ports import StoreQuery
from domain.queue import EntryKey
from domain.window import Window, to_nanos
from pipeline.rollups import RollUps
from tests.fakes import FakeClock

START = datetime(2031, 5, 1, tzinfo=UTC)
SERVICES, MINUTES = 20, 400


def counts(batch: int) -> dict[CountKey, Count]:
    """Counts of one batch; each batch says something else of the same minutes."""
    minute = int(START.timestamp()) // 60
    keys = [CountKey(minute + number, "logs", f"s{service}") for number in range(MINUTES) for service in range(SERVICES)]
    return {key: Count(1 + (position + batch) % 7, 1, {position % 300: 1}) for position, key in enumerate(keys)}


def say(text: str) -> None:
    """A line to the parent."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def main(path: Path, batch: str) -> None:
    """Write a batch and roll it up, or tell."""
    store = open_embedded(path)
    rolled = store.roll_ups()
    work = RollUps(rolled, FakeClock(START + timedelta(hours=9)))
    if batch != "tell":
        await store.write_counts(CountBatch((EntryKey(batch),), counts(int(batch)), to_nanos(START)))
        say("written")
    await work.advance()
    if batch == "tell":
        answers: dict[str, int | list[int]] = {"left": await work.advance()}
        for hours in (7, 30, 300, 3_000):
            window = Window(START, START + timedelta(hours=hours))
            sql = "SELECT resolution_s, service, sum(events), sum(arraySum(latency_events)) FROM rollups GROUP BY 1, 2"
            found = await store.query(StoreQuery(sql, {"rollups": window}, tenant=DEFAULT_TENANT))
            answers.update({f"{step_s} {service}": [events, timed] for step_s, service, events, timed in found.rows})
        say(json.dumps(answers))
    await rolled.close()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
