"""What every telemetry store holds to."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.errors import StoreError, StoreRefusedError, StoreTimeoutError
from domain.ids import Tenant
from domain.ports import StoreQuery, Table, TelemetryStore
from domain.telemetry import Arrival, HistogramPoint, LogRecord, LogTemplate, MetricPoint, SpanRecord
from domain.window import Window, from_nanos, to_nanos

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOON_NS = to_nanos(NOON)
HOUR = Window(NOON, NOON + timedelta(hours=1))
SECOND_NS = 1_000_000_000


def log(offset_ns: int = 0, body: str = "hello", **fields: Any) -> LogRecord:
    return LogRecord(timestamp_ns=NOON_NS + offset_ns, service=fields.pop("service", "checkout"), body=body, **fields)


async def ask(store: TelemetryStore, tenant: Tenant, sql: str, relation: str = "logs", **params: Any) -> tuple[tuple[Any, ...], ...]:
    answer = await store.query(StoreQuery(sql, {relation: HOUR}, params, tenant=tenant))
    return answer.rows


async def test_a_log_comes_back_with_every_field(store: TelemetryStore, tenant: Tenant) -> None:
    record = log(
        123_456_789,
        "GET /cart 'quoted' \\ and\ttab\nnewline 카트",
        severity_number=17,
        trace_id="t1",
        span_id="s1",
        route="/cart",
        method="GET",
        status=503,
        error_code="E42",
        duration_ms=12.5,
        client="10.0.0.1",
        user="ann",
        host="web-1",
        response_bytes=0,
        event="http.access",
        occurrences=3,
        weight=7,
        template_id="tpl",
        event_id="EVT-1",
        attributes={"user_agent.original": "curl/8", "k": "v"},
        record_id="e-0",
        sample_reason="error",
        policy_version=3,
        arrival=Arrival(NOON_NS + 5_000_000, 30),
    )
    assert await store.write_logs([record], tenant) == 1
    columns = sorted(store.logical_columns("logs"))
    row = dict(zip(columns, (await ask(store, tenant, f"SELECT {', '.join(columns)} FROM logs"))[0], strict=True))
    assert row == {
        "time": from_nanos(record.timestamp_ns),
        "service": "checkout",
        "severity": "ERROR",
        "severity_number": 17,
        "body": record.body,
        "trace_id": "t1",
        "span_id": "s1",
        "route": "/cart",
        "method": "GET",
        "status": 503,
        "error_code": "E42",
        "duration_ms": 12.5,
        "client": "10.0.0.1",
        "user": "ann",
        "host": "web-1",
        "response_bytes": 0,
        "event": "http.access",
        "occurrences": 3,
        "weight": 7,
        "template_id": "tpl",
        "event_id": "EVT-1",
        "user_agent": "curl/8",
        "attributes": {"user_agent.original": "curl/8", "k": "v"},
        "sample_reason": "error",
        "policy_version": 3,
        "received_at": NOON + timedelta(milliseconds=5),
    }


async def test_what_a_log_does_not_say_stays_unsaid(store: TelemetryStore, tenant: Tenant) -> None:
    await store.write_logs([log(severity_number=0)], tenant)
    rows = await ask(store, tenant, "SELECT severity, status, duration_ms, response_bytes, weight * occurrences, route FROM logs")
    assert rows == (("", 0, None, None, 1, ""),)


async def test_times_are_aware_utc(store: TelemetryStore, tenant: Tenant) -> None:
    await store.write_logs([log()], tenant)
    (row,) = await ask(store, tenant, "SELECT time, toStartOfMinute(time), toStartOfHour(max(time) OVER ()) FROM logs")
    assert row == (NOON, NOON, NOON)
    assert all(cell.utcoffset() == timedelta(0) for cell in row)


async def test_a_window_holds_its_start_and_not_its_end(store: TelemetryStore, tenant: Tenant) -> None:
    edges = (-1, 0, 3_600 * SECOND_NS - 1, 3_600 * SECOND_NS)
    await store.write_logs([log(edge, str(edge)) for edge in edges], tenant)
    rows = await ask(store, tenant, "SELECT body FROM logs ORDER BY time")
    assert rows == (("0",), (str(edges[2]),))


async def test_two_windows_of_one_relation_stay_apart(store: TelemetryStore, tenant: Tenant) -> None:
    await store.write_logs([log(weight=2), log(-1, weight=5)], tenant)
    sql = "SELECT (SELECT sum(weight) FROM logs) AS now, (SELECT sum(weight) FROM logs_before) AS before"
    windows = {"logs": HOUR, "logs_before": Window(NOON - timedelta(hours=1), NOON)}
    assert (await store.query(StoreQuery(sql, windows, tenant=tenant))).rows == ((2, 5),)


async def test_a_tenant_sees_only_its_own(store: TelemetryStore, tenant: Tenant) -> None:
    other = Tenant(f"{tenant}' OR '1'='1")
    await store.write_logs([log(body="mine")], tenant)
    await store.write_logs([log(body="theirs")], other)
    assert await ask(store, tenant, "SELECT body FROM logs") == (("mine",),)
    assert await ask(store, other, "SELECT body FROM logs") == (("theirs",),)


async def test_a_query_may_bring_its_own_ctes_and_unions(store: TelemetryStore, tenant: Tenant) -> None:
    await store.write_logs([log(service="a"), log(service="b"), log(service="b")], tenant)
    sql = """WITH counts AS (SELECT service, sum(weight) AS n FROM logs GROUP BY service)
        SELECT service, n FROM counts WHERE n > 1 UNION ALL SELECT 'all', sum(weight) FROM logs"""
    assert sorted(await ask(store, tenant, sql)) == [("all", 3), ("b", 2)]


@pytest.mark.parametrize("text", ["plain", "it's", "back\\slash", "\\n", "tab\tnew\nline", "'; DROP TABLE logs; --", "", "\\N", "카트"])
async def test_a_bound_text_arrives_as_it_is(store: TelemetryStore, tenant: Tenant, text: str) -> None:
    await store.write_logs([log(body=text), log(body="another")], tenant)
    sql = "SELECT {text:String} AS given, count() FROM logs WHERE body = {text:String}"
    assert await ask(store, tenant, sql, text=text) == ((text, 1),)


async def test_numbers_lists_and_times_can_be_bound(store: TelemetryStore, tenant: Tenant) -> None:
    await store.write_logs([log(1_000, status=500), log(2_000, status=404), log(3_000, status=200)], tenant)
    sql = "SELECT status FROM logs WHERE status IN {codes:Array(UInt16)} AND time > {after:DateTime64(6)} AND weight >= {least:UInt32}"
    assert await ask(store, tenant, sql, codes=[500, 404], after=from_nanos(NOON_NS + 1_000), least=1) == ((404,),)


async def test_spans_come_back(store: TelemetryStore, tenant: Tenant) -> None:
    span = SpanRecord("t", "s", "p", "cart", "GET /cart", NOON_NS, 2_500_000, "Server", "Error", "boom", 4, {"db": "x"})
    assert await store.write_spans([span], tenant) == 1
    sql = """SELECT time, trace_id, span_id, parent_span_id, service, name, kind, duration_ms,
        status, status_message, weight, attributes FROM spans"""
    expected = (NOON, "t", "s", "p", "cart", "GET /cart", "Server", 2.5, "Error", "boom", 4, {"db": "x"})
    assert await ask(store, tenant, sql, "spans") == (expected,)


async def test_metrics_of_every_kind_are_one_relation(store: TelemetryStore, tenant: Tenant) -> None:
    points = [
        MetricPoint(NOON_NS, "cart", "cpu", 0.5, "1", "gauge", attributes={"core": "0"}),
        MetricPoint(NOON_NS, "cart", "requests", 9.0, "{request}", "sum", is_monotonic=True),
        MetricPoint(NOON_NS, "cart", "latency", 0.0, "ms", "histogram", histogram=HistogramPoint(4, 10.0, (1, 3), (5.0,))),
        MetricPoint(NOON_NS, "cart", "bare", 3.0, "ms", "histogram"),
    ]
    assert await store.write_metrics(points, tenant) == 4
    rows = await ask(store, tenant, "SELECT name, kind, value, unit, service, attributes FROM metrics ORDER BY name", "metrics")
    assert rows == (
        ("bare", "histogram", 3.0, "ms", "cart", {}),
        ("cpu", "gauge", 0.5, "1", "cart", {"core": "0"}),
        ("latency", "histogram", 2.5, "ms", "cart", {}),
        ("requests", "sum", 9.0, "{request}", "cart", {}),
    )


async def test_a_template_is_kept_once_with_its_newest_text(store: TelemetryStore, tenant: Tenant) -> None:
    await store.write_templates([LogTemplate("a", "cart", "INFO", "got <*>"), LogTemplate("b", "cart", "WARN", "slow")], tenant)
    await store.write_templates([LogTemplate("a", "cart", "INFO", "got <*> of <*>")], tenant)
    expected = (LogTemplate("a", "cart", "INFO", "got <*> of <*>"), LogTemplate("b", "cart", "WARN", "slow"))
    assert await store.templates(tenant) == expected
    await store.write_logs([log(template_id="a")], tenant)
    sql = "SELECT text, sum(weight) FROM logs INNER JOIN log_templates USING (template_id) GROUP BY text"
    assert await ask(store, tenant, sql) == (("got <*> of <*>", 1),)


async def test_extent_tells_bounds_rows_and_services(store: TelemetryStore, tenant: Tenant) -> None:
    assert await store.extent(tenant) is None
    await store.write_logs([log(service="b"), log(5_000, service="a"), log(service="")], tenant)
    await store.write_spans([SpanRecord("t", "s", "", "c", "x", NOON_NS + 9_000, 1)], tenant)
    extent = await store.extent(tenant)
    assert extent is not None
    assert (extent.oldest, extent.newest) == (NOON, NOON + timedelta(microseconds=9))
    assert (dict(extent.rows), extent.services) == ({"logs": 3, "traces": 1}, ("a", "b", "c"))


async def test_equal_rows_are_all_kept(store: TelemetryStore, tenant: Tenant) -> None:
    for _ in range(3):
        await store.write_logs([log(), log()], tenant)
    assert await ask(store, tenant, "SELECT sum(weight) FROM logs") == ((6,),)


async def test_old_rows_over_many_days_are_taken(store: TelemetryStore, tenant: Tenant) -> None:
    days = 250
    start = datetime(2005, 6, 1, tzinfo=UTC)
    records = [LogRecord(to_nanos(start + timedelta(days=day)), "sshd", f"day {day}") for day in range(days)]
    assert await store.write_logs(records, tenant) == days
    query = StoreQuery(
        "SELECT sum(weight), uniqExact(body) FROM logs", {"logs": Window(start, start + timedelta(days=days))}, tenant=tenant
    )
    assert (await store.query(query)).rows == ((days, days),)


async def test_nothing_to_write_is_no_work(store: TelemetryStore, tenant: Tenant) -> None:
    written = (await store.write_logs([], tenant), await store.write_spans([], tenant), await store.write_metrics([], tenant))
    assert (*written, await store.write_templates([], tenant)) == (0, 0, 0, 0)


async def test_more_rows_than_allowed_is_an_error_and_never_a_cut(store: TelemetryStore, tenant: Tenant) -> None:
    await store.write_logs([log(number) for number in range(11)], tenant)
    query = StoreQuery("SELECT body FROM logs", {"logs": HOUR}, tenant=tenant, max_rows=10)
    with pytest.raises(StoreError, match="max rows"):
        await store.query(query)
    limited = StoreQuery("SELECT body FROM logs LIMIT 10", {"logs": HOUR}, tenant=tenant, max_rows=10)
    assert len((await store.query(limited)).rows) == 10


async def test_a_slow_query_ends_as_a_timeout(store: TelemetryStore, tenant: Tenant) -> None:
    sql = "SELECT count() FROM (SELECT sipHash64(number) AS h FROM numbers(100000000000)) WHERE h % 2 = 0"
    with pytest.raises(StoreTimeoutError, match="narrow"):
        await store.query(StoreQuery(sql, {"logs": HOUR}, tenant=tenant, timeout_s=0.3))
    assert await ask(store, tenant, "SELECT 1") == ((1,),)


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE logs",
        "INSERT INTO logs (body) VALUES ('x')",
        "SELECT 1; SELECT 2",
        "SELECT 1 SETTINGS max_execution_time = 0",
        "SELECT body FROM logs INTO OUTFILE 'x'",
        "SELECT file('/etc/hostname')",
        "SELECT * FROM otel.otel_logs",
        "SELECT * FROM system.tables",
        "SELECT nonsense FROM logs",
        "SELECT body FROM spans",
        "SELECT FROM WHERE",
    ],
)
async def test_what_is_not_a_select_over_relations_is_refused(store: TelemetryStore, tenant: Tenant, sql: str) -> None:
    with pytest.raises(StoreError):
        await ask(store, tenant, sql)
    assert await ask(store, tenant, "SELECT 1") == ((1,),)


async def test_an_unknown_relation_is_named(store: TelemetryStore, tenant: Tenant) -> None:
    with pytest.raises(StoreError, match=r"'flows'.*logs"):
        await ask(store, tenant, "SELECT 1 FROM flows", "flows")


async def test_an_empty_answer_still_names_its_columns(store: TelemetryStore, tenant: Tenant) -> None:
    answer = await store.query(StoreQuery("SELECT time, body FROM logs", {"logs": HOUR}, tenant=tenant))
    assert answer == Table(("time", "body"), ())


async def test_a_value_that_does_not_fit_is_said_so(store: TelemetryStore, tenant: Tenant) -> None:
    with pytest.raises(StoreRefusedError, match="does not fit"):
        await store.write_logs([log(status=70_000)], tenant)


async def test_wrongly_decoded_text_is_kept(store: TelemetryStore, tenant: Tenant) -> None:
    await store.write_logs([log(body="caf\udce9"), log(body="good")], tenant)
    assert set(await ask(store, tenant, "SELECT body FROM logs")) == {("caf?",), ("good",)}


async def test_every_relation_has_its_columns(store: TelemetryStore) -> None:
    assert {"time", "service", "weight", "occurrences", "user_agent"} <= store.logical_columns("logs")
    assert store.logical_columns("logs_before") == store.logical_columns("logs")
    assert store.logical_columns("flows") == frozenset()


async def test_reads_and_writes_at_the_same_time_never_see_half_a_batch(store: TelemetryStore, tenant: Tenant) -> None:
    async def count() -> int:
        ((found,),) = await ask(store, tenant, "SELECT sum(weight) FROM logs")
        return int(found)

    writes = [store.write_logs([log(number) for number in range(500)], tenant) for _ in range(4)]
    results = await asyncio.gather(*writes, *[count() for _ in range(12)])
    assert {found % 500 for found in results[4:]} == {0}
    assert await count() == 2_000


async def test_what_came_without_a_time_of_arrival_arrived_when_it_was_written(store: TelemetryStore, tenant: Tenant) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    await store.write_logs([log(), log(1, arrival=Arrival(NOON_NS))], tenant)
    await store.write_spans([SpanRecord("t", "s", "", "c", "x", NOON_NS, 1, sample_reason="slow", policy_version=2)], tenant)
    logs = await ask(store, tenant, "SELECT received_at FROM logs ORDER BY time")
    assert before < logs[0][0] < datetime.now(UTC) + timedelta(seconds=1)
    assert logs[1] == (NOON,)
    assert await ask(store, tenant, "SELECT sample_reason, policy_version FROM spans", "spans") == (("slow", 2),)
