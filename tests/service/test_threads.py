"""Follow-ups over the whole product: what "them" and "only yesterday" mean, also for a process that was started anew."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.ids import ThreadId
from pipeline.source import Source
from service import actions
from service.requests import ChatRequest, IngestRequest
from service.settings import Settings
from service.wiring import open_parts

NEWEST = datetime(2026, 3, 4, 12, tzinfo=UTC)
# Failures by route and day: checkout fails on all days, login only on the 3rd, search never on the 3rd, cart before it and on it.
FAILURES = {
    "/checkout": {1: 9, 2: 8, 3: 7, 4: 1},
    "/login": {3: 5},
    "/search": {2: 4},
    "/cart": {2: 2, 3: 3},
}
FIRST = "Which routes failed most?"


def records() -> list[dict[str, Any]]:
    """Failed requests by route and day, and a good one every hour; the newest at noon of the 4th."""
    failed = [
        _request(datetime(2026, 3, day, 9, number, tzinfo=UTC), route, 500)
        for route, days in FAILURES.items()
        for day, count in days.items()
        for number in range(count)
    ]
    good = [_request(NEWEST - timedelta(hours=hour), route, 200) for hour in range(84) for route in FAILURES]
    return [*failed, *good]


def _request(at: datetime, route: str, status: int) -> dict[str, Any]:
    plain = {"service": "shop", "severity": "ERROR" if status >= 500 else "INFO", "body": f"answered {status}", "route": route}
    return {"timestamp": at.isoformat(), **plain, "status_code": status, "http_method": "GET", "duration_ms": 12}


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    source = tmp_path / "app.ndjson"
    source.write_text("\n".join(map(json.dumps, records())), "utf-8")
    async with open_parts(Settings(data_dir=tmp_path / "data"), "test") as parts:
        await actions.ingest(parts, Source.of_path(source), IngestRequest(), lambda _: None)
    return tmp_path / "data"


async def asked(folder: Path, question: str, thread: str | None = None) -> dict[str, Any]:
    """One question to a product opened anew."""
    async with open_parts(Settings(data_dir=folder), "test") as parts:
        return (await actions.ask(parts, ChatRequest(question=question, thread_id=thread))).as_json()


def routes(document: dict[str, Any]) -> dict[str, Any]:
    """The routes counted in an answer, with their failures."""
    counted = [claim for claim in document["claims"] if claim["kind"] == "quantity" and isinstance(claim["slots"]["subject"], dict)]
    return {
        claim["slots"]["subject"]["route"]: claim["slots"]["value"]
        for claim in counted
        if claim["slots"]["metric"] in ("errors", "failed", "failures", "failed_requests") and "route" in claim["slots"]["subject"]
    }


async def test_them_are_the_things_of_the_last_answer_also_after_a_restart(folder: Path) -> None:
    first = await asked(folder, FIRST, ThreadId("thr_a"))
    assert routes(first) == {"/checkout": 25, "/login": 5, "/search": 4, "/cart": 5}
    only = await asked(folder, "and which of them only yesterday?", first["thread_id"])
    assert routes(only) == {"/login": 5}
    assert only["window"] == {"start": "2026-03-03T00:00:00Z", "end": "2026-03-04T00:00:00Z"}
    assert all(claim["verdict"] == "supported" for claim in only["claims"])
    before = await asked(folder, "and the day before?", first["thread_id"])
    assert before["window"] == {"start": "2026-03-02T00:00:00Z", "end": "2026-03-03T00:00:00Z"}


async def test_a_time_alone_keeps_the_question_and_moves_the_window(folder: Path) -> None:
    first = await asked(folder, FIRST, ThreadId("thr_b"))
    second = await asked(folder, "and yesterday?", first["thread_id"])
    assert routes(second) == {"/checkout": 7, "/login": 5, "/cart": 3}
    third = await asked(folder, "and for /cart?", first["thread_id"])
    assert routes(third) == {"/cart": 3}


async def test_a_question_of_its_own_takes_nothing_over(folder: Path) -> None:
    first = await asked(folder, "Which routes failed most yesterday?", ThreadId("thr_c"))
    other = await asked(folder, "How many requests were there in total?", first["thread_id"])
    assert other["window"]["start"] == "2026-03-01T01:00:00Z"
