"""Alerts of others: one a fingerprint, joined with what we see ourselves, and over when their sender says so."""

from dataclasses import replace
from datetime import timedelta

from domain.ids import DEFAULT_TENANT
from domain.incidents import Alert, Incident
from incidents.grouping import Book
from incidents.links import Links
from tests.fakes import FakeTelemetryStore
from tests.incidents.world import LINKS, MINUTES, Desk, alarm, at, desk

ALERT = Alert("Orders are lost", "critical", at(MINUTES - 1), "generic", "checkout", fingerprint="fp1", labels={"region": "eu"})


async def taken(found: Desk, *alerts: Alert, links: Links = LINKS) -> Incident:
    """The one incident the alerts went to."""
    (name,) = await found.room.intake.take(alerts, links)
    return await found.room.records.get(Incident, name)


def room() -> Desk:
    return desk(FakeTelemetryStore(), DEFAULT_TENANT)


async def test_a_critical_alert_is_a_critical_incident_at_once() -> None:
    one = await taken(room(), ALERT)
    assert (one.severity, one.status, one.trigger, one.title) == ("critical", "open", "alert", "Orders are lost")
    assert (one.services, one.regions, one.alert_ids, one.ai_generated) == (("checkout",), ("eu",), ("fp1",), False)
    assert one.start_at == at(MINUTES - 1)


async def test_severity_is_the_senders() -> None:
    one = await taken(room(), replace(ALERT, severity="medium"))
    assert (one.severity, one.status) == ("medium", "candidate")
    one = await taken(room(), replace(ALERT, severity="high"))
    assert (one.severity, one.status) == ("high", "open")


async def test_the_same_fingerprint_again_is_the_same_incident_and_no_graver() -> None:
    found = room()
    slight = replace(ALERT, severity="medium")
    for minute in range(6):
        found.clock.at = at(MINUTES + minute)
        one = await taken(found, slight)
    assert one.severity == "medium"
    assert len(await found.room.records.all(Incident)) == 1


async def test_it_is_over_when_its_sender_says_so() -> None:
    found = room()
    await taken(found, ALERT)
    one = await taken(found, replace(ALERT, ended_at=at(MINUTES + 7)))
    assert (one.status, one.end_at) == ("resolved", at(MINUTES + 7))


async def test_an_alert_that_still_fires_is_not_over_by_quiet() -> None:
    found = room()
    one = await taken(found, ALERT)
    book = Book({one.incident_id: one})
    book.take([], at(MINUTES) + timedelta(hours=3), LINKS)
    assert book.incidents[one.incident_id].status == "open"


async def test_two_alerts_end_only_together() -> None:
    found = room()
    await taken(found, ALERT, replace(ALERT, fingerprint="fp2", title="Carts too"))
    assert (await taken(found, replace(ALERT, ended_at=at(MINUTES + 1)))).status == "open"
    assert (await taken(found, replace(ALERT, fingerprint="fp2", ended_at=at(MINUTES + 2)))).status == "resolved"


async def test_an_end_nobody_heard_the_beginning_of_is_nothing() -> None:
    assert await room().room.intake.take([replace(ALERT, ended_at=at(MINUTES))], LINKS) == ()


async def test_an_alert_joins_what_we_see_of_the_same_services() -> None:
    found = room()
    book = Book()
    book.take([alarm(MINUTES - 2, "orders-db")], at(MINUTES - 2), LINKS)
    (seen,) = book.incidents.values()
    await found.room.records.keep(seen)
    one = await taken(found, ALERT)
    assert one.incident_id == seen.incident_id
    assert (one.trigger, one.severity, one.alert_ids) == ("rule", "critical", ("fp1",))
    assert one.title == seen.title


async def test_an_alert_without_a_service_is_taken_alone() -> None:
    one = await taken(room(), replace(ALERT, service=""))
    assert one.services == ()
    assert one.incident_id.endswith("-unknown")


async def test_an_alert_of_old_data_lies_in_its_own_time() -> None:
    one = await taken(room(), replace(ALERT, started_at=at(0) - timedelta(days=400)))
    assert one.alarms[0].end_at - one.alarms[0].start_at == timedelta(minutes=1)
