"""The tool `suspects` on simulated worlds in the real store: who is named, what may be claimed, and that it can be replayed."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.calls import Filters, Refusal, Scope, ToolCall, ToolResult
from domain.errors import StoreError, StoreTimeoutError
from domain.evidence import ColumnType
from domain.ids import Tenant
from domain.ports import TelemetryStore
from domain.telemetry import LogRecord
from domain.window import Window, parse_rfc3339, to_nanos
from grounding.verifier import verify
from tests.tools import world, worlds
from tests.tools.stores import FailingStore
from tools.catalogue import knowledge
from tools.registry import Registry
from tools.suspects import COLUMNS, SuspectsTool
from tools.toolbox import Toolbox

MINUTES = 60
REGISTRY, KNOWLEDGE = Registry.load(), knowledge()
FAULTY = (("n_plus_one", 3), ("bad_deploy", 2), ("certificate_expiry", 4), ("cache_loss", 1), ("path_scan", 2))
TYPES: dict[ColumnType, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (float, int),
    "time": (str,),
    "boolean": (bool,),
}


def toolbox(store: TelemetryStore) -> Toolbox:
    return Toolbox(store, REGISTRY, (SuspectsTool(store, knowledge=KNOWLEDGE),))


async def ask(store: TelemetryStore, tenant: Tenant, window: Window, **filters: object) -> ToolResult:
    answer = await toolbox(store).call(ToolCall("suspects", Filters(**filters)), Scope(window, tenant=tenant))  # type: ignore[arg-type]
    assert isinstance(answer, ToolResult), answer
    return answer


@pytest.mark.parametrize(("scenario", "seed"), FAULTY)
async def test_the_broken_service_stands_first(store: TelemetryStore, tmp_path: Path, scenario: str, seed: int) -> None:
    made, tenant = await worlds.loaded(store, scenario, seed, MINUTES, tmp_path)
    (label,) = made.truth()["faults"]
    answer = await ask(store, tenant, made.window)
    first = answer.evidence.rows[0]
    assert first["service"] == label["service"]
    assert first["path_verified"]
    assert abs(parse_rfc3339(first["onset_at"]) - parse_rfc3339(label["start"])) <= timedelta(minutes=5)
    (finding,) = answer.findings
    assert (finding.kind, finding.entity.value) == ("root_cause", label["service"])
    assert set(finding.claims) <= {claim.id for claim in answer.candidates}


@pytest.mark.parametrize(("scenario", "seed"), FAULTY)
async def test_cells_have_the_types_of_their_columns(store: TelemetryStore, tmp_path: Path, scenario: str, seed: int) -> None:
    made, tenant = await worlds.loaded(store, scenario, seed, MINUTES, tmp_path)
    for row in (await ask(store, tenant, made.window)).evidence.rows:
        assert list(row) == [column.name for column in COLUMNS]
        for column in COLUMNS:
            assert row[column.name] is None or isinstance(row[column.name], TYPES.get(column.type, (list,))), column.name


@pytest.mark.parametrize("filters", [{}, {"limit": 1}, {"service": "gateway"}])
@pytest.mark.parametrize(("scenario", "seed"), [*FAULTY, ("quiet", 5)])
async def test_all_that_it_offers_to_claim_is_supported(
    store: TelemetryStore, tmp_path: Path, scenario: str, seed: int, filters: dict[str, object]
) -> None:
    made, tenant = await worlds.loaded(store, scenario, seed, MINUTES, tmp_path)
    answer = await ask(store, tenant, made.window, **filters)
    assert answer.candidates
    for judged in verify(answer.candidates, {"E1": answer.evidence}, KNOWLEDGE):
        wanted = "consistent" if judged.claim.kind in {"causal", "recommendation"} else "supported"
        assert judged.verdict == wanted, (judged.claim.text, judged.reason)
        assert judged.claim.text


async def test_the_most_telling_claims_come_first(store: TelemetryStore, tmp_path: Path) -> None:
    made, tenant = await worlds.loaded(store, "n_plus_one", 3, MINUTES, tmp_path)
    texts = [claim.text for claim in (await ask(store, tenant, made.window)).candidates]
    service = made.truth()["faults"][0]["service"]
    assert texts[0] == f"{service} shows call multiplication."
    assert "per-call came to" in texts[1]
    assert texts[2].startswith(f"{service} began to deviate at 2026-")
    assert texts[3] == f"{service} (“POST /charge”) likely caused the trouble of gateway (waiting time)."
    assert texts[4].endswith(f"{service}.")
    assert "stood at" in texts[5]
    assert texts[6] == f"{service} had the highest score as a suspect."


async def test_nothing_wrong_is_said_as_an_absence(store: TelemetryStore, tmp_path: Path) -> None:
    made, tenant = await worlds.loaded(store, "quiet", 5, MINUTES, tmp_path)
    answer = await ask(store, tenant, made.window)
    assert answer.evidence.rows == ()
    assert answer.evidence.scope_rows > 10_000
    assert answer.evidence.aggregates["suspects"] == 0
    assert answer.findings == ()
    assert [claim.text for claim in answer.candidates] == ["No services that deviate from their baseline were seen."]


async def test_evidence_can_be_replayed(store: TelemetryStore, tmp_path: Path) -> None:
    made, tenant = await worlds.loaded(store, "bad_deploy", 2, MINUTES, tmp_path)
    evidence = (await ask(store, tenant, made.window, service="gateway")).evidence
    again = await toolbox(store).replay(evidence.as_json())
    assert again.sha256 == evidence.sha256
    assert again.query_sha256 == evidence.query_sha256


async def test_a_window_after_the_onset_is_compared_with_the_time_before_it(store: TelemetryStore, tmp_path: Path) -> None:
    made, tenant = await worlds.loaded(store, "bad_deploy", 2, MINUTES, tmp_path)
    (label,) = made.truth()["faults"]
    inside = Window(parse_rfc3339(label["start"]), parse_rfc3339(label["end"]))
    assert (await ask(store, tenant, inside)).evidence.rows[0]["service"] == label["service"]


async def test_a_service_that_has_nothing_to_do_with_it_has_no_suspect(store: TelemetryStore, tmp_path: Path) -> None:
    made, tenant = await worlds.loaded(store, "bad_deploy", 2, MINUTES, tmp_path)
    assert (await ask(store, tenant, made.window, service="bastion")).evidence.rows == ()


async def test_an_access_log_under_a_name_of_its_own_is_that_of_the_service_with_the_same_routes(
    store: TelemetryStore, tmp_path: Path
) -> None:
    made, tenant = await worlds.loaded(store, "path_scan", 2, MINUTES, tmp_path)
    answer = await ask(store, tenant, made.window)
    assert [(row["service"], row["reason"]) for row in answer.evidence.rows] == [("gateway", "scanning")]


async def test_where_nothing_is_stored_nothing_is_claimed(store: TelemetryStore, tenant: Tenant) -> None:
    answer = await ask(store, tenant, world.ALL)
    assert answer.evidence.status == "empty"
    assert answer.evidence.scope_rows == 0
    assert answer.candidates == ()


async def test_sampled_rows_prove_no_absence(store: TelemetryStore, tenant: Tenant) -> None:
    at = to_nanos(world.START + timedelta(minutes=5))
    await store.write_logs([LogRecord(at, "cart", "cart opened", weight=10)], tenant)
    answer = await ask(store, tenant, world.ALL)
    assert (answer.evidence.scope_rows, answer.evidence.sampled, answer.candidates) == (10, True, ())


@pytest.mark.parametrize(("error", "status"), [(StoreError("down"), "error"), (StoreTimeoutError("slow"), "timeout")])
async def test_a_store_that_fails_gives_evidence_of_it(error: StoreError, status: str) -> None:
    answer = await ask(FailingStore(error), Tenant("any"), world.ALL)
    assert (answer.evidence.status, answer.evidence.message, answer.candidates) == (status, str(error), ())


async def test_it_refuses_what_it_does_not_take_and_says_when_it_cannot_look() -> None:
    lacking = FailingStore(StoreError("down"), frozenset({"service"}))
    box = Toolbox(lacking, REGISTRY, (SuspectsTool(lacking),))
    refused = await box.call(ToolCall("suspects", Filters(client="x")), Scope(world.ALL))
    assert isinstance(refused, Refusal)
    assert "does not take 'client'" in refused.reason
    (spec,) = [spec for spec in box.menu() if spec.name == "suspects"]
    assert not spec.available
    assert "none of spans, logs, metrics" in spec.unavailable_because
    assert lacking.asked == []
