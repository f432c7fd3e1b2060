"""Every scenario: labelled, late enough for a baseline, varied, reproducible, and over when it says so."""

import time
from collections import Counter
from itertools import pairwise

import pytest

from domain.window import parse_rfc3339
from simulator.scenarios import SCENARIOS
from simulator.world import generate
from tests.simulator.worlds import HOUR, START, Seen, labels, world

SEVERAL = {"day", "sample", "quiet"}
KINDS = sorted(set(SCENARIOS) - SEVERAL)
DIAGNOSED = sorted(set(KINDS) - {"credential_stuffing", "path_scan"} - {name for name in KINDS if SCENARIOS[name].benign})
ATTACKS = ["credential_stuffing", "path_scan"]
BENIGN = sorted(name for name in KINDS if SCENARIOS[name].benign)
MARKS = {
    "cpu": ("was not scheduled for", "all workers are busy"),
    "memory_leak": ("garbage collection paused", "Out of memory: Killed", "cannot allocate memory", "code 137", "connection refused"),
    "slow_dependency": ("still waiting for ShareLock", "checkpoint took", "statement timeout"),
    "pool_exhaustion": ("waiting for a connection from the pool", "without use, borrowed by"),
    "bad_deploy": ("crashed",),
    "wrong_return": (" returned ",),
    "disk_full": ("No space left on device", " % full: "),
    "certificate_expiry": ("x509: certificate has expired",),
    "cache_loss": ("too many clients", "evicted", "empty keyspace", "keys in one cycle"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_scenario_is_labelled_with_its_own_name_and_begins_after_a_baseline(kind: str) -> None:
    for seed in range(20):
        (label,) = labels(kind, seed)
        begun, lasts = (label.window.start - START) / HOUR.length, label.window.length / HOUR.length
        assert (label.kind, label.benign) == (kind, SCENARIOS[kind].benign)
        assert label.service
        assert label.component
        assert begun >= 0.35
        assert begun + lasts < 0.98
        assert 0.15 <= lasts <= 0.4


@pytest.mark.parametrize("kind", [*DIAGNOSED, "batch_job"])
def test_the_seed_decides_what_is_hit(kind: str) -> None:
    hits = Counter((label.service, label.component) for seed in range(20) for label in labels(kind, seed))
    wanted = {component for _, component in hits} if kind == "cache_loss" else {service for service, _ in hits}
    assert len(wanted) >= 3
    assert max(hits.values()) <= 13


@pytest.mark.parametrize("kind", DIAGNOSED)
def test_the_cause_is_among_the_findings_expected(kind: str) -> None:
    (label,) = labels(kind, 3)
    cause = {"kind": "root_cause", "entity": {"type": "service", "value": label.service}, "component": label.component}
    assert cause in label.expected_findings


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_world_and_another_gives_another(kind: str) -> None:
    again = generate(kind, 4, 60, START)
    assert (again.logs, again.spans, again.metrics, again.access, again.truth()) == (
        world(kind, 4).logs, world(kind, 4).spans, world(kind, 4).metrics, world(kind, 4).access, world(kind, 4).truth(),
    )  # fmt: skip
    assert again.logs != world(kind, 5).logs


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("kind", MARKS)
def test_what_gives_a_fault_away_is_not_seen_outside_of_its_window(kind: str, seed: int) -> None:
    seen = Seen(world(kind, seed))
    ordinary = {str(record["body"])[:24] for quiet in (1, 2, 3) for record in world("quiet", quiet).logs}
    strange = [record for mark in MARKS[kind] for record in seen.logs(mark, during=False) if str(record["body"])[:24] not in ordinary]
    assert strange == []


@pytest.mark.parametrize("kind", BENIGN)
def test_what_is_harmless_fails_no_more_requests(kind: str) -> None:
    shares = {True: [0, 0], False: [0, 0]}
    for seed in range(1, 6):
        seen = Seen(world(kind, seed))
        for visit in seen.world.access:
            counts = shares[seen.label.window.contains(visit.at)]
            counts[0] += visit.status >= 500
            counts[1] += 1
    during, otherwise = (failed / total for failed, total in (shares[True], shares[False]))
    assert during - otherwise < 0.01


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_day_has_several_faults_one_after_the_other_and_one_is_the_worst(seed: int) -> None:
    day = world("day", seed, 1440)
    faults = day.truth()["faults"]
    assert len({fault["kind"] for fault in faults}) == len(faults)
    assert len(faults) in {3, 4}
    windows = sorted((parse_rfc3339(fault["start"]), parse_rfc3339(fault["end"])) for fault in faults)
    assert all(end < start for (_, end), (start, _) in pairwise(windows))
    failed = sorted(fault["impact"]["failed_requests"] for fault in faults)
    assert failed[-1] >= 40
    assert failed[-1] >= 2 * failed[-2]


@pytest.mark.parametrize("scenario", ["day", "sample", "bad_deploy"])
def test_the_impact_is_what_the_access_log_counts(scenario: str) -> None:
    made = world(scenario, 2, 1440)
    for fault in made.truth()["faults"]:
        start, end = parse_rfc3339(fault["start"]), parse_rfc3339(fault["end"])
        during = [visit for visit in made.access if start <= visit.at < end]
        failed = sum(visit.status >= 500 for visit in during)
        wanted = 0 if fault["kind"] in {"path_scan", "brute_force"} else failed
        assert fault["impact"] == {"requests": len(during), "failed_requests": wanted}


@pytest.mark.parametrize(("minutes", "least"), [(60, 12), (360, 12), (361, 2)])
def test_short_worlds_have_more_visitors(minutes: int, least: float) -> None:
    visitors = [visit for visit in world("quiet", 1, minutes).access if visit.client.startswith("100.")]
    busiest = Counter(visit.at.hour for visit in visitors)
    assert len(visitors) / minutes > least
    assert minutes < 120 or min(busiest.values()) < max(busiest.values())


@pytest.mark.parametrize("kind", ["cache_loss", "n_plus_one", "daily_peak"])
def test_an_hour_is_made_within_seconds(kind: str) -> None:
    started = time.process_time()
    generate(kind, 77, 60, START)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("kind", DIAGNOSED)
def test_ordinary_changes_leave_versions_alone_that_a_fault_deploys(kind: str) -> None:
    deploys = [record for record in world(kind, 1).logs if record.get("event") == "deploy"]
    assert all(str(record["version"]) in str(record["body"]) for record in deploys)
    assert len({(record["service"], record["version"]) for record in deploys}) == len(deploys)
