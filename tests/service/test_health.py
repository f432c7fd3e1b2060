"""Health in full: what each component says, what it costs the whole."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import StoreError
from domain.queue import QueueStatus
from service.health import Component, health, live_health, model_health, pipeline_health, scheduler_health
from service.scheduler import Job
from service.settings import Settings
from tests.service.world import BrokenTelemetryStore, Front, front

DEAD_PORT = "http://127.0.0.1:9/v1"


def component(made: Front, name: str) -> Mapping[str, Any]:
    (found,) = [one for one in made.client.get("/health/full").json()["components"] if one["name"] == name]
    return dict(found)


def test_a_service_that_answers_is_well() -> None:
    answer = front().client.get("/health/full")
    assert (answer.status_code, answer.json()["state"], answer.json()["score"]) == (200, "ok", 100)
    states = {one["name"]: (one["state"], one["score"]) for one in answer.json()["components"]}
    well, off = ("ok", 100), ("off", None)
    assert states == {
        **dict.fromkeys(("store", "state", "index"), well),
        **dict.fromkeys(("model", "pipeline", "retention", "live", "scheduler"), off),
    }


def test_without_its_store_it_is_down() -> None:
    ill = front(store=BrokenTelemetryStore())
    answer = ill.client.get("/health/full")
    assert (answer.status_code, answer.json()["state"], answer.json()["score"]) == (503, "down", 67)
    assert component(ill, "store") == {"name": "store", "state": "down", "detail": "the store does not answer; is it running?", "score": 0}


def test_the_store_says_what_it_holds() -> None:
    assert component(front(), "store")["detail"].startswith("100 logs; newest of 2")
    assert component(front(empty=True), "store")["detail"].startswith("empty; answered in")


async def test_a_model_that_does_not_answer_is_stood_in_for() -> None:
    found = await model_health(Settings(model_base_url=DEAD_PORT, model="m"))
    assert (found.state, found.detail.startswith(f"{DEAD_PORT}/models: ConnectError")) == ("degraded", True)


async def test_a_running_feed_is_on() -> None:
    made = front()
    made.parts.live.start(60.0)
    assert live_health(made.parts) == Component("live", "ok", "0 events at 60 a minute, 0 lost")
    await made.parts.live.stop()
    assert live_health(made.parts).state == "off"


@pytest.mark.parametrize(("fails", "state", "score"), [(False, "ok", 100), (True, "degraded", 88)])
async def test_a_job_that_failed_shows_until_it_is_done(fails: bool, state: str, score: int) -> None:
    made, done = front(), asyncio.Event()

    async def job(_: object) -> None:
        done.set()
        if fails:
            raise StoreError("no room")

    made.parts.scheduler.jobs.append(Job("brief", timedelta(hours=1), job))
    async with made.parts.scheduler.working():
        await done.wait()
        await asyncio.sleep(0)
        found = scheduler_health(made.parts)
        document = await health(made.parts)
    assert (found.state, document["state"], document["score"]) == (state, state, score)
    assert ("failed StoreError: no room" in found.detail) == fails
    assert scheduler_health(made.parts).state == "off"


def test_a_queue_that_is_well_says_what_waits() -> None:
    assert pipeline_health(QueueStatus("redis", depth=2, records=30)) == Component(
        "pipeline", "ok", "redis: 2 entries with 30 records wait", 100
    )
    assert pipeline_health(QueueStatus("none", "off", "not open")) == Component("pipeline", "off", "not open")
    assert pipeline_health(QueueStatus("none", "off", "not open")).score is None


@pytest.mark.parametrize(
    ("steps", "queue", "state", "score"),
    [
        (["spool"], "degraded", "degraded", 70),
        (["spool", "shedding"], "degraded", "degraded", 40),
        (["shedding", "closed"], "down", "down", 0),
    ],
)
def test_each_step_down_the_fallback_chain_costs_more_and_says_why(steps: list[str], queue: str, state: str, score: int) -> None:
    status = QueueStatus("redis", queue, steps=dict.fromkeys(steps, "since 2026-03-02T12:00:00Z: connection refused"))
    found = pipeline_health(status)
    assert (found.state, found.score) == (state, score)
    assert found.detail.startswith(f"{steps[0]} since 2026-03-02T12:00:00Z: connection refused; ")


@pytest.mark.parametrize(
    ("status", "failure", "state", "score"),
    [
        (QueueStatus("redis", "degraded", "fsync is everysec"), "", "degraded", 90),
        (QueueStatus("redis", "down", "it does not answer"), "", "down", 0),
        (QueueStatus("redis"), "the store is full", "degraded", 60),
        (QueueStatus("redis", lost_records=3), "", "degraded", 50),
    ],
)
def test_weaker_guarantees_a_store_that_fails_and_losses_cost_too(status: QueueStatus, failure: str, state: str, score: int) -> None:
    found = pipeline_health(status, failure)
    assert (found.state, found.score) == (state, score)
    assert (failure or status.detail or "3 acknowledged records are lost") in found.detail
