"""Precision and recall of the security findings on public logs with labels."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from domain.calls import ToolResult
from domain.findings import Finding
from domain.ids import Tenant
from domain.ports import TelemetryStore
from domain.telemetry import LogRecord
from grounding.verifier import verify
from tests.tools import real, world
from tools.registry import Registry
from tools.toolbox import Toolbox

pytestmark = [pytest.mark.data, pytest.mark.skipif(not real.DATA.is_dir(), reason=f"the public data are not at {real.DATA}")]


async def answer(store: TelemetryStore, tenant: Tenant, tool: str, records: Iterable[LogRecord]) -> ToolResult:
    stored = list(records)
    await store.write_logs(stored, tenant)
    return await world.ask(Toolbox(store, Registry.load()), tool, tenant, real.window_of(stored))


def labelled(file: Path) -> dict[str, str]:
    return {source["ip"]: source["label"] for source in json.loads(file.read_text())["sources"]}


def by_address(result: ToolResult) -> dict[str, Finding]:
    return {finding.entity.value: finding for finding in result.findings if finding.kind == "brute_force"}


async def test_openssh_has_twelve_guessers_and_nobody_gets_in(store: TelemetryStore, tenant: Tenant) -> None:
    folder = real.DATA / "loghub-2k" / "dev" / "OpenSSH"
    result = await answer(store, tenant, "ssh_logins_by_source", real.sshd([folder / "OpenSSH_2k.log"], 2024))
    found = by_address(result)
    assert set(found) == {name for name, label in labelled(folder / "ssh_sources_derived.json").items() if "brute" in label}
    assert len(found) == 12
    assert found["5.188.10.180"].count == 18
    assert {finding.succeeded for finding in found.values()} == {False}


async def test_elastic_has_a_hundred_guessers_and_one_gets_in(store: TelemetryStore, tenant: Tenant) -> None:
    folder = real.DATA / "elastic-logs" / "dev"
    result = await answer(store, tenant, "ssh_logins_by_source", real.sshd([folder / "auth.log"], 2024))
    found = by_address(result)
    wanted = {name for name, label in labelled(folder / "ssh_sources_derived.json").items() if "brute" in label or "attack" in label}
    assert set(found) == wanted
    (inside,) = [finding for finding in found.values() if finding.succeeded]
    assert inside.entity.value == "24.151.103.17"
    assert inside.details["success"] == {"account": "elastic_user_0", "at": "2024-03-30T16:01:36Z", "failures_before": 147}
    assert result.evidence.aggregates["failed_password_attempts"] == 1_038
    assert result.evidence.aggregates["addresses_that_tried_to_break_in"] == len(found)
    judged = {judged.claim.id: judged.verdict for judged in verify(result.candidates, {"E1": result.evidence})}
    assert all(finding.claims for finding in found.values())
    assert {judged[name] for finding in found.values() for name in finding.claims} == {"supported"}


async def test_the_honeynet_has_fifteen_guessers_and_one_account_known_to_many(store: TelemetryStore, tenant: Tenant) -> None:
    folder = real.DATA / "sotm34-honeynet" / "dev"
    records = list(real.sshd(sorted((folder / "raw" / "syslog").glob("secure*")), 2005))
    found = by_address(await answer(store, tenant, "ssh_logins_by_source", records))
    incidents = json.loads((folder / "incidents.json").read_text())
    assert set(found) == {ip for incident in incidents if "brute" in incident["type"].lower() for ip in incident["ips"]}
    assert not any(finding.succeeded for finding in found.values())
    shared = await world.ask(Toolbox(store, Registry.load()), "ssh_logins_by_account", tenant, real.window_of(records))
    assert [(finding.entity.value, finding.details["addresses"]) for finding in shared.findings] == [("test", 11)]


async def test_scanners_of_secrepo_are_found_without_a_false_alarm(store: TelemetryStore, tenant: Tenant) -> None:
    folder = real.DATA / "web-access-secrepo" / "dev"
    result = await answer(store, tenant, "scanning_clients", real.access(folder / "access.log"))
    found = {finding.entity.value for finding in result.findings}
    attacking = set(json.loads((folder / "labels_by_ip.json").read_text())["attacking_ips"])
    assert len(found & attacking) / len(found) >= 0.95
    assert len(found & attacking) / len(attacking) >= 0.85


async def test_few_of_the_crawlers_of_a_blog_are_called_scanners(store: TelemetryStore, tenant: Tenant) -> None:
    file = real.DATA / "elastic-logs" / "dev" / "apache_access.log"
    result = await answer(store, tenant, "scanning_clients", real.access(file))
    innocent = [row for row in result.evidence.rows if not row["known_probes"]]
    assert result.evidence.aggregates["clients_in_all"] == 1_753
    assert len(result.findings) <= 45
    assert len(innocent) <= 3
