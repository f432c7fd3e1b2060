"""Waste and stuffed log-ins in simulated worlds, against the truth and against counts made from the raw records."""

from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from domain.calls import Filters, Refusal, Scope, ToolCall, ToolResult
from domain.ids import Tenant
from domain.ports import TelemetryStore
from grounding.verifier import verify
from simulator.world import World
from tests.tools import worlds
from tools.registry import Registry
from tools.toolbox import Toolbox

REGISTRY = Registry.load()
MINUTES = 90
OURS = [name for name, template in REGISTRY.templates.items() if template.desks[0] == "efficiency" or "web" in template.question]
SCENARIOS = ("n_plus_one", "cache_loss", "credential_stuffing", "quiet")


async def asked(store: TelemetryStore, world: World, tenant: Tenant, tool: str, **filters: Any) -> ToolResult:
    result = await Toolbox(store, REGISTRY).call(ToolCall(tool, Filters(**filters)), Scope(world.window, tenant=tenant))
    assert not isinstance(result, Refusal), result
    return result


async def look(store: TelemetryStore, folder: Path, scenario: str, tool: str, seed: int = 3) -> tuple[World, ToolResult]:
    world, tenant = await worlds.loaded(store, scenario, seed, MINUTES, folder)
    return world, await asked(store, world, tenant, tool)


def label(world: World) -> dict[str, Any]:
    (found,) = world.truth()["faults"]
    return dict(found)


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_all_that_is_offered_is_supported(store: TelemetryStore, tmp_path: Path, scenario: str) -> None:
    for tool in OURS:
        _, result = await look(store, tmp_path, scenario, tool)
        judgements = verify(result.candidates, {"E1": result.evidence})
        unsupported = [(judged.claim.text, judged.reason) for judged in judgements if judged.verdict != "supported"]
        assert not unsupported, (tool, unsupported)


@pytest.mark.parametrize("seed", [3, 8])
async def test_the_n_plus_one_of_the_truth_is_the_one_found(store: TelemetryStore, tmp_path: Path, seed: int) -> None:
    world, result = await look(store, tmp_path, "n_plus_one", "repeated_queries", seed)
    (found,) = result.findings
    expected = next(one for one in label(world)["expected_findings"] if one["kind"] == "n_plus_one")
    assert (found.kind, found.entity.value) == ("n_plus_one", expected["entity"]["value"])
    assert found.details["calls_per_request"] == expected["calls_per_request"]
    assert (found.count, found.saving and found.saving["value"]) == pytest.approx(_repeats(world, found.details["statement"]), rel=1e-6)


def _repeats(world: World, statement: str) -> tuple[int, float]:
    """Runs beyond the first under each span that ran the statement five times or more, and what they cost at the median, in seconds."""
    ran = [span for span in world.spans if _masked(span["attributes"].get("db.query.text", "")) == statement]
    services = {span["span_id"]: span["service"] for span in world.spans}
    (caller,) = {services[parent] for parent, runs in Counter(span["parent_span_id"] for span in ran).items() if runs >= 5}
    own = [span for span in ran if services[span["parent_span_id"]] == caller]
    extra = sum(runs - 1 for runs in Counter(span["parent_span_id"] for span in own).values() if runs >= 5)
    took = sorted(span["duration_ms"] for span in own)
    return extra, extra * took[(len(took) - 1) // 2] / 1000


def _masked(statement: str) -> str:
    return statement.replace("(?, ?, ?)", "(?, …)").replace("LIMIT 20", "LIMIT ?").replace("LIMIT 12", "LIMIT ?")


async def test_a_lost_cache_shows_in_its_misses_and_a_warm_one_does_not(store: TelemetryStore, tmp_path: Path) -> None:
    world, lost = await look(store, tmp_path, "cache_loss", "cache_misses")
    assert {finding.kind for finding in lost.findings} == {"cache_misses"}
    looked_up = Counter((span["name"], span["attributes"]["cache.hit"]) for span in world.spans if "cache.hit" in span["attributes"])
    for row in lost.evidence.rows:
        assert (row["lookups"] - row["misses"], row["misses"]) == (looked_up[row["lookup"], True], looked_up[row["lookup"], False])
    start, end = label(world)["start"], label(world)["end"]
    assert all(start[:15] <= finding.details["lowest_at"][:15] <= end[:15] for finding in lost.findings)
    _, warm = await look(store, tmp_path, "quiet", "cache_misses")
    assert warm.findings == ()
    assert median(row["hit_ratio"] for row in warm.evidence.rows) > 80


@pytest.mark.parametrize("seed", [3, 8])
async def test_stuffed_log_ins_are_found_as_the_truth_has_them(store: TelemetryStore, tmp_path: Path, seed: int) -> None:
    world, result = await look(store, tmp_path, "credential_stuffing", "credential_stuffing", seed)
    (found,) = result.findings
    (expected,) = label(world)["expected_findings"]
    assert {"type": found.entity.type, "value": found.entity.value} == expected["entity"]
    told = (found.count, found.details["failed"], found.details["accounts_tried"], found.details["addresses"], list(found.accounts))
    assert told == tuple(expected[name] for name in ("count", "failed", "accounts", "addresses", "succeeded"))
    assert (found.technique, found.details["route"]) == (expected["technique"], label(world)["component"])


@pytest.mark.parametrize("scenario", ["quiet", "n_plus_one"])
async def test_wrong_passwords_of_an_ordinary_day_are_no_stuffing(store: TelemetryStore, tmp_path: Path, scenario: str) -> None:
    _, result = await look(store, tmp_path, scenario, "credential_stuffing")
    assert result.findings == ()
    assert result.evidence.aggregates["failed_web_logins"] > 0
    assert "No programs that stuff credentials were seen." in [claim.text for claim in result.candidates]


async def test_a_quiet_shop_wastes_nothing_worth_a_finding_in_its_calls(store: TelemetryStore, tmp_path: Path) -> None:
    for tool in ("repeated_queries", "chatty_calls", "retry_waste", "cache_misses", "payload_sizes", "log_volume", "idle_capacity"):
        _, result = await look(store, tmp_path, "quiet", tool)
        assert result.findings == (), tool
