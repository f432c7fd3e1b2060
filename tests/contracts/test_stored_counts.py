"""What every telemetry store tells of what it has: counts by entry, rows by record id."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.counts import Count, CountBatch, CountKey
from domain.errors import StoreRefusedError
from domain.ids import Tenant
from domain.ports import StoreQuery, TelemetryStore
from domain.queue import EntryKey
from domain.telemetry import LogRecord, MetricPoint, SpanRecord
from domain.window import Window, to_nanos

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOON_NS = to_nanos(NOON)
SECOND_NS = 1_000_000_000


def log(offset_ns: int, record_id: str) -> LogRecord:
    return LogRecord(NOON_NS + offset_ns, "checkout", "hello", record_id=record_id)


def batch(tenant: Tenant, *entries: str, counts: dict[CountKey, Count] | None = None, at_ns: int = NOON_NS) -> CountBatch:
    return CountBatch(tuple(map(EntryKey, entries)), counts or {}, at_ns, tenant)


def key(offset_min: int = 0, **fields: Any) -> CountKey:
    return CountKey(NOON_NS // (60 * SECOND_NS) + offset_min, fields.pop("signal", "logs"), fields.pop("service", "checkout"), **fields)


async def test_an_entry_is_counted_once_its_counts_are_stored(store: TelemetryStore, tenant: Tenant) -> None:
    assert await store.counted([], tenant) == frozenset()
    written = [
        await store.write_counts(batch(tenant, "a", "b", counts={key(): Count(2, 1), key(status=500): Count(1, 1)})),
        await store.write_counts(batch(tenant, "c", at_ns=NOON_NS - 40 * 86_400 * SECOND_NS)),
        await store.write_counts(batch(Tenant(f"{tenant}-other"), "d", counts={key(): Count(1, 1)})),
    ]
    assert written == [2, 0, 1]
    asked = [EntryKey(name) for name in ("a", "b", "c", "d", "it's", "x\\")]
    assert await store.counted(asked, tenant) == {"a", "b", "c"}
    assert await store.counted([EntryKey(str(number)) for number in range(1_500)] + asked[1:2], tenant) == {"b"}


async def test_entries_counted_since_a_time_are_told_up_to_a_limit(store: TelemetryStore, tenant: Tenant) -> None:
    names = [str(number) for number in range(1_500)]
    await store.write_counts(batch(tenant, *names))
    await store.write_counts(batch(tenant, "old", at_ns=NOON_NS - 60 * SECOND_NS))
    await store.write_counts(batch(Tenant(f"{tenant}-other"), "other"))
    assert await store.counted_since(NOON_NS, 10_000, tenant) == set(names)
    assert await store.counted_since(NOON_NS - 60 * SECOND_NS, 10_000, tenant) == {*names, "old"}
    assert len(await store.counted_since(NOON_NS, 100, tenant)) == 100
    assert await store.counted_since(NOON_NS + 1_000 * SECOND_NS, 100, tenant) == frozenset()


async def test_counts_that_do_not_fit_are_refused_whole(store: TelemetryStore, tenant: Tenant) -> None:
    with pytest.raises(StoreRefusedError, match="does not fit"):
        await store.write_counts(batch(tenant, "a", counts={key(): Count(1, 1), key(status=70_000): Count(1, 1)}))
    assert await store.counted([EntryKey("a")], tenant) == frozenset()


async def test_stored_ids_are_those_with_a_row_of_this_signal_at_this_time(store: TelemetryStore, tenant: Tenant) -> None:
    await store.write_logs([log(number, f"l-{number}") for number in range(1_200)] + [log(0, "")], tenant)
    await store.write_spans([SpanRecord("t", "s", "", "c", "x", NOON_NS, 1, record_id="s-0")], tenant)
    points = [MetricPoint(NOON_NS, "c", "x", 1.0, record_id="m-0"), MetricPoint(NOON_NS, "c", "x", 1.0, kind="sum", record_id="m-1")]
    await store.write_metrics([*points, MetricPoint(NOON_NS, "c", "x", 1.0, kind="histogram", record_id="m-2")], tenant)
    asked = {f"l-{number}": NOON_NS + number for number in range(1_100, 1_300)}
    assert await store.stored_ids("logs", asked, tenant) == {f"l-{number}" for number in range(1_100, 1_200)}
    assert await store.stored_ids("traces", {"s-0": NOON_NS, "l-0": NOON_NS}, tenant) == {"s-0"}
    assert await store.stored_ids("metrics", {"m-0": NOON_NS, "m-1": NOON_NS, "m-2": NOON_NS, "x": 0}, tenant) == {"m-0", "m-1", "m-2"}
    assert await store.stored_ids("logs", {"l-0": NOON_NS}, Tenant(f"{tenant}-other")) == frozenset()
    assert await store.stored_ids("logs", {}, tenant) == frozenset()


async def test_counts_are_asked_like_events(store: TelemetryStore, tenant: Tenant) -> None:
    full = key(1, signal="traces", route="GET /", status=500, error_code="E1", severity="ERROR", template_id="t")
    await store.write_counts(batch(tenant, "a", counts={full: Count(7, 2, {3: 4, -32_768: 3}), key(): Count(2, 2)}))
    await store.write_counts(batch(tenant, "b", "c", counts={key(): Count(5, 1), key(-1): Count(1, 1), key(60): Count(1, 1)}))
    columns = "time, signal, service, route, status, error_code, severity, template_id, events, rows, latency_buckets, latency_events"
    assert store.logical_columns("counts") == set(columns.split(", "))
    hour = Window(NOON, NOON + timedelta(hours=1))
    whole = await store.query(StoreQuery(f"SELECT {columns} FROM counts WHERE signal = 'traces'", {"counts": hour}, tenant=tenant))
    minute = NOON + timedelta(minutes=1)
    assert whole.rows == ((minute, "traces", "checkout", "GET /", 500, "E1", "ERROR", "t", 7, 2, [3, -32_768], [4, 3]),)
    sums = "SELECT sum(events), sum(rows) FROM counts WHERE signal = 'logs'"
    assert (await store.query(StoreQuery(sums, {"counts": hour}, tenant=tenant))).rows == ((7, 3),)
    half = Window(NOON + timedelta(seconds=30), hour.end)
    assert (await store.query(StoreQuery(sums, {"counts": half}, tenant=tenant))).rows == ((7, 3),)


async def test_equal_batches_are_both_kept(store: TelemetryStore, tenant: Tenant) -> None:
    for _ in range(3):
        await store.write_counts(batch(tenant, "a", counts={key(): Count(2, 1)}))
    window = Window(NOON, NOON + timedelta(minutes=1))
    assert (await store.query(StoreQuery("SELECT sum(events) FROM counts", {"counts": window}, tenant=tenant))).rows == ((6,),)
