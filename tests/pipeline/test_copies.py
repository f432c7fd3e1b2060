"""Copies of one request that receivers made under different pressures: each of its records is stored once, whatever comes when."""

import asyncio
import json
from collections.abc import Iterator
from random import Random

import pytest

from domain.queue import Entry, Pressure
from pipeline.admission import Admission, Origin
from pipeline.lines import Line
from pipeline.ndjson import parse_ndjson
from pipeline.reading import Reading, parsed
from tests.fakes import FakeClock, FakeQueue, FakeTelemetryStore
from tests.pipeline.plants import Plant, Untouched, WaysIn, running

LEVELS = ("DEBUG", "INFO", "WARN", "ERROR", "INFO")
TAKEN = [pressure for pressure in Pressure if pressure is not Pressure.CLOSED]
RECORDS = 40


def copy(pressure: Pressure) -> tuple[int, list[Entry]]:
    documents = [
        {
            "timestamp": "2026-03-01T11:59:00Z",
            "service": "pay",
            "body": f"paid {n}",
            "level": LEVELS[n % 5],
            "status_code": 200 * (n % 3 == 0),
        }
        for n in range(RECORDS)
    ]
    lines = (Line(n, json.dumps(document)) for n, document in enumerate(documents, 1))
    items = parsed(lines, parse_ndjson, Reading(name="request", signal="logs"))
    found = Admission(1, Untouched(), FakeClock()).admit(items, Origin("k", "c"), pressure)
    return found.accepted, found.entries


def story(seed: int) -> Iterator[tuple[Pressure, str]]:
    """Two to five copies, each followed by nothing, by a wait until it is stored, or by a crash of the worker."""
    dice = Random(seed)
    for _ in range(dice.randint(2, 5)):
        yield dice.choice(TAKEN), dice.choice(["", "", "settle", "crash"])


async def emptied(ways: WaysIn, queue: FakeQueue) -> None:
    """Until nothing is left in the queue: a copy may wait behind another one longer than the key they share."""
    await ways.plane.start()
    for _ in range(1_000):
        if not queue.held:
            break
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("seed", range(60))
async def test_each_record_is_stored_once_and_counted_once(seed: int) -> None:
    store, queue, told = FakeTelemetryStore(), FakeQueue(), list(story(seed))
    rest = iter(told)
    is_over = False
    while not is_over:
        queue.again()
        async with running(Plant(store=store, queue=queue)) as ways:
            is_over = True
            for pressure, then in rest:
                await ways.plane.append(copy(pressure)[1])
                if then == "settle":
                    await ways.settle(queue)
                if then == "crash":
                    is_over = False
                    break
            if is_over:
                await emptied(ways, queue)
    most = max(copy(pressure)[0] for pressure, _ in told)
    assert len(store.logs) == len({log.body for log in store.logs}) == most
    assert sum(count.events for batch in store.count_batches for count in batch.counts.values()) == most
    assert queue.held == {}


async def test_a_copy_that_holds_more_adds_what_was_shed() -> None:
    store, queue = FakeTelemetryStore(), FakeQueue()
    least, entries = copy(Pressure.NO_NORMAL)
    async with running(Plant(store=store, queue=queue)) as ways:
        await ways.plane.append(entries)
        await ways.settle(queue)
        assert len(store.logs) == least < RECORDS
        await ways.plane.append(copy(Pressure.NONE)[1])
        await ways.settle(queue)
    assert len(store.logs) == RECORDS
