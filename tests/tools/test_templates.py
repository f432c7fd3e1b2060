"""Every template on a small world in the real store."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import pytest_asyncio

from domain.calls import Filters, Refusal, Scope, ToolCall, ToolResult
from domain.evidence import ColumnType
from domain.ids import Tenant
from domain.ports import TelemetryStore
from domain.telemetry import LogRecord
from domain.window import Window, parse_rfc3339, to_nanos
from grounding.case import Case
from grounding.registry import CHECKS
from grounding.verifier import verify
from tests.tools import world
from tools.registry import Registry
from tools.toolbox import Toolbox

REGISTRY = Registry.load()
NAMES = REGISTRY.names()
WORLD = Tenant("tools-world")
TYPES: dict[ColumnType, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (float, int),
    "time": (str,),
    "boolean": (bool,),
    "array": (list,),
}


@pytest_asyncio.fixture
async def box(store: TelemetryStore) -> AsyncIterator[Toolbox]:
    if await store.extent(WORLD) is None:
        await world.fill(store, WORLD)
    yield Toolbox(store, REGISTRY)


@dataclass(slots=True)
class Answers:
    """What each tool answers to an open question, asked once for all tests."""

    known: dict[str, ToolResult] = field(default_factory=dict)

    async def of(self, box: Toolbox, name: str) -> ToolResult:
        if name not in self.known:
            self.known[name] = await world.ask(box, name, WORLD)
        return self.known[name]


@pytest.fixture(scope="module")
def answers() -> Answers:
    return Answers()


@pytest.mark.parametrize("name", NAMES)
async def test_a_template_answers_with_typed_cells(box: Toolbox, answers: Answers, name: str) -> None:
    evidence = (await answers.of(box, name)).evidence
    assert evidence.status == "ok", evidence.message
    assert evidence.rows
    assert evidence.scope_rows > 0
    assert evidence.truncated == (evidence.rows_total > len(evidence.rows))
    for column in evidence.columns:
        for row in evidence.rows:
            assert row[column.name] is None or isinstance(row[column.name], TYPES[column.type]), (column.name, row[column.name])
            if column.type == "time" and row[column.name]:
                assert parse_rfc3339(row[column.name]) < world.NOW.end


@pytest.mark.parametrize("name", NAMES)
async def test_what_a_tool_offers_to_claim_holds(box: Toolbox, answers: Answers, name: str) -> None:
    answer = await answers.of(box, name)
    assert answer.candidates
    assert [claim.id for claim in answer.candidates] == [f"E1.{number}" for number in range(1, len(answer.candidates) + 1)]
    for claim in answer.candidates:
        outcome = CHECKS[claim.kind](claim, Case({"E1": answer.evidence}))
        assert outcome.verdict == "supported", (outcome.reason, claim.slots)
        assert claim.text


@pytest.mark.parametrize("name", NAMES)
async def test_the_sentence_of_a_claim_holds_as_well(box: Toolbox, answers: Answers, name: str) -> None:
    answer = await answers.of(box, name)
    for judged in verify(answer.candidates, {"E1": answer.evidence}):
        assert judged.verdict == "supported", (judged.reason, judged.claim.text)


@pytest.mark.parametrize("name", [name for name in NAMES if "service" in REGISTRY.templates[name].takes])
async def test_claims_about_one_service_say_so(box: Toolbox, name: str) -> None:
    for service in ("cart", "nobody"):
        answer = await world.ask(box, name, WORLD, service=service)
        for claim in answer.candidates:
            outcome = CHECKS[claim.kind](claim, Case({"E1": answer.evidence}))
            assert outcome.verdict == "supported", (outcome.reason, claim.slots)
            assert claim.slots.get("subject") != "all"


@pytest.mark.parametrize("name", NAMES)
async def test_cut_rows_keep_their_totals_and_true_claims(box: Toolbox, answers: Answers, name: str) -> None:
    whole, cut = await answers.of(box, name), await world.ask(box, name, WORLD, limit=1)
    assert cut.evidence.aggregates == whole.evidence.aggregates
    assert cut.evidence.rows_total == whole.evidence.rows_total
    assert cut.evidence.rows == whole.evidence.rows[:1]
    assert cut.evidence.truncated == (whole.evidence.rows_total > 1)
    assert not cut.evidence.truncated or cut.evidence.message == f"1 of {whole.evidence.rows_total} rows shown"
    assert all(CHECKS[claim.kind](claim, Case({"E1": cut.evidence})).verdict == "supported" for claim in cut.candidates)


@pytest.mark.parametrize("name", NAMES)
async def test_where_nothing_is_stored_nothing_is_claimed(box: Toolbox, name: str, tenant: Tenant) -> None:
    answer = await world.ask(box, name, tenant)
    assert answer.evidence.status == "empty"
    assert "no data in scope" in answer.evidence.message
    assert answer.evidence.rows == ()
    assert answer.candidates == ()
    assert answer.findings == ()


async def test_each_template_gives_the_same_bytes_twenty_times(box: Toolbox, answers: Answers) -> None:
    for name in NAMES:
        first = await answers.of(box, name)
        others = await asyncio.gather(*(world.ask(box, name, WORLD) for _ in range(19)))
        assert {other.evidence.sha256 for other in others} == {first.evidence.sha256}, name
        assert all(other.candidates == first.candidates for other in others), name


@pytest.mark.parametrize("name", NAMES)
async def test_evidence_can_be_replayed_from_its_document(box: Toolbox, answers: Answers, name: str) -> None:
    evidence = (await answers.of(box, name)).evidence
    again = await box.replay(evidence.as_json())
    assert again.sha256 == evidence.sha256
    assert again.query_sha256 == evidence.query_sha256


async def test_counts_are_of_events_not_of_stored_rows(box: Toolbox, store: TelemetryStore, tenant: Tenant) -> None:
    at = to_nanos(world.START)
    sampled = [LogRecord(at + number, "cart", "slow", severity_number=17, weight=10, template_id="slow") for number in range(3)]
    await store.write_logs(sampled, tenant)
    evidence = (await world.ask(box, "top_errors", tenant)).evidence
    assert evidence.rows[0]["events"] == 30
    assert evidence.sampled
    answer = await world.ask(box, "search_logs", tenant, text="SLOW")
    assert (answer.evidence.aggregates["matching_stored_rows"], answer.evidence.aggregates["matching_log_events"]) == (3, 30)
    for claim in answer.candidates:
        assert CHECKS[claim.kind](claim, Case({"E1": answer.evidence})).verdict == "supported"


async def test_a_search_says_how_many_there_are_and_shows_the_newest(box: Toolbox) -> None:
    evidence = (await world.ask(box, "search_logs", WORLD, text="Payment Declined", limit=5)).evidence
    assert evidence.aggregates["matching_log_events"] == 12
    assert (len(evidence.rows), evidence.rows_total, evidence.truncated) == (5, 12, True)
    assert evidence.rows[0]["message"] == "payment declined: timeout after 11 s"
    assert evidence.message == "5 of 12 rows shown"


async def test_buckets_follow_the_readers_clock(box: Toolbox) -> None:
    window = Window(world.ALL.start, world.ALL.end, "Asia/Kolkata")
    evidence = (await world.ask(box, "requests_by_hour", WORLD, window=window)).evidence
    assert {row["hour"][14:16] for row in evidence.rows} == {"30"}
    assert sum(row["requests"] for row in evidence.rows) == evidence.aggregates["requests_in_all"]


async def test_steps_grow_with_the_window(box: Toolbox) -> None:
    steps = []
    for days in (0.05, 0.5, 2, 30, 365):
        window = Window(world.ALL.start, world.ALL.start + timedelta(days=days))
        steps.append((await world.ask(box, "error_rate_over_time", WORLD, window=window)).evidence.step_s)
    assert steps == [60, 300, 900, 86_400, 86_400]


async def test_windows_of_unlike_length_are_not_compared(box: Toolbox) -> None:
    short = Window(world.BEFORE.start, world.BEFORE.start + timedelta(minutes=90))
    call = ToolCall("what_changed", Filters(), baseline=short)
    answer = await box.call(call, Scope(world.NOW, tenant=WORLD))
    assert not isinstance(answer, Refusal)
    assert answer.evidence.baseline_window == short
    assert not any(claim.kind == "comparison" for claim in answer.candidates)


async def test_nothing_is_new_without_a_past(box: Toolbox) -> None:
    past = Window(world.START - timedelta(days=9), world.START - timedelta(days=8))
    answer = await box.call(ToolCall("new_templates", Filters(), baseline=past), Scope(world.NOW, tenant=WORLD))
    assert not isinstance(answer, Refusal)
    assert answer.evidence.status == "empty"
    assert answer.evidence.rows == ()
