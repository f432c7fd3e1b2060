"""Causes and advice end to end: from simulated faults in the store to checked claims, and what keeps them from being offered."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.calls import Scope, ToolCall, ToolResult
from domain.claims import Claim
from domain.evidence import Evidence
from domain.ports import TelemetryStore
from grounding.verifier import verify
from tests.tools import worlds
from tools.advice import cause, of_suspect
from tools.catalogue import knowledge
from tools.registry import Registry
from tools.suspects import SuspectsTool
from tools.toolbox import Toolbox

KNOWN, MINUTES = knowledge(), 60


async def ranked(store: TelemetryStore, folder: Path, scenario: str, seed: int) -> tuple[ToolResult, str]:
    made, tenant = await worlds.loaded(store, scenario, seed, MINUTES, folder)
    answer = await SuspectsTool(store, knowledge=KNOWN).call(ToolCall("suspects"), Scope(made.window, tenant=tenant))
    assert isinstance(answer, ToolResult)
    return answer, made.truth()["faults"][0]["service"]


def of_kind(answer: ToolResult, kind: str) -> Claim | None:
    return next((claim for claim in answer.candidates if claim.kind == kind), None)


@pytest.mark.parametrize(("scenario", "seed", "action"), [("bad_deploy", 2, "roll_back_deploy"), ("cache_loss", 1, "revert_config")])
async def test_a_fault_gives_a_likely_cause_and_justified_advice(
    store: TelemetryStore, tmp_path: Path, scenario: str, seed: int, action: str
) -> None:
    answer, broken = await ranked(store, tmp_path, scenario, seed)
    blamed, advised = of_kind(answer, "causal"), of_kind(answer, "recommendation")
    assert blamed is not None
    assert advised is not None
    assert blamed.slots["cause"]["service"] == broken
    assert blamed.slots["effect"]["service"] == "gateway"
    assert (advised.slots["action"], advised.slots["target"]) == (action, broken)
    verdicts = [one.verdict for one in verify([blamed, advised], {"E1": answer.evidence}, KNOWN)]
    assert verdicts == ["consistent", "consistent"]
    assert " likely caused the trouble of gateway " in blamed.text
    assert advised.text == KNOWN.actions[action].text(broken)


def rows_with(evidence: Evidence, **cells: object) -> Evidence:
    return replace(evidence, rows=({**evidence.rows[0], **cells}, *evidence.rows[1:]))


async def test_what_does_not_hold_is_not_offered(store: TelemetryStore, tmp_path: Path) -> None:
    answer, _ = await ranked(store, tmp_path, "bad_deploy", 2)
    evidence, row = answer.evidence, answer.evidence.rows[0]
    assert list(cause(evidence, 0, KNOWN))
    calm = {"effect_failed_pct": row["effect_baseline_failed_pct"], "effect_mean_ms": row["effect_baseline_mean_ms"]}
    assert not list(cause(rows_with(evidence, path_verified=False), 0, KNOWN))
    assert not list(cause(rows_with(evidence, **calm), 0, KNOWN))
    assert not list(cause(rows_with(evidence, onset_at="2026-03-04T23:00:00Z"), 0, KNOWN))
    assert not list(cause(rows_with(evidence, effect_service=""), 0, KNOWN))
    assert not list(of_suspect(rows_with(evidence, reason="nothing known", change_kind=""), 0, KNOWN))


async def test_each_service_on_the_path_is_told_with_its_calls_and_onset(store: TelemetryStore, tmp_path: Path) -> None:
    answer, _ = await ranked(store, tmp_path, "bad_deploy", 2)
    row = answer.evidence.rows[0]
    lists = [name for name in row if name.startswith("path_") and name != "path_verified"]
    assert len(lists) == 6
    assert {len(row[name]) for name in lists} == {len(row["path"])}
    assert all(calls > 0 for calls in row["path_calls"])
    assert len(row["rival"]) == len(row["rival_kind"]) == len(row["rival_at"])
    assert row["effect_service"] == row["path"][-1]


async def test_a_finding_comes_with_advice_about_its_entity(store: TelemetryStore, tmp_path: Path) -> None:
    made, tenant = await worlds.loaded(store, "path_scan", 2, MINUTES, tmp_path)
    box = Toolbox(store, Registry.load(), knowledge=KNOWN)
    answer = await box.call(ToolCall("scanning_clients"), Scope(made.window, tenant=tenant))
    assert isinstance(answer, ToolResult)
    advised = of_kind(answer, "recommendation")
    assert advised is not None
    assert advised.slots["action"] == "block_source"
    assert advised.slots["target"] == answer.findings[0].entity.value
    assert verify([advised], {"E1": answer.evidence}, KNOWN)[0].verdict == "consistent"
    assert sum(claim.kind == "recommendation" for claim in answer.candidates) == 1
