"""What the finding rules find in the small world, and that every finding rests on claims that hold."""

import pytest

from domain.calls import ToolResult
from domain.ids import Tenant
from domain.ports import TelemetryStore
from grounding.case import Case
from grounding.registry import CHECKS
from tests.tools import world
from tools.registry import Registry
from tools.toolbox import Toolbox


async def answer(store: TelemetryStore, tenant: Tenant, tool: str) -> ToolResult:
    await world.fill(store, tenant)
    return await world.ask(Toolbox(store, Registry.load()), tool, tenant)


async def test_a_guessed_password_is_found_and_a_mistyped_one_is_not_called_a_break_in(store: TelemetryStore, tenant: Tenant) -> None:
    found = {finding.entity.value: finding for finding in (await answer(store, tenant, "ssh_logins_by_source")).findings}
    assert set(found) == {world.GUESSER, world.MISTYPER, world.SPRAYER}
    guesser, mistyper, sprayer = found[world.GUESSER], found[world.MISTYPER], found[world.SPRAYER]
    assert (guesser.count, guesser.succeeded, guesser.severity, guesser.technique) == (40, True, "critical", "T1110.001")
    assert guesser.details["success"] == {"account": "deploy", "at": "2026-03-01T12:32:06Z", "failures_before": 40}
    assert (mistyper.count, mistyper.succeeded, mistyper.details["success"]) == (6, None, None)
    assert (sprayer.count, sprayer.succeeded, sprayer.technique, sprayer.details["failed_none"]) == (12, False, "T1110.003", 1)


async def test_the_log_in_after_a_burst_is_listed_with_what_came_before(store: TelemetryStore, tenant: Tenant) -> None:
    rows = (await answer(store, tenant, "ssh_success_after_failures")).evidence.rows
    assert [(row["source"], row["account"], row["failures_before"], row["machine_like"]) for row in rows] == [
        (world.GUESSER, "deploy", 40, True),
        (world.MISTYPER, "erin", 6, False),
    ]


async def test_a_scanner_is_found_and_a_visitor_with_a_broken_image_is_not(store: TelemetryStore, tenant: Tenant) -> None:
    found = (await answer(store, tenant, "scanning_clients")).findings
    assert {(finding.entity.value, finding.kind, finding.count) for finding in found} == {
        (world.SCANNER, "path_scanning", 5),
        (world.SCANNER, "injection_attempt", 1),
    }


@pytest.mark.parametrize("tool", ["ssh_logins_by_source", "scanning_clients"])
async def test_every_finding_rests_on_claims_that_hold(store: TelemetryStore, tenant: Tenant, tool: str) -> None:
    result = await answer(store, tenant, tool)
    claims = {claim.id: claim for claim in result.candidates}
    assert len(result.findings) >= 2
    assert len({finding.id for finding in result.findings}) == len(result.findings)
    for finding in result.findings:
        assert finding.claims
        assert finding.evidence == ("E1",)
        for name in finding.claims:
            assert CHECKS[claims[name].kind](claims[name], Case({"E1": result.evidence})).verdict == "supported"


async def test_the_gravest_finding_is_told_first(store: TelemetryStore, tenant: Tenant) -> None:
    result = await answer(store, tenant, "ssh_logins_by_source")
    assert result.findings[0].entity.value == world.GUESSER
    assert set(result.findings[0].claims[:3]) == {claim.id for claim in result.candidates[:3]}
