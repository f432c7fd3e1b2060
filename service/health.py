"""Health in full: each component with its state, what it says of itself, and a score."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from domain.errors import WatchfloorError
from domain.ids import DEFAULT_TENANT
from domain.queue import QueueStatus
from domain.window import rfc3339
from pipeline.retention.standing import standing
from service.parts import Parts
from service.settings import Settings

State = Literal["ok", "degraded", "down", "off"]

SCORES: Mapping[State, int] = {"ok": 100, "degraded": 50, "down": 0}  # what is off is not counted
VITAL = frozenset({"store", "state"})
STEP_SCORES: Mapping[str, int] = {"spool": 70, "shedding": 40, "closed": 0}  # of the fallback chain; the deepest in force counts
WEAK_SCORE, BEHIND_SCORE = 90, 60  # a guarantee is weaker; the store takes no rows and the queue holds them
MODEL_TIMEOUT_S = 5.0
NO_COLLECTION = "health"  # searched and never written, so the index answers without work


@dataclass(frozen=True, slots=True)
class Component:
    """One part of the service: down when it does not answer, degraded when something else stands in for it, off when not asked for."""

    name: str
    state: State
    detail: str
    points: int | None = None

    @property
    def score(self) -> int | None:
        """0 to 100: its own, or what its state gives; none for what is off."""
        return SCORES.get(self.state) if self.points is None else self.points


async def health(parts: Parts) -> Mapping[str, Any]:
    """Every component; the score is the mean of those that are on, and without its stores the service is down."""
    found = await asyncio.gather(
        _answering("store", lambda: _stored(parts)),
        _answering("state", lambda: _runs(parts)),
        _answering("index", lambda: _searched(parts)),
        model_health(parts.settings),
    )
    pipeline = pipeline_health(await parts.plane.status(), parts.plane.failure)
    retention = Component("retention", *standing(parts.retention))
    components = (*found, pipeline, retention, live_health(parts), scheduler_health(parts))
    scores = [one.score for one in components if one.score is not None]
    shown = [{"name": one.name, "state": one.state, "detail": one.detail, "score": one.score} for one in components]
    return {"state": _overall(components), "score": round(sum(scores) / len(scores)), "components": shown}


def _overall(components: tuple[Component, ...]) -> State:
    if any(one.state == "down" and one.name in VITAL for one in components):
        return "down"
    return "ok" if all(one.state in {"ok", "off"} for one in components) else "degraded"


async def _answering(name: str, look: Callable[[], Awaitable[str]]) -> Component:
    begin = time.perf_counter()
    try:
        said = await look()
    except WatchfloorError as error:
        return Component(name, "down", str(error))
    return Component(name, "ok", f"{said}; answered in {(time.perf_counter() - begin) * 1e3:.0f} ms")


async def _stored(parts: Parts) -> str:
    extent = await parts.store.extent()
    rows = ", ".join(f"{count:,} {signal}" for signal, count in extent.rows.items()) if extent else "empty"
    return f"{rows}; newest of {rfc3339(extent.newest)}" if extent else rows


async def _runs(parts: Parts) -> str:
    newest = await parts.state.runs(limit=1)
    return f"last run at {rfc3339(newest[0].started_at)}" if newest else "no run yet"


async def _searched(parts: Parts) -> str:
    await parts.index.search(NO_COLLECTION, [1.0] * parts.embedder.dimensions, DEFAULT_TENANT, limit=1)
    return f"vectors of {parts.embedder.name}"


async def model_health(settings: Settings) -> Component:
    """Whether the model server answers; where it does not, the house judges."""
    if not settings.model_base_url:
        return Component("model", "off", "no model configured: the house judges")
    address = f"{settings.model_base_url.rstrip('/')}/models"
    headers = {"authorization": f"Bearer {settings.model_api_key}"} if settings.model_api_key else {}
    try:
        async with httpx.AsyncClient(timeout=MODEL_TIMEOUT_S) as client:
            answer = await client.get(address, headers=headers)
    except httpx.HTTPError as error:
        return Component("model", "degraded", f"{address}: {error!r}; the house judges")
    return Component("model", "ok" if answer.is_success else "degraded", f"{address} answers {answer.status_code}")


def live_health(parts: Parts) -> Component:
    """Whether the live feed makes events, and loses none."""
    status = parts.live.status()
    if not status.running:
        return Component("live", "off", "not started")
    seen = f"{status.event_count:,} events at {status.rate:g} a minute, {status.lost:,} lost"
    return Component("live", "degraded", f"{seen}; {status.last_error}") if status.last_error else Component("live", "ok", seen)


def scheduler_health(parts: Parts) -> Component:
    """Whether the jobs run, and how the last slot of each went."""
    scheduler = parts.scheduler
    if not scheduler.is_running:
        return Component("scheduler", "off", "runs in `serve`, where there are jobs")
    told = [f"{kind} of {rfc3339(one.slot)} {one.state} {one.detail}".strip() for kind, one in scheduler.outcomes.items()]
    failed = any(one.state == "failed" for one in scheduler.outcomes.values())
    return Component("scheduler", "degraded" if failed else "ok", "; ".join(told) or "nothing was due yet")


def pipeline_health(status: QueueStatus, failure: str = "") -> Component:
    """Whether what is received goes its usual way; each step down the fallback chain costs more. `failure`: why the store takes no rows."""
    if status.state == "off":
        return Component("pipeline", "off", status.detail)
    steps = [f"{step} {words}" for step, words in status.steps.items()]
    lost = f"{status.lost_records:,} acknowledged records are lost" if status.lost_records else ""
    waiting = f"{status.name}: {status.depth:,} entries with {status.records:,} records wait"
    told = "; ".join(text for text in (*steps, failure, lost, "" if steps else status.detail, waiting) if text)
    points = min(_points(status), BEHIND_SCORE if failure else 100, SCORES["degraded"] if lost else 100)
    state: State = "down" if not points else "degraded" if points < SCORES["ok"] else "ok"
    return Component("pipeline", state, told, points)


def _points(status: QueueStatus) -> int:
    if status.state == "down" or not status.steps:
        return {"ok": SCORES["ok"], "degraded": WEAK_SCORE}.get(status.state, 0)
    return min(STEP_SCORES.get(step, SCORES["degraded"]) for step in status.steps)
