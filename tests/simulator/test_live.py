"""The live world: its rate, its types, its broken share, and anomalies that are forced."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from domain.errors import WrongUseError
from simulator.live import LiveWorld, Pace
from simulator.shop import DATABASES, ENDPOINTS, SERVICES
from simulator.wide import EVENT_TYPES, STOREFRONT, Event, Ranges
from simulator.wide_cascades import ANOMALIES

START = datetime(2026, 3, 4, 9, tzinfo=UTC)
SEEDS = range(1, 6)


def minutes(number: float) -> datetime:
    return START + timedelta(minutes=number)


def per_minute(events: Sequence[Event]) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = {}
    for event in events:
        found.setdefault(int((event.at - START) / timedelta(minutes=1)), []).append(event)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rate_is_held_from_the_first_minute_on(seed: int) -> None:
    counts = [len(events) for events in per_minute(LiveWorld(seed, START).events(minutes(30))).values()]
    assert len(counts) == 30
    assert all(27 <= count <= 33 for count in counts)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_minute_has_all_four_types(seed: int) -> None:
    for events in per_minute(LiveWorld(seed, START).events(minutes(20))).values():
        assert {event.event_type for event in events} == set(EVENT_TYPES)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("share", [0.15, 0.4, 0.0])
def test_the_share_that_is_broken_is_the_one_asked_for(seed: int, share: float) -> None:
    world = LiveWorld(seed, START, Pace(30, share))
    events = world.events(minutes(40))
    assert len(world.labels) / len(events) == pytest.approx(share, abs=0.01)
    assert {label.event_id for label in world.labels} <= {event.event_id for event in events}


def test_no_event_says_that_it_is_broken() -> None:
    world = LiveWorld(3, START)
    events = world.events(minutes(30))
    names = {name for event in events for name in event.record} | {name for event in events for name in event.record.get("metrics", {})}
    assert {name for name in names if any(word in name for word in ("wrong", "label", "anomal", "truth", "flag", "group"))} == set()
    broken = {label.event_id for label in world.labels}
    assert {frozenset(event.record) for event in events if event.event_id not in broken} & {
        frozenset(event.record) for event in events if event.event_id in broken
    }


def test_how_often_it_is_asked_changes_nothing() -> None:
    often, once = LiveWorld(5, START), LiveWorld(5, START)
    pieces = [event for second in range(0, 601, 7) for event in often.events(START + timedelta(seconds=second))]
    assert pieces + often.events(minutes(10)) == once.events(minutes(10))
    assert list(often.labels) == list(once.labels)


def test_events_come_in_order_and_ids_are_their_own() -> None:
    events = LiveWorld(2, START).events(minutes(60))
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert len({event.event_id for event in events}) == len(events)
    assert all(event.event_id.startswith("EVT-") for event in events)


def measured(event: Event) -> dict[str, float]:
    if event.event_type == "api":
        return {"api_ms": event.record["duration_ms"]}
    if event.event_type == "frontend":
        return {"page_load_ms": event.record["duration_ms"]}
    metrics = event.record["metrics"]
    if event.event_type == "database":
        return {"query_ms": event.record["duration_ms"], "pool_connections": metrics["db.pool.used"]}
    return {"cpu_pct": metrics["cpu.utilization"], "memory_pct": metrics["memory.utilization"], "disk_mb_s": metrics["disk.io"]}


def test_ordinary_events_stay_inside_the_ranges_and_use_their_breadth() -> None:
    ranges = Ranges(api_ms=(20, 90), cpu_pct=(5, 30))
    seen: dict[str, list[float]] = {}
    for event in LiveWorld(4, START, Pace(120, 0.0), ranges).events(minutes(60)):
        for name, value in measured(event).items():
            seen.setdefault(name, []).append(value)
    for name, values in seen.items():
        low, high = getattr(ranges, name)
        assert low <= min(values) <= low * (high / low) ** 0.25
        assert low * (high / low) ** 0.75 <= max(values) <= high
    assert len(seen) == 7


def test_ordinary_statuses_are_answers_and_refusals() -> None:
    events = LiveWorld(4, START, Pace(60, 0.0)).events(minutes(30))
    statuses = Counter(event.record["status_code"] for event in events if event.event_type == "api")
    assert set(statuses) == {200, 201, 400}
    assert statuses[400] / statuses.total() == pytest.approx(0.07, abs=0.04)


def test_script_errors_have_stacks_and_pages_have_browsers() -> None:
    events = [event for event in LiveWorld(4, START).events(minutes(60)) if event.event_type == "frontend"]
    assert all("Mozilla/5.0" in event.record["user_agent"] for event in events)
    stacks = [event.record["error_message"] for event in events if event.record.get("error_code") == "JS_ERROR"]
    assert stacks
    assert all("\n    at " in stack and ".js:" in stack for stack in stacks)


@pytest.mark.parametrize("seed", SEEDS)
def test_cascades_share_a_trace_and_climb_from_a_database_to_the_page(seed: int) -> None:
    world = LiveWorld(seed, START)
    events = {event.event_id: event for event in world.events(minutes(60))}
    chains: dict[str, list[Event]] = {}
    for label in world.labels:
        if label.group.startswith("cascade/"):
            event = events[label.event_id]
            chains.setdefault(event.record["trace_id"], []).append(event)
    assert len(chains) >= 5
    for chain in chains.values():
        assert [event.at for event in chain] == sorted(event.at for event in chain)
        assert (chain[0].event_type, chain[-1].event_type) == ("database", "frontend")
        assert len({event.record["region"] for event in chain}) == 1
        keys = [f"{event.service} {event.record['route']}" for event in chain[:-1]]
        assert all(below in ENDPOINTS[above].calls for below, above in pairwise(keys))
        waits = [event.record["duration_ms"] for event in chain if event.event_type == "api"]
        assert waits == sorted(waits)


@pytest.mark.parametrize("seed", SEEDS)
def test_scattered_anomalies_never_hit_one_service_three_times_in_a_row(seed: int) -> None:
    world = LiveWorld(seed, START)
    events = world.events(minutes(60))
    kinds = {label.event_id: label.group or "scattered" for label in world.labels}
    rows: dict[str, list[str]] = {}
    for event in events:
        row = rows.setdefault(event.service, [])
        row.append(kinds.get(event.event_id, ""))
        assert row[-3:] != ["scattered"] * 3


@pytest.mark.parametrize("kind", ANOMALIES)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_forced_anomaly_hits_one_service_hard_for_two_minutes(kind: str, seed: int) -> None:
    world = LiveWorld(seed, START)
    world.events(minutes(3))
    forced = world.force(kind, minutes(3))
    events = [event for event in world.events(minutes(8)) if event.at > minutes(3)]
    groups = {label.event_id for label in world.labels if label.group.startswith(f"forced/{kind}/")}
    hit = [event for event in events if event.event_id in groups]
    assert forced.end_at - forced.start_at == timedelta(minutes=2)
    assert all(forced.start_at <= event.at <= forced.end_at + timedelta(seconds=6) for event in hit)
    assert max(Counter(event.service for event in hit).values()) >= 20
    assert forced.service in {event.service for event in hit}


@pytest.mark.parametrize("kind", ["cascade", "error_burst", "database", "memory", "frontend"])
def test_a_forced_failure_repeats_one_error_of_one_route_more_than_ten_times(kind: str) -> None:
    world = LiveWorld(1, START)
    world.force(kind, START)
    errors = Counter(
        (event.service, event.record.get("route", ""), event.record["error_code"])
        for event in world.events(minutes(5))
        if event.record.get("error_code")
    )
    assert errors.most_common(1)[0][1] > 10


def test_a_forced_anomaly_begins_where_it_was_asked_to() -> None:
    world = LiveWorld(1, START)
    assert world.force("latency", START, "payment").service == "payment"
    assert world.force("cascade", START).service in DATABASES
    assert world.force("frontend", START).service == STOREFRONT


@pytest.mark.parametrize(("kind", "service"), [("meteor", ""), ("latency", "nowhere"), ("database", "checkout")])
def test_an_anomaly_that_cannot_be_is_refused_with_what_can(kind: str, service: str) -> None:
    with pytest.raises(WrongUseError, match=r"there are|it can at"):
        LiveWorld(1, START).force(kind, START, service)


def test_every_server_and_database_can_be_hit() -> None:
    reachable = {service for anomaly in ANOMALIES.values() for service in anomaly.services}
    assert reachable - {STOREFRONT} == {service.name for service in SERVICES if service.kind == "Server"} | DATABASES


def test_only_our_own_services_send_events() -> None:
    senders = {event.service for event in LiveWorld(1, START).events(minutes(120))}
    assert senders == {service.name for service in SERVICES if service.is_ours} | {STOREFRONT}


def test_a_new_pace_holds_at_once() -> None:
    world = LiveWorld(1, START)
    world.events(minutes(5.5))
    world.set_pace(Pace(120, 0.15), minutes(5.5))
    assert len(world.events(minutes(6.5))) == pytest.approx(120, abs=12)


@pytest.mark.parametrize("rate", [0.5, 1, 2, 3.4])
def test_a_low_rate_is_held_over_time(rate: float) -> None:
    assert len(LiveWorld(1, START, Pace(rate, 0.15)).events(minutes(200))) == pytest.approx(200 * rate, rel=0.03)


def test_what_was_slept_through_is_not_made_up_for() -> None:
    world = LiveWorld(1, START)
    world.events(minutes(1))
    world.skip(minutes(600))
    events = world.events(minutes(601))
    assert len(events) == pytest.approx(30, abs=3)
    assert all(event.at >= minutes(600) for event in events)
