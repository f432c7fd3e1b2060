"""Thresholds and rules: what is kept at which rate, and what one record says about its request."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.sampling.policy import Drop, Dynamic, HighValue, Policy, Slow
from analytics.sampling.retention import Seen, counted, retention
from analytics.sampling.rules import Rate, Rules, is_engaged, merged
from analytics.sampling.threshold import SPACE, is_kept, randomness, threshold
from analytics.sampling.traits import Traits, traits_of
from domain.telemetry import LogRecord, SpanRecord

RATES = st.integers(1, 100_000)
NOWHERE: frozenset[str] = frozenset()


def log(service: str = "cart", **fields: object) -> Traits:
    return traits_of(LogRecord(0, service, "x", **fields))  # type: ignore[arg-type]


@given(RATES, st.integers(1, 50))
def test_of_evenly_spaced_requests_just_one_in_n_is_kept(n: int, blocks: int) -> None:
    size = n * blocks
    first = next(j for j in range(size - blocks - 1, size + 1) if j == size or (j >= 0 and is_kept(j * SPACE // size, n)))
    assert size - first == blocks


@given(st.integers(0, SPACE - 1), RATES, RATES)
def test_what_a_lower_rate_keeps_a_higher_one_keeps_too(r: int, a: int, b: int) -> None:
    assert is_kept(r, min(a, b)) or not is_kept(r, max(a, b))


@given(st.integers(0, SPACE - 1))
def test_everything_is_kept_at_one_in_one(r: int) -> None:
    assert is_kept(r, 1)


def test_a_rate_below_one_in_one_is_refused() -> None:
    with pytest.raises(ValueError, match="not 0"):
        threshold(0)


@given(st.binary(min_size=16, max_size=16), st.binary(max_size=8))
def test_r_of_a_trace_is_its_last_56_bits_whatever_the_salt(trace: bytes, salt: bytes) -> None:
    assert randomness(trace.hex(), salt) == int.from_bytes(trace[-7:], "big")
    assert randomness(trace.hex().upper(), salt) == int.from_bytes(trace[-7:], "big")


@given(st.text(), st.binary(min_size=1, max_size=8))
def test_r_of_any_other_id_is_in_range_and_depends_on_the_salt(unit: str, salt: bytes) -> None:
    unit += "!"
    assert 0 <= randomness(unit) < SPACE
    assert randomness(unit) != randomness(unit, salt)


@pytest.mark.parametrize("unit", ["req-1" * 6 + "xx", " 0" * 16, "0x" + "a" * 30, "é" * 32, "ab " * 10 + "ab"])
def test_32_characters_that_are_no_trace_id_are_hashed(unit: str) -> None:
    assert len(unit) == 32
    assert randomness(unit, b"a") != randomness(unit, b"b")


def test_r_of_request_ids_is_spread_evenly() -> None:
    n, tenth = 20_000, SPACE // 10
    buckets = [0] * 11
    for number in range(n):
        buckets[randomness(f"req-{number}", b"s") // tenth] += 1
    chi2 = sum((found - n / 10) ** 2 / (n / 10) for found in buckets[:10])
    assert chi2 < 9 + 5 * math.sqrt(18)


@pytest.mark.parametrize(
    ("fields", "mark"),
    [
        ({}, ""),
        ({"severity_number": 17}, "error"),
        ({"severity_number": 13}, ""),
        ({"severity_number": 21}, "error"),
        ({"status": 500}, "error"),
        ({"status": 499}, ""),
        ({"duration_ms": 1_000.0}, "slow"),
        ({"duration_ms": 999.9}, ""),
        ({"duration_ms": 300.0, "route": "/fast/a"}, "slow"),
        ({"duration_ms": 300.0, "route": "/quick"}, ""),
        ({"route": "/vip/one"}, "high_value"),
        ({"user": "u-1"}, "high_value"),
        ({"attributes": {"customer_id": "u-1"}}, "high_value"),
        ({"attributes": {"customer_id": "u-2"}}, ""),
        ({"attributes": {"plan": "gold"}}, "high_value"),
        ({"attributes": {"plan": "tin"}}, ""),
        ({"attributes": {"trial": "anything"}}, "high_value"),
        ({"service": "pay", "status": 500}, "incident"),
        ({"status": 500, "duration_ms": 9_000.0, "user": "u-1"}, "error"),
        ({"duration_ms": 9_000.0, "user": "u-1"}, "slow"),
    ],
)
def test_a_record_is_marked_in_the_order_of_the_policy(fields: dict[str, object], mark: str) -> None:
    high = HighValue(frozenset({"/vip/*"}), frozenset({"u-1"}), {"plan": frozenset({"gold"}), "trial": frozenset({"*"})})
    rules = Rules(Policy(slow_ms=Slow(1_000, {}, {"/fast/*": 250, "/quick": 400}), high_value=high))
    assert rules.mark(log(**{"service": "cart", **fields}), frozenset({"pay"})) == mark  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("attributes", "status", "is_error"),
    [
        ({}, "Error", True),
        ({}, "Unset", False),
        ({"http.response.status_code": "503"}, "Unset", True),
        ({"http.status_code": "404"}, "Ok", False),
    ],
)
def test_a_span_that_failed_is_an_error(attributes: dict[str, str], status: str, is_error: bool) -> None:
    span = SpanRecord("t", "s", "", "cart", "GET /x", 0, 5_000_000, status=status, attributes=attributes)
    assert traits_of(span).is_error is is_error
    assert traits_of(span).duration_ms == 5


def test_a_route_goes_before_a_service_and_the_longest_beginning_before_others() -> None:
    policy = Policy(default_rate_n=20, services={"pay": 2}, routes={"/h*": 50, "/health/*": 1_000, "/health/deep": 3})
    rules = Rules(policy)
    routes = ["/health/deep", "/health/a", "/hello", "/", ""]
    assert [rules.rate(log("pay", route=route)).n for route in routes] == [3, 1_000, 50, 2, 2]
    assert rules.rate(log("cart", route="/")) == Rate(20, is_named=False)


@given(st.lists(st.tuples(st.integers(1, 50), st.booleans()).map(lambda pair: Rate(*pair)), min_size=1), st.randoms())
def test_the_rate_of_a_request_does_not_depend_on_the_order_of_its_records(rates: list[Rate], dice: object) -> None:
    turned = list(rates)
    dice.shuffle(turned)  # type: ignore[attr-defined]
    named = [rate.n for rate in rates if rate.is_named]
    assert merged(turned) == merged(rates)
    assert merged(rates).n == min(named or [rate.n for rate in rates])


@pytest.mark.parametrize(
    ("rule", "is_dropped"),
    [
        (Drop(service="cart"), True),
        (Drop(service="pay"), False),
        (Drop(route="/a*"), True),
        (Drop(service="cart", route="/b"), False),
        (Drop(below=9), True),
        (Drop(below=5), False),
        (Drop(attributes={"k": "v"}), True),
        (Drop(attributes={"k": "w"}), False),
    ],
)
def test_a_drop_rule_asks_for_all_it_names(rule: Drop, is_dropped: bool) -> None:
    record = log(route="/abc", severity_number=5, attributes={"k": "v"})
    assert Rules(Policy(drop=(rule,))).is_dropped(record) is is_dropped


def test_rates_under_backlog_do_not_flutter() -> None:
    policy, state, seen = Policy(dynamic=Dynamic(10, 0.5, 0.2)), False, []
    for share in (0.3, 0.5, 0.3, 0.21, 0.2, 0.49, 0.9):
        state = is_engaged(policy, share, was_engaged=state)
        seen.append(state)
    assert seen == [False, True, True, True, False, False, True]
    assert not is_engaged(Policy(), 1.0, was_engaged=True)


def test_the_retention_table_has_a_row_a_service_and_class() -> None:
    samples = [
        ({"service": "b", "class": "normal", "kept": "true"}, 5.0),
        ({"service": "b", "class": "normal", "kept": "false"}, 95.0),
        ({"service": "b", "class": "error", "kept": "true"}, 7.0),
        ({"service": "a", "class": "slow", "kept": "true"}, 1.0),
    ]
    rows = retention(counted(samples))
    assert [(row.service, row.kind, row.seen, row.kept, row.share) for row in rows] == [
        ("a", "slow", 1, 1, 1.0),
        ("b", "error", 7, 7, 1.0),
        ("b", "normal", 100, 5, 0.05),
    ]
    assert rows[2].as_json() == {"service": "b", "class": "normal", "seen": 100, "kept": 5, "share": 0.05}
    assert Seen("b", "error", is_kept=False) not in counted(samples)
