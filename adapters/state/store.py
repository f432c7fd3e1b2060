"""The state store on SQLAlchemy Core: one code for SQLite and PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from adapters.state.database import storable, upsertion
from adapters.state.letters import SqlLetters
from adapters.state.tables import EVIDENCE, LOADS, RUNS, TURNS
from domain.evidence import Evidence, sha256_of
from domain.ids import DEFAULT_TENANT, EvidenceUid, RunId, Tenant, ThreadId, evidence_uid
from domain.ports import Load, RunCost, RunRecord
from domain.tasks import Turn

_RUN_COLUMNS = (RUNS.c.run_id, RUNS.c.thread_id, RUNS.c.tenant, RUNS.c.status, RUNS.c.question, RUNS.c.started_at, RUNS.c.document)

_COST_COLUMNS = (
    RUNS.c.started_at,
    RUNS.c.status,
    RUNS.c.document["trigger"].as_string().label("trigger"),
    func.json_array_length(RUNS.c.document["evidence"]).label("tool_calls"),
    RUNS.c.document["usage"].label("usage"),
)


class SqlStateStore(SqlLetters):
    """Runs, evidence snapshots, threads, loads and dead letters; closing it closes the database."""

    async def save_run(self, run: RunRecord) -> None:
        """Keeps a run, in place of what was kept under its id."""
        row = {one.name: getattr(run, one.name) for one in fields(run)} | {
            "document": dict(run.document),
            "question": storable(run.question),
        }
        await self._database.upsert(RUNS, [row])

    async def run(self, run_id: RunId, tenant: Tenant = DEFAULT_TENANT) -> RunRecord | None:
        found = await self._database.rows(select(*_RUN_COLUMNS).where(RUNS.c.run_id == run_id, RUNS.c.tenant == tenant))
        return RunRecord(**found[0]) if found else None

    async def runs(self, tenant: Tenant = DEFAULT_TENANT, limit: int = 50) -> tuple[RunRecord, ...]:
        """The newest runs, newest first."""
        newest = (RUNS.c.started_at.desc(), RUNS.c.run_id.desc())
        found = await self._database.rows(select(*_RUN_COLUMNS).where(RUNS.c.tenant == tenant).order_by(*newest).limit(limit))
        return tuple(RunRecord(**row) for row in found)

    async def costs(self, since: datetime, tenant: Tenant = DEFAULT_TENANT) -> tuple[RunCost, ...]:
        """The costs of the runs since a time, oldest first, without reading their documents whole."""
        mine = (RUNS.c.tenant == tenant, RUNS.c.started_at >= since)
        found = await self._database.rows(select(*_COST_COLUMNS).where(*mine).order_by(RUNS.c.started_at))
        return tuple(RunCost(**{name: value for name, value in row.items() if value is not None}) for row in found)

    async def fail_interrupted_runs(self) -> tuple[tuple[Tenant, RunId], ...]:
        """Marks runs that a dead process left running; returns whose and which."""
        statement = update(RUNS).where(RUNS.c.status == "running").values(status="failed").returning(RUNS.c.tenant, RUNS.c.run_id)
        return tuple((row["tenant"], row["run_id"]) for row in await self._database.rows(statement))

    async def save_evidence(self, evidence: Sequence[Evidence]) -> None:
        """Keeps the documents of evidence by uid, for as long as the database lives; one that is kept is left as it is."""
        if evidence:
            once = upsertion(EVIDENCE, self._database.dialect).on_conflict_do_nothing()
            await self._database.run(lambda connection: connection.execute(once, [_snapshot(one) for one in evidence]))

    async def evidence(self, uid: EvidenceUid, tenant: Tenant = DEFAULT_TENANT) -> Mapping[str, Any] | None:
        found = await self._database.rows(select(EVIDENCE.c.document).where(EVIDENCE.c.uid == uid, EVIDENCE.c.tenant == tenant))
        return found[0]["document"] if found else None

    async def evidence_seal(self, uid: EvidenceUid, tenant: Tenant = DEFAULT_TENANT) -> str:
        """The hash of the snapshot as it was saved; "" for one of before seals were kept."""
        found = await self._database.rows(select(EVIDENCE.c.seal).where(EVIDENCE.c.uid == uid, EVIDENCE.c.tenant == tenant))
        return str(found[0]["seal"]) if found else ""

    async def add_turn(self, thread_id: ThreadId, run_id: RunId, turn: Turn, tenant: Tenant = DEFAULT_TENANT) -> None:
        words = {"question": storable(turn.question), "headline": storable(turn.headline)}
        await self._database.insert(TURNS, [{"tenant": tenant, "thread_id": thread_id, "run_id": run_id, **words}])

    async def turns(self, thread_id: ThreadId, tenant: Tenant = DEFAULT_TENANT, limit: int = 10) -> tuple[Turn, ...]:
        """The last turns of a thread, oldest first."""
        mine = (TURNS.c.thread_id == thread_id, TURNS.c.tenant == tenant)
        told = select(TURNS.c.question, TURNS.c.headline, TURNS.c.run_id).where(*mine)
        found = await self._database.rows(told.order_by(TURNS.c.id.desc()).limit(limit))
        return tuple(Turn(**row) for row in reversed(found))

    async def save_load(self, load: Load, tenant: Tenant = DEFAULT_TENANT) -> None:
        """Keeps a load, in place of an earlier one of the same content."""
        await self._database.upsert(LOADS, [{**asdict(load), "name": storable(load.name), "tenant": tenant}])

    async def load(self, sha256: str, tenant: Tenant = DEFAULT_TENANT) -> Load | None:
        columns = [LOADS.c[name] for name in Load.__dataclass_fields__]
        found = await self._database.rows(select(*columns).where(LOADS.c.sha256 == sha256, LOADS.c.tenant == tenant))
        return Load(**found[0]) if found else None

    async def close(self) -> None:
        await self._database.close()


def _snapshot(evidence: Evidence) -> dict[str, Any]:
    uid = evidence.uid or evidence_uid(evidence.run_id, evidence.id)
    document = {**evidence.as_json(), "uid": uid}
    return {"tenant": evidence.tenant, "uid": uid, "run_id": evidence.run_id, "document": document, "seal": sha256_of(document)}
