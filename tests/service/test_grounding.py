"""How well answers were grounded: the route, the metrics, and the page's figures of the same runs."""

from tests.graph.world import FakeTools
from tests.service.world import Front, front


def asked(tools: FakeTools | None = None) -> Front:
    made = front(tools=tools)
    for _ in range(3):
        assert made.client.post("/api/chat", json={"question": "Which services have errors?"}).status_code == 200
    return made


def test_what_stood_is_summed_over_the_runs() -> None:
    found = asked().client.get("/api/grounding").json()
    assert (found["runs"], found["claims"], found["success_rate"], found["failed"]) == (3, 6, 1.0, 0)
    assert found["by_desk"] == [{"name": "sre", "claims": 6, "contradicted": 0, "unverified": 0}]
    assert found["scores"]["score"]["mean"] == 100.0
    assert (found["from"], found["to"]) == ("2026-01-30T12:00:00Z", "2026-03-01T12:00:00Z")


def test_what_did_not_stand_is_counted_with_its_shape() -> None:
    made = asked(FakeTools(claimed=(43, 7)))
    found = made.client.get("/api/grounding", params={"days": 0.5}).json()
    assert found["corrected"] + found["failed"] == 3
    assert found["claims"] == 6


def test_nothing_asked_is_nothing_counted() -> None:
    found = front().client.get("/api/grounding").json()
    assert (found["runs"], found["success_rate"]) == (0, None)
    assert front().client.get("/api/grounding", params={"days": 0}).status_code == 422


def test_the_audit_is_listed_by_run_and_kind() -> None:
    made = asked()
    entries = made.client.get("/api/audit").json()
    assert [entry["sequence"] for entry in entries] == list(range(12, 0, -1))
    run = entries[0]["run_id"]
    assert [entry["kind"] for entry in made.client.get("/api/audit", params={"run_id": run}).json()] == [
        "run.finished",
        "claims.checked",
        "tool.called",
        "run.started",
    ]
    assert len(made.client.get("/api/audit", params={"kind": "tool.called", "limit": 2}).json()) == 2
    assert made.client.get("/api/audit/verify").json() == {
        "tenant": "default",
        "whole": True,
        "entries": 12,
        "sha256": entries[0]["sha256"],
        "faults": [],
    }
