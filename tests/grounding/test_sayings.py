"""A sentence beside slots says what they say: the same course, column, state, window, rows and parties."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.claims import Binding, Claim
from domain.evidence import Column, Evidence
from domain.window import Window, rfc3339
from grounding.verifier import verify

START = datetime(2026, 3, 1, 10, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(hours=1))
SLOT = {"start": rfc3339(WINDOW.start), "end": rfc3339(WINDOW.end)}
QUEUES = Evidence(
    *("E1", "metric", "by_queue", WINDOW),
    columns=(
        Column("queue"),
        Column("region"),
        Column("depth", "integer", "1", "max", "platform", "measure", "largest backlog"),
        Column("wait_ms", "number", "ms", "p95", "platform", "measure", "p95 wait"),
        Column("state", "string", trust="platform", role="measure", label="state"),
    ),
    rows=(
        {"queue": "orders", "region": "eu", "depth": 40, "wait_ms": 12.5, "state": "ready"},
        {"queue": "orders", "region": "us", "depth": 75, "wait_ms": 9.5, "state": "down"},
        {"queue": "mail", "region": "eu", "depth": 3, "wait_ms": 80.0, "state": "ready"},
    ),
    rows_total=3,
    scope_rows=99,
)  # fmt: skip
CURVE = Evidence(
    *("E2", "metric", "depth_over_time", WINDOW),
    columns=(Column("at", "time", role="time"), Column("depth", "integer", "1", "max", "platform", "measure", "backlog")),
    rows=tuple({"at": rfc3339(START + timedelta(minutes=i)), "depth": 100 + 5 * i} for i in range(30)),
    rows_total=30,
    scope_rows=99,
    step_s=60,
)
ORDERS = {"queue": "orders", "region": "eu"}
DEPTH = Claim("C1", "quantity", {"subject": ORDERS, "metric": "depth", "value": 40, "unit": "1"}, (Binding("E1", "rows[0].depth"),))
STATE = Claim("C2", "entity", {"subject": ORDERS, "attribute": "state", "value": "ready"}, (Binding("E1", "rows[0].state"),))
TREND = Claim("C3", "trend", {"subject": "all", "metric": "depth", "direction": "rising"}, (Binding("E2", "rows[*].depth", "series"),))
US = {"queue": "orders", "region": "us"}
RATIO = Claim(
    *("C4", "comparison", {"subject": US, "other": ORDERS, "metric": "depth", "op": "ratio", "value": 1.9, "unit": "1"}),
    (Binding("E1", "rows[1].depth"), Binding("E1", "rows[0].depth", "baseline")),
)


def verdict(claim: Claim, text: str) -> str:
    return verify([replace(claim, text=text)], {"E1": QUEUES, "E2": CURVE})[0].verdict


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        (DEPTH, "The largest backlog of orders eu was 40."),
        (DEPTH, "orders (eu): largest backlog 40 between 2026-03-01 10:00:00 and 2026-03-01 11:00:00 UTC"),
        (STATE, "The state of orders eu is ready."),
        (TREND, "The backlog rose."),
        (TREND, "backlog was climbing"),
        (RATIO, "The largest backlog of orders us was 1.9 times that of orders eu."),
    ],
)
def test_what_the_slots_say_may_be_said(claim: Claim, text: str) -> None:
    assert verdict(claim, text) == "supported"


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        (DEPTH, "The p95 wait of orders eu was 40."),
        (DEPTH, "The largest backlog of orders was 40."),
        (DEPTH, "The largest backlog of orders in staging was 40."),
        (DEPTH, "orders eu: largest backlog 40 between 2026-03-01 10:00:00 and 2026-03-01 10:30:00 UTC"),
        (STATE, "The state of orders eu is down."),
        (TREND, "The backlog was steady."),
        (TREND, "The backlog spiked."),
        (TREND, "The backlog fell."),
        (RATIO, "The largest backlog of orders eu was 1.9 times that of orders us."),
        (RATIO, "The largest backlog of orders us was 1.9 higher than that of orders eu."),
    ],
)
def test_what_they_do_not_say_may_not(claim: Claim, text: str) -> None:
    assert verdict(claim, text) != "supported"
