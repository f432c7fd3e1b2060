"""Spans and gauges of the live world: whole requests along the call graph, failed where the event failed."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from domain.window import parse_rfc3339
from simulator.live import LiveWorld, Pace
from simulator.records import Record
from simulator.shop import ENDPOINTS
from simulator.wide import STOREFRONT, Event

START = datetime(2026, 3, 4, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> tuple[LiveWorld, list[Event]]:
    made = LiveWorld(7, START)
    return made, made.events(START + timedelta(minutes=30))


def by_trace(events: list[Event]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for event in events:
        for span in event.spans:
            found[span["trace_id"]].append(span)
    return found


def test_every_request_is_one_tree_from_the_page_down(world: tuple[LiveWorld, list[Event]]) -> None:
    traces = by_trace(world[1])
    assert {event.record["trace_id"] for event in world[1] if "trace_id" in event.record} == set(traces)
    for spans in traces.values():
        ids = {span["span_id"] for span in spans}
        roots = [span for span in spans if "parent_span_id" not in span]
        assert len(ids) == len(spans)
        assert [root["service"] for root in roots] == [STOREFRONT]
        assert all(span["parent_span_id"] in ids for span in spans if span not in roots)


def test_calls_follow_the_call_graph_and_none_is_left_out(world: tuple[LiveWorld, list[Event]]) -> None:
    handled = {f"{place.service}.{place.route.strip('/').replace('/', '.') or 'home'}": place for place in ENDPOINTS.values()}
    for spans in by_trace(world[1]).values():
        below: dict[str, Counter[str]] = defaultdict(Counter)
        for span in spans:
            below[span.get("parent_span_id", "")][span["name"]] += 1
        for span in spans:
            if span["name"] in handled:
                assert {handled[name].key for name in below[span["span_id"]]} == set(handled[span["name"]].calls)


def test_who_calls_is_there_before_and_after_whom_it_calls(world: tuple[LiveWorld, list[Event]]) -> None:
    for event in world[1]:
        spans = {span["span_id"]: span for span in event.spans}
        for span in spans.values():
            if (parent := spans.get(span.get("parent_span_id", ""))) is not None:
                assert parse_rfc3339(parent["start_time"]) <= parse_rfc3339(span["start_time"]) + timedelta(milliseconds=2)


def test_an_event_and_its_span_tell_the_same(world: tuple[LiveWorld, list[Event]]) -> None:
    traces = by_trace(world[1])
    compared = 0
    for event in world[1]:
        spans = [span for span in traces.get(event.record.get("trace_id", ""), ()) if span["service"] == event.service]
        own = [span for span in spans if span["duration_ms"] == event.record["duration_ms"]]
        compared += len(own)
        assert not spans or [span["status"] for span in own][:1] == ["Error" if event.record["severity"] == "ERROR" else "Ok"]
    assert compared > 600


def test_a_failure_is_passed_up_and_never_down(world: tuple[LiveWorld, list[Event]]) -> None:
    for spans in by_trace(world[1]).values():
        failed = {span["span_id"]: span["status"] == "Error" for span in spans}
        above = [(span["status"] == "Error", failed[span["parent_span_id"]]) for span in spans if "parent_span_id" in span]
        assert all(parent for child, parent in above if child)


def test_databases_tell_their_pool(world: tuple[LiveWorld, list[Event]]) -> None:
    points = [point for event in world[1] for point in event.points]
    assert {(point["name"], point["unit"]) for point in points} == {("db.pool.used", "connections"), ("db.pool.size", "connections")}
    assert {point["service"] for point in points} == {"orders-db", "catalog-db"}


def test_a_calm_world_has_no_failed_span() -> None:
    events = LiveWorld(7, START, Pace(30, 0.0)).events(START + timedelta(minutes=10))
    assert {span["status"] for event in events for span in event.spans} == {"Ok"}
