"""Briefings over the API, on the clock, sent on, and as a command."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.errors import DeliveryError, WrongUseError
from domain.ports import Notifier
from service.briefings import BriefRequest, brief, brief_situations, brief_slot, briefing_jobs
from service.parts import Parts
from tests.service.processes import many
from tests.service.world import Front, front

# The fakes hold data from midnight to noon of that day, which is now.
ELEVEN = "BRF-20260301T1100-hourly"
SLOT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def kept(name: str = ELEVEN, start: str = "2026-03-01T11:00:00Z", end: str = "2026-03-01T12:00:00Z") -> dict[str, Any]:
    """A briefing as it is kept."""
    lists = ("key_metrics", "service_health", "top_issues", "trends", "early_warnings", "security_notes", "changes_since_last", "incidents")
    blank: dict[str, Any] = {each: [] for each in (*lists, "could_not_check", "notes", "deliveries", "claims")}
    means = {"mttd_s": None, "mtta_s": None, "mttr_s": None, "grounding": {"score": 100.0}}
    known = {"briefing_id": name, "kind": "hourly", "period": {"start": start, "end": end}, "summary": "Quiet: yes.", "is_quiet": True}
    return {**blank, **means, **known, "created_at": end, "run_id": "run_1"}


@pytest.fixture
def door() -> Front:
    made = front()
    asyncio.run(made.parts.documents.put("briefing", ELEVEN, kept()))
    return made


@dataclass(slots=True)
class FakeNotifier:
    """Remembers what it was sent, or refuses it."""

    channel: str
    reason: str = ""
    sent: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    async def send(self, text: str, document: Mapping[str, Any]) -> None:
        if self.reason:
            raise DeliveryError(self.reason)
        self.sent.append((text, document))


def test_the_briefing_of_the_last_full_hour_is_the_kept_one(door: Front) -> None:
    made = door.client.post("/api/briefings", json={"period": "hourly"})
    assert (made.status_code, made.json()["run_id"]) == (200, "run_1")
    assert door.inside.tools.calls == []


def test_asked_again_it_is_made_anew(door: Front) -> None:
    answer = door.client.post("/api/briefings", json={"period": "hourly", "again": True})
    assert (answer.status_code, "Nothing is stored between" in answer.json()["detail"]) == (404, True)


def test_briefings_are_listed_with_the_latest_period_first(door: Front) -> None:
    earlier = kept("BRF-20260301T1000-hourly", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z")
    asyncio.run(door.parts.documents.put("briefing", "BRF-20260301T1000-hourly", earlier))
    listed = door.client.get("/api/briefings").json()
    assert [one["briefing_id"] for one in listed] == [ELEVEN, "BRF-20260301T1000-hourly"]
    assert "claims" not in listed[0]
    assert door.client.get("/api/briefings", params={"kind": "daily"}).json() == []


def test_one_is_given_whole_and_none_of_another_name(door: Front) -> None:
    assert door.client.get(f"/api/briefings/{ELEVEN}").json() == kept()
    missing = door.client.get("/api/briefings/BRF-0")
    assert (missing.status_code, "'BRF-0'" in missing.json()["detail"]) == (404, True)


@pytest.mark.parametrize("body", [{"period": "yearly"}, {"period": "hourly", "at": "soon"}, {"tz": "Mars"}, {"other": 1}])
def test_a_request_that_cannot_be_meant_is_refused(door: Front, body: dict[str, Any]) -> None:
    assert door.client.post("/api/briefings", json=body).status_code in (400, 422)


def notified(parts: Parts, *notifiers: Notifier) -> Parts:
    return replace(parts, notifiers=notifiers)


def test_a_delivered_briefing_remembers_which_channel_took_it(door: Front) -> None:
    good, bad = FakeNotifier("mail"), FakeNotifier("webhook", "the webhook answered 500")
    made = asyncio.run(brief(notified(door.parts, good, bad), BriefRequest(period="hourly", deliver=True)))
    assert [(one["channel"], one["state"]) for one in made["deliveries"]] == [("mail", "sent"), ("webhook", "failed")]
    assert made["deliveries"][1]["reason"] == "the webhook answered 500"
    assert good.sent[0][0].startswith("# Hourly briefing, 2026-03-01T11:00:00Z to 2026-03-01T12:00:00Z")
    assert asyncio.run(door.parts.documents.get("briefing", ELEVEN)) == made


def test_without_a_channel_nothing_can_be_delivered(door: Front) -> None:
    with pytest.raises(WrongUseError, match="WATCHFLOOR_BRIEFING_WEBHOOK"):
        asyncio.run(brief(door.parts, BriefRequest(period="hourly", deliver=True)))


def test_a_slot_whose_briefing_is_kept_is_done_without_a_look(door: Front) -> None:
    asyncio.run(brief_slot(door.parts, "hourly", SLOT))
    assert door.inside.tools.calls == []


def test_a_slot_of_which_nothing_is_stored_is_done_too(door: Front) -> None:
    asyncio.run(brief_slot(door.parts, "hourly", datetime(2031, 1, 1, tzinfo=UTC)))
    assert len(asyncio.run(door.parts.documents.find("briefing"))) == 1


def test_hours_and_days_are_briefed_on_by_themselves(door: Front) -> None:
    assert {job.kind for job in briefing_jobs(door.parts)} == {"briefing.hourly", "briefing.daily", "briefing.situation"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A bad deploy of two hours, loaded and briefed on by commands."""
    folder = tmp_path_factory.mktemp("brief")
    loading = (
        ("simulate", "--scenario", "bad_deploy", "--minutes", "120", "--start", "2026-03-02T06:00:00Z", "--out", "raw"),
        ("ingest", "raw/app.ndjson"),
        ("ingest", "--signal", "traces", "raw/traces.ndjson"),
    )
    briefing = (
        ("brief", "--period", "daily", "--json"),
        ("brief", "--period", "daily"),
        ("brief", "--period", "hourly", "--at", "2020-01-01T00:00:00Z"),
    )
    ended = [*many(folder, loading), *many(folder, briefing)]
    assert [one.code for one in ended] == [0, 0, 0, 0, 0, 3], [one.err for one in ended]
    truth = json.loads((folder / "raw/truth.json").read_text("utf-8"))
    return {"first": ended[3].document, "text": ended[4].out, "truth": truth, "raw": folder / "raw"}


def test_the_command_briefs_on_the_latest_day_there_is(told: dict[str, Any]) -> None:
    first = told["first"]
    assert first["period"] == {"start": "2026-03-01T08:00:00Z", "end": "2026-03-02T08:00:00Z"}
    assert "not stored whole" in first["notes"][0]
    assert first["run_id"] in told["text"]  # made once, then shown


def test_the_command_names_the_deployed_service_with_its_true_number(told: dict[str, Any]) -> None:
    issue, fault = told["first"]["top_issues"][0], told["truth"]["faults"][0]
    assert issue["service"] == fault["service"]
    spans = [json.loads(line) for line in Path(told["raw"] / "traces.ndjson").read_text("utf-8").splitlines()]
    roots = [span for span in spans if not span.get("parent_span_id") and span["kind"] == "Server"]
    metrics = {one["name"]: one["value"] for one in told["first"]["key_metrics"]}
    assert metrics["requests"] == len(roots)
    assert metrics["failed_requests"] == sum(span["status"] == "Error" for span in roots)


def test_the_terminal_shows_the_same_briefing(told: dict[str, Any]) -> None:
    assert told["text"].startswith("# Daily briefing, 2026-03-01T08:00:00Z")
    assert told["first"]["summary"] in told["text"]


def incident(name: str, **changes: Any) -> dict[str, Any]:
    """A critical incident that goes on and was analysed."""
    noon = "2026-03-01T11:30:00Z"
    times = {"start_at": noon, "created_at": noon, "updated_at": noon}
    known = {"title": "checkout is down", "status": "open", "severity": "critical", "fingerprint": name, "run_ids": ["run_7"]}
    return {"incident_id": name, **known, **times, **changes}


async def asked_for(parts: Parts) -> list[str]:
    """What a slot asks of the analyst; the fakes hold too little for a briefing."""
    await brief_situations(parts, SLOT)
    return [run.question for run in await parts.state.runs()]


@pytest.mark.parametrize(
    ("changes", "runs"),
    [({}, ["What is happening?"]), ({"run_ids": []}, []), ({"severity": "high"}, []), ({"status": "resolved"}, [])],
    ids=["critical", "not analysed", "not critical", "over"],
)
def test_a_critical_incident_that_goes_on_is_briefed_on_once_analysed(door: Front, changes: dict[str, Any], runs: list[str]) -> None:
    asyncio.run(door.parts.documents.put("incident", "INC-1", incident("INC-1", **changes)))
    assert asyncio.run(asked_for(door.parts)) == runs


def test_a_situation_that_is_kept_is_not_made_again(door: Front) -> None:
    asyncio.run(door.parts.documents.put("incident", "INC-1", incident("INC-1")))
    asyncio.run(door.parts.documents.put("briefing", "BRF-INC-1-situation", kept("BRF-INC-1-situation")))
    assert asyncio.run(asked_for(door.parts)) == []
