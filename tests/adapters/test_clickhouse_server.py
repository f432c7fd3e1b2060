"""The same store over HTTP, as to a ClickHouse server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from clickhouse_connect.driver._chdbclient import ChdbClient

from adapters.clickhouse import ClickHouseTelemetryStore, open_server
from domain.counts import Count, CountBatch, CountKey
from domain.errors import StoreError, StoreTimeoutError, WrongUseError
from domain.ids import Tenant
from domain.ports import StoreQuery
from domain.queue import EntryKey
from domain.telemetry import LogRecord, LogTemplate, MetricPoint, SpanRecord
from domain.window import Window, to_nanos
from pipeline.rollups import RollUps
from tests.adapters.engine_server import serving
from tests.fakes import FakeClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = Window(NOON, NOON + timedelta(hours=1))


@pytest.fixture(scope="module")
def address(store: ClickHouseTelemetryStore) -> Iterator[str]:
    client = store._connect()
    assert isinstance(client, ChdbClient)
    with serving(client.path) as url:
        yield url
    client.close()


@pytest.fixture(scope="module")
def remote(address: str) -> Iterator[ClickHouseTelemetryStore]:
    opened = open_server(f"{address}/remote_{uuid4().hex[:8]}")
    yield opened
    opened.release()


@pytest.mark.server
async def test_what_is_written_over_http_is_read_over_http(remote: ClickHouseTelemetryStore, tenant: Tenant) -> None:
    body = "it's \\ a\ttab\nand 카트"
    await remote.write_logs([LogRecord(to_nanos(NOON) + 1_000, "cart", body, status=500, attributes={"k": "v"})], tenant)
    await remote.write_spans([SpanRecord("t", "s", "", "cart", "GET /", to_nanos(NOON), 1)], tenant)
    await remote.write_metrics([MetricPoint(to_nanos(NOON), "cart", "cpu", 0.5)], tenant)
    await remote.write_templates([LogTemplate("a", "cart", "INFO", "x")], tenant)
    sql = "SELECT time, body, status, attributes FROM logs WHERE body = {body:String} AND time > {after:DateTime64(6)}"
    answer = await remote.query(StoreQuery(sql, {"logs": HOUR}, {"body": body, "after": NOON}, tenant))
    assert answer.columns == ("time", "body", "status", "attributes")
    assert answer.rows == ((NOON + timedelta(microseconds=1), body, 500, {"k": "v"}),)
    extent = await remote.extent(tenant)
    assert extent is not None
    assert dict(extent.rows) == {"logs": 1, "traces": 1, "metrics": 1}
    assert await remote.templates(tenant) == (LogTemplate("a", "cart", "INFO", "x"),)


@pytest.mark.server
async def test_what_is_there_is_known_over_http(remote: ClickHouseTelemetryStore, tenant: Tenant) -> None:
    at_ns = to_nanos(NOON)
    await remote.write_logs([LogRecord(at_ns + number, "cart", "x", record_id=f"it's-{number}") for number in range(600)], tenant)
    assert len(await remote.stored_ids("logs", {f"it's-{number}": at_ns + number for number in range(1_200)}, tenant)) == 600
    keys = {CountKey(at_ns // 60_000_000_000, "logs", f"s{number}"): Count(2, 1, {5: 2}) for number in range(300)}
    entries = tuple(EntryKey(f"entry-{number}") for number in range(700))
    await remote.write_counts(CountBatch(entries, keys, at_ns, tenant))
    assert await remote.counted([*entries, EntryKey("other")], tenant) == set(entries)
    rolled = remote.roll_ups()
    await RollUps(rolled, FakeClock(NOON)).advance()
    await rolled.close()
    sql = "SELECT max(resolution_s), sum(events), sumMap(latency_buckets, latency_events) FROM rollups"
    answer = await remote.query(StoreQuery(sql, {"rollups": HOUR}, tenant=tenant))
    assert answer.rows == ((60, 600, ([5], [600])),)


@pytest.mark.server
async def test_limits_and_errors_cross_the_wire(remote: ClickHouseTelemetryStore, tenant: Tenant) -> None:
    endless = "SELECT count() FROM (SELECT sipHash64(number) AS h FROM numbers(100000000000)) WHERE h % 2 = 0"
    with pytest.raises(StoreTimeoutError):
        await remote.query(StoreQuery(endless, {"logs": HOUR}, tenant=tenant, timeout_s=0.3))
    with pytest.raises(StoreError, match="max rows"):
        await remote.query(StoreQuery("SELECT number FROM numbers(11)", {}, tenant=tenant, max_rows=10))
    with pytest.raises(StoreError, match="nonsense"):
        await remote.query(StoreQuery("SELECT nonsense FROM logs", {"logs": HOUR}, tenant=tenant))


@pytest.mark.server
async def test_opening_again_finds_the_same_tables(address: str, remote: ClickHouseTelemetryStore) -> None:
    again = open_server(f"{address}/{remote._database}")
    assert again.logical_columns("logs") == remote.logical_columns("logs")
    await again.close()


@pytest.mark.parametrize("url", ["clickhouse", "tcp://host:9000/otel", "http://host:8123/a-b", "http:///otel"])
def test_an_address_nobody_understands_is_wrong_use(url: str) -> None:
    with pytest.raises(WrongUseError, match="give http://"):
        open_server(url)


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(StoreError, match="no ClickHouse answers") as caught:
        open_server("http://ann:secret@127.0.0.1:9/otel")
    assert "secret" not in str(caught.value)
