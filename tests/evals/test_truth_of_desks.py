"""What is true of broken worlds is counted right: each number here was counted by hand."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evals.facts import Absent, Blamed, Either, Extreme, Fact, Flagged, Found, Moment, Named, Value
from evals.truth.registry import truth_of
from evals.truth.source import Source

TRUTH = {
    "faults": [
        {
            "id": "peak", "kind": "daily_peak", "service": "shop", "component": "", "benign": True,
            "start": "2026-03-02T08:00:00Z", "end": "2026-03-02T09:00:00Z", "expected_findings": [],
        },
        {
            "id": "bad", "kind": "bad_deploy", "service": "cart", "component": "/items", "benign": False,
            "start": "2026-03-02T08:30:00Z", "end": "2026-03-02T08:50:00Z", "expected_findings": [],
        },
        {
            "id": "stuff", "kind": "credential_stuffing", "service": "accounts", "component": "/login", "benign": False,
            "start": "2026-03-02T08:00:00Z", "end": "2026-03-02T09:00:00Z",
            "expected_findings": [{"entity": {"type": "user_agent", "value": "bot/1"}}],
        },
        {
            "id": "scan", "kind": "path_scan", "service": "gateway", "component": "192.0.2.9", "benign": False,
            "start": "2026-03-02T08:00:00Z", "end": "2026-03-02T09:00:00Z", "expected_findings": [],
        },
    ]
}  # fmt: skip
APP = """\
{"timestamp":"2026-03-02T08:10:00Z","service":"cart","severity":"ERROR","body":"old trouble of A1","error_code":"OLD","route":"/items","status_code":500,"duration_ms":10}
{"timestamp":"2026-03-02T08:12:00Z","service":"cart","severity":"INFO","event":"deploy","version":"1.9","body":"deployed cart"}
{"timestamp":"2026-03-02T08:29:30Z","service":"cart","severity":"INFO","event":"deploy","version":"2.0","body":"deployed cart"}
{"timestamp":"2026-03-02T08:31:00Z","service":"cart","severity":"ERROR","body":"bundle of B1 is undefined","error_code":"NEW","route":"/items","status_code":500,"duration_ms":30}
{"timestamp":"2026-03-02T08:32:00Z","service":"cart","severity":"ERROR","body":"bundle of C7 is undefined","error_code":"NEW","route":"/items","status_code":500,"duration_ms":30}
{"timestamp":"2026-03-02T08:33:00Z","service":"cart","severity":"ERROR","body":"old trouble of D4","error_code":"OLD","route":"/items"}
{"timestamp":"2026-03-02T08:34:00Z","service":"cart","severity":"ERROR","body":"once only","error_code":"ONCE"}
{"timestamp":"2026-03-02T08:35:00Z","service":"gateway","severity":"ERROR","body":"call failed","route":"/shop","status_code":502,"duration_ms":80}
{"timestamp":"2026-03-02T08:36:00Z","service":"stock","severity":"INFO","body":"fine","route":"/items","status_code":200,"duration_ms":75}
"""  # noqa: E501
ACCESS = """\
192.0.2.1 - u1 [02/Mar/2026:08:00:00 +0000] "POST /login HTTP/1.1" 401 10 "-" "bot/1"
192.0.2.2 - u1 [02/Mar/2026:08:01:00 +0000] "POST /login HTTP/1.1" 401 10 "-" "bot/1"
192.0.2.2 - u2 [02/Mar/2026:08:02:00 +0000] "POST /login HTTP/1.1" 200 10 "-" "bot/1"
192.0.2.3 - u3 [02/Mar/2026:08:03:00 +0000] "POST /login HTTP/1.1" 401 10 "-" "Firefox"
192.0.2.9 - - [02/Mar/2026:08:04:00 +0000] "GET /.env HTTP/1.1" 404 5 "-" "x"
192.0.2.9 - - [02/Mar/2026:08:05:00 +0000] "GET /.env?again HTTP/1.1" 404 5 "-" "x"
192.0.2.9 - - [02/Mar/2026:08:06:00 +0000] "GET /admin HTTP/1.1" 403 5 "-" "x"
192.0.2.9 - - [02/Mar/2026:08:07:00 +0000] "GET /shop HTTP/1.1" 200 900 "-" "x"
192.0.2.4 - - [02/Mar/2026:08:35:00 +0000] "GET /shop HTTP/1.1" 502 20 "-" "Firefox"
"""
SPANS: list[dict[str, Any]] = [
    {"trace_id": "t", "span_id": "a", "service": "cart", "name": "GET /items", "kind": "Server", "duration_ms": 90, "status": "Ok"},
    *(
        {
            "trace_id": "t", "span_id": f"q{number}", "parent_span_id": "a", "service": "db", "name": "SELECT items", "kind": "Client",
            "duration_ms": 4, "status": "Ok", "attributes": {"db.query.text": "SELECT * FROM items WHERE id = ?"},
        }
        for number in range(6)
    ),
    {"trace_id": "u", "span_id": "b", "service": "stock", "name": "GET /stock", "kind": "Server", "duration_ms": 50, "status": "Error"},
    *(
        {
            "trace_id": "u", "span_id": f"r{number}", "parent_span_id": "b", "service": "db", "name": "UPDATE stock", "kind": "Client",
            "duration_ms": 10, "status": status, "start_time": f"2026-03-02T08:00:0{number}Z",
            "attributes": {"db.query.text": "UPDATE stock SET n = 1"},
        }
        for number, status in enumerate(("Error", "Error", "Ok"))
    ),
    {"trace_id": "u", "span_id": "c1", "parent_span_id": "b", "service": "cache", "name": "GET page", "attributes": {"cache.hit": False}},
    {"trace_id": "u", "span_id": "c2", "parent_span_id": "b", "service": "cache", "name": "GET user", "attributes": {"cache.hit": True}},
    {"trace_id": "u", "span_id": "c3", "parent_span_id": "b", "service": "cache", "name": "GET page", "attributes": {"cache.hit": True}},
]  # fmt: skip
METRICS = """\
{"timestamp":"2026-03-02T08:00:00Z","service":"cart","name":"cpu.utilization","value":40,"unit":"%"}
{"timestamp":"2026-03-02T08:01:00Z","service":"cart","name":"cpu.utilization","value":20,"unit":"%"}
{"timestamp":"2026-03-02T08:00:00Z","service":"stock","name":"cpu.utilization","value":30,"unit":"%"}
{"timestamp":"2026-03-02T08:00:00Z","service":"stock","name":"disk.utilization","value":99.5,"unit":"%"}
{"timestamp":"2026-03-02T08:00:00Z","service":"cart","name":"disk.utilization","value":50,"unit":"%"}
"""


@pytest.fixture
def source(tmp_path: Path) -> Source:
    shown = [{"start_time": "2026-03-02T08:00:00Z", "duration_ms": 1, **span} for span in SPANS]
    lines = "\n".join(json.dumps(span) for span in shown)
    texts = {"truth": json.dumps(TRUTH), "app": APP, "access": ACCESS, "metrics": METRICS, "traces": lines}
    for role, text in texts.items():
        (tmp_path / role).write_text(text, encoding="utf-8")
    return Source({role: tmp_path / role for role in texts}, 2026)


def _required(source: Source, name: str, **params: Any) -> tuple[Fact, ...]:
    return truth_of(name)(Source(source.paths, source.year, params)).required


def _alternatives(fact: Fact) -> list[Fact]:
    return [part for one in fact.facts for part in _alternatives(one)] if isinstance(fact, Either) else [fact]


def _values(fact: Fact) -> list[tuple[tuple[str, ...], float]]:
    return [(one.subject, one.value) for one in _alternatives(fact) if isinstance(one, Value)]


def test_who_was_broken_on_purpose_is_to_blame_and_what_is_benign_is_not(source: Source) -> None:
    assert _required(source, "blame.culprit") == (Blamed("cart"),)
    assert _required(source, "blame.nobody") == (Blamed(""),)


def test_the_deploy_at_the_fault_is_the_one_asked_for(source: Source) -> None:
    when, version = _required(source, "blame.change")
    assert _alternatives(when)[0] == Moment(("cart",), datetime(2026, 3, 2, 8, 29, 30, tzinfo=UTC))
    assert version == Named(r"\b2\.0\b", like=True)


def test_an_error_is_new_when_it_came_twice_since_the_fault_and_never_before(source: Source) -> None:
    assert _required(source, "blame.new_errors") == (Named(r"bundle\s+of", like=True),)


def test_the_fullest_gauge_is_found_whichever_unit_it_is_told_in(source: Source) -> None:
    (fact,) = _required(source, "blame.fullest", metric="disk.utilization")
    assert _values(fact) == [(("stock", "disk.utilization"), 99.5)] * 2
    assert {one.unit for one in _alternatives(fact) if isinstance(one, Value)} == {"1", "%"}


def test_failing_routes_are_those_that_clients_asked_for(source: Source) -> None:
    first, count = _required(source, "requests.failing_routes")
    assert isinstance(first, Extreme)
    assert (first.value, _values(count)) == ("/login", [(("/login",), 3)])


def test_error_rates_are_of_log_events_or_of_calls(source: Source) -> None:
    _, rate = _required(source, "requests.error_rate")
    assert [(subject, round(value, 1)) for subject, value in _values(rate)] == [(("cart",), 71.4), (("stock",), 100.0)]


def test_the_slowest_service_is_so_in_logs_or_in_calls(source: Source) -> None:
    first, value = _required(source, "requests.slowest_service")
    assert {one.value for one in _alternatives(first) if isinstance(one, Extreme)} == {"gateway", "cart"}
    assert _values(value) == [(("gateway",), 80), (("cart",), 90)]


def test_stuffed_log_ins_are_those_of_the_program(source: Source) -> None:
    assert _required(source, "logins.attack") == (Found("bot/1", ("credential_stuffing",), 3, succeeded=True, accounts=("u2",)),)
    assert [_values(fact) for fact in _required(source, "logins.size")] == [[(("bot/1",), 3)], [(("bot/1",), 2)], [(("bot/1",), 2)]]
    assert _required(source, "logins.opened")[0] == Named("u2")
    edges = [one.at.minute for fact in _required(source, "logins.times") for one in _alternatives(fact) if isinstance(one, Moment)]
    assert edges == [0, 0, 2, 2]


def test_a_scanner_is_counted_by_paths_and_by_requests(source: Source) -> None:
    found, paths = _required(source, "probes.scanner")
    assert found == Found("192.0.2.9", ("path_scanning", "path_scan", "web_scanning"))
    assert _values(paths) == [(("192.0.2.9",), 2)]
    sent, _ = _required(source, "probes.answers")
    assert _values(sent) == [(("192.0.2.9",), 4)]


def test_no_attack_must_be_said_and_none_may_be_found(source: Source) -> None:
    expected = truth_of("probes.nothing")(source)
    assert [fact.must_be_said for fact in expected.required if isinstance(fact, Absent)] == [True]
    assert [type(fact) for fact in expected.forbidden] == [Flagged]


def test_repeated_statements_are_counted_by_request(source: Source) -> None:
    assert _required(source, "waste.repeated") == (
        Found("cart", ("n_plus_one",)),
        Named(r"SELECT\s+\*\s+FROM\s+items\s+WHERE\s+id", like=True),
    )
    assert [_values(fact) for fact in _required(source, "waste.repetitions")] == [[(("cart",), 1)], [(("cart",), 6)]]


def test_statements_and_routes_cost_what_their_times_add_up_to(source: Source) -> None:
    first, took = _required(source, "waste.costliest_statement")
    assert isinstance(first, Extreme)
    assert (first.value, _values(took)) == ("UPDATE stock SET n", [(("UPDATE stock SET n",), 0.03)])
    route, time = _required(source, "waste.costliest_route")
    assert {one.value for one in _alternatives(route) if isinstance(one, Extreme)} == {"/items", "/shop"}
    assert _values(time) == [(("gateway", "/shop"), 0.08), (("/shop",), 0.08)]


def test_misses_are_counted_by_lookup(source: Source) -> None:
    first, missed, ratio = _required(source, "waste.cache")
    assert isinstance(first, Extreme)
    assert (first.value, _values(missed), _values(ratio)) == ("GET page", [(("GET page",), 1)], [(("GET page",), 50)])


def test_log_text_may_be_what_a_line_says_or_the_whole_line(source: Source) -> None:
    first, size = _required(source, "waste.log_volume")
    assert isinstance(first, Extreme)
    assert isinstance(size, Value)
    assert first.value == "gateway"
    assert size.value == sum(len(line.split("] ")[1].split(' "-"')[0]) for line in ACCESS.splitlines()) + len("call failed")
    assert size.also == (len(ACCESS) - len(ACCESS.splitlines()) + len("call failed"),)


def test_the_idle_service_is_the_one_whose_peak_is_lowest(source: Source) -> None:
    first, peak = _required(source, "waste.idle")
    assert isinstance(first, Extreme)
    assert (first.value, first.quantifier, _values(peak)) == ("stock", "least", [(("stock",), 30)])


def test_a_retry_follows_a_failed_call_of_the_same_kind(source: Source) -> None:
    (count,) = _required(source, "waste.retries")
    assert _values(count) == [((), 2)]


def test_payloads_are_of_the_access_log(source: Source) -> None:
    first, size = _required(source, "waste.payloads")
    assert isinstance(first, Extreme)
    assert (first.value, _values(size)) == ("/shop", [(("/shop",), 900)])
