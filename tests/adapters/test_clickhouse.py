"""The ClickHouse store beyond its port: foreign tables, collectors' rows, what a query reads, and who holds the folder."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from clickhouse_connect.driver._chdbclient import ChdbClient
from clickhouse_connect.driver.exceptions import DatabaseError

from adapters.clickhouse import ClickHouseTelemetryStore, found_relations, open_embedded
from adapters.clickhouse_client import described, prepare, stored
from adapters.clickhouse_relations import parameters
from adapters.clickhouse_schema import TABLES
from domain.counts import Count, CountBatch, CountKey
from domain.errors import DataFolderError, StoreError, StoreRefusedError
from domain.ids import DEFAULT_TENANT, Tenant
from domain.ports import StoreQuery
from domain.queue import EntryKey
from domain.telemetry import LogRecord, SpanRecord
from domain.window import Window, to_nanos

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = Window(NOON, NOON + timedelta(hours=1))
MAP = "Map(LowCardinality(String), String)"
COMMON = f"""TraceId String, SpanId String, TraceFlags UInt8, SeverityText LowCardinality(String), SeverityNumber UInt8,
    ServiceName LowCardinality(String), Body String, ResourceSchemaUrl LowCardinality(String), ResourceAttributes {MAP},
    ScopeSchemaUrl LowCardinality(String), ScopeName String, ScopeVersion LowCardinality(String), ScopeAttributes {MAP},
    LogAttributes {MAP}"""
# The collector's own tables before and after its change of 2026 (STORAGE 7).
V1 = f"""CREATE TABLE %s.otel_logs (Timestamp DateTime64(9), TimestampTime DateTime DEFAULT toDateTime(Timestamp), {COMMON})
    ENGINE = MergeTree PARTITION BY toDate(TimestampTime) PRIMARY KEY (ServiceName, TimestampTime)
    ORDER BY (ServiceName, TimestampTime, Timestamp)"""
V2 = f"""CREATE TABLE %s.otel_logs (Timestamp DateTime64(9), {COMMON}, EventName String)
    ENGINE = MergeTree PARTITION BY toDate(Timestamp) ORDER BY (toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp)"""
TRACES = f"""CREATE TABLE %s.otel_traces (Timestamp DateTime64(9), TraceId String, SpanId String, ParentSpanId String, TraceState String,
    SpanName LowCardinality(String), SpanKind LowCardinality(String), ServiceName LowCardinality(String), ResourceAttributes {MAP},
    ScopeName String, ScopeVersion String, SpanAttributes {MAP}, Duration UInt64, StatusCode LowCardinality(String), StatusMessage String)
    ENGINE = MergeTree ORDER BY (ServiceName, Timestamp)"""
ROW = """INSERT INTO %s.otel_logs (Timestamp, SeverityText, SeverityNumber, ServiceName, Body, ResourceAttributes, LogAttributes) VALUES
    ('2026-03-01 12:00:00.000000001', 'Error', 17, 'cart', 'boom', map('host.name', 'web-1'), map('http.route', '/cart',
    'http.request.method', 'GET', 'http.response.status_code', '503', 'duration_ms', '12.5', 'client.address', '10.0.0.1',
    'user.name', 'ann', 'error.type', 'Timeout', 'http.response.body.size', '99',
    'event.name', 'http.access', 'user_agent.original', 'curl'))"""
OURS = {"template_id", "event_id", "sample_reason", "policy_version", "received_at"}
HOT = "route, method, status, duration_ms, client, user, host, error_code, response_bytes, event, user_agent, severity, weight, occurrences"
HOT_CELLS = ("/cart", "GET", 503, 12.5, "10.0.0.1", "ann", "web-1", "Timeout", 99, "http.access", "curl", "ERROR", 1, 1)


@contextmanager
def collector(store: ClickHouseTelemetryStore, *statements: str) -> Iterator[ClickHouseTelemetryStore]:
    """A store over tables that a collector made."""
    database, writer = f"foreign_{uuid4().hex[:8]}", store._connect()
    writer.command(f"CREATE DATABASE {database}")
    for statement in statements:
        writer.command(statement % database)
    foreign = ClickHouseTelemetryStore(store._connect, writer, database, found_relations(writer, database))
    yield foreign
    foreign.release()


@pytest.mark.parametrize("table", [V1, V2], ids=["v1", "v2"])
async def test_a_collectors_table_answers_with_hot_columns_from_attributes(store: ClickHouseTelemetryStore, table: str) -> None:
    with collector(store, table, ROW) as foreign:
        answer = await foreign.query(StoreQuery(f"SELECT {HOT}, time FROM logs", {"logs": HOUR}))
        assert answer.rows == ((*HOT_CELLS, NOON),)


async def test_a_collectors_tables_are_read_only_and_of_the_default_tenant(store: ClickHouseTelemetryStore) -> None:
    with collector(store, V2, ROW) as foreign:
        with pytest.raises(StoreError, match="another program"):
            await foreign.write_logs([LogRecord(to_nanos(NOON), "cart", "x")])
        assert (await foreign.query(StoreQuery("SELECT body FROM logs", {"logs": HOUR}, tenant=Tenant("other")))).rows == ()
        assert await foreign.extent(Tenant("other")) is None
        extent = await foreign.extent(DEFAULT_TENANT)
        assert extent is not None
        assert (extent.oldest, dict(extent.rows), extent.services) == (NOON, {"logs": 1}, ("cart",))


async def test_what_a_collector_does_not_have_is_not_mapped(store: ClickHouseTelemetryStore) -> None:
    with collector(store, V1) as foreign:
        assert store.logical_columns("logs") - foreign.logical_columns("logs") == OURS
        assert (foreign.logical_columns("spans"), foreign.logical_columns("log_templates")) == (frozenset(), frozenset())
        assert await foreign.templates() == ()
        with pytest.raises(StoreError, match="no relation 'spans'"):
            await foreign.query(StoreQuery("SELECT 1 FROM spans", {"spans": HOUR}))


async def test_old_names_of_span_kinds_and_states_read_as_the_new_ones(store: ClickHouseTelemetryStore) -> None:
    row = """INSERT INTO %s.otel_traces (Timestamp, SpanKind, StatusCode, Duration) VALUES
        ('2026-03-01 12:00:00', 'SPAN_KIND_SERVER', 'STATUS_CODE_ERROR', 1500000), ('2026-03-01 12:00:01', 'Client', 'Ok', 1)"""
    with collector(store, TRACES, row) as foreign:
        answer = await foreign.query(StoreQuery("SELECT kind, status, duration_ms FROM spans ORDER BY time", {"spans": HOUR}))
        assert answer.rows == (("Server", "Error", 1.5), ("Client", "Ok", 1e-06))


async def test_json_attributes_are_not_guessed_at(store: ClickHouseTelemetryStore) -> None:
    with collector(store, V2.replace(f"LogAttributes {MAP}", "LogAttributes JSON")) as foreign:
        missing = store.logical_columns("logs") - foreign.logical_columns("logs")
        assert {"attributes", "route", "status"} <= missing
        assert {"body", "severity", "weight"} <= foreign.logical_columns("logs")


async def test_a_collector_writing_into_our_table_gets_the_defaults(store: ClickHouseTelemetryStore) -> None:
    writer = store._connect()
    writer.command(ROW.replace("2026-03-01", "2031-03-01") % "otel")
    writer.close()
    year = Window(datetime(2031, 1, 1, tzinfo=UTC), datetime(2032, 1, 1, tzinfo=UTC))
    answer = await store.query(StoreQuery(f"SELECT {HOT} FROM logs", {"logs": year}))
    assert answer.rows == (HOT_CELLS,)


async def test_a_trace_is_found_in_the_times_of_traces(store: ClickHouseTelemetryStore) -> None:
    trace = uuid4().hex
    await store.write_spans([SpanRecord(trace, str(n), "", "cart", "x", to_nanos(NOON) + n * 10**9, 1) for n in range(3)])
    reader = store._connect()
    sql = "SELECT min(Start), max(End) FROM otel.otel_traces_trace_id_ts WHERE TraceId = {trace:String}"
    ((first, last),) = reader.query(sql, parameters={"trace": trace}).result_rows
    reader.close()
    assert last - first == timedelta(seconds=2)


async def test_tables_of_an_earlier_version_get_the_columns_they_lack(store: ClickHouseTelemetryStore) -> None:
    later = "SampleReason", "PolicyVersion", "RecordId", "KeepDays"
    writer, database = store._connect(), f"earlier_{uuid4().hex[:8]}"
    prepare(writer, database)
    for table in TABLES[:5]:
        writer.command(f"ALTER TABLE {database}.{table} DROP INDEX idx_record_id")
        for column in set(later) & set(described(writer, database, table)):
            writer.command(f"ALTER TABLE {database}.{table} DROP COLUMN {column}")
    writer.command(ROW % database)
    prepare(writer, database)
    opened = ClickHouseTelemetryStore(store._connect, writer, database, found_relations(writer, database))
    await opened.write_logs([LogRecord(to_nanos(NOON), "cart", "new", record_id="e-0", sample_reason="slow")])
    answer = await opened.query(StoreQuery("SELECT body, sample_reason FROM logs ORDER BY body", {"logs": HOUR}))
    assert answer.rows == (("boom", ""), ("new", "slow"))
    assert await opened.stored_ids("logs", {"e-0": to_nanos(NOON)}) == {"e-0"}
    assert all("RecordId" in described(writer, database, table) for table in TABLES[:5])
    indexed = writer.query(f"SELECT count() FROM system.data_skipping_indices WHERE database = '{database}' AND name = 'idx_record_id'")
    assert indexed.result_rows[0][0] == 5
    opened.release()


async def test_a_batch_of_counts_is_one_block(store: ClickHouseTelemetryStore, tenant: Tenant) -> None:
    keys = {CountKey(number, "logs", "cart" * 9, f"/{number}" * 9): Count(1, 1, {1: 1, 2: 3}) for number in range(150_000)}
    reader = store._connect()
    reader.command("SYSTEM STOP MERGES otel.wf_counts")
    assert await store.write_counts(CountBatch((EntryKey("k"),), keys, to_nanos(datetime(2033, 3, 1, tzinfo=UTC)), tenant)) == 150_000
    reader.command("SYSTEM START MERGES otel.wf_counts")
    parts = reader.query("SELECT rows FROM system.parts WHERE table = 'wf_counts' AND partition = '2033-03-01'").result_rows
    reader.close()
    assert parts == [(150_001,)]


@pytest.mark.parametrize(("code", "expected"), [(53, StoreRefusedError), (241, StoreError), (252, StoreError), (243, StoreError)])
def test_errors_say_whether_the_same_rows_will_meet_them_again(code: int, expected: type[StoreError]) -> None:
    def insert() -> None:
        raise DatabaseError(f"Code: {code}. DB::Exception: no", code=code)

    with pytest.raises(StoreError) as caught:
        stored(insert)
    assert type(caught.value) is expected


def plan(store: ClickHouseTelemetryStore, sql: str, options: str) -> str:
    reader = store._connect()
    query = StoreQuery(sql, {"logs": HOUR})
    explained = reader.query(f"EXPLAIN {options} {store._relations.statement(query)}", parameters=parameters(query))
    reader.close()
    return "\n".join(str(row[0]) for row in explained.result_rows)


async def test_a_query_reads_only_the_columns_it_names(store: ClickHouseTelemetryStore) -> None:
    await store.write_logs([LogRecord(to_nanos(NOON), "cart", "x")])
    narrow = plan(store, "SELECT service, sum(weight) FROM logs WHERE status >= 500 GROUP BY service", "header = 1, actions = 1")
    assert "ServiceName" in narrow
    assert not [name for name in ("Body", "LogAttributes", "TraceId", "UserAgent") if name in narrow]
    assert "Body" in plan(store, "SELECT max(length(body)) FROM logs", "header = 1, actions = 1")


async def test_time_and_words_use_their_indexes(store: ClickHouseTelemetryStore) -> None:
    await store.write_logs([LogRecord(to_nanos(NOON), "cart", "pool exhausted")])
    explained = plan(store, "SELECT sum(weight) FROM logs WHERE hasAllTokens(lower(body), ['pool'])", "indexes = 1")
    assert [name for name in ("Partition", "idx_time", "idx_lower_body") if name not in explained] == []


def test_a_second_store_in_one_process_is_refused(store: ClickHouseTelemetryStore, tmp_path: Path) -> None:
    with pytest.raises(DataFolderError, match="close the first"):
        open_embedded(tmp_path / "second")
    assert store.logical_columns("logs")


def test_a_second_process_is_told_who_holds_the_store(store: ClickHouseTelemetryStore) -> None:
    reader = store._connect()
    assert isinstance(reader, ChdbClient)
    path = reader.path
    reader.close()
    code = f"from pathlib import Path; from adapters.clickhouse import open_embedded; open_embedded(Path({path!r}))"
    second = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode != 0
    assert "DataFolderError" in second.stderr
    assert f"process {os.getpid()}" in second.stderr
