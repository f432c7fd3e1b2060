"""What the templates of waste give in the small world, against amounts worked out by hand."""

from typing import Any

import pytest

from domain.calls import ToolResult
from domain.findings import Finding
from domain.ids import Tenant
from domain.ports import TelemetryStore
from grounding.verifier import verify
from tests.tools import waste, world
from tools.registry import Registry
from tools.toolbox import Toolbox

WASTEFUL = Tenant("tools-waste")
REGISTRY = Registry.load()
FINDERS = {
    "repeated_queries": {"n_plus_one"},
    "chatty_calls": {"chatty_calls"},
    "retry_waste": {"retry_waste"},
    "cache_misses": {"cache_misses"},
    "payload_sizes": {"oversized_payload"},
    "log_volume": {"debug_logging"},
    "duration_trend": {"slowing_route"},
    "idle_capacity": {"idle_capacity"},
    "credential_stuffing": {"credential_stuffing"},
}


async def answer(store: TelemetryStore, tool: str, **filters: Any) -> ToolResult:
    if await store.extent(WASTEFUL) is None:
        await store.write_logs(list(waste.logs()), WASTEFUL)
        await store.write_spans(list(waste.spans()), WASTEFUL)
        await store.write_metrics(list(waste.metrics()), WASTEFUL)
    return await world.ask(Toolbox(store, REGISTRY), tool, WASTEFUL, **filters)


def about(result: ToolResult, value: str) -> Finding:
    return next(finding for finding in result.findings if finding.entity.value == value)


@pytest.mark.parametrize("tool", FINDERS)
async def test_each_kind_of_waste_is_found_with_a_saving_that_is_claimed(store: TelemetryStore, tool: str) -> None:
    result = await answer(store, tool)
    assert {finding.kind for finding in result.findings} == FINDERS[tool]
    claims = {claim.id: claim for claim in result.candidates}
    assert all(judged.verdict == "supported" for judged in verify(result.candidates, {"E1": result.evidence}))
    for finding in result.findings:
        said = [value for name in finding.claims if isinstance(value := claims[name].slots["value"], int | float)]
        assert finding.desk == ("security" if tool == "credential_stuffing" else "efficiency")
        assert finding.saving is None or pytest.approx(finding.saving["value"], rel=1e-3) in said


async def test_a_query_in_a_loop_is_counted_by_request_whatever_its_literals(store: TelemetryStore) -> None:
    result = await answer(store, "repeated_queries")
    orders = about(result, "orders")
    row = result.evidence.rows[0]
    assert (row["operation"], row["statement"]) == ("GET /list", "SELECT * FROM items WHERE id = ?")
    assert (row["requests"], row["calls"], row["calls_per_request"], row["max_repeats"]) == (10, 200, 20, 20)
    assert orders.count == 190
    assert orders.saving == {
        "value": 0.38,
        "unit": "s",
        "per": "window",
        "how": "runs that one run could replace x median of the statement: 190 x 2 ms",
    }


async def test_queries_behind_inner_spans_are_repeated_all_the_same(store: TelemetryStore) -> None:
    basket = about(await answer(store, "repeated_queries"), "basket")
    assert (basket.count, basket.details["operation"], basket.details["calls_per_request"]) == (20, "GET /basket", 6)
    assert basket.saving is not None
    assert basket.saving["value"] == pytest.approx(20 * 4 / 1000)


async def test_a_job_that_nobody_called_is_no_request(store: TelemetryStore) -> None:
    assert "nightly" not in {row["service"] for row in (await answer(store, "repeated_queries")).evidence.rows}


async def test_a_single_query_a_request_is_no_waste(store: TelemetryStore) -> None:
    rows = (await answer(store, "repeated_queries", service="orders")).evidence.rows
    single = next(row for row in rows if row["operation"] == "GET /one")
    assert (single["requests"], single["max_repeats"], single["extra_calls"], single["avoidable_s"]) == (10, 1, 0, 0)


async def test_chatty_calls_leave_databases_to_the_repeated_queries(store: TelemetryStore) -> None:
    result = await answer(store, "chatty_calls")
    assert [(finding.entity.value, finding.count) for finding in result.findings] == [("feed", 32)]
    feed = about(result, "feed")
    assert feed.saving is not None
    assert feed.saving["value"] == pytest.approx(32 * 3 / 1000)
    assert {row["link"]: row["max_calls"] for row in result.evidence.rows if row["max_calls"] > 5} == {
        "orders->shop-db": 20,
        "feed->profile": 9,
        "basket->shop-db": 6,
    }


async def test_a_retry_is_a_call_after_an_error_of_the_same_call(store: TelemetryStore) -> None:
    result = await answer(store, "retry_waste")
    (row,) = result.evidence.rows
    assert (row["link"], row["operation"]) == ("billing->bank", "POST /pay")
    assert (row["requests"], row["retries"], row["recovered"], row["max_attempts"]) == (5, 10, 5, 3)
    assert about(result, "billing").saving == {
        "value": pytest.approx(0.55),
        "unit": "s",
        "per": "window",
        "how": "time of the 10 failed tries that were made again",
    }


async def test_misses_beyond_the_usual_are_counted_and_priced(store: TelemetryStore) -> None:
    found = about(await answer(store, "cache_misses"), "GET page")
    cells = found.details
    assert (cells["lookups"], cells["misses"], cells["usual_hit_ratio"], cells["lowest_hit_ratio"]) == (400, 72, 90, 10)
    assert (found.count, cells["miss_cost_ms"], cells["lowest_at"]) == (32, 30, "2026-03-01T12:30:00Z")
    assert found.saving is not None
    assert found.saving["value"] == pytest.approx(32 * 30 / 1000)


async def test_gauges_tell_the_hit_ratio_as_a_percentage(store: TelemetryStore) -> None:
    (row,) = (await answer(store, "cache_hit_ratio")).evidence.rows
    assert (row["lowest"], row["typical"], row["lowest_at"]) == (20, 90, "2026-03-01T12:33:00Z")


async def test_bytes_over_a_megabyte_could_be_saved(store: TelemetryStore) -> None:
    found = about(await answer(store, "payload_sizes"), "/export")
    assert (found.count, found.details["p95_bytes"]) == (5, 3_000_000)
    assert found.saving is not None
    assert found.saving["value"] == 5 * 2_000_000


async def test_debug_output_is_weighed_in_bytes(store: TelemetryStore) -> None:
    found = about(await answer(store, "log_volume"), "files")
    assert found.count == 150
    assert found.saving is not None
    assert found.saving["value"] == 150 * len("chunk 000 " + "x" * 400)


async def test_a_route_that_became_slow_is_set_against_its_start(store: TelemetryStore) -> None:
    found = about(await answer(store, "duration_trend"), "/list")
    assert (found.details["early_p50_ms"], found.details["late_p50_ms"], found.details["growth"]) == (20, 50, 150)
    assert found.saving is not None
    assert found.saving["value"] == pytest.approx(30 / 1000 * found.count)


async def test_an_idle_service_could_give_up_what_its_peak_leaves_under_the_target(store: TelemetryStore) -> None:
    found = about(await answer(store, "idle_capacity"), "attic")
    assert (found.details["cpu_peak"], found.details["memory_peak"]) == (12, 31)
    assert found.saving == {
        "value": 80,
        "unit": "%",
        "per": "capacity of the service",
        "how": "1 - peak CPU use / target of 60 %: 1 - 12 / 60",
    }


async def test_own_time_leaves_out_what_was_called(store: TelemetryStore) -> None:
    rows = {(row["service"], row["operation"]): row for row in (await answer(store, "self_time", limit=100)).evidence.rows}
    listing, bill = rows["orders", "GET /list"], rows["billing", "POST /bill"]
    assert (listing["calls"], listing["own_s"]) == (10, pytest.approx(10 * (100 - 40) / 1000))
    assert (bill["calls"], bill["own_s"]) == (6, pytest.approx((5 * (200 - 120) + (90 - 50)) / 1000))


async def test_routes_are_ranked_by_the_time_they_take_in_all(store: TelemetryStore) -> None:
    row = (await answer(store, "route_costs", route="/list")).evidence.rows[0]
    assert (row["requests"], row["total_s"], row["share"]) == (120, pytest.approx(60 * 0.02 + 60 * 0.05), 100)
    assert row["rate"] == pytest.approx(120 / 240)


async def test_stuffed_log_ins_are_told_from_people_who_mistype(store: TelemetryStore) -> None:
    result = await answer(store, "credential_stuffing")
    (found,) = result.findings
    assert (found.entity.type, found.entity.value, found.technique) == ("user_agent", waste.STUFFER, "T1110.004")
    assert (found.count, found.succeeded, found.severity, found.accounts) == (80, True, "critical", waste.OPENED)
    assert (found.details["failed"], found.details["accounts_tried"], found.details["addresses"]) == (76, 40, 10)
    people = next(row for row in result.evidence.rows if row["agent"] == waste.BROWSER)
    assert (people["accounts_failed"], people["accounts_opened"], people["is_stuffing"]) == (4, 0, False)


async def test_one_account_of_the_site_is_read_by_name(store: TelemetryStore) -> None:
    (row,) = (await answer(store, "web_logins_by_account", user="person1")).evidence.rows
    assert (row["failed"], row["accepted"], row["addresses"]) == (1, 1, 1)
