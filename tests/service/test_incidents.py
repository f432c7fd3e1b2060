"""Incidents, drafts, tickets and the knowledge base over HTTP; the loop that watches."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from domain.documents import document
from domain.errors import StoreError
from domain.window import rfc3339
from service.watching import EVERY_S, watch, watching
from tests.graph.world import END
from tests.incidents.world import incident
from tests.service.world import BrokenTelemetryStore, Front, front

BODIES: dict[str, dict[str, Any]] = {
    "acknowledge": {"by": "noor"},
    "assign": {"to": "noor"},
    "comment": {"text": "looking"},
    "snooze": {"minutes": 30},
    "resolve": {},
    "confirm": {"by": "noor"},
    "merge": {"into": "INC-2"},
    "split": {"services": ["gateway"]},
}
FIRST = document(incident("INC-1", services=("checkout", "gateway")))
SECOND = document(incident("INC-2", severity="high", services=("search",)))


@pytest.fixture
def made() -> Iterator[Front]:
    found = front()
    with found.client:
        for one in (SECOND, FIRST):
            found.run(found.parts.documents.put, "incident", one["incident_id"], one)
        yield found


def names(made: Front, asked: str = "") -> list[str]:
    return [one["incident_id"] for one in made.client.get(f"/api/incidents{asked}").json()]


def test_incidents_are_listed_and_filtered(made: Front) -> None:
    assert names(made) == ["INC-1", "INC-2"]
    assert names(made, "?severity=high") == names(made, "?service=search") == ["INC-2"]
    assert names(made, "?status=resolved") == []
    assert names(made, "?limit=1") == ["INC-1"]


def test_an_incident_has_the_fields_that_others_read(made: Front) -> None:
    shown = made.client.get("/api/incidents/INC-1").json()
    fields = (
        "incident_id title status severity start_at end_at services regions segments root_cause one_line event_ids request_ids trace_ids "
        "template_ids embedding_id fingerprint trigger alert_ids ticket_id assignee acknowledged_by acknowledged_at comments ai_generated "
        "created_at updated_at resolved_at tenant"
    )
    assert set(fields.split()) - set(shown) == set()


@pytest.mark.parametrize("step", BODIES)
def test_every_step_answers_with_an_incident_and_is_refused_for_an_unknown_one(made: Front, step: str) -> None:
    answer = made.client.post(f"/api/incidents/INC-1/{step}", json=BODIES[step])
    assert answer.status_code == 200, answer.text
    assert answer.json()["incident_id"].startswith("INC-")
    unknown = made.client.post(f"/api/incidents/INC-9/{step}", json=BODIES[step])
    assert (unknown.status_code, "INC-9" in unknown.json()["detail"]) == (404, True)


@pytest.mark.parametrize("step", ["acknowledge", "resolve", "confirm"])
def test_a_step_twice_is_an_invalid_change_of_state(made: Front, step: str) -> None:
    assert made.client.post(f"/api/incidents/INC-1/{step}").status_code == 200
    assert made.client.post(f"/api/incidents/INC-1/{step}").status_code == 400


def test_a_body_that_does_not_fit_names_its_field(made: Front) -> None:
    answer = made.client.post("/api/incidents/INC-1/comment", json={"txt": "x"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "text")
    assert made.client.patch("/api/incidents/INC-1", json={"severity": "dire"}).status_code == 422
    assert made.client.post("/api/incidents/INC-1/snooze", json={}).status_code == 400


def test_a_patch_changes_what_it_names_and_nothing_else(made: Front) -> None:
    changed = made.client.patch("/api/incidents/INC-1", json={"assignee": "noor"}).json()
    assert {name: value for name, value in changed.items() if value != FIRST[name]} == {
        "assignee": "noor",
        "updated_at": rfc3339(made.parts.clock.now()),
    }
    assert made.client.patch("/api/incidents/INC-1", json={"status": "acknowledged"}).json()["status"] == "acknowledged"
    assert made.client.patch("/api/incidents/INC-1", json={"status": "open"}).status_code == 400


def test_an_incident_is_analysed_when_asked(made: Front) -> None:
    analysis = made.client.post("/api/incidents/INC-1/analyze").json()
    assert (analysis["trigger"], analysis["incident_ids"]) == ("incident", ["INC-1"])
    shown = made.client.get("/api/incidents/INC-1").json()
    assert shown["run_ids"] == [analysis["run_id"]]
    assert shown["one_line"]
    assert made.client.post("/api/incidents/INC-9/analyze").status_code == 404


def test_a_critical_incident_is_followed_up_over_the_api(made: Front) -> None:
    made.run(made.parts.incidents.follow.of, ["INC-1"])
    (ticket,) = made.client.get("/api/tickets").json()
    assert (ticket["incident_id"], ticket["requester"]["name"]) == ("INC-1", "System Monitor")
    drafts = made.client.get("/api/drafts?state=draft").json()
    assert {draft["alert_type"] for draft in drafts} == {"engineering", "customer"}
    (issue,) = made.client.get("/api/kb/search?q=errors").json()
    assert (issue["incident_ids"], issue["similarity"]) == (["INC-1"], 1.0)
    assert made.client.get("/api/kb/search?q=errors&ai_generated=false").json() == []
    assert made.client.get("/api/kb/search?status=sleepy").status_code == 422


def test_a_draft_is_approved_or_rejected_once(made: Front) -> None:
    made.run(made.parts.incidents.follow.of, ["INC-1"])
    one, two = (draft["alert_id"] for draft in made.client.get("/api/drafts").json())
    assert made.client.post(f"/api/drafts/{one}/approve").json()["state"] == "approved"
    assert made.client.post(f"/api/drafts/{two}/reject", json={"by": "noor"}).json()["decided_by"] == "noor"
    assert made.client.post(f"/api/drafts/{one}/reject").status_code == 400
    assert made.client.post("/api/drafts/ALR-none/approve").status_code == 404


def test_detection_over_history_finds_nothing_in_a_store_without_telemetry(made: Front) -> None:
    assert made.client.post("/api/detect", json={"from": "-2h"}).json() == []
    assert made.client.post("/api/detect", json={"from": "soon"}).status_code == 400


class StoppedError(Exception):
    """Ends a loop that never ends."""


async def test_the_loop_goes_on_after_a_look_that_failed() -> None:
    made, waits = front(store=BrokenTelemetryStore(None)), list[float]()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise StoppedError

    made.parts.incidents.watcher.store = FailingStore()
    with pytest.raises(StoppedError):
        await watch(made.parts, sleep)
    assert min(waits) >= EVERY_S
    assert made.parts.incidents.watcher.seen is None


class FailingStore(BrokenTelemetryStore):
    """A store that cannot even say which columns it has."""

    def logical_columns(self, relation: str) -> frozenset[str]:
        raise StoreError("gone")


async def test_watching_ends_with_its_block() -> None:
    made = front()
    async with watching(made.parts):
        await asyncio.sleep(0.05)
    assert made.parts.incidents.watcher.seen == made.parts.clock.now()
    assert [task for task in asyncio.all_tasks() if task.get_name() == "watching"] == []
    assert END - made.parts.clock.now() < timedelta(days=1)
