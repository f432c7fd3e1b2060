"""A request that two kinds of line tell of is one request."""

from typing import Any

from domain.calls import ToolResult
from domain.ids import Tenant
from domain.ports import TelemetryStore
from tests.tools import world
from tools.registry import Registry
from tools.toolbox import Toolbox

ONCE = Tenant("tools-requests-once")
REGISTRY = Registry.load()
CLIENT = "192.0.2.80"


async def answer(store: TelemetryStore, tool: str, **filters: Any) -> ToolResult:
    """The access log has five requests, two of which failed; the gateway tells of these two again, and asks `/stock`."""
    if await store.extent(ONCE) is None:
        served = [world.request(minute, CLIENT, "/cart", status) for minute, status in enumerate((200, 200, 200, 502, 404))]
        again = [world.log(minute, "web", "call failed", route="/cart", status=status) for minute, status in ((3, 502), (4, 404))]
        below = [world.log(minute, "stock", "asked", route="/stock", status=status) for minute, status in enumerate((500, 500, 500, 200))]
        await store.write_logs([*served, *again, *below], ONCE)
    return await world.ask(Toolbox(store, REGISTRY), tool, ONCE, **filters)


async def test_requests_are_what_clients_sent(store: TelemetryStore) -> None:
    for tool in ("requests_over_time", "requests_by_hour", "status_codes"):
        assert (await answer(store, tool)).evidence.aggregates["requests_in_all"] == 5
    assert (await answer(store, "status_codes")).evidence.aggregates["server_errors"] == 1


async def test_requests_of_a_service_that_knows_no_clients_are_what_it_answered(store: TelemetryStore) -> None:
    assert (await answer(store, "requests_over_time", service="stock")).evidence.aggregates["requests_in_all"] == 4
    assert (await answer(store, "status_codes", route="/stock")).evidence.aggregates["failed_requests"] == 3


async def test_routes_are_those_that_clients_asked_for(store: TelemetryStore) -> None:
    evidence = (await answer(store, "failing_routes")).evidence
    assert [(row["route"], row["failures"], row["requests"]) for row in evidence.rows] == [("/cart", 2, 5)]
    assert (evidence.aggregates["failed_requests"], evidence.aggregates["server_errors_in_all"]) == (2, 1)
    assert {row["route"]: row["requests"] for row in (await answer(store, "busiest_routes")).evidence.rows} == {"/cart": 5}


async def test_routes_of_a_service_that_knows_no_clients_are_its_own(store: TelemetryStore) -> None:
    (failing,) = (await answer(store, "failing_routes", service="stock")).evidence.rows
    (busy,) = (await answer(store, "busiest_routes", service="stock")).evidence.rows
    assert (failing["route"], failing["failures"], busy["requests"]) == ("/stock", 3, 4)
