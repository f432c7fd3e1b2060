"""How a query is put over its tables, seen without an engine."""

from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.clickhouse_relations import Relations, Source, parameters, relations
from adapters.clickhouse_rollups import tier_for
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


@pytest.mark.parametrize(
    ("hours", "oldest_days", "step_s"),
    [
        (8, {60: 1, 300: 1, 3_600: 1, 86_400: 1}, 60),
        (8.4, {60: 1, 300: 1, 3_600: 1, 86_400: 1}, 300),
        (42, {60: 1, 300: 1, 3_600: 1, 86_400: 1}, 3_600),
        (24 * 900, {60: 1, 300: 1, 3_600: 1, 86_400: 1}, 86_400),
        (8, {60: 9, 300: 1, 3_600: 1, 86_400: 1}, 300),
        (8, {86_400: 1}, 86_400),
        (8, {60: 1, 300: 1, 3_600: 1}, 60),
        (8, {}, 60),
    ],
)
def test_the_finest_tier_is_read_that_fits_the_window_and_lost_nothing_of_it(
    hours: float, oldest_days: dict[int, int], step_s: int
) -> None:
    tiers = tuple(Source("", {}, "", step_s=step) for step in (60, 300, 3_600, 86_400))
    numbers = {tier.step_s: number for number, tier in enumerate(tiers)}
    oldest = {numbers[step]: date(2026, 3, day) for step, day in oldest_days.items()}
    assert tiers[tier_for(tiers, Window(START, START + timedelta(hours=hours)), oldest)].step_s == step_s
