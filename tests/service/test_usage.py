"""What runs cost, by day in the configured zone and by trigger."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.ids import DEFAULT_TENANT, RunId, ThreadId
from domain.ports import RunCost, RunRecord
from service.usage import by_day, summed
from tests.service.world import Front, front

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)  # where the fake clock stands


def cost(at: datetime, trigger: str = "question", status: str = "ok", **usage: float) -> RunCost:
    return RunCost(at, status, trigger, 2, usage)


def keep(made: Front, name: str, at: datetime, document: dict[str, Any]) -> None:
    run = RunRecord(RunId(name), ThreadId("thr_1"), DEFAULT_TENANT, "ok", "why?", at, document)
    asyncio.run(made.state.save_run(run))


def test_costs_add_up() -> None:
    total = summed([cost(NOON, input_tokens=5, model_ms=0.25), cost(NOON, input_tokens=7, model_ms=1.5), RunCost(NOON, "failed")])
    assert (total["runs"], total["failed"], total["tool_calls"], total["input_tokens"], total["model_ms"]) == (3, 1, 4, 12, 1.75)
    assert summed([])["total_ms"] == 0


def test_a_row_a_day_and_trigger_newest_day_first() -> None:
    costs = [cost(NOON - timedelta(days=1)), cost(NOON, "incident"), cost(NOON), cost(NOON), cost(NOON, "")]
    rows = by_day(costs, ZoneInfo("UTC"))
    assert [(row["day"], row["trigger"], row["runs"]) for row in rows] == [
        ("2026-03-01", "incident", 1),
        ("2026-03-01", "question", 2),
        ("2026-03-01", "unknown", 1),
        ("2026-02-28", "question", 1),
    ]


def test_a_day_is_that_of_the_zone() -> None:
    (row,) = by_day([cost(NOON.replace(hour=20))], ZoneInfo("Asia/Seoul"))
    assert row["day"] == "2026-03-02"


def test_the_route_counts_whole_days_back_from_today() -> None:
    made = front()
    for name, at in (("today", NOON), ("first", NOON.replace(hour=0) - timedelta(days=1)), ("before", NOON - timedelta(days=2))):
        keep(made, name, at, {"trigger": "question", "evidence": [{}], "usage": {"total_ms": 10.5}})
    document = made.client.get("/api/usage", params={"days": 2}).json()
    assert (document["from"], document["to"], document["timezone"]) == ("2026-02-28T00:00:00Z", "2026-03-01T12:00:00Z", "UTC")
    assert [row["day"] for row in document["days"]] == ["2026-03-01", "2026-02-28"]
    assert (document["total"]["runs"], document["total"]["tool_calls"], document["total"]["total_ms"]) == (2, 2, 21.0)


def test_nothing_ran_is_nothing_spent() -> None:
    document = front().client.get("/api/usage").json()
    assert (document["days"], document["total"]["runs"]) == ([], 0)


@pytest.mark.parametrize("days", ["0", "x", "99999999999"])
def test_days_that_cannot_be_counted_are_refused(days: str) -> None:
    assert front().client.get("/api/usage", params={"days": days}).status_code == 422
