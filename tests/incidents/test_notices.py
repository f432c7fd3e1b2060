"""Tickets and drafts: what they say, and that a draft is decided once."""

import pytest

from domain.errors import NothingFoundError, WrongUseError
from domain.ids import DEFAULT_TENANT
from domain.incidents import CauseNamed, Draft, Ticket
from incidents.notices import Notices
from tests.fakes import FakeTelemetryStore
from tests.incidents.world import MINUTES, Desk, at, desk, incident


async def raised() -> Desk:
    found = desk(FakeTelemetryStore(), DEFAULT_TENANT)
    await found.room.records.keep(incident())
    await found.room.follow.of(["INC-1"])
    await found.room.analyses.finished()
    return found


async def drafts(found: Desk) -> dict[str, Draft]:
    return {draft.alert_type: draft for draft in await found.room.records.all(Draft)}


async def test_the_ticket_names_the_problem_and_its_numbers() -> None:
    found = await raised()
    (ticket,) = await found.room.records.all(Ticket)
    assert ticket.ticket_id == "MON-20260301T100000-checkout"
    assert ticket.subject == "Critical issue: errors of checkout"
    assert (ticket.product, ticket.auto_generated, ticket.requester.email) == ("checkout", True, "monitor@system.internal")
    assert "8 events" in ticket.body
    assert "ORDER_LOST" in ticket.body


async def test_what_the_analysis_found_reaches_ticket_and_draft() -> None:
    found = await raised()
    (ticket,) = await found.room.records.all(Ticket)
    assert "Cause (supported): checkout: /orders a new error after a deploy" in ticket.body
    assert "Cause (supported)" in (await drafts(found))["engineering"].body


async def test_customers_are_told_nothing_internal() -> None:
    found = await raised()
    notice = (await drafts(found))["customer"]
    said = f"{notice.subject} {notice.body}"
    assert "some requests may fail" in said
    assert [word for word in ("checkout", "ORDER_LOST", "deploy", "INC-", "MON-", "eu") if word in said.split() or word in said] == []


async def test_drafts_point_to_ticket_and_issue() -> None:
    found = await raised()
    (ticket,) = await found.room.records.all(Ticket)
    for kind, draft in (await drafts(found)).items():
        assert draft.alert_id == f"ALR-20260301T100000-{kind}"
        assert draft.related_ticket_id == ticket.ticket_id
        assert draft.related_issue_id.startswith("ISS-")
        assert draft.state == "draft"


async def test_a_draft_is_decided_once() -> None:
    found = await raised()
    approved = await found.room.notices.decide("ALR-20260301T100000-customer", "approved", "noor")
    assert (approved.state, approved.decided_by) == ("approved", "noor")
    with pytest.raises(WrongUseError, match="approved already"):
        await found.room.notices.decide("ALR-20260301T100000-customer", "rejected", "mina")
    with pytest.raises(NothingFoundError, match="ALR-none"):
        await found.room.notices.decide("ALR-none", "approved", "noor")


async def test_a_decided_draft_is_never_rewritten() -> None:
    found = await raised()
    before = await found.room.notices.decide("ALR-20260301T100000-engineering", "rejected", "noor")
    (one,) = [await found.room.lifecycle.show("INC-1")]
    await found.room.notices.refresh(incident(ticket_id=one.ticket_id, root_cause=CauseNamed("another cause", "supported", "run_9")))
    assert (await drafts(found))["engineering"] == before


async def test_two_critical_incidents_of_one_second_have_names_of_their_own() -> None:
    found = await raised()
    await found.room.notices.raise_for(incident("INC-2"), at(MINUTES))
    assert len({ticket.ticket_id for ticket in await found.room.records.all(Ticket)}) == 2
    assert len({draft.alert_id for draft in await found.room.records.all(Draft)}) == 4


async def test_notices_are_written_in_the_language_that_is_set() -> None:
    records = desk(FakeTelemetryStore(), DEFAULT_TENANT).room.records
    await Notices(records, "ko").raise_for(incident(), at(0))
    (ticket,) = await records.all(Ticket)
    told = {draft.alert_type: draft for draft in await records.all(Draft)}
    assert ticket.subject.startswith("심각한 이슈: ")
    assert "원인: 아직 알 수 없음" in ticket.body
    assert "일부 요청이 실패할 수 있습니다" in told["customer"].body
    assert "checkout" not in told["customer"].body
