"""Follow-ups over the whole product: what "them" and "only yesterday" mean, each turn by a command of its own."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.service.processes import many

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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("threads")
    (made / "app.ndjson").write_text("\n".join(map(json.dumps, records())), "utf-8")
    (loaded,) = many(made, [["ingest", "app.ndjson"]])
    assert loaded.code == 0, loaded.err
    return made


def asked(folder: Path, thread: str, *questions: str) -> list[dict[str, Any]]:
    """Questions to a process of its own, in one thread; each command opens the product anew."""
    ends = many(folder, [["ask", question, "--thread", thread, "--json"] for question in questions])
    return [dict(end.document) for end in ends]


def routes(document: dict[str, Any]) -> dict[str, Any]:
    """The routes counted in an answer, with their failures."""
    counted = [claim for claim in document["claims"] if claim["kind"] == "quantity" and isinstance(claim["slots"]["subject"], dict)]
    return {
        claim["slots"]["subject"]["route"]: claim["slots"]["value"]
        for claim in counted
        if claim["slots"]["metric"] in ("errors", "failed", "failures", "failed_requests") and "route" in claim["slots"]["subject"]
    }


def test_them_are_the_things_of_the_last_answer_also_after_a_restart(folder: Path) -> None:
    (first,) = asked(folder, "thr_a", FIRST)
    assert routes(first) == {"/checkout": 25, "/login": 5, "/search": 4, "/cart": 5}
    only, before = asked(folder, "thr_a", "and which of them only yesterday?", "and the day before?")
    assert routes(only) == {"/login": 5}
    assert only["window"] == {"start": "2026-03-03T00:00:00Z", "end": "2026-03-04T00:00:00Z"}
    assert all(claim["verdict"] == "supported" for claim in only["claims"])
    assert before["window"] == {"start": "2026-03-02T00:00:00Z", "end": "2026-03-03T00:00:00Z"}


def test_a_follow_up_keeps_the_question_and_a_question_of_its_own_takes_nothing_over(folder: Path) -> None:
    _, second, third, other = asked(folder, "thr_b", FIRST, "and yesterday?", "and for /cart?", "How many requests were there in total?")
    assert routes(second) == {"/checkout": 7, "/login": 5, "/cart": 3}
    assert routes(third) == {"/cart": 3}
    assert other["window"]["start"] == "2026-03-01T01:00:00Z"
