"""What the rules look at, as the real store tells it; and which services belong together."""

import numpy as np

from analytics.rules_applied import Group
from domain.ids import Tenant
from domain.ports import TelemetryStore
from incidents.links import found_links
from incidents.observations import observed
from tests.fakes import FakeTelemetryStore
from tests.incidents.world import BREAKS, MINUTES, broken, fill, log, window


async def test_minutes_are_counted_where_they_are(store: TelemetryStore, tenant: Tenant) -> None:
    await fill(store, tenant, broken(requests=10, failing=4))
    frame = await observed(store, window(BREAKS - 5, BREAKS + 5), tenant)
    row = frame.errors.groups.index(Group("checkout", "/orders", "ORDER_LOST"))
    assert frame.errors.events[row].tolist() == [0.0] * 5 + [4.0] * 5
    assert frame.errors.exposure[row].tolist() == [8.0] * 5 + [10.0] * 5
    assert frame.index(window(0, BREAKS).end) == 5


async def test_a_request_in_logs_and_spans_counts_once(store: TelemetryStore, tenant: Tenant) -> None:
    await fill(store, tenant, broken(failing=4))
    frame = await observed(store, window(), tenant)
    rows = {group.service: number for number, group in enumerate(frame.service_errors.groups)}
    assert frame.service_errors.events[rows["checkout"], BREAKS] == 4
    assert frame.requests.events[[group.service for group in frame.requests.groups].index("checkout"), 0] == 8


async def test_the_axis_begins_where_anything_is_stored(store: TelemetryStore, tenant: Tenant) -> None:
    await fill(store, tenant, broken(failing=4))
    frame = await observed(store, window(-300, MINUTES), tenant)
    assert (frame.start, frame.minutes) == (window().start, MINUTES)


async def test_durations_keep_all_calls(store: TelemetryStore, tenant: Tenant) -> None:
    await fill(store, tenant, broken(slow=3))
    frame = await observed(store, window(), tenant)
    assert np.array_equal(frame.durations.sum(axis=1), frame.calls.events)


async def test_children_are_weighed_against_their_callers(store: TelemetryStore, tenant: Tenant) -> None:
    await fill(store, tenant, broken(queries=5))
    children = (await observed(store, window(), tenant)).children
    row = children.groups.index(Group("checkout", "POST /orders", subject="orders-db INSERT orders"))
    assert (children.events[row, 0], children.exposure[row, 0]) == (8, 8)
    assert (children.events[row, BREAKS], children.exposure[row, BREAKS]) == (40, 8)


async def test_calls_and_common_deploys_link_services(store: TelemetryStore, tenant: Tenant) -> None:
    await fill(store, tenant, broken())
    deploys = [log(5, name, "deployed", event="deploy", attributes={"version": "9.1"}) for name in ("cart", "mail")]
    await store.write_logs(deploys, tenant)
    links = await found_links(store, window(), tenant)
    assert links.joins("gateway", "orders-db")
    assert links.joins("mail", "cart")
    assert not links.joins("mail", "checkout")


async def test_a_store_without_telemetry_columns_shows_nothing() -> None:
    frame = await observed(FakeTelemetryStore(), window())
    assert (frame.errors.groups, frame.calls.groups, frame.gauges.groups) == ((), (), ())
