"""What every audit log holds to."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from adapters.state import Database, SqlAudit, SqlStateStore
from domain.audit import AuditEntry, AuditHead, AuditLog, AuditNote, faults
from domain.errors import StoreError
from domain.evidence import Column, Evidence, sha256_of
from domain.ids import EvidenceUid, RunId, Tenant
from domain.window import Window
from tests.contracts.databases import BACKENDS, opened_database
from tests.fakes import FakeAudit

NOON = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
COLUMNS = (Column("service"), Column("errors", "integer", role="measure"))
SEEN = Evidence("E1", "metric", "errors", Window(NOON, NOON), COLUMNS, ({"service": "cart", "errors": 3},), 1)


@pytest.fixture(params=BACKENDS)
async def audit(request: pytest.FixtureRequest) -> AsyncIterator[AuditLog]:
    if request.param == "fake":
        yield FakeAudit()
        return
    database = opened_database(request)
    yield SqlAudit(database)
    await database.close()


def notes(count: int, run: str = "run_1") -> list[AuditNote]:
    details = {"share": 0.1 + 0.2, "text": "naïve \x00 \ud800", "rows": [1, None, True], "at": NOON}
    return [
        AuditNote("tool.called", NOON + timedelta(seconds=number), RunId(run), {**details, "number": number}) for number in range(count)
    ]


def found(entries: tuple[AuditEntry, ...], tenant: Tenant, head: AuditHead | None = None) -> list[str]:
    return [fault.reason for fault in faults(entries, head or AuditHead(), tenant)]


async def test_entries_are_one_chain_in_the_order_they_came(audit: AuditLog, tenant: Tenant) -> None:
    await audit.append([], tenant)
    assert await audit.head(tenant) == AuditHead()
    await audit.append(notes(3), tenant)
    await audit.append(notes(2, "run_2"), tenant)
    chain = await audit.chain(tenant)
    assert [(one.sequence, one.run_id) for one in chain] == [(1, "run_1"), (2, "run_1"), (3, "run_1"), (4, "run_2"), (5, "run_2")]
    assert found(chain, tenant) == []
    assert await audit.head(tenant) == chain[-1].head
    assert [one.at for one in chain[:2]] == [NOON, NOON + timedelta(seconds=1)]
    assert chain[0].details["text"] == "naïve \ufffd \ufffd"


async def test_a_chain_is_read_in_pieces_and_newest_first(audit: AuditLog, tenant: Tenant) -> None:
    await audit.append([*notes(4), AuditNote("run.finished", NOON, RunId("run_1"))], tenant)
    piece = await audit.chain(tenant, after=2, limit=2)
    assert [one.sequence for one in piece] == [3, 4]
    assert found(piece, tenant, (await audit.chain(tenant, limit=2))[-1].head) == []
    assert [one.sequence for one in await audit.newest(tenant, limit=2)] == [5, 4]
    assert [one.sequence for one in await audit.newest(tenant, run_id="run_1", kind="run.finished")] == [5]
    assert await audit.newest(tenant, run_id="run_9") == ()
    assert [one.sequence for one in await audit.newest(tenant, since=NOON + timedelta(seconds=2))] == [4, 3]


async def test_each_tenant_has_a_chain_of_its_own(audit: AuditLog, tenant: Tenant) -> None:
    other = Tenant(f"{tenant}-other")
    await audit.append(notes(2), tenant)
    await audit.append(notes(1), other)
    assert [one.sequence for one in await audit.chain(other)] == [1]
    assert (await audit.chain(other))[0].sha256 != (await audit.chain(tenant))[0].sha256


async def test_those_who_append_at_once_make_one_chain(audit: AuditLog, tenant: Tenant) -> None:
    await asyncio.gather(*(audit.append(notes(3, f"run_{number}"), tenant) for number in range(8)))
    chain = await audit.chain(tenant)
    assert [one.sequence for one in chain] == list(range(1, 25))
    assert found(chain, tenant) == []
    assert [chain[start].run_id for start in range(0, 24, 3)] == [chain[start + 2].run_id for start in range(0, 24, 3)]


@pytest.fixture(params=BACKENDS[1:])
async def database(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    opened = opened_database(request)
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET kind = 'run.failed'",
        "DELETE FROM audit",
        "UPDATE evidence SET document = '{}'",
        "DELETE FROM evidence",
    ],
)
async def test_the_database_refuses_to_change_what_is_kept(database: Database, tenant: Tenant, statement: str) -> None:
    await SqlAudit(database).append(notes(2), tenant)
    state = SqlStateStore(database)
    uid = EvidenceUid(f"ev_{tenant}_E1")
    await state.save_evidence([replace(SEEN, tenant=tenant, uid=uid)])
    with pytest.raises(StoreError, match=r"append-only|immutable"):
        await database.execute(text(statement))
    assert (await state.evidence(uid, tenant) or {})["rows"] == [{"service": "cart", "errors": 3}]
    assert found(await SqlAudit(database).chain(tenant), tenant) == []


async def test_evidence_that_is_kept_is_not_replaced(database: Database, tenant: Tenant) -> None:
    state, uid = SqlStateStore(database), EvidenceUid(f"ev_{tenant}_E1")
    first = replace(SEEN, tenant=tenant, uid=uid)
    await state.save_evidence([first])
    await state.save_evidence([replace(first, rows=({"service": "cart", "errors": 9},))])
    kept = await state.evidence(uid, tenant)
    assert kept == first.as_json()
    assert await state.evidence_seal(uid, tenant) == sha256_of(kept)
    assert await state.evidence_seal(EvidenceUid("ev_no_E1"), tenant) == ""
