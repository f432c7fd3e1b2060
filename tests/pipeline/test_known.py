"""What an owner of partitions knows of stored entries: by memory, by recall, and else by asking the store."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from domain.counts import CountBatch
from domain.errors import StoreError
from domain.ids import DEFAULT_TENANT, Tenant
from domain.queue import Delivery, Entry, EntryKey, Pressure
from domain.window import to_nanos
from pipeline.copies import copy_key, request_key
from pipeline.known import MOST, REMEMBERED_NS, TOGETHER, Known, MarkSet
from tests.fakes import FakeClock, FakeTelemetryStore
from tests.pipeline.plants import no_delays

NOW = FakeClock()
MINUTE_NS = 60_000_000_000


@dataclass(slots=True)
class AskedStore(FakeTelemetryStore):
    """Counts what it is asked, and does not answer the first times if told so."""

    asked: list[int] = field(default_factory=list)
    failures: int = 0

    async def counted(self, entries: Sequence[EntryKey], tenant: Tenant = DEFAULT_TENANT) -> frozenset[EntryKey]:
        self.asked.append(len(entries))
        if self.failures:
            self.failures -= 1
            raise StoreError("away")
        return await FakeTelemetryStore.counted(self, entries, tenant)


def key(number: int, minutes: float = 0) -> EntryKey:
    return EntryKey(f"{request_key(str(number), FakeClock(NOW.at + timedelta(minutes=minutes)))}.0")


def stored(*numbers: int, minutes: float = 0) -> CountBatch:
    return CountBatch(tuple(key(number, minutes) for number in numbers), {}, to_nanos(NOW.at + timedelta(minutes=minutes)))


def delivery(name: EntryKey, minutes: float = 0) -> Delivery:
    return Delivery(Entry(name, 0, b"", 1, to_nanos(NOW.at + timedelta(minutes=minutes))), "fake", "1")


async def test_without_a_recall_the_store_is_asked_until_it_answers() -> None:
    store = AskedStore(count_batches=[stored(1)], failures=2)
    known = Known(store, NOW, no_delays)
    found = await known.ask([delivery(key(1)), delivery(key(2))])
    assert known.copy_of(key(1), found) == key(1)
    assert known.copy_of(key(2), found) is None
    assert len(store.asked) == 3


async def test_after_a_recall_the_store_is_asked_of_what_is_older_only() -> None:
    store = AskedStore(count_batches=[stored(1, minutes=-20), stored(2, minutes=-40)])
    known = Known(store, NOW, no_delays)
    await known.recall()
    assert known.copy_of(key(1, -15), await known.ask([delivery(key(1, -15), -15)])) == key(1, -20)
    assert store.asked == []
    assert known.copy_of(key(2, -35), await known.ask([delivery(key(2, -35), -35)])) == key(2, -40)
    assert len(store.asked) == 1


async def test_the_fullest_copy_is_told() -> None:
    known = Known(FakeTelemetryStore(), NOW, no_delays)
    least, more = copy_key(key(1), Pressure.NO_NORMAL), copy_key(key(1), Pressure.NO_DEBUG)
    known.add([least])
    assert known.copy_of(key(1), frozenset()) == least
    assert known.copy_of(key(1), frozenset([more])) == more


async def test_what_may_be_forgotten_is_asked_again() -> None:
    clock = FakeClock()
    store = AskedStore(count_batches=[stored(1)])
    known = Known(store, clock, no_delays)
    await known.recall()
    known.add([key(number) for number in range(2, TOGETHER)])
    clock.at += timedelta(microseconds=REMEMBERED_NS / 1_000 + 1)
    known.add([key(number, 31) for number in range(TOGETHER, 2 * TOGETHER)])
    assert key(2) not in known
    assert known.copy_of(key(1), await known.ask([delivery(key(1), 1)])) == key(1)
    assert len(store.asked) == 1


def test_the_last_marks_are_known_and_the_oldest_forgotten() -> None:
    known, most = MarkSet(), MOST + 20 * TOGETHER
    forgotten = [known.add([key_ := EntryKey(f"k{number}")], number) for number in range(most)]
    assert key_ in known
    assert all(EntryKey(f"k{number}") in known for number in range(most - MOST + 2 * TOGETHER, most, 97))
    assert not any(EntryKey(f"k{number}") in known for number in range(0, most - MOST - 2 * TOGETHER, 97))
    assert most - MOST - 2 * TOGETHER < max(forgotten) < most - MOST + 2 * TOGETHER


async def test_a_tenant_of_its_own_is_not_recalled() -> None:
    other = replace(stored(1), tenant=Tenant("other"))
    known = Known(FakeTelemetryStore(count_batches=[other]), NOW, no_delays)
    await known.recall()
    assert key(1) not in known
