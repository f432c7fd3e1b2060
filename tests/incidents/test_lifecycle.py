"""What people may do with an incident, and what they may not in which state."""

from collections.abc import Awaitable, Callable

import pytest

from domain.errors import NothingFoundError, WrongUseError
from domain.ids import DEFAULT_TENANT
from domain.incidents import Incident, Issue
from incidents.lifecycle import NEXT, Lifecycle
from tests.fakes import FakeTelemetryStore
from tests.incidents.world import BREAKS, MINUTES, Desk, alarm, at, desk, incident

Step = Callable[[Lifecycle], Awaitable[Incident]]
STEPS: dict[str, Step] = {
    "acknowledge": lambda life: life.acknowledge("INC-1", "noor"),
    "assign": lambda life: life.assign("INC-1", "noor"),
    "snooze": lambda life: life.snooze("INC-1", at(MINUTES + 5)),
    "resolve": lambda life: life.resolve("INC-1", "noor"),
    "split": lambda life: life.split("INC-1", ("checkout",)),
}


async def room(*incidents: Incident) -> Desk:
    found = desk(FakeTelemetryStore(), DEFAULT_TENANT)
    for one in incidents or (incident(),):
        await found.room.records.keep(one)
    return found


@pytest.mark.parametrize("name", STEPS)
async def test_a_resolved_incident_is_left_alone(name: str) -> None:
    found = await room(incident(status="resolved"))
    with pytest.raises(WrongUseError, match="is resolved"):
        await STEPS[name](found.room.lifecycle)


@pytest.mark.parametrize("name", STEPS)
async def test_an_unknown_incident_is_said(name: str) -> None:
    found = await room(incident("INC-other"))
    with pytest.raises(NothingFoundError, match="INC-1"):
        await STEPS[name](found.room.lifecycle)


async def test_acknowledging_is_kept_and_happens_once() -> None:
    found = await room()
    one = await found.room.lifecycle.acknowledge("INC-1", "noor")
    assert (one.status, one.acknowledged_by, one.acknowledged_at) == ("acknowledged", "noor", at(MINUTES))
    with pytest.raises(WrongUseError, match="by 'noor' already"):
        await found.room.lifecycle.acknowledge("INC-1", "mina")


async def test_acknowledging_does_not_undo_what_is_known() -> None:
    found = await room(incident(status="identified"))
    assert (await found.room.lifecycle.acknowledge("INC-1", "noor")).status == "identified"


async def test_comments_gather_in_any_state() -> None:
    found = await room(incident(status="resolved"))
    await found.room.lifecycle.comment("INC-1", "noor", "it was the deploy")
    one = await found.room.lifecycle.comment("INC-1", "mina", "agreed")
    assert [(comment.author, comment.text) for comment in one.comments] == [("noor", "it was the deploy"), ("mina", "agreed")]


async def test_a_snooze_needs_a_time_to_come() -> None:
    found = await room()
    with pytest.raises(WrongUseError, match="not in the future"):
        await found.room.lifecycle.snooze("INC-1", at(MINUTES))


async def test_resolving_says_when_it_ended_and_who_said_so() -> None:
    found = await room()
    one = await found.room.lifecycle.resolve("INC-1", "noor")
    assert (one.status, one.end_at, one.resolved_at) == ("resolved", at(BREAKS + 1), at(MINUTES))
    assert one.comments[-1].author == "noor"


async def test_confirming_makes_a_candidate_an_incident_and_its_issue_a_persons() -> None:
    found = await room()
    await found.room.follow.of(["INC-1"])
    await found.room.analyses.finished()
    assert (await found.room.lifecycle.confirm("INC-1", "noor")).confirmed_by == "noor"
    (issue,) = await found.room.records.all(Issue)
    assert (issue.confirmed_by, issue.ai_generated) == ("noor", False)
    with pytest.raises(WrongUseError, match="confirmed by 'noor' already"):
        await found.room.lifecycle.confirm("INC-1", "mina")


@pytest.mark.parametrize("status", NEXT)
@pytest.mark.parametrize("wanted", NEXT)
async def test_states_change_only_as_they_may(status: str, wanted: str) -> None:
    found = await room(incident(status=status))
    if wanted in NEXT[status]:  # type: ignore[index]
        assert (await found.room.lifecycle.change("INC-1", {"status": wanted})).status == wanted
        return
    with pytest.raises(WrongUseError, match=f"cannot become '{wanted}'"):
        await found.room.lifecycle.change("INC-1", {"status": wanted})


async def test_a_person_may_change_title_severity_and_assignee_and_nothing_else() -> None:
    found = await room()
    one = await found.room.lifecycle.change("INC-1", {"title": "orders are lost", "severity": "low", "assignee": "noor"})
    assert (one.title, one.severity, one.assignee) == ("orders are lost", "low", "noor")
    with pytest.raises(WrongUseError, match="fingerprint"):
        await found.room.lifecycle.change("INC-1", {"fingerprint": "x"})


async def test_merging_moves_alarms_and_leaves_a_pointer() -> None:
    found = await room(incident("INC-1"), incident("INC-2", services=("gateway",), alarms=(alarm(BREAKS, "gateway"),)))
    kept = await found.room.lifecycle.merge("INC-2", "INC-1")
    assert (kept.incident_id, kept.services, len(kept.alarms)) == ("INC-1", ("checkout", "gateway"), 2)
    gone = await found.room.lifecycle.show("INC-2")
    assert (gone.merged_into, gone.status) == ("INC-1", "resolved")
    assert [one.incident_id for one in await found.room.lifecycle.listed()] == ["INC-1"]
    with pytest.raises(WrongUseError, match="part of 'INC-1' already"):
        await found.room.lifecycle.merge("INC-2", "INC-1")
    with pytest.raises(WrongUseError, match="itself"):
        await found.room.lifecycle.merge("INC-1", "INC-1")


async def test_splitting_takes_some_services_away() -> None:
    both = incident(services=("checkout", "gateway"), alarms=(alarm(BREAKS), alarm(BREAKS + 3, "gateway")))
    found = await room(both)
    new = await found.room.lifecycle.split("INC-1", ("gateway",))
    left = await found.room.lifecycle.show("INC-1")
    assert (new.services, [one.service for one in new.alarms], new.start_at) == (("gateway",), ["gateway"], at(BREAKS + 2))
    assert (left.services, [one.service for one in left.alarms]) == (("checkout",), ["checkout"])
    with pytest.raises(WrongUseError, match="some, not all"):
        await found.room.lifecycle.split("INC-1", ("checkout",))


async def test_the_gravest_come_first_and_can_be_filtered() -> None:
    found = await room(incident("low", severity="low"), incident("grave"), incident("over", status="resolved", services=("search",)))
    life = found.room.lifecycle
    assert [one.severity for one in await life.listed()] == ["critical", "critical", "low"]
    assert [one.incident_id for one in await life.listed(status="resolved")] == ["over"]
    assert [one.incident_id for one in await life.listed(service="search")] == ["over"]
    assert [one.incident_id for one in await life.listed(severity="low")] == ["low"]
