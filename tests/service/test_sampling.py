"""The sampling policy over HTTP: read, tried on recent traffic, put in force; and what was kept."""

from collections.abc import Mapping
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from analytics.sampling.policy import Policy
from service.problems import install_problems
from service.routes.sampling import routes_of
from tests.pipeline.sampled import Desk, log, trace


def client(desk: Desk) -> TestClient:
    """The routes over a real sampler."""
    app = FastAPI()
    app.include_router(routes_of(desk.book, desk.metrics))
    install_problems(app)
    return TestClient(app)


def test_a_policy_that_is_put_holds_for_the_next_request() -> None:
    desk = Desk(Policy(version=1))
    api = client(desk)
    read = api.get("/api/sampling/policy").json()
    answer = api.put("/api/sampling/policy", json={**read, "default_rate_n": 20})
    assert (answer.status_code, answer.json()["version"], answer.json()["default_rate_n"]) == (200, 2, 20)
    assert api.get("/api/sampling/policy").json() == answer.json()
    assert desk.offer(log(1, trace(0))) == []


def test_a_dry_run_changes_nothing() -> None:
    desk = Desk(Policy(version=1))
    desk.offer(*(log(number, trace(number)) for number in range(40)))
    answer = client(desk).put("/api/sampling/policy?dry_run=true&minutes=5", json={"default_rate_n": 20}).json()
    assert (answer["share"], answer["share_now"], answer["minutes"]) == (pytest.approx(0.05), 1, 5)
    assert answer["rows"][0]["class"] == "normal"
    assert desk.book.current == Policy(version=1)


@pytest.mark.parametrize(
    ("query", "policy", "status", "said"),
    [
        ("", {"default_rate_n": 0}, 400, "'default_rate_n' of the sampling policy is wrong"),
        ("", {"colour": 1}, 400, "'colour' of the sampling policy is wrong"),
        ("", {"version": 9}, 400, "made from version 9, but 1 is in force"),
        ("?dry_run=true", {"services": {"a": 0}}, 400, "services.a"),
        ("?dry_run=true&minutes=99", {}, 422, "minutes"),
    ],
)
def test_a_wrong_policy_is_refused_by_name(query: str, policy: Mapping[str, Any], status: int, said: str) -> None:
    desk = Desk(Policy(version=1))
    answer = client(desk).put(f"/api/sampling/policy{query}", json=policy)
    assert (answer.status_code, desk.book.current) == (status, Policy(version=1))
    assert said in answer.text


def test_the_retention_table_is_told_by_service_and_class() -> None:
    desk = Desk(Policy(version=5, default_rate_n=20))
    desk.offer(log(1, trace(0), status=500), log(2, trace(1), "pay"), log(3, trace(2)))
    desk.after(10)
    desk.offer(log(4, trace(3)))
    desk.sampler.due()
    found = client(desk).get("/api/sampling/retention").json()
    assert (found["policy_version"], found["undecided_requests"], found["rates"]) == (5, 1, {"cart": 0.05, "pay": 0.05})
    assert [(row["service"], row["class"], row["share"]) for row in found["rows"]] == [
        ("cart", "error", 1),
        ("cart", "normal", 0),
        ("pay", "normal", 0),
    ]
