"""Copies of one request that receivers made under different pressures: each of its records is stored once, whatever comes when."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest

from domain.queue import Entry, EntryKey, Pressure
from pipeline.admission import Admission, Origin
from pipeline.copies import STEP_MS, copies, copy_key, pressure_of, request_key, slice_of
from pipeline.lines import Line
from pipeline.ndjson import parse_ndjson
from pipeline.reading import Reading, parsed
from tests.fakes import FakeClock, FakeQueue, FakeTelemetryStore
from tests.pipeline.plants import Plant, Untouched, WaysIn, running

LEVELS = ("DEBUG", "INFO", "WARN", "ERROR", "INFO")
TAKEN = [pressure for pressure in Pressure if pressure is not Pressure.CLOSED]
RECORDS = 40


def key_after(minutes: float) -> EntryKey:
    clock = FakeClock(FakeClock().at + timedelta(minutes=minutes))
    return copy_key(f"{request_key('default:abc', clock)}.0", Pressure.NONE)


def copy(pressure: Pressure, minutes: float = 0) -> tuple[int, list[Entry]]:
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
    found = Admission(1, Untouched(), FakeClock()).admit(items, Origin(key_after(minutes).removesuffix(".0"), "c"), pressure)
    return found.accepted, found.entries


def story(seed: int) -> Iterator[tuple[list[Entry], str]]:
    """Two to five copies within ten minutes, each followed by nothing, by a wait until it is stored, or by a crash of the worker."""
    dice = Random(seed)
    for _ in range(dice.randint(2, 5)):
        yield copy(dice.choice(TAKEN), dice.uniform(0, 9.9))[1], dice.choice(["", "", "settle", "crash"])


async def emptied(ways: WaysIn, queue: FakeQueue) -> None:
    """Until nothing is left in the queue: a copy may wait behind another one longer than the key they share."""
    await ways.plane.start()
    for _ in range(1_000):
        if not queue.held:
            break
        await asyncio.sleep(0.01)


def test_receivers_that_cannot_ask_each_other_give_copies_alike_keys() -> None:
    first = key_after(0)
    for minutes in (0, 4.9, 9.9):
        assert first in copies(key_after(minutes))
        assert key_after(minutes) in copies(first)
    assert first not in copies(EntryKey(first.replace("a", "b")))


def test_what_is_sent_again_after_a_quarter_of_an_hour_is_another_request() -> None:
    assert not set(copies(key_after(0))) & {key_after(15), key_after(900)}
    assert key_after(15) > key_after(0)
    assert slice_of(key_after(15)) == slice_of(key_after(0))


def test_copies_come_with_the_fullest_first_and_tell_their_pressure() -> None:
    found = [pressure_of(one) for one in copies(copy_key(key_after(0), Pressure.NO_INFO))]
    assert found == sorted(found)
    assert set(found) == set(TAKEN)


@pytest.mark.parametrize("key", ["F0123456789ab0123-0.0", "broken", "", "zz" * 16, f"{STEP_MS:012x}short.0"])
def test_other_keys_have_no_copies_at_other_times(key: str) -> None:
    assert copies(EntryKey(key))[0] == slice_of(EntryKey(key)) == key
    assert len(copies(EntryKey(key))) == len(TAKEN)


@pytest.mark.parametrize("seed", range(60))
async def test_each_record_is_stored_once_and_counted_once(seed: int) -> None:
    store, queue, told = FakeTelemetryStore(), FakeQueue(), list(story(seed))
    rest = iter(told)
    is_over = False
    while not is_over:
        queue.again()
        async with running(Plant(store=store, queue=queue)) as ways:
            is_over = True
            for entries, then in rest:
                await ways.plane.append(entries)
                if then == "settle":
                    await ways.settle(queue)
                if then == "crash":
                    is_over = False
                    break
            if is_over:
                await emptied(ways, queue)
    most = max(entry.records for entries, _ in told for entry in entries)
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
