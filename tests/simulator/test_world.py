"""The shop's world: reproducible, labelled, and wrong only where it was broken on purpose."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean, median
from typing import Any

import pytest

from domain.errors import WrongUseError
from domain.window import parse_rfc3339
from simulator.records import Record
from simulator.world import World, demo_start, generate, write

START = datetime(2026, 3, 4, tzinfo=UTC)
FILES = ["app.ndjson", "traces.ndjson", "metrics.ndjson", "access.log", "auth.log", "truth.json"]
ACCESS = re.compile(r'^(\S+) - (\S+) \[([^\]]+)\] "(\S+) (\S+) HTTP/1\.1" (\d{3}) (\d+) "([^"]*)" "([^"]*)"$')


@pytest.fixture(scope="module")
def sample() -> World:
    return generate("sample", 7, 1440, START)


def _label(world: World, kind: str) -> dict[str, Any]:
    labels: list[dict[str, Any]] = world.truth()["faults"]
    return next(label for label in labels if label["kind"] == kind)


def test_a_world_of_one_seed_is_byte_equal_in_another_process(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC; from simulator.world import generate, write;"
        "write(generate('sample', 11, 120, datetime(2026, 3, 4, tzinfo=UTC)), Path(sys.argv[1]))"
    )
    hashes = []
    for hash_seed in ("1", "2"):
        out = tmp_path / hash_seed
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(__file__).parents[2])}
        subprocess.run([sys.executable, "-c", code, str(out)], check=True, env=environment)
        hashes.append([hashlib.sha256((out / name).read_bytes()).hexdigest() for name in FILES])
    assert hashes[0] == hashes[1]


def test_another_seed_gives_another_world() -> None:
    assert generate("quiet", 1, 30, START).access != generate("quiet", 2, 30, START).access


def test_the_sample_has_the_size_of_a_day(sample: World) -> None:
    total = sum(map(len, (sample.logs, sample.spans, sample.metrics, sample.access, sample.auth)))
    assert 40_000 <= total <= 55_000
    assert len({str(record["service"]) for record in sample.logs}) >= 6


def test_files_are_named_and_every_line_reads_back(sample: World, tmp_path: Path) -> None:
    assert [path.name for path in write(sample, tmp_path)] == FILES
    for name, records in (("app.ndjson", sample.logs), ("traces.ndjson", sample.spans), ("metrics.ndjson", sample.metrics)):
        assert [json.loads(line) for line in (tmp_path / name).read_text().splitlines()] == list(records)
    assert all(ACCESS.match(line) for line in (tmp_path / "access.log").read_text().splitlines())
    assert re.match(r"Mar  4 00:\d\d:\d\d bastion \S+: ", (tmp_path / "auth.log").read_text())


def test_records_are_in_order_and_inside_the_window(sample: World) -> None:
    for times in ([visit.at for visit in sample.access], [line.at for line in sample.auth]):
        assert times == sorted(times)
        assert all(sample.window.contains(at) for at in times)
    starts = [parse_rfc3339(str(span["start_time"])) for span in sample.spans]
    assert starts == sorted(starts)
    assert all(sample.window.contains(at) or at - sample.window.end < timedelta(seconds=5) for at in starts)


def test_spans_form_trees_that_follow_the_call_graph(sample: World) -> None:
    by_id = {span["span_id"]: span for span in sample.spans}
    edges = Counter(
        (by_id[span["parent_span_id"]]["service"], span["service"]) for span in sample.spans if span.get("parent_span_id") in by_id
    )
    orphans = [span for span in sample.spans if "parent_span_id" in span and span["parent_span_id"] not in by_id]
    assert not orphans
    assert {("gateway", "checkout"), ("checkout", "payment"), ("checkout", "inventory"), ("payment", "orders-db")} <= set(edges)
    assert {span["service"] for span in sample.spans if "parent_span_id" not in span} == {"gateway"}


def test_a_callee_never_outlasts_its_caller(sample: World) -> None:
    by_id = {span["span_id"]: span for span in sample.spans}
    assert all(by_id[span["parent_span_id"]]["duration_ms"] >= span["duration_ms"] for span in sample.spans if "parent_span_id" in span)


def test_a_store_is_asked_only_after_the_cache_missed(sample: World) -> None:
    lookups = {span["parent_span_id"]: span["attributes"]["cache.hit"] for span in sample.spans if span["service"] == "cache"}
    asked = {span["parent_span_id"] for span in sample.spans if span["service"] in {"catalog-db", "orders-db"}}
    assert 0.85 < fmean(lookups.values()) < 0.98
    assert all((parent in asked) != hit for parent, hit in lookups.items())


def test_the_new_error_happens_only_while_the_bad_version_runs(sample: World) -> None:
    label = _label(sample, "bad_deploy")
    start, end = parse_rfc3339(str(label["start"])), parse_rfc3339(str(label["end"]))
    seen = [record for record in sample.logs if record.get("error_code") == "RATE_MISSING"]
    assert len(seen) >= 10
    assert {record["service"] for record in seen} == {"payment"}
    assert all("Traceback" in str(record["error_message"]) for record in seen)
    assert all(start <= parse_rfc3339(str(record["timestamp"])) <= end + timedelta(seconds=5) for record in seen)
    deploys = [record for record in sample.logs if record.get("event") == "deploy" and record["service"] == "payment"]
    assert [parse_rfc3339(str(record["timestamp"])) for record in deploys] == [start, end]


def test_the_bad_deploy_fails_and_slows_its_callers(sample: World) -> None:
    label = _label(sample, "bad_deploy")
    start, end = parse_rfc3339(str(label["start"])), parse_rfc3339(str(label["end"]))
    roots = [span for span in sample.spans if span["name"] == "POST /api/checkout"]
    during = [span for span in roots if start <= parse_rfc3339(str(span["start_time"])) < end]
    before = [span for span in roots if parse_rfc3339(str(span["start_time"])) < start]
    assert _error_share(during) > 0.3
    assert _error_share(before) < 0.05
    assert _median_ms(during) > 1.25 * _median_ms(before)


def _error_share(spans: list[Record]) -> float:
    return fmean(span["status"] == "Error" for span in spans)


def _median_ms(spans: list[Record]) -> float:
    return median(float(span["duration_ms"]) for span in spans)


@pytest.mark.parametrize(("seed", "minutes"), [(1, 60), (2, 240), (3, 1440)])
def test_labelled_attack_counts_equal_what_the_raw_lines_say(seed: int, minutes: int, tmp_path: Path) -> None:
    world = generate("sample", seed, minutes, START)
    write(world, tmp_path)
    attempts, nones, accepted = _raw_logins((tmp_path / "auth.log").read_text())
    for finding in _label(world, "brute_force")["expected_findings"]:
        client = finding["entity"]["value"]
        assert (attempts[client], nones[client]) == (finding["count"], finding.get("failed_none", 0))
        assert bool(accepted[client]) == finding["succeeded"]
    scan = _label(world, "path_scan")["expected_findings"][0]
    lines = [ACCESS.match(line) for line in (tmp_path / "access.log").read_text().splitlines()]
    probes = [match[5] for match in lines if match and match[1] == scan["entity"]["value"]]
    assert len(probes) == len(set(probes)) == scan["count"]


def _raw_logins(text: str) -> tuple[Counter[str], Counter[str], Counter[str]]:
    attempts: Counter[str] = Counter()
    nones: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    for line in text.splitlines():
        source = re.search(r" from ([\d.]+) port", line)
        repeated = re.search(r"message repeated (\d+) times", line)
        times = int(repeated[1]) if repeated else 1
        counted = attempts if "Failed password" in line else nones if "Failed none" in line else accepted if "Accepted " in line else None
        if source and counted is not None:
            counted[source[1]] += times
    return attempts, nones, accepted


def test_a_quiet_world_has_no_fault_no_attack_and_few_errors() -> None:
    world = generate("quiet", 5, 1440, START)
    assert world.truth()["faults"] == []
    text = "\n".join(line.line() for line in world.auth)
    attempts, _, accepted = _raw_logins(text)
    assert all(count < accepted[client] for client, count in attempts.items())
    assert sum(visit.status >= 500 for visit in world.access) / len(world.access) < 0.01


def test_the_evening_is_busier_than_the_morning() -> None:
    world = generate("quiet", 5, 1440, START)
    hours = Counter(visit.at.hour for visit in world.access if visit.client.startswith("100."))
    assert max(hours.values()) > 1.3 * min(hours.values())


def test_a_demo_world_ends_at_this_minute() -> None:
    now = datetime(2026, 3, 4, 9, 41, 27, 5, tzinfo=UTC)
    assert demo_start(now, 90) + timedelta(minutes=90) == datetime(2026, 3, 4, 9, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("scenario", "minutes", "start", "says"),
    [("storm", 60, START, "'storm'"), ("quiet", 0, START, "not 0"), ("quiet", 60, START.replace(tzinfo=None), "no time zone")],
)
def test_what_cannot_be_made_is_refused_by_name(scenario: str, minutes: int, start: datetime, says: str) -> None:
    with pytest.raises(WrongUseError, match=says):
        generate(scenario, 1, minutes, start)
