"""Known issues: one a problem, found again by what it reads like; and incidents that read alike, as a tool."""

from dataclasses import replace
from datetime import timedelta

from domain.calls import Filters, Refusal, Scope, ToolCall, ToolResult
from domain.ids import Tenant
from domain.incidents import CauseNamed, Incident, Issue
from domain.ports import TelemetryStore
from domain.tasks import Seen, SelectAnswer, SelectPayload, Task
from domain.window import Window
from grounding.verifier import verify
from incidents.analyses import told
from prompts.views import blanks
from tests.fakes import FakeTelemetryStore
from tests.incidents.world import BREAKS, MINUTES, Desk, WordEmbedder, at, broken, desk, fill, incident, window
from tools.similar import SimilarIncidents

TENANT = Tenant("default")
CAUSE = CauseNamed("checkout: /orders a new error after a deploy", "supported", "run_1", "checkout")


def room() -> Desk:
    return desk(FakeTelemetryStore(), TENANT)


async def learnt(found: Desk, *incidents: Incident) -> list[Issue]:
    """The issues that the incidents went to, in their order."""
    for one in incidents:
        await found.room.records.keep(one)
    return [await found.room.knowledge.learn(one, at(MINUTES)) for one in incidents]


async def test_the_same_problem_again_updates_its_issue() -> None:
    found = room()
    first, second = await learnt(found, incident("INC-1"), incident("INC-2", severity="critical", regions=("eu",)))
    assert first.issue_id == second.issue_id
    assert second.incident_ids == ("INC-1", "INC-2")
    assert second.affected_regions == ("eu",)
    assert len(await found.room.records.all(Issue)) == 1


async def test_another_problem_is_another_issue() -> None:
    found = room()
    other = incident("INC-2", title="disk of search is full", services=("search",), alarms=())
    first, second = await learnt(found, incident("INC-1"), other)
    assert first.issue_id != second.issue_id


async def test_equal_words_about_another_service_are_another_issue() -> None:
    found = room()
    first, second = await learnt(found, incident("INC-1"), incident("INC-2", services=("payment",)))
    assert first.issue_id != second.issue_id


async def test_an_issue_says_what_changed() -> None:
    (issue,) = await learnt(room(), incident("INC-1", root_cause=CAUSE))
    assert (issue.baseline, issue.current, issue.change_pct) == (0.5, 8.0, 1500.0)
    assert issue.status == "identified"
    assert CAUSE.text in issue.description
    assert issue.issue_id.startswith("ISS-20260301T093000-checkout")


async def test_a_known_problem_is_found_by_its_words_and_filtered_by_what_it_is() -> None:
    found = room()
    await learnt(found, incident("INC-1"), incident("INC-2", title="disk of search is full", services=("search",), alarms=()))
    (nearest, *_) = await found.room.knowledge.search("errors of checkout", {}, 5)
    assert nearest["title"] == "errors of checkout"
    assert 0 < nearest["similarity"] <= 1
    assert await found.room.knowledge.search("errors of checkout", {"status": "resolved"}, 5) == []
    assert len(await found.room.knowledge.search("", {"ai_generated": True}, 5)) == 2


async def test_an_issue_is_resolved_with_the_last_of_its_incidents() -> None:
    found = room()
    one, two = incident("INC-1"), incident("INC-2")
    (issue, _) = await learnt(found, one, two)
    one, two = (replace(each, issue_id=issue.issue_id) for each in (one, two))
    await found.room.records.keep(replace(one, status="resolved"))
    await found.room.knowledge.resolve(one, at(MINUTES))
    assert (await found.room.records.get(Issue, issue.issue_id)).status == "investigating"
    await found.room.records.keep(replace(two, status="resolved"))
    await found.room.knowledge.resolve(two, at(MINUTES))
    assert (await found.room.records.get(Issue, issue.issue_id)).status == "resolved"


async def asked(tool: SimilarIncidents, filters: Filters, where: Window, tenant: Tenant) -> ToolResult:
    answer = await tool.call(ToolCall("similar_incidents", filters), Scope(where, tenant=tenant))
    assert not isinstance(answer, Refusal)
    return answer


async def test_a_cause_that_no_person_confirmed_is_told_as_the_hypothesis_of_a_run(store: TelemetryStore, tenant: Tenant) -> None:
    found = desk(store, tenant)
    await learnt(found, incident("INC-0", start_at=at(0) - timedelta(days=2), root_cause=CAUSE, tenant=tenant))
    tool = SimilarIncidents(store, found.index, WordEmbedder())
    answer = await asked(tool, Filters(text="errors of checkout ORDER_LOST"), window(), tenant)
    (row,) = answer.evidence.rows
    assert (row["root_cause"], row["hypothesis"], row["run_id"]) == ("", CAUSE.text, "run_1")
    assert [claim.text for claim in answer.candidates if CAUSE.text in claim.text] == [
        f"nobody confirmed that the cause of INC-0 was “{CAUSE.text}”."
    ]
    trusts = {column.name: column.trust for column in answer.evidence.columns}
    assert (trusts["root_cause"], trusts["hypothesis"]) == ("operator", "external")
    payload = SelectPayload("Has this happened before?", answer.candidates, seen=Seen({"E1": answer.evidence}))
    assert CAUSE.text not in blanks(Task("select", payload, SelectAnswer))["claims"]


async def test_a_person_confirms_a_cause_and_no_later_analysis_changes_it() -> None:
    found = room()
    one = incident("INC-0", start_at=at(0) - timedelta(days=2), root_cause=CAUSE)
    (issue,) = await learnt(found, one)
    await found.room.knowledge.confirm(replace(one, issue_id=issue.issue_id), "noor", at(MINUTES))
    (hit,) = await found.index.search("incidents", WordEmbedder().embed(["errors of checkout"])[0], TENANT, 1)
    assert (hit.payload["confirmed_by"], hit.payload["root_cause"]) == ("noor", CAUSE.text)
    other = {"run_id": "run_2", "root_causes": [{"service": "mail", "reason": "errors", "evidence": ["E1"]}]}
    assert told(replace(one, confirmed_by="noor"), other, at(MINUTES)).root_cause == CAUSE
    again = told(one, other, at(MINUTES)).root_cause
    assert again is not None
    assert again.service == "mail"


async def test_earlier_incidents_are_told_with_their_causes(store: TelemetryStore, tenant: Tenant) -> None:
    found = desk(store, tenant)
    begin = at(0) - timedelta(days=2)
    earlier = incident("INC-0", start_at=begin, root_cause=CAUSE, status="resolved", tenant=tenant, confirmed_by="noor")
    await learnt(found, earlier, incident("INC-1", tenant=tenant))
    tool = SimilarIncidents(store, found.index, WordEmbedder())
    answer = await asked(tool, Filters(text="errors of checkout ORDER_LOST"), window(), tenant)
    (row,) = answer.evidence.rows
    assert (row["incident_id"], row["status"], row["root_cause"]) == ("INC-0", "resolved", CAUSE.text)
    assert row["similarity"] > 0.5
    judged = verify(answer.candidates, {"E1": answer.evidence})
    assert {each.verdict for each in judged} == {"supported"}
    assert len(judged) == 3


async def test_without_words_the_errors_in_scope_are_looked_for(store: TelemetryStore, tenant: Tenant) -> None:
    await fill(store, tenant, broken(failing=5))
    found = desk(store, tenant)
    earlier = incident("INC-0", title="errors ORDER_LOST of checkout: order failed", start_at=at(0) - timedelta(days=2), tenant=tenant)
    await learnt(found, earlier)
    tool = SimilarIncidents(store, found.index, WordEmbedder())
    broke = await asked(tool, Filters(), window(BREAKS, MINUTES), tenant)
    assert [row["incident_id"] for row in broke.evidence.rows] == ["INC-0"]
    quiet = await asked(tool, Filters(), window(0, BREAKS), tenant)
    assert (quiet.evidence.status, quiet.evidence.rows) == ("empty", ())
