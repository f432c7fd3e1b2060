"""Each fault shows where it is, and in the services above it, as such a fault would."""

from collections import Counter
from statistics import median

import pytest

from simulator.faults.wrong_return import MISTAKES
from simulator.records import Record
from simulator.shop import BY_NAME, ENDPOINTS, callers_of, endpoints_of
from tests.simulator.worlds import Seen, share, world

SEEDS = [1, 2, 3, 4]
pytestmark = pytest.mark.parametrize("seed", SEEDS)


def _failed(span: Record) -> bool:
    return str(span["status"]) == "Error"


def _of(records: list[Record], service: str) -> list[Record]:
    return [record for record in records if record["service"] == service]


def _busiest(seen: Seen, service: str) -> str:
    counts = Counter(str(span["name"]) for span in seen.during(seen.world.spans) if span["service"] == service)
    name = counts.most_common(1)[0][0]
    return next(endpoint.key for endpoint in endpoints_of(service) if f"{endpoint.method} {endpoint.route}" == name)


def _passed_on(seen: Seen, service: str) -> set[object]:
    """The services that logged that a call of this service failed."""
    records = [*seen.logs(f"call to {service} "), *seen.logs(f"{service} refused")]
    return {record["service"] for record in records}


def test_a_hot_cpu_is_hot_and_slow_by_itself(seed: int) -> None:
    seen = Seen(world("cpu", seed))
    service = seen.label.service
    assert seen.gauge(service, "cpu.utilization", during=True) > 88
    assert seen.gauge(service, "cpu.utilization", during=False) < 70
    key = _busiest(seen, service)
    assert seen.own_ms(key, during=True) > 2.5 * seen.own_ms(key, during=False)
    assert {record["service"] for record in seen.logs("was not scheduled for")} == {service}


def test_a_leak_climbs_is_killed_twice_and_climbs_again(seed: int) -> None:
    seen = Seen(world("memory_leak", seed))
    service = seen.label.service
    points = [point for point in seen.world.metrics if (point["service"], point["name"]) == (service, "memory.utilization")]
    climb = [float(point["value"]) for point in seen.during(points)]
    assert max(climb) > 85
    assert min(climb[len(climb) // 3 :]) < 70
    assert seen.gauge(service, "memory.utilization", during=False) < 65
    kills = seen.logs("Out of memory: Killed")
    assert [(record["service"], record["severity"]) for record in kills] == [(service, "FATAL")] * 2
    assert len(seen.logs("garbage collection paused")) >= 3


def test_a_slow_dependency_is_slow_itself_and_fails_its_callers(seed: int) -> None:
    seen = Seen(world("slow_dependency", seed))
    service, component = seen.label.service, seen.label.component
    key = _busiest(seen, service) if component == "disk.io" else f"{service} {component}"
    assert seen.own_ms(key, during=True) > 10 * seen.own_ms(key, during=False)
    name = f"{ENDPOINTS[key].method} {ENDPOINTS[key].route}"
    assert share([span for span in _of(seen.during(seen.world.spans), service) if span["name"] == name], _failed) > 0.03
    reasons = ("still waiting", "checkpoint took", "did not answer")
    assert any(seen.logs(reason) for reason in reasons)
    above = {record["service"] for record in seen.logs("failed with")}
    callers = callers_of(service)
    assert above & (callers | {above_it for caller in callers for above_it in callers_of(caller)})


def test_an_empty_pool_makes_its_owner_wait_while_the_database_is_fast(seed: int) -> None:
    seen = Seen(world("pool_exhaustion", seed))
    service = seen.label.service
    size = BY_NAME[service].pool
    assert seen.gauge(service, "db.pool.used", during=True) == size == seen.gauge(service, "db.pool.size", during=True)
    assert seen.gauge(service, "db.pool.used", during=False) < 0.5 * size
    waiting = seen.logs("waiting for a connection from the pool")
    assert len(waiting) >= 5
    assert {record["service"] for record in waiting} == {service}
    assert {f"({size} in use)" in str(record["body"]) for record in waiting} == {True}
    assert _passed_on(seen, service) <= callers_of(service)
    for database in ("orders-db", "catalog-db"):
        before, after = (median(_durations(seen, database, during)) for during in (False, True))
        assert after < 1.5 * before


def _durations(seen: Seen, service: str, during: bool) -> list[float]:
    spans = [span for span in seen.world.spans if span["service"] == service]
    return [float(span["duration_ms"]) for span in (seen.during(spans) if during else seen.otherwise(spans))]


def test_a_bad_deploy_throws_from_its_deploy_on_and_fails_what_is_above(seed: int) -> None:
    seen = Seen(world("bad_deploy", seed))
    service = seen.label.service
    crashes = seen.logs("crashed")
    assert len(crashes) >= 5
    assert {record["service"] for record in crashes} == {service}
    assert all("\n" in str(record["error_message"]) for record in crashes)
    deploys = [record["timestamp"] for record in seen.world.logs if record.get("event") == "deploy" and record["service"] == service]
    edges = (seen.label.window.start, seen.label.window.end)
    assert deploys == [f"{edge:%Y-%m-%dT%H:%M:%S}.000Z" for edge in edges]
    assert "gateway" in {record["service"] for record in seen.logs("failed with 50")}


def test_wrong_answers_are_ok_where_they_are_made_and_refused_above(seed: int) -> None:
    seen = Seen(world("wrong_return", seed))
    service, route = seen.label.service, seen.label.component
    mistake = next(mistake for mistake in MISTAKES if mistake.endpoint == f"{service} {route}")
    spans = [span for span in seen.during(seen.world.spans) if span["service"] == service and str(span["name"]).endswith(f" {route}")]
    assert share(spans, _failed) < 0.05
    protests = [record for record in seen.during(seen.world.logs) if record.get("error_code") == mistake.protest.code]
    assert len(protests) >= 5
    assert {record["service"] for record in protests} <= callers_of(service)
    assert all(f"{service} returned" in str(record["body"]) and record["severity"] in {"WARN", "ERROR"} for record in protests)
    assert len(_of(seen.logs(mistake.remark.rsplit("}", 1)[-1]), service)) >= 5


def test_a_full_disk_climbs_and_then_refuses_writes(seed: int) -> None:
    seen = Seen(world("disk_full", seed))
    service = seen.label.service
    assert max(float(point["value"]) for point in seen.during(_gauges(seen, service, "disk.utilization"))) == 100
    assert seen.gauge(service, "disk.utilization", during=False) < 70
    refused = seen.logs("No space left on device")
    assert len(refused) >= 5
    assert {(record["service"], record["severity"]) for record in refused} == {(service, "ERROR")}
    assert _passed_on(seen, service) & callers_of(service)
    warned = [str(record["timestamp"]) for record in seen.logs("% full: ")]
    assert warned
    assert max(warned) < min(str(record["timestamp"]) for record in refused)


def _gauges(seen: Seen, service: str, name: str) -> list[Record]:
    return [point for point in seen.world.metrics if (point["service"], point["name"]) == (service, name)]


def test_an_expired_certificate_is_told_by_the_callers_and_the_service_goes_silent(seed: int) -> None:
    seen = Seen(world("certificate_expiry", seed))
    service = seen.label.service
    told = seen.logs("x509: certificate has expired")
    assert len(told) >= 10
    assert {record["service"] for record in told} <= callers_of(service)
    assert all(f"call to {service} " in str(record["body"]) for record in told)
    served = len(seen.during([span for span in seen.world.spans if span["service"] == service]))
    assert served < 0.12 * (served + len(told))


def test_a_lost_cache_sends_its_callers_to_a_database_that_slows_down(seed: int) -> None:
    seen = Seen(world("cache_loss", seed))
    assert seen.gauge("cache", "cache.hit_ratio", during=True) < 0.35
    assert seen.gauge("cache", "cache.hit_ratio", during=False) > 0.85
    lookup = "catalog-db products"
    assert seen.own_ms(lookup, during=True) > 3 * seen.own_ms(lookup, during=False)
    rate_during, rate_before = (_queries_per_page(seen, during) for during in (True, False))
    assert rate_during > 4 * rate_before


def _queries_per_page(seen: Seen, during: bool) -> float:
    spans = seen.during(seen.world.spans) if during else seen.otherwise(seen.world.spans)
    pages = {span["span_id"] for span in spans if (span["service"], span["name"]) == ("catalog", "GET /product")}
    asked = [span for span in spans if span["service"] == "catalog-db" and span.get("parent_span_id") in pages]
    return len(asked) / len(pages)


def test_an_n_plus_one_multiplies_the_queries_of_one_endpoint_since_its_deploy(seed: int) -> None:
    seen = Seen(world("n_plus_one", seed))
    service, route = seen.label.service, seen.label.component
    more, usual = (_children(seen, service, route, during) for during in (True, False))
    assert usual <= 1
    assert more >= 8
    expected = next(finding for finding in seen.label.expected_findings if finding["kind"] == "n_plus_one")
    assert more == expected["calls_per_request"]
    shipped = [record for record in seen.during(seen.world.logs) if record.get("event") == "deploy" and record["service"] == service]
    assert len(shipped) == 1


def _children(seen: Seen, service: str, route: str, during: bool) -> float:
    """The median number of queries that one request makes to each database operation."""
    name = f"{ENDPOINTS[f'{service} {route}'].method} {route}"
    spans = seen.during(seen.world.spans) if during else seen.otherwise(seen.world.spans)
    parents = {span["span_id"]: 0 for span in spans if (span["service"], span["name"]) == (service, name)}
    counts = Counter((span["parent_span_id"], span["name"]) for span in seen.world.spans if span.get("parent_span_id") in parents)
    queries = [count for (_, called), count in counts.items() if "/" not in str(called)]
    return median(queries)


def test_stuffed_credentials_are_counted_as_the_access_log_has_them(seed: int) -> None:
    seen = Seen(world("credential_stuffing", seed))
    finding = seen.label.expected_findings[0]
    regulars = {visit.client for visit in seen.world.access if visit.target.startswith("/product")}
    tries = [v for v in seen.world.access if v.user_agent == finding["entity"]["value"] and v.client not in regulars]
    assert all(seen.label.window.contains(visit.at) and visit.target == "/login" for visit in tries)
    assert (len(tries), sum(visit.status == 401 for visit in tries)) == (finding["count"], finding["failed"])
    assert (len({visit.user for visit in tries}), len({visit.client for visit in tries})) == (finding["accounts"], finding["addresses"])
    assert sorted({visit.user for visit in tries if visit.status < 400}) == finding["succeeded"]
    assert max(Counter(visit.user for visit in tries).values()) <= 3
    assert finding["failed"] > 0.9 * finding["count"]
    assert len(finding["succeeded"]) >= 2


def test_a_scan_asks_for_many_paths_that_are_not_there(seed: int) -> None:
    seen = Seen(world("path_scan", seed))
    finding = seen.label.expected_findings[0]
    probes = [visit for visit in seen.world.access if visit.client == finding["entity"]["value"]]
    assert len({visit.target for visit in probes}) == len(probes) == finding["count"]
    assert {visit.status for visit in probes} <= {403, 404}
    assert all(seen.label.window.contains(visit.at) for visit in probes)


def test_a_peak_is_three_times_the_load_and_mildly_slower(seed: int) -> None:
    seen = Seen(world("daily_peak", seed))
    window = seen.label.window
    middle = [v for v in seen.world.access if abs(v.at - (window.start + window.length / 2)) < window.length / 6]
    before = [visit for visit in seen.world.access if visit.at < window.start]
    rise = len(middle) / len(before) * ((window.start - seen.world.window.start) / (window.length / 3))
    assert 2.2 < rise < 3.8
    own = [seen.own_ms("catalog /featured", during) for during in (True, False)]
    assert 1.02 < own[0] / own[1] < 1.5
    assert 5 < seen.gauge("catalog", "cpu.utilization", during=True) - seen.gauge("catalog", "cpu.utilization", during=False) < 40


def test_a_campaign_fills_product_pages_and_is_announced(seed: int) -> None:
    seen = Seen(world("marketing_burst", seed))
    window = seen.label.window
    product = [v.at for v in seen.world.access if v.target.startswith("/product") and v.client.startswith("100.")]
    during = sum(map(window.contains, product))
    rise = during / (len(product) - during) * ((seen.world.window.length - window.length) / window.length)
    assert 3 < rise < 5.5
    flags = [record for record in seen.during(seen.world.logs) if "campaign-" in str(record["body"])]
    assert [record["event"] for record in flags] == ["flag", "flag"]


def test_a_job_tells_when_it_starts_and_ends_and_users_hardly_notice(seed: int) -> None:
    seen = Seen(world("batch_job", seed))
    service = seen.label.service
    assert [record["severity"] for record in _of(seen.logs(f"job {seen.label.component} "), service)] == ["INFO", "INFO"]
    assert seen.gauge(service, "cpu.utilization", during=True) > seen.gauge(service, "cpu.utilization", during=False) + 20
    roots = [span for span in seen.world.spans if span["service"] == "gateway"]
    during, otherwise = (median(float(span["duration_ms"]) for span in some) for some in (seen.during(roots), seen.otherwise(roots)))
    assert during < 1.35 * otherwise
    jobs = [span for span in seen.world.spans if span["name"] == f"job {seen.label.component}"]
    assert len(jobs) > 10
    assert len(seen.during(jobs)) == len(jobs)
