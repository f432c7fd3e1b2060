"""The live feed behind its routes: state changes, pace, events as stored, anomalies, thresholds. Time is a fake clock's."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest

from domain.documents import document
from domain.errors import QueueError, WrongUseError
from domain.queue import Entry
from domain.telemetry import LogRecord
from service.app import build_app
from service.live import LiveFeed
from service.recent import RecentEvents, Wanted
from service.routes.monitoring import stream
from simulator.live import Pace
from simulator.wide import EVENT_TYPES, Ranges
from tests.fakes import FakeClock, FakeDocuments, FakeQueue, FakeTelemetryStore
from tests.pipeline.plants import Plant
from tests.service.world import Front, front, settled

NDJSON = {"content-type": "application/x-ndjson"}


async def forever(_seconds: float) -> None:
    await asyncio.Event().wait()


class Feed:
    """A feed over fakes whose ticks the test makes."""

    def __init__(self, store: FakeTelemetryStore | None = None, queue: FakeQueue | None = None) -> None:
        self.clock, self.store, self.queue = FakeClock(), store or FakeTelemetryStore(), queue or FakeQueue()
        plant = Plant(store=self.store, queue=self.queue, clock=self.clock)
        self.plane = plant.plane()
        self.ways = plant.ways_in(self.plane)
        self.live = LiveFeed(self.ways.receiver, self.clock, Pace(), Ranges(), forever)

    async def run(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.at += timedelta(seconds=1)
            await self.live.tick()
        await self.ways.settle(self.queue)

    async def close(self) -> None:
        await self.live.close()
        await self.plane.close()


@pytest.fixture
async def feed() -> AsyncIterator[Feed]:
    made = Feed()
    made.live.start()
    yield made
    await made.close()


async def test_events_come_at_the_rate_with_all_four_types_in_the_first_minute(feed: Feed) -> None:
    await feed.run(60)
    assert 27 <= len(feed.store.logs) <= 33
    assert {log.attributes["event_type"] for log in feed.store.logs} == set(EVENT_TYPES)


async def test_the_rate_and_the_broken_share_hold_over_half_an_hour(feed: Feed) -> None:
    await feed.run(1_800)
    assert len(feed.store.logs) == pytest.approx(900, rel=0.1)
    assert feed.live.status().flagged_count / len(feed.store.logs) == pytest.approx(0.15, abs=0.02)


async def test_what_is_shown_is_what_is_stored(feed: Feed) -> None:
    await feed.run(120)
    assert feed.live.recent.newest(2_000, Wanted()) == feed.store.logs[::-1]


async def test_a_set_rate_holds_at_once_and_for_the_next_start(feed: Feed) -> None:
    feed.live.set_rate(300)
    await feed.run(60)
    assert len(feed.store.logs) == pytest.approx(300, rel=0.1)
    await feed.live.stop()
    feed.live.start()
    assert feed.live.status().rate == 300


async def test_after_a_stall_no_stale_events_come(feed: Feed) -> None:
    await feed.run(60)
    before = len(feed.store.logs)
    feed.clock.at += timedelta(hours=8)
    await feed.live.tick()
    burst = feed.store.logs[before:]
    assert len(burst) <= 20
    assert all(log.timestamp_ns / 1e9 >= feed.clock.at.timestamp() - 31 for log in burst)


async def test_a_short_stall_is_caught_up_with(feed: Feed) -> None:
    feed.clock.at += timedelta(seconds=25)
    await feed.live.tick()
    await feed.run(35)
    assert 27 <= len(feed.store.logs) <= 33


async def test_a_forced_anomaly_becomes_critical_and_leaves_more_than_ten_of_one_error(feed: Feed) -> None:
    await feed.run(60)
    before = feed.live.status().critical_count
    forced = feed.live.force()
    assert feed.live.status().forced == forced
    await feed.run(121)
    assert feed.live.status().forced is None
    assert feed.live.status().critical_count > before + 10
    errors = Counter((log.service, log.route, log.error_code) for log in feed.store.logs if log.error_code)
    assert errors.most_common(1)[0][1] > 10
    assert any(log.service == forced.service and "watchfloor.critical" in log.attributes for log in feed.store.logs)


async def test_a_stopped_feed_makes_nothing_and_a_new_one_makes_no_old_ids(feed: Feed) -> None:
    await feed.run(60)
    await feed.live.stop()
    await asyncio.sleep(0)
    assert not feed.live.running
    feed.clock.at += timedelta(minutes=5)
    feed.live.start()
    await feed.run(60)
    ids = [log.event_id for log in feed.store.logs]
    assert len(set(ids)) == len(ids)


async def test_state_changes_that_cannot_be_are_refused(feed: Feed) -> None:
    with pytest.raises(WrongUseError, match="running already"):
        feed.live.start()
    await feed.live.stop()
    with pytest.raises(WrongUseError, match="not running"):
        await feed.live.stop()
    with pytest.raises(WrongUseError, match="not running"):
        feed.live.force()


class FailingOnce(FakeQueue):
    """Loses its first append of log events."""

    has_failed: bool = False

    async def append(self, entries: Sequence[Entry], digest: str = "") -> bool:
        if not self.has_failed:
            self.has_failed = True
            raise QueueError("the queue is away")
        return await super().append(entries, digest)


async def test_a_queue_that_fails_once_loses_events_that_are_counted_and_the_feed_goes_on() -> None:
    feed = Feed(queue=FailingOnce())
    feed.live.start()
    await feed.run(60)
    status = feed.live.status()
    assert status.lost >= 1
    assert status.lost + len(feed.store.logs) == pytest.approx(30, abs=3)
    assert (status.last_error, status.running) == ("the queue is away", True)
    await feed.close()


async def test_the_loop_ticks_by_itself_between_sleeps() -> None:
    feed, woken = Feed(), asyncio.Event()

    async def nap(seconds: float) -> None:
        feed.clock.at += timedelta(seconds=seconds)
        if feed.clock.at.minute == 2:
            woken.set()
        await asyncio.sleep(0)

    live = LiveFeed(feed.ways.receiver, feed.clock, Pace(), Ranges(), nap)
    live.start()
    async with asyncio.timeout(30):
        await woken.wait()
    await live.stop()
    await feed.ways.settle(feed.queue)
    assert len(feed.store.logs) == pytest.approx(60, abs=7)
    await feed.close()


async def test_a_bug_ends_the_feed_says_so_and_it_can_be_started_again() -> None:
    feed = Feed()

    async def broken(_seconds: float) -> None:
        raise ZeroDivisionError("a bug")

    live = LiveFeed(feed.ways.receiver, feed.clock, Pace(), Ranges(), broken)
    live.start()
    for _ in range(3):
        await asyncio.sleep(0)
    assert (live.running, live.status().last_error) == (False, "ZeroDivisionError('a bug')")
    with pytest.raises(WrongUseError, match="not running"):
        await live.stop()
    live.start()
    assert live.running
    await live.close()


@pytest.fixture
async def client() -> AsyncIterator[tuple[httpx.AsyncClient, Front]]:
    made = front()
    transport = httpx.ASGITransport(build_app(made.parts, "0"))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as opened:
        yield opened, made
    await made.parts.live.close()


Client = tuple[httpx.AsyncClient, Front]


@pytest.mark.parametrize("prefix", ["monitoring", "demo"])
async def test_start_and_stop_by_the_routes(client: Client, prefix: str) -> None:
    api, _ = client
    started = await api.post(f"/api/{prefix}/start", json={"rate": 60})
    assert (started.status_code, started.json()["running"], started.json()["rate"]) == (200, True, 60)
    again = await api.post(f"/api/{prefix}/start")
    assert (again.status_code, again.headers["content-type"]) == (400, "application/problem+json")
    assert (await api.post(f"/api/{prefix}/stop")).json()["running"] is False
    assert (await api.post(f"/api/{prefix}/stop")).status_code == 400
    assert (await api.post(f"/api/{prefix}/anomaly")).status_code == 400


@pytest.mark.parametrize(
    ("route", "body", "status"),
    [
        ("start", {"rate": 0}, 422),
        ("start", {"rate": 1e9}, 422),
        ("start", {"speed": 3}, 422),
        ("anomaly", {"kind": "meteor"}, 400),
        ("anomaly", {"kind": "latency", "service": "nowhere"}, 400),
    ],
)
async def test_what_cannot_be_asked_is_a_problem(client: Client, route: str, body: dict[str, Any], status: int) -> None:
    api, made = client
    if route == "anomaly":
        made.parts.live.start()
    answer = await api.post(f"/api/monitoring/{route}", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def wide(number: int, status: int, service: str = "pay") -> dict[str, Any]:
    request = {"route": "/pay", "http_method": "POST", "status_code": status, "duration_ms": 12.5, "request_id": "req-1"}
    who = {"customer_id": "cust-1", "user_id": "u-1", "region": "eu-west", "metrics": {"db.pool.used": 3}}
    event = {"timestamp": f"2026-03-01T12:00:{number:02d}Z", "event_id": f"EVT-{number}", "event_type": "api"}
    return {**event, "service": service, "body": "paid", **request, **who}


async def push(made: Front, *events: dict[str, Any]) -> None:
    await made.parts.receiver.take("logs", "\n".join(map(json.dumps, events)).encode(), NDJSON["content-type"])
    await settled(made.parts)


async def test_events_of_any_sender_are_shown_newest_first_and_filtered(client: Client) -> None:
    api, made = client
    await push(made, wide(1, 200), wide(2, 500), wide(3, 201, "cart"), wide(4, 502))

    async def ids(route: str) -> list[str]:
        return [event["event_id"] for event in (await api.get(f"/api/{route}")).json()]

    assert await ids("monitoring/events") == await ids("events") == ["EVT-4", "EVT-3", "EVT-2", "EVT-1"]
    assert await ids("monitoring/events?limit=2") == ["EVT-4", "EVT-3"]
    assert await ids("monitoring/events?flagged=true") == await ids("demo/flagged") == ["EVT-4", "EVT-2"]
    assert await ids("monitoring/events?flagged=false") == ["EVT-3", "EVT-1"]
    assert await ids("monitoring/events?service=cart") == ["EVT-3"]
    assert await ids("events?event_type=database") == []
    assert (await api.get("/api/events?limit=0")).status_code == 422


async def test_an_event_is_shown_with_its_fields_and_its_flag(client: Client) -> None:
    api, made = client
    await push(made, wide(2, 500))
    (event,) = (await api.get("/api/events")).json()
    sent = {name: value for name, value in wide(2, 500).items() if name != "metrics"}
    assert {name: event[name] for name in sent} == sent
    assert (event["flagged"], event["critical"], event["reason"], event["rule"]) == (True, False, "HTTP status 500", "status")
    assert event["metrics"] == {"db.pool.used": 3.0}


async def test_clear_empties_the_view_and_keeps_store_and_knowledge_base(client: Client) -> None:
    api, made = client
    await made.parts.documents.put("issue", "ISS-1", {"issue_id": "ISS-1"})
    await push(made, wide(1, 500))
    assert (await api.get("/api/monitoring/status")).json()["event_count"] == 1
    cleared = (await api.post("/api/monitoring/clear")).json()
    assert (cleared["event_count"], cleared["flagged_count"]) == (0, 0)
    assert (await api.get("/api/monitoring/events")).json() == []
    assert len(made.store.logs) == 1
    assert (await api.get("/api/monitoring/ai-actions")).json() == {"issues": [{"issue_id": "ISS-1"}], "alerts": [], "tickets": []}


async def test_actions_are_issues_drafts_and_tickets(client: Client) -> None:
    api, made = client
    await made.parts.documents.put("draft", "ALR-1", {"alert_id": "ALR-1"})
    await made.parts.documents.put("ticket", "MON-1", {"ticket_id": "MON-1"})
    found = (await api.get("/api/monitoring/ai-actions")).json()
    assert found == {"issues": [], "alerts": [{"alert_id": "ALR-1"}], "tickets": [{"ticket_id": "MON-1"}]}


async def test_a_changed_threshold_flags_the_next_event_and_outlives_a_restart(client: Client) -> None:
    api, made = client
    await push(made, wide(1, 200))
    changed = await api.put("/api/thresholds", json={"api_duration_ms": 10})
    assert changed.json() == (await api.get("/api/thresholds")).json()
    assert changed.json()["api_duration_ms"] == 10
    await push(made, wide(2, 200))
    assert [event["flagged"] for event in (await api.get("/api/events")).json()] == [True, False]
    later = front()
    assert isinstance(later.parts.documents, FakeDocuments)
    kept = await made.parts.documents.get("thresholds", "flagging") or {}
    await later.parts.documents.put("thresholds", "flagging", {**kept, "forgotten_one": 3})
    await later.parts.thresholds.load()
    assert later.parts.thresholds.current() == changed.json()


@pytest.mark.parametrize("changes", [{"colour": 3}, {"cpu_pct": -1}])
async def test_thresholds_that_mean_nothing_change_nothing(client: Client, changes: dict[str, float]) -> None:
    api, made = client
    before = made.parts.thresholds.current()
    answer = await api.put("/api/thresholds", json=changes)
    assert (answer.status_code, made.parts.thresholds.current()) == (400, before)


async def test_the_stream_gives_each_wanted_event_as_it_comes() -> None:
    recent = RecentEvents()
    frames = stream(recent, Wanted(flagged=True))
    assert (await anext(frames)).startswith(":")
    coming = asyncio.ensure_future(anext(frames))
    await asyncio.sleep(0)
    await recent.take([LogRecord(0, "pay", "fine"), LogRecord(0, "pay", "a\nb", attributes={"watchfloor.flagged": "true"})])
    name, data, *rest = (await coming).split("\n")
    assert (name, rest) == ("event: event", ["", ""])
    assert json.loads(data.removeprefix("data: "))["body"] == "a\nb"
    recent.close()
    assert [frame async for frame in frames] == []


async def test_a_follower_that_is_slow_loses_the_oldest_and_one_that_left_is_forgotten() -> None:
    recent = RecentEvents()
    with recent.followed() as queue:
        await recent.take([LogRecord(at, "pay", "x") for at in range(700)])
        assert queue.qsize() == 500
        assert queue.get_nowait() == LogRecord(200, "pay", "x")
    await recent.take([LogRecord(0, "pay", "x")])
    assert queue.qsize() == 499


def test_the_status_is_a_document(client: Client) -> None:
    _, made = client
    assert {"running", "event_count", "rate"} <= document(made.parts.live.status()).keys()
