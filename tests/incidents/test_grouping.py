"""Which alarms are one incident, when it ends, and when it comes back."""

from dataclasses import replace
from datetime import timedelta

from domain.incidents import Alarm, Incident
from incidents.grouping import QUIET, REOPENS, Book
from incidents.links import Links, links_of
from tests.incidents.world import LINKS, alarm, at


def booked(*alarms: Alarm, links: Links = LINKS) -> Book:
    """A book that took each alarm at the minute its evidence ended."""
    book = Book()
    for one in alarms:
        book.take([one], one.end_at, links)
    return book


def only(book: Book) -> Incident:
    (incident,) = [one for one in book.incidents.values() if not one.merged_into]
    return incident


def test_the_same_alarm_later_is_the_same_incident() -> None:
    incident = only(booked(alarm(10), alarm(11), alarm(12)))
    assert [one.breaches for one in incident.alarms] == [3]
    assert (incident.severity, incident.start_at) == ("critical", at(9))


def test_an_alarm_looked_at_again_counts_once() -> None:
    incident = only(booked(alarm(10), alarm(10), alarm(10)))
    assert (incident.alarms[0].breaches, incident.severity) == (1, "medium")


def test_a_pause_ends_the_row() -> None:
    incident = only(booked(alarm(10), alarm(11), alarm(20)))
    assert incident.alarms[0].breaches == 1


def test_callers_and_called_join_through_others() -> None:
    incident = only(booked(alarm(10, "orders-db"), alarm(12, "gateway")))
    assert incident.services == ("orders-db", "gateway")


def test_services_that_do_not_call_each_other_stay_apart() -> None:
    book = booked(alarm(10, "search"), alarm(12, "checkout"))
    assert {one.services for one in book.incidents.values()} == {("search",), ("checkout",)}


def test_a_trace_that_failed_in_both_joins_services() -> None:
    links = Links(together=frozenset({("checkout", "search")}))
    assert len(booked(alarm(10, "search"), alarm(12, "checkout"), links=links).incidents) == 1


def test_what_comes_long_after_stays_apart() -> None:
    book = booked(alarm(10, "checkout"), alarm(19, "gateway"))
    assert len(book.incidents) == 2


def test_an_alarm_that_connects_two_incidents_makes_them_one() -> None:
    book = booked(alarm(10, "search"), alarm(11, "orders-db"), alarm(12, "gateway"))
    incident = only(book)
    assert set(incident.services) == {"search", "orders-db", "gateway"}
    merged = next(one for one in book.incidents.values() if one.merged_into)
    assert (merged.merged_into, merged.status) == (incident.incident_id, "resolved")


def test_an_attack_is_no_part_of_an_outage() -> None:
    book = booked(alarm(10), alarm(10, rule="failed_logins", family="security"))
    assert len(book.incidents) == 2


def test_quiet_resolves_and_the_end_is_the_last_evidence() -> None:
    book = booked(alarm(10))
    book.take([], at(10) + QUIET - timedelta(minutes=1), LINKS)
    assert only(book).status == "candidate"
    book.take([], at(10) + QUIET, LINKS)
    assert (only(book).status, only(book).end_at, only(book).resolved_at) == ("resolved", at(10), at(10) + QUIET)


def test_the_same_fingerprint_soon_after_reopens() -> None:
    book = booked(alarm(10, is_hard=True))
    book.take([], at(10) + QUIET, LINKS)
    book.incidents = {name: replace(one, analysed_as="critical") for name, one in book.incidents.items()}
    book.take([alarm(40, is_hard=True)], at(40), LINKS)
    incident = only(book)
    assert (incident.status, incident.reopened, incident.end_at, incident.analysed_as) == ("open", 1, None, "")


def test_the_same_fingerprint_long_after_is_new() -> None:
    book = booked(alarm(10))
    book.take([], at(10) + QUIET, LINKS)
    late = at(10) + QUIET + REOPENS + timedelta(minutes=2)
    book.take([replace(alarm(10), start_at=late, end_at=late)], late, LINKS)
    assert len(book.incidents) == 2


def test_severity_never_falls_while_open() -> None:
    book = booked(alarm(10, is_hard=True))
    book.take([alarm(11)], at(11), LINKS)
    assert only(book).severity == "critical"


def test_ids_tell_when_and_where_and_are_unique() -> None:
    book = booked(alarm(10), alarm(10, rule="failed_logins", family="security"))
    assert set(book.incidents) == {"INC-20260301T080900-checkout", "INC-20260301T080900-checkout-2"}


def test_of_alarms_that_begin_together_the_one_below_names_the_incident() -> None:
    book = Book()
    book.take([alarm(10, "gateway"), alarm(10, "orders-db"), alarm(10, "checkout")], at(10), LINKS)
    assert only(book).services == ("orders-db", "checkout", "gateway")
    assert only(book).incident_id.endswith("-orders-db")


def test_a_circle_of_calls_is_no_trap() -> None:
    links = links_of([("a", "b"), ("b", "a"), ("b", "c")])
    assert links.joins("a", "c")
    assert links.joins("a", "b")
    assert not links.joins("c", "d")
