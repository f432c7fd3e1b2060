"""The watcher over the real store: what a tick changes, and the analyses that start by themselves."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import StoreError
from domain.ids import Tenant
from domain.incidents import Draft, Incident, Issue, Ticket
from domain.ports import TelemetryStore
from incidents.analyses import FIRST_RETRY, SECOND_LOOK
from tests.incidents.world import BREAKS, MINUTES, Desk, Investigator, at, broken, desk, fill, incident, steady, window


async def watched(store: TelemetryStore, tenant: Tenant, investigator: Investigator | None = None) -> Desk:
    """A desk over a shop that breaks, watched up to five minutes after that."""
    await fill(store, tenant, broken(failing=5))
    found = desk(store, tenant, investigator)
    await tick(found, BREAKS + 5)
    return found


async def tick(found: Desk, minute: float) -> tuple[Incident, ...]:
    found.clock.at = at(minute)
    changed = await found.room.watcher.tick(found.clock.at)
    await found.room.analyses.finished()
    return changed


async def the(found: Desk) -> Incident:
    (one,) = await found.room.records.all(Incident)
    return one


async def test_nothing_wrong_changes_nothing(store: TelemetryStore, tenant: Tenant) -> None:
    await fill(store, tenant, steady)
    found = desk(store, tenant)
    assert await tick(found, MINUTES) == ()
    assert found.investigator.seen == []


async def test_a_grave_incident_is_analysed_by_itself(store: TelemetryStore, tenant: Tenant) -> None:
    found = await watched(store, tenant)
    one = await the(found)
    assert found.investigator.seen == [(one.incident_id, "critical")]
    assert one.status == "identified"
    assert one.root_cause is not None
    assert (one.root_cause.verdict, one.root_cause.run_id, one.root_cause.service) == ("supported", "run_1", "checkout")
    assert len(one.one_line) <= 140
    assert one.one_line.endswith("…")


async def test_an_analysis_happens_once_a_severity(store: TelemetryStore, tenant: Tenant) -> None:
    found = await watched(store, tenant)
    for minute in range(6, 20):
        await tick(found, BREAKS + minute)
    assert len(found.investigator.seen) == 1


async def test_looking_again_at_the_same_minutes_changes_nothing(store: TelemetryStore, tenant: Tenant) -> None:
    found = await watched(store, tenant)
    before = await the(found)
    assert await tick(found, BREAKS + 5) == ()
    assert await the(found) == before


async def test_late_events_are_seen(store: TelemetryStore, tenant: Tenant) -> None:
    found = desk(store, tenant)
    await tick(found, BREAKS + 3)
    await fill(store, tenant, broken(failing=5), BREAKS + 3)
    assert await tick(found, BREAKS + 4)


async def test_quiet_minutes_resolve(store: TelemetryStore, tenant: Tenant) -> None:
    await fill(store, tenant, lambda minute: broken(failing=5)(minute) if minute < BREAKS + 10 else steady(minute), BREAKS + 40)
    found = desk(store, tenant)
    for minute in range(2, 40, 2):
        await tick(found, BREAKS + minute)
    one = await the(found)
    assert one.status == "resolved"
    assert at(BREAKS + 9) <= (one.end_at or at(0)) <= at(BREAKS + 11)
    assert [issue.status for issue in await found.room.records.all(Issue)] == ["resolved"]


async def test_a_critical_incident_has_one_issue_one_ticket_and_two_drafts(store: TelemetryStore, tenant: Tenant) -> None:
    found = await watched(store, tenant)
    for minute in range(6, 12):
        await tick(found, BREAKS + minute)
    one = await the(found)
    assert [issue.issue_id for issue in await found.room.records.all(Issue)] == [one.issue_id]
    assert [ticket.ticket_id for ticket in await found.room.records.all(Ticket)] == [one.ticket_id]
    assert {draft.alert_type for draft in await found.room.records.all(Draft)} == {"engineering", "customer"}


async def test_a_failed_analysis_is_noted_and_tried_again_later(store: TelemetryStore, tenant: Tenant) -> None:
    found = await watched(store, tenant, Investigator(failures=[ValueError("no model"), StoreError("gone")]))
    assert "no model" in (await the(found)).analysis_error
    await tick(found, BREAKS + 5.1)
    assert len(found.investigator.seen) == 1
    await tick(found, BREAKS + 5 + FIRST_RETRY.total_seconds() / 60)
    assert (len(found.investigator.seen), "gone" in (await the(found)).analysis_error) == (2, True)
    await tick(found, BREAKS + 6)
    assert len(found.investigator.seen) == 2
    await tick(found, BREAKS + 7)
    one = await the(found)
    assert (len(found.investigator.seen), one.analysis_error, one.status) == (3, "", "identified")


async def test_a_look_that_named_no_cause_is_repeated_twice_each_time_later(store: TelemetryStore, tenant: Tenant) -> None:
    found = await watched(store, tenant, Investigator(cause=""))
    assert (await the(found)).status == "open"
    wait = SECOND_LOOK.total_seconds() / 60
    await tick(found, BREAKS + 5 + wait)
    assert len(found.investigator.seen) == 2
    await tick(found, BREAKS + 5 + 2 * wait)
    assert len(found.investigator.seen) == 2
    await tick(found, BREAKS + 5 + 3 * wait)
    await tick(found, BREAKS + 25)
    assert len(found.investigator.seen) == 3


async def test_a_snoozed_incident_starts_nothing(store: TelemetryStore, tenant: Tenant) -> None:
    found = desk(store, tenant)
    await found.room.records.keep(incident(snoozed_until=at(MINUTES + 30), tenant=tenant))
    assert not found.room.analyses.start(await the(found))
    found.clock.at = at(MINUTES + 31)
    assert found.room.analyses.start(await the(found))
    await found.room.analyses.finished()


@pytest.mark.parametrize("severity", ["low", "medium"])
async def test_a_slight_incident_is_not_analysed(store: TelemetryStore, tenant: Tenant, severity: str) -> None:
    found = desk(store, tenant)
    assert not found.room.analyses.start(incident(severity=severity))


async def test_a_risen_severity_is_analysed_again(store: TelemetryStore, tenant: Tenant) -> None:
    found = desk(store, tenant)
    await found.room.records.keep(incident(severity="high", tenant=tenant))
    await found.room.follow.of(["INC-1"])
    await found.room.analyses.finished()
    await found.room.records.keep(replace(await the(found), severity="critical"))
    await found.room.follow.of(["INC-1"])
    await found.room.analyses.finished()
    assert [severity for _, severity in found.investigator.seen] == ["high", "critical"]


async def test_what_a_person_did_meanwhile_stays(store: TelemetryStore, tenant: Tenant) -> None:
    found = await watched(store, tenant)
    name = (await the(found)).incident_id
    await found.room.lifecycle.assign(name, "noor")
    await tick(found, BREAKS + 9)
    one = await the(found)
    assert one.assignee == "noor"
    assert one.updated_at == at(BREAKS + 9)


async def test_a_replay_writes_each_incident_once(store: TelemetryStore, tenant: Tenant) -> None:
    await fill(store, tenant, broken(failing=5))
    found = desk(store, tenant)
    assert len(await found.room.watcher.replay(window(), write=False)) == 1
    assert await found.room.records.all(Incident) == []
    (first,) = await found.room.watcher.replay(window(), write=True)
    (again,) = await found.room.watcher.replay(window(), write=True)
    assert first == again == await the(found)


async def test_a_replay_finds_what_watching_finds(store: TelemetryStore, tenant: Tenant) -> None:
    found = await watched(store, tenant)
    for minute in range(6, 31):
        await tick(found, BREAKS + minute)
    seen, (replayed,) = await the(found), await found.room.watcher.replay(window(), write=False)
    assert (replayed.incident_id, replayed.severity) == (seen.incident_id, seen.severity)
    assert {alarm.rule for alarm in replayed.alarms} == {alarm.rule for alarm in seen.alarms}


async def test_it_is_over_when_somebody_says_so_until_it_shows_again(store: TelemetryStore, tenant: Tenant) -> None:
    found = await watched(store, tenant)
    await found.room.lifecycle.resolve((await the(found)).incident_id, "noor")
    await tick(found, BREAKS + 7)
    one = await the(found)
    assert (one.status, one.reopened) == ("identified", 1)
    assert len(found.investigator.seen) == 2
    assert found.clock.at - one.start_at < timedelta(hours=1)
