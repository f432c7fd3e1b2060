"""What every state store holds to."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from adapters.state import SqlStateStore
from domain.evidence import Column, Evidence
from domain.ids import EvidenceUid, RunId, Tenant, ThreadId, evidence_uid
from domain.ports import DeadLetter, Load, RunCost, RunRecord, StateStore
from domain.tasks import Turn
from domain.window import Window
from tests.contracts.databases import BACKENDS, opened_database
from tests.fakes import FakeStateStore

NOON = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
THREAD = ThreadId("thr_1")


@pytest.fixture(params=BACKENDS)
async def state(request: pytest.FixtureRequest) -> AsyncIterator[StateStore]:
    opened = FakeStateStore() if request.param == "fake" else SqlStateStore(opened_database(request))
    yield opened
    await opened.close()


def run_of(tenant: Tenant, status: str = "ok", started_at: datetime = NOON) -> RunRecord:
    document = {"headline": "카트 – slow", "numbers": [1, 2.5, None, 18_446_744_073_709_551_615], "nested": {"a": [True]}}
    return RunRecord(RunId(f"run_{uuid4().hex}"), THREAD, tenant, status, "what's up? 🙂", started_at, document)


def evidence_of(tenant: Tenant, run_id: RunId) -> Evidence:
    window = Window(NOON, NOON + timedelta(hours=1))
    rows = ({"service": "cart", "n": 3},)
    columns = (Column("service"), Column("n", "integer", role="measure"))
    return Evidence("E1", "metric", "errors", window, columns, rows, 1, run_id=run_id, uid=evidence_uid(run_id, "E1"), tenant=tenant)


async def test_a_run_comes_back_as_it_was_saved(state: StateStore, tenant: Tenant) -> None:
    run = run_of(tenant)
    await state.save_run(run)
    assert await state.run(run.run_id, tenant) == run


async def test_saving_a_run_again_replaces_it(state: StateStore, tenant: Tenant) -> None:
    run = run_of(tenant, "running")
    await state.save_run(run)
    done = replace(run, status="ok", document={"headline": "done"})
    await state.save_run(done)
    assert await state.runs(tenant) == (done,)


async def test_runs_come_newest_first_and_limited(state: StateStore, tenant: Tenant) -> None:
    runs = [run_of(tenant, started_at=NOON + timedelta(microseconds=number)) for number in (2, 1, 3)]
    for run in runs:
        await state.save_run(run)
    assert await state.runs(tenant, limit=2) == (runs[2], runs[0])


async def test_costs_are_those_of_the_runs_since_a_time_oldest_first(state: StateStore, tenant: Tenant) -> None:
    usage = {"input_tokens": 120, "cost_usd": 0.25, "total_ms": 1.5}
    paid = {"trigger": "incident", "evidence": [{"id": "E1"}, {"id": "E2"}], "usage": usage, "headline": "x" * 1_000}
    await state.save_run(replace(run_of(tenant, started_at=NOON + timedelta(hours=1)), document=paid))
    await state.save_run(replace(run_of(tenant, "failed", NOON), document={}))
    await state.save_run(replace(run_of(tenant, started_at=NOON - timedelta(microseconds=1)), document=paid))
    assert await state.costs(NOON, tenant) == (RunCost(NOON, "failed"), RunCost(NOON + timedelta(hours=1), "ok", "incident", 2, usage))
    assert await state.costs(NOON, Tenant(f"{tenant}-other")) == ()


async def test_a_tenant_sees_only_its_own(state: StateStore, tenant: Tenant) -> None:
    run, other = run_of(tenant), Tenant(f"{tenant}-other")
    evidence = evidence_of(tenant, run.run_id)
    await state.save_run(run)
    await state.save_evidence([evidence])
    await state.add_turn(THREAD, run.run_id, Turn("q", "h"), tenant)
    await state.save_load(Load("abc", "f.log", "logs", 1, 0, NOON), tenant)
    await state.add_dead_letters([DeadLetter("f.log", 1, "bad", "x", NOON)], tenant)
    seen = (await state.run(run.run_id, other), await state.evidence(evidence.uid, other), await state.load("abc", other))
    assert seen == (None, None, None)
    assert (await state.runs(other), await state.turns(THREAD, other), await state.dead_letters(other)) == ((), (), ())


async def test_interrupted_runs_are_failed_and_finished_ones_kept(state: StateStore, tenant: Tenant) -> None:
    running, done = run_of(tenant, "running"), run_of(tenant)
    await state.save_run(running)
    await state.save_run(done)
    assert await state.fail_interrupted_runs() == 1
    assert await state.fail_interrupted_runs() == 0
    found = [await state.run(run.run_id, tenant) for run in (running, done)]
    assert [run.status for run in found if run] == ["failed", "ok"]


async def test_evidence_comes_back_as_its_document(state: StateStore, tenant: Tenant) -> None:
    evidence = evidence_of(tenant, RunId(f"run_{uuid4().hex}"))
    await state.save_evidence([evidence])
    await state.save_evidence([evidence])
    assert await state.evidence(evidence.uid, tenant) == evidence.as_json()


async def test_what_was_never_saved_is_none(state: StateStore, tenant: Tenant) -> None:
    await state.save_evidence([])
    await state.add_dead_letters([], tenant)
    unknown = (await state.run(RunId("no"), tenant), await state.evidence(EvidenceUid("no"), tenant), await state.load("no", tenant))
    assert unknown == (None, None, None)


async def test_turns_are_the_last_ones_oldest_first(state: StateStore, tenant: Tenant) -> None:
    for number in range(4):
        await state.add_turn(THREAD, RunId(f"r{number}"), Turn(f"q{number}", f"h{number}"), tenant)
    await state.add_turn(ThreadId("thr_2"), RunId("r9"), Turn("other", "thread"), tenant)
    assert await state.turns(THREAD, tenant, limit=2) == (Turn("q2", "h2"), Turn("q3", "h3"))


async def test_a_load_is_found_by_its_content(state: StateStore, tenant: Tenant) -> None:
    load = Load("ff00", "auth.log", "logs", 7_000_000_000, 2, NOON)
    await state.save_load(load, tenant)
    await state.save_load(replace(load, name="renamed.log"), tenant)
    assert await state.load("ff00", tenant) == replace(load, name="renamed.log")


async def test_dead_letters_come_newest_first(state: StateStore, tenant: Tenant) -> None:
    letters = [DeadLetter("f.log", line, "no time", f"line {line}", NOON) for line in range(5)]
    await state.add_dead_letters(letters[:3], tenant)
    await state.add_dead_letters(letters[3:], tenant)
    assert await state.dead_letters(tenant, limit=3) == (letters[4], letters[3], letters[2])


async def test_text_no_database_can_hold_is_marked_and_kept(state: StateStore, tenant: Tenant) -> None:
    await state.add_dead_letters([DeadLetter("f.log", 1, "bad \udce9", "a\x00b\ud800", NOON)], tenant)
    assert await state.dead_letters(tenant) == (DeadLetter("f.log", 1, "bad \ufffd", "a\ufffdb\ufffd", NOON),)
