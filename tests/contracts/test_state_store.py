"""What every state store holds to."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from adapters.state import SqlStateStore
from domain.evidence import Column, Evidence
from domain.ids import EvidenceUid, RunId, Tenant, ThreadId, evidence_uid
from domain.letters import DeadLetter, LetterFilter, LetterTotal
from domain.ports import Load, RunCost, RunRecord, StateStore
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
    assert await state.fail_interrupted_runs() == ((tenant, running.run_id),)
    assert await state.fail_interrupted_runs() == ()
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
    letter = DeadLetter("f.log", 1, "bad \udce9", "a\x00b\ud800", NOON)
    await state.add_dead_letters([letter], tenant)
    assert await state.dead_letters(tenant) == (replace(letter, reason="bad \ufffd", text="a\ufffdb\ufffd"),)


def refused(number: int, **fields: Any) -> DeadLetter:
    payload = {"cause": "refused", "format": "record?signal=logs", "payload": b"\x00\xff" * number, "record_id": f"e.0-{number}"}
    return replace(DeadLetter("shop", 0, "too large", f"record {number}", NOON, f"DL-{number}"), **{**payload, **fields})


async def test_a_letter_is_kept_once_by_its_id_and_comes_back_whole(state: StateStore, tenant: Tenant) -> None:
    letter = refused(1, kind="retryable", attempts=3, next_at=NOON, replayed_at=NOON, outcome="stored")
    await state.add_dead_letters([letter, refused(2)], tenant)
    await state.add_dead_letters([replace(letter, outcome="changed"), refused(3)], tenant)
    assert await state.dead_letters(tenant) == (refused(3), refused(2), letter)


async def test_letters_are_found_by_what_they_are_and_counted(state: StateStore, tenant: Tenant) -> None:
    due = refused(2, kind="retryable", next_at=NOON, attempts=1)
    letters = [DeadLetter("f.log", 1, "bad", "x", NOON), refused(1), due, refused(3, source="cart", replayed_at=NOON)]
    await state.add_dead_letters(letters, tenant)
    wanted = [
        (LetterFilter(cause="refused"), letters[:0:-1]),
        (LetterFilter(kind="poison", is_waiting=True), [letters[1], letters[0]]),
        (LetterFilter(source="cart"), [letters[3]]),
        (LetterFilter(ids=("DL-1", "DL-9")), [letters[1]]),
        (LetterFilter(due_at=NOON), [due]),
        (LetterFilter(due_at=NOON - timedelta(seconds=1)), []),
    ]
    assert [list(await state.dead_letters(tenant, where=where)) for where, _ in wanted] == [found for _, found in wanted]
    totals = (LetterTotal("poison", "malformed", 1, 1), LetterTotal("poison", "refused", 2, 1), LetterTotal("retryable", "refused", 1, 1))
    assert await state.letter_totals(tenant) == totals
    assert await state.waiting_letters(LetterFilter(cause="refused"), tenant) == ("DL-1", "DL-2")


async def test_a_letter_is_claimed_by_one_until_it_is_settled_or_the_claim_runs_out(state: StateStore, tenant: Tenant) -> None:
    later = NOON + timedelta(minutes=1)
    await state.add_dead_letters([refused(1), refused(2), refused(3, replayed_at=NOON)], tenant)
    ids = ["DL-2", "DL-1", "DL-3", "DL-4"]
    assert await state.claim_letters(ids, NOON, later, tenant) == (refused(1), refused(2))
    assert await state.claim_letters(ids, NOON, later, tenant) == ()
    failed = refused(1, kind="retryable", attempts=1, next_at=later, outcome="no answer")
    await state.settle_letters([failed], tenant)
    assert await state.claim_letters(ids, NOON, later, tenant) == (failed,)
    await state.settle_letters([replace(failed, replayed_at=later, outcome="stored")], tenant)
    assert await state.claim_letters(ids, later, later, tenant) == (refused(2),)
    assert await state.claim_letters([], later, later, tenant) == ()


async def test_another_tenants_letters_stay_as_they_are(state: StateStore, tenant: Tenant) -> None:
    other = Tenant(f"{tenant}-other")
    for owner in (tenant, other):
        await state.add_dead_letters([refused(1)], owner)
    assert await state.claim_letters(["DL-1"], NOON, NOON, other) == (refused(1),)
    await state.settle_letters([refused(1, outcome="stored", replayed_at=NOON)], other)
    assert await state.dead_letters(tenant) == (refused(1),)
    assert (await state.letter_totals(Tenant("nobody")), await state.waiting_letters(LetterFilter(), other)) == ((), ())
