"""Evidence outlives its rows, shows what was done to it, and can be asked again; on the real engine."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from adapters.archive import open_archive
from adapters.clickhouse import ClickHouseTelemetryStore
from adapters.state import Database, SqlAudit, SqlStateStore, open_database
from domain.audit import AuditNote
from domain.calls import Filters, Refusal, Scope, ToolCall
from domain.evidence import Evidence, document_sha256, sha256_of
from domain.ids import DEFAULT_TENANT, RunId, ThreadId, evidence_uid
from domain.ports import RunRecord
from domain.telemetry import LogRecord
from domain.window import Window, rfc3339
from graph.happened import incident_evidence
from pipeline.retention.expiry import Limits
from pipeline.retention.job import Retention
from service.app import build_app
from service.parts import Parts
from tests.fakes import FakeTelemetryStore, FakeVectorIndex
from tests.graph.world import world as inside
from tests.pipeline.kept import DAY, GIB, START, World, kept_world, line
from tests.service.world import FlatEmbedder, parts_of, templates
from tools.registry import Registry
from tools.similar import SimilarIncidents
from tools.suspects import SuspectsTool
from tools.toolbox import Toolbox

RUN = RunId("run_1")
WINDOW = Window(START - timedelta(hours=1), START + timedelta(hours=1))
OVER = START + 32 * DAY


@dataclass(frozen=True, slots=True)
class Kept:
    """A service whose stores are real: rows, state and archive."""

    rows: World
    database: Database
    parts: Parts
    client: TestClient

    def seen(self, tool: str, **filters: Any) -> Evidence:
        """What a tool sees now, kept as evidence of a run."""
        return asyncio.run(self._seen(tool, filters))

    async def _seen(self, tool: str, filters: dict[str, Any]) -> Evidence:
        number = len(await self.parts.state.runs()) + 1
        spec = next(one for one in self.parts.toolbox.menu() if one.name == tool)
        baseline = Window(WINDOW.start - WINDOW.length, WINDOW.start) if spec.needs_baseline else None
        run = RunId(f"run_{number}")
        answer = await self.parts.toolbox.call(ToolCall(tool, Filters(**filters), baseline=baseline), Scope(WINDOW, run))
        assert not isinstance(answer, Refusal)
        return await self.keep(answer.evidence)

    async def keep(self, evidence: Evidence) -> Evidence:
        await self.parts.state.save_run(RunRecord(evidence.run_id, ThreadId("thr_1"), DEFAULT_TENANT, "ok", "?", START))
        await self.parts.state.save_evidence([evidence])
        return evidence

    def write(self, *records: LogRecord) -> None:
        asyncio.run(self.rows.store.write_logs(records))

    def replayed(self, evidence: Evidence) -> Any:
        answer = self.client.post(f"/api/evidence/{evidence.uid}/replay")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def shown(self, evidence: Evidence) -> Any:
        return self.client.get(f"/api/evidence/{evidence.uid}").json()

    def tamper(self, statement: str) -> None:
        """Write into the database as somebody does who got at its file."""
        asyncio.run(self.database.execute(text("DROP TRIGGER IF EXISTS evidence_no_update")))
        assert asyncio.run(self.database.execute(text(statement))) == 1


@pytest.fixture
def kept(store: ClickHouseTelemetryStore, tmp_path: Path) -> Iterator[Kept]:
    database = open_database(tmp_path / "state.sqlite")
    with kept_world(store) as rows:
        parts = parts_of(inside(), FakeTelemetryStore())
        composites = (SuspectsTool(rows.store), SimilarIncidents(rows.store, FakeVectorIndex(), FlatEmbedder()))
        parts = replace(
            parts,
            store=rows.store,
            state=SqlStateStore(database),
            audit=SqlAudit(database),
            toolbox=Toolbox(rows.store, templates(), composites),
            retention=Retention(lambda: nullcontext(rows.days), lambda: open_archive(str(tmp_path / "cold")), Limits(GIB)),
        )
        yield Kept(rows, database, parts, TestClient(build_app(parts, "0"), base_url="http://127.0.0.1"))
    asyncio.run(database.close())


def test_a_snapshot_is_shown_with_its_query_and_stands_as_it_was_saved(kept: Kept) -> None:
    kept.write(*(line(START, number) for number in range(5)))
    evidence = kept.seen("status_codes", service="cart")
    shown = kept.shown(evidence)
    assert {name: shown[name] for name in evidence.as_json()} == evidence.as_json()
    assert (shown["intact"], shown["damage"], shown["sql_current"]) == (True, [], True)
    assert "FROM logs" in shown["sql"]
    assert shown["sql_parameters"]["service"] == "cart"
    assert shown == kept.client.get(f"/api/runs/{evidence.run_id}/evidence/E1").json()


def test_asked_again_of_the_same_rows_it_is_the_same(kept: Kept) -> None:
    kept.write(*(line(START, number) for number in range(5)))
    evidence = kept.seen("status_codes")
    again = kept.replayed(evidence)
    assert (again["same"], again["notes"], again["rows_gone"], again["template_changed"]) == (True, [], "", False)
    assert again["sha256"] == again["was_sha256"] == evidence.sha256
    assert again["evidence"]["rows"] == list(evidence.rows)
    (entry,) = kept.client.get("/api/audit", params={"kind": "evidence.replayed"}).json()
    assert (entry["run_id"], entry["details"]["same"], entry["details"]["uid"]) == (evidence.run_id, True, evidence.uid)


def test_what_came_since_is_told_cell_by_cell(kept: Kept) -> None:
    kept.write(line(START, 0))
    evidence = kept.seen("status_codes")
    kept.write(line(START, 3), replace(line(START, 7), status=200))
    again = kept.replayed(evidence)
    assert not again["same"]
    assert again["notes"] == ["3 more events of that time are stored now"]
    assert [row["status_code"] for row in again["changes"]["rows_added"]] == ["200"]
    assert again["changes"]["cells_changed"] == [{"row": {"status_code": "503"}, "column": "requests", "was": 1, "now": 2}]
    assert {"name": "requests_in_all", "was": 1, "now": 4} in again["changes"]["aggregates_changed"]
    assert again["changes"]["rows_removed_total"] == 0


def test_a_snapshot_outlives_its_rows_and_they_can_come_back(kept: Kept) -> None:
    kept.write(*(line(START, number) for number in range(5)))
    evidence = kept.seen("status_codes")
    assert kept.parts.retention.work(OVER).removed_rows == 5
    again = kept.replayed(evidence)
    assert (again["same"], again["status"], again["was_status"], again["rows_gone"]) == (False, "empty", "ok", "all")
    assert again["notes"] == [
        "rows of that time are no longer kept; the snapshot stands",
        f"in the archive are {START:%Y-%m-%d}; `watchfloor replay archive --day DAY` brings a day back",
    ]
    assert again["changes"]["rows_removed"] == list(evidence.rows)
    shown = kept.shown(evidence)
    assert (shown["intact"], shown["rows"], shown["sha256"]) == (True, list(evidence.rows), evidence.sha256)
    kept.parts.retention.restored(kept.parts.retention.archived(START.date()), OVER, 7)
    assert kept.replayed(evidence)["same"]


@pytest.mark.parametrize(
    "statement",
    [
        """UPDATE evidence SET document = json_set(document, '$.rows[0].requests', 999)""",
        """UPDATE evidence SET document = json_set(document, '$.scope_rows', 1)""",
        """UPDATE evidence SET document = json_set(document, '$.columns[1].unit', 'GB')""",
    ],
)
def test_a_snapshot_that_was_tampered_with_is_reported(kept: Kept, statement: str) -> None:
    kept.write(*(line(START, number) for number in range(5)))
    evidence = kept.seen("status_codes")
    kept.tamper(statement)
    shown = kept.shown(evidence)
    assert not shown["intact"]
    assert "its seal does not fit" in shown["damage"][0]
    again = kept.replayed(evidence)
    assert (again["same"], again["intact"]) == (False, False)
    assert again["notes"][0] == shown["damage"][0]


def test_rows_changed_together_with_the_seal_do_not_fit_their_own_hash(kept: Kept) -> None:
    kept.write(*(line(START, number) for number in range(5)))
    evidence = kept.seen("status_codes")
    kept.tamper("UPDATE evidence SET document = json_set(document, '$.rows[0].requests', 999)")
    forged = sha256_of(asyncio.run(kept.parts.state.evidence(evidence.uid)))
    kept.tamper(f"UPDATE evidence SET seal = '{forged}'")
    assert kept.shown(evidence)["damage"] == ["the kept rows, parameters or totals do not fit the snapshot's own sha256"]


def test_a_snapshot_forged_whole_does_not_fit_the_audit_of_its_run(kept: Kept) -> None:
    kept.write(*(line(START, number) for number in range(5)))
    evidence = kept.seen("status_codes")
    called = AuditNote("tool.called", START, evidence.run_id, {"evidence": "E1", "sha256": evidence.sha256})
    asyncio.run(kept.parts.audit.append([called]))
    assert kept.shown(evidence)["intact"]
    document = {**evidence.as_json(), "rows": [{**evidence.rows[0], "requests": 999}]}
    forged = {**document, "sha256": document_sha256(document)}
    kept.tamper(f"UPDATE evidence SET document = '{json.dumps(forged)}', seal = '{sha256_of(forged)}'")
    assert kept.shown(evidence)["damage"] == ["the audit of its run gives it another sha256"]


@pytest.mark.parametrize("gone", ["'$.columns'", "'$.sha256'", "'$.window'"])
def test_a_snapshot_in_pieces_is_shown_as_damaged_and_not_asked_again(kept: Kept, gone: str) -> None:
    kept.write(line(START, 0))
    evidence = kept.seen("status_codes")
    kept.tamper(f"UPDATE evidence SET document = json_remove(document, {gone})")
    assert not kept.shown(evidence)["intact"]
    answer = kept.client.post(f"/api/evidence/{evidence.uid}/replay")
    assert answer.status_code == 400
    assert "its snapshot is damaged" in answer.json()["detail"]


def test_a_template_that_changed_since_is_told(kept: Kept) -> None:
    kept.write(*(line(START, number) for number in range(5)))
    evidence = kept.seen("status_codes")
    registry = templates()
    other = registry.templates["status_codes"].model_copy(update={"order_by": "status"})
    changed = Registry({**registry.templates, "status_codes": other}, registry.folder)
    parts = replace(kept.parts, toolbox=Toolbox(kept.rows.store, changed))
    client = TestClient(build_app(parts, "0"), base_url="http://127.0.0.1")
    again = client.post(f"/api/evidence/{evidence.uid}/replay").json()
    assert again["template_changed"]
    assert client.get(f"/api/evidence/{evidence.uid}").json()["sql_current"] is False
    gone = replace(parts, toolbox=Toolbox(kept.rows.store, Registry({"requests": registry.templates["top_errors"]}, registry.folder)))
    answer = TestClient(build_app(gone, "0"), base_url="http://127.0.0.1").post(f"/api/evidence/{evidence.uid}/replay")
    assert (answer.status_code, "there is no tool 'status_codes'" in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize("tool", ["suspects", "similar_incidents", "what_changed"])
def test_tools_of_several_queries_and_with_a_baseline_are_asked_again_too(kept: Kept, tool: str) -> None:
    kept.write(*(line(START + timedelta(seconds=40 * number - 3_000), number) for number in range(120)))
    evidence = kept.seen(tool)
    again = kept.replayed(evidence)
    assert (again["same"], again["evidence"]["template"]) == (True, tool)


def test_the_incidents_of_a_period_are_asked_again(kept: Kept) -> None:
    incident = {"incident_id": "INC-1", "title": "cart fails", "severity": "high", "status": "open", "services": ["cart"]}
    times = {"start_at": rfc3339(START), "created_at": rfc3339(START)}
    asyncio.run(kept.parts.documents.put("incident", "INC-1", {**incident, **times}))
    evidence = asyncio.run(incident_evidence(kept.parts.documents, Scope(WINDOW, RUN), "E1")).evidence
    asyncio.run(kept.keep(replace(evidence, uid=evidence_uid(RUN, "E1"))))
    assert kept.replayed(evidence)["same"]
    asyncio.run(kept.parts.documents.put("incident", "INC-1", {**incident, **times, "status": "resolved"}))
    again = kept.replayed(evidence)
    assert again["changes"]["cells_changed"] == [{"row": {"incident_id": "INC-1"}, "column": "status", "was": "open", "now": "resolved"}]
    assert again["notes"] == ["incidents go on: their state is that of now"]


def test_the_audit_is_walked_and_its_break_is_named(kept: Kept) -> None:
    kept.write(line(START, 0))
    evidence = kept.seen("status_codes")
    for _ in range(3):
        kept.replayed(evidence)
    walk = kept.client.get("/api/audit/verify").json()
    assert (walk["whole"], walk["entries"], walk["faults"]) == (True, 3, [])
    asyncio.run(kept.database.execute(text("DROP TRIGGER audit_no_delete")))
    asyncio.run(kept.database.execute(text("DELETE FROM audit WHERE sequence = 3")))
    walk = kept.client.get("/api/audit/verify").json()
    assert (walk["whole"], walk["faults"]) == (False, [{"sequence": 3, "reason": cast("str", walk["faults"][0]["reason"])}])
    assert "ends at entry 2; entry 3 was the last one written" in walk["faults"][0]["reason"]
    asyncio.run(kept.database.execute(text("DELETE FROM audit WHERE sequence = 1")))
    assert "entry 1 before it is missing" in kept.client.get("/api/audit/verify").json()["faults"][0]["reason"]
