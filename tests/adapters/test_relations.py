"""How a query is put over its tables, seen without an engine."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.clickhouse_relations import Relations, parameters, relations
from domain.errors import StoreError
from domain.ids import Tenant
from domain.ports import StoreQuery
from domain.window import Window

START = datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC)
HOUR = Window(START, START + timedelta(hours=1))
LOGS = {"otel_logs": {"Timestamp": "DateTime64(9, 'UTC')", "ServiceName": "String", "Body": "String", "Tenant": "String"}}


@pytest.fixture
def found() -> Relations:
    return relations("otel", LOGS)


def test_only_named_relations_are_put_before_a_query(found: Relations) -> None:
    statement = found.statement(StoreQuery("SELECT body FROM logs", {"logs": HOUR}))
    assert statement.startswith("WITH logs AS (SELECT Timestamp AS time")
    assert "logs_before" not in statement
    assert statement.endswith(") SELECT body FROM logs")


def test_scope_is_bound_and_never_pasted(found: Relations) -> None:
    query = StoreQuery("SELECT 1 FROM logs", {"logs": HOUR}, tenant=Tenant("o'brien"))
    assert "o'brien" not in found.statement(query)
    start_ns = 1_772_366_400_000_001_000
    expected = {"wf_tenant": "o'brien", "wf_logs_start": start_ns, "wf_logs_end": start_ns + 3_600 * 10**9}
    assert parameters(query) == expected


def test_words_inside_texts_are_no_offence(found: Relations) -> None:
    sql = "SELECT body FROM logs WHERE body LIKE '%; INTO OUTFILE otel_logs SETTINGS file(%' AND body != 'it''s; \\' system.x'"
    assert sql in found.statement(StoreQuery(sql, {"logs": HOUR}))


@pytest.mark.parametrize("offence", [";", "INTO OUTFILE 'x'", "settings max_threads = 1", "file('x')", "FROM system.one", "FROM otel_logs"])
def test_ways_out_of_a_select_are_refused(found: Relations, offence: str) -> None:
    with pytest.raises(StoreError, match="may not contain"):
        found.statement(StoreQuery(f"SELECT 1 {offence}", {"logs": HOUR}))


def test_columns_follow_what_the_table_has(found: Relations) -> None:
    assert found.columns("logs") == {"time", "service", "body", "weight", "occurrences"}
    assert found.columns("logs_before") == found.columns("logs")
    assert found.is_ours


def test_a_table_without_our_tenant_is_not_ours() -> None:
    foreign = relations("default", {"otel_logs": {"Timestamp": "DateTime64(9)", "Body": "String"}})
    assert not foreign.is_ours
    assert "toTimeZone(Timestamp, 'UTC') AS time" in foreign.statement(StoreQuery("SELECT 1 FROM logs", {"logs": HOUR}))
