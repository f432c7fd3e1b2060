"""Briefings over the real store: nothing in them that evidence does not hold, made once, quiet when it is."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from domain.documents import document
from domain.errors import NothingFoundError
from domain.ids import RunId, Tenant
from domain.incidents import Incident
from domain.ports import TelemetryStore
from domain.telemetry import LogRecord
from domain.window import to_nanos
from graph.briefing import Wanted
from grounding.cells import number
from tests.graph.night import AFTER_TROUBLE, BEFORE_TROUBLE, Night, fill_with_peace, fill_with_trouble

TROUBLE = datetime(2026, 3, 1, 12, 10, tzinfo=UTC)


@pytest_asyncio.fixture
async def night(store: TelemetryStore, tenant: Tenant) -> AsyncIterator[Night]:
    await fill_with_trouble(store, tenant)
    yield Night(store, tenant)


def hourly(night: Night, **more: Any) -> Wanted:
    return Wanted("hourly", tenant=night.tenant, **more)


def incident(night: Night, **fields: Any) -> Incident:
    """An incident of checkout, noticed after a minute."""
    known = {"title": "checkout fails", "status": "open", "severity": "high", "services": ("checkout",), "tenant": night.tenant}
    times = {"start_at": TROUBLE, "created_at": TROUBLE + timedelta(minutes=1), "updated_at": TROUBLE + timedelta(minutes=1)}
    return Incident(**{"incident_id": "INC-1", "fingerprint": "f", **known, **times, **fields})


async def cells(night: Night, briefing: Any) -> dict[str, Any]:
    """The evidence of a briefing's run by id."""
    run = await night.state.run(RunId(briefing["run_id"]), night.tenant)
    assert run is not None
    return {item["id"]: item for item in run.document["evidence"]}


def cell(evidence: Any, path: str) -> Any:
    """What stands at a path of the two plain kinds."""
    if path.startswith("aggregates."):
        return evidence["aggregates"][path.removeprefix("aggregates.")]
    row, _, column = path.removeprefix("rows[").partition("].")
    return evidence["rows"][int(row)][column]


async def test_the_service_that_failed_is_the_issue_and_every_claim_holds(night: Night) -> None:
    made = await night.briefer.brief(hourly(night))
    assert made["period"] == {"start": "2026-03-01T12:00:00Z", "end": "2026-03-01T13:00:00Z"}
    assert made["top_issues"][0]["service"] == "checkout"
    assert {claim["verdict"] for claim in made["claims"]} == {"supported"}
    assert made["grounding"]["score"] == pytest.approx(100.0)
    assert not made["is_quiet"]


async def test_every_number_names_the_cell_it_stands_in(night: Night) -> None:
    made = await night.briefer.brief(hourly(night))
    evidence = await cells(night, made)
    for metric in made["key_metrics"]:
        factor = 100 if metric["unit"] == "%" else 1
        assert metric["value"] == pytest.approx(factor * cell(evidence[metric["evidence"]], metric["path"]), rel=5e-4), metric["name"]
    told = [one for issue in made["top_issues"] for one in issue["numbers"]]
    assert told
    for one in told:
        assert number(one["value"]) == pytest.approx(cell(evidence[one["evidence"]], one["path"]), rel=5e-4)
    for health in made["service_health"]:
        row = cell(evidence[health["evidence"]], f"{health['path']}.errors")
        assert health["failures"] == row


async def test_every_sentence_is_the_text_of_a_claim(night: Night) -> None:
    made = await night.briefer.brief(hourly(night))
    texts = {claim["text"] for claim in made["claims"]}
    assert {*made["trends"], *made["early_warnings"], *made["security_notes"]} <= texts
    ids = {claim["id"] for claim in made["claims"]}
    assert {name for issue in made["top_issues"] for name in issue["claims"]} <= ids


async def test_a_briefing_is_made_once_unless_asked_again(night: Night) -> None:
    first = await night.briefer.brief(hourly(night))
    assert (await night.briefer.brief(hourly(night)))["run_id"] == first["run_id"]
    anew = await night.briefer.brief(hourly(night, again=True))
    assert (anew["run_id"] != first["run_id"], anew["briefing_id"]) == (True, first["briefing_id"])
    assert len(await night.documents.find("briefing", tenant=night.tenant)) == 1


async def test_peace_is_called_quiet_however_busy(store: TelemetryStore, tenant: Tenant) -> None:
    await fill_with_peace(store, tenant)
    night = Night(store, tenant)
    made = await night.briefer.brief(hourly(night))
    assert made["is_quiet"]
    assert made["summary"].startswith("Quiet: No spells of failure were seen.")
    assert made["top_issues"] == []
    requests = next(metric for metric in made["key_metrics"] if metric["name"] == "requests")
    assert (requests["value"], requests["previous"], requests["trend"]) == (120, 60, "up")
    assert "There were 60 more user requests than in the window before." in made["trends"]


async def test_a_period_of_which_nothing_is_stored_is_not_quiet_but_not_found(night: Night) -> None:
    with pytest.raises(NothingFoundError, match="2026-03-05"):
        await night.briefer.brief(hourly(night, at=datetime(2026, 3, 5, 8, tzinfo=UTC)))
    assert await night.documents.find("briefing", tenant=night.tenant) == ()


async def test_an_empty_store_says_what_to_do(store: TelemetryStore, tenant: Tenant) -> None:
    night = Night(store, tenant)
    with pytest.raises(NothingFoundError, match="watchfloor ingest"):
        await night.briefer.brief(hourly(night))


async def test_old_data_are_briefed_on_to_their_end(night: Night) -> None:
    night.clock.at = datetime(2031, 1, 1, tzinfo=UTC)
    assert (await night.briefer.brief(hourly(night)))["period"]["end"] == "2026-03-01T14:00:00Z"


async def test_the_clock_leaves_out_what_is_not_stored_whole_and_a_person_gets_the_latest(night: Night) -> None:
    with pytest.raises(NothingFoundError, match="not stored whole"):
        await night.briefer.brief(Wanted("daily", AFTER_TROUBLE, tenant=night.tenant, is_due=True))
    made = await night.briefer.brief(Wanted("daily", AFTER_TROUBLE, tenant=night.tenant))
    assert made["period"] == {"start": "2026-02-28T13:02:00Z", "end": "2026-03-01T13:02:00Z"}
    assert "not stored whole" in made["notes"][0]


async def test_incidents_of_the_period_are_told_with_the_times_it_took(night: Night) -> None:
    answered = {"acknowledged_at": TROUBLE + timedelta(minutes=3), "resolved_at": TROUBLE + timedelta(minutes=30), "status": "resolved"}
    await night.documents.put("incident", "INC-1", document(incident(night, **answered)), night.tenant)
    long_ago = {"start_at": TROUBLE - timedelta(days=400), "end_at": TROUBLE - timedelta(days=399)}
    await night.documents.put("incident", "INC-0", document(incident(night, incident_id="INC-0", **long_ago)), night.tenant)
    made = await night.briefer.brief(hourly(night))
    assert [one["incident_id"] for one in made["incidents"]] == ["INC-1"]
    assert (made["mttd_s"], made["mtta_s"], made["mttr_s"]) == (60.0, 120.0, 1800.0)
    assert made["top_issues"][0]["incident_id"] == "INC-1"


async def test_without_incidents_there_is_no_time_to_notice(night: Night) -> None:
    made = await night.briefer.brief(hourly(night))
    assert (made["mttd_s"], made["mtta_s"], made["mttr_s"], made["incidents"]) == (None, None, None, [])


async def test_an_incident_found_in_history_was_not_noticed_years_late(night: Night) -> None:
    late = incident(night, created_at=TROUBLE + timedelta(days=900), updated_at=TROUBLE + timedelta(days=900))
    await night.documents.put("incident", "INC-1", document(late), night.tenant)
    assert (await night.briefer.brief(hourly(night)))["mttd_s"] is None


async def test_what_is_new_since_the_last_briefing_is_told(night: Night) -> None:
    await night.briefer.brief(hourly(night, at=BEFORE_TROUBLE))
    made = await night.briefer.brief(hourly(night, at=AFTER_TROUBLE))
    assert any(line.startswith("New among the top issues: checkout") for line in made["changes_since_last"])


async def test_a_situation_is_briefed_on_around_its_incident(night: Night) -> None:
    made = await night.briefer.situation(incident(night))
    assert (made["kind"], made["briefing_id"]) == ("situation", "BRF-INC-1-situation")
    assert made["period"] == {"start": "2026-03-01T11:40:00Z", "end": "2026-03-01T13:02:00Z"}
    assert made["top_issues"][0]["service"] == "checkout"


async def test_a_service_that_stopped_is_silent_and_one_that_rarely_speaks_is_not(store: TelemetryStore, tenant: Tenant) -> None:
    await fill_with_peace(store, tenant)
    start = datetime(2026, 3, 1, 11, tzinfo=UTC)
    stopped = [LogRecord(to_nanos(start + timedelta(minutes=number)), "billing", "billed") for number in range(40)]
    await store.write_logs([*stopped, LogRecord(to_nanos(start), "cron", "ran")], tenant)
    made = await Night(store, tenant).briefer.brief(Wanted("hourly", tenant=tenant))
    assert [health["service"] for health in made["service_health"] if health["state"] == "silent"] == ["billing"]
    assert not made["is_quiet"]
    assert made["summary"].startswith("billing is silent.")
