"""Who began it: one small shop, one trouble at a time, and troubles that are none."""

from dataclasses import replace
from datetime import timedelta
from itertools import chain

import pytest

from analytics.rca.observed import CallRow, Change, Observed
from analytics.rca.suspects import Suspect, suspects
from tests.analytics.rca.shop import BEGINS, MINUTES, START, calls, during, gauge, observed, requests, said


def first(seen: Observed) -> Suspect:
    """The first suspect; there must be one."""
    found = suspects(seen)
    assert found
    return found[0]


def slow(service: str, ms: float) -> Observed:
    """One service waits by itself."""
    return observed(calls(own_ms=lambda name, minute: ms if name == service and during(minute) else 10.0))


def test_nothing_wrong_names_nobody() -> None:
    assert suspects(observed()) == ()
    assert suspects(Observed(START, timedelta(minutes=1), 1)) == ()


@pytest.mark.parametrize("service", ["front", "orders", "store"])
def test_who_takes_longer_by_itself_is_named_and_not_who_waits_for_it(service: str) -> None:
    found = suspects(slow(service, 80.0))
    assert [one.service for one in found] == [service]
    assert found[0].reason == "slow"
    assert found[0].onset_at == START + timedelta(minutes=BEGINS)
    assert found[0].strongest.value == pytest.approx(80, rel=0.05)
    assert found[0].strongest.baseline == pytest.approx(10, rel=0.05)


def test_a_little_slower_is_nobodys_fault() -> None:
    assert suspects(slow("store", 12.0)) == ()


def test_who_fails_first_is_named_with_the_path_up_to_users() -> None:
    seen = observed(
        calls(
            own_errors=lambda name, minute: 8 if name == "store" and during(minute) else 0,
            errors=lambda _name, minute: 8 if during(minute) else 0,
        )
    )
    top = first(seen)
    assert (top.service, top.reason, top.component) == ("store", "errors", "INSERT")
    assert top.path == ("store", "orders", "front")
    assert top.path_verified
    assert top.failing == pytest.approx(0.4, abs=0.02)


def test_a_path_is_not_verified_where_a_hop_does_not_deviate() -> None:
    top = first(observed(calls(own_errors=lambda name, minute: 8 if name == "store" and during(minute) else 0)))
    assert top.service == "store"
    assert not top.path_verified


def test_errors_that_name_another_are_put_down_to_it() -> None:
    complaint = said("refused", "orders", "call to store failed: connection refused", lambda minute: 9 * during(minute), names=("store",))
    seen = observed(
        calls(
            own_errors=lambda name, minute: 9 if name == "orders" and during(minute) else 0,
            made=lambda name, minute: 0 if name == "store" and during(minute) else 20,
        ),
        messages=(complaint,),
    )
    found = suspects(seen)
    assert [(one.service, one.reason) for one in found] == [("store", "unreachable")]


def test_errors_that_name_nobody_stay_with_who_made_them() -> None:
    bug = said("broken", "orders", "cannot read property of null", lambda minute: 9 * during(minute))
    seen = observed(calls(own_errors=lambda name, minute: 9 if name == "orders" and during(minute) else 0), messages=(bug,))
    assert [(one.service, one.reason) for one in suspects(seen)] == [("orders", "errors")]


def test_answers_that_callers_find_wrong_blame_who_gave_them() -> None:
    protest = said("mismatch", "orders", "store returned 0 rows instead of 1", lambda minute: 7 * during(minute), names=("store",))
    seen = observed(calls(own_errors=lambda name, minute: 7 if name == "orders" and during(minute) else 0), messages=(protest,))
    assert [(one.service, one.reason) for one in suspects(seen)] == [("store", "wrong_answers")]


def test_who_multiplies_calls_is_named_and_not_the_store_that_slows_down() -> None:
    seen = observed(
        calls(
            made=lambda name, minute: 200 if name == "store" and during(minute) else 20,
            own_ms=lambda name, minute: {"store": 40.0, "orders": 60.0}.get(name, 10.0) if during(minute) else 10.0,
        )
    )
    top = first(seen)
    assert (top.service, top.reason) == ("orders", "call_multiplication")
    assert top.strongest.value == pytest.approx(10, rel=0.1)


def test_more_calls_from_outside_are_load_and_no_fault() -> None:
    busy = gauge("orders", "cpu.utilization", "%", lambda minute: 60.0 if during(minute) else 25.0)
    assert suspects(observed(calls(made=lambda _name, minute: 60 if during(minute) else 20), gauges=(busy,))) == ()


def test_a_busy_gauge_alone_is_no_fault_but_with_waiting_it_is_the_reason() -> None:
    def hot(_minute: int) -> float:
        return 96.0 if during(_minute) else 30.0 + _minute % 3

    assert suspects(observed(gauges=(gauge("orders", "cpu.utilization", "%", hot),))) == ()
    rows = calls(own_ms=lambda name, minute: 60.0 if name == "orders" and during(minute) else 10.0)
    top = first(observed(rows, gauges=(gauge("orders", "cpu.utilization", "%", hot),)))
    assert (top.service, top.reason, top.component) == ("orders", "cpu_saturation", "cpu.utilization")


def test_a_pool_is_judged_by_its_size() -> None:
    used = gauge("orders", "db.pool.used", "{connection}", lambda minute: 20.0 if during(minute) else 3.0 + minute % 2)
    size = gauge("orders", "db.pool.size", "{connection}", lambda _minute: 20.0)
    rows = calls(own_ms=lambda name, minute: 500.0 if name == "orders" and during(minute) else 10.0)
    top = first(observed(rows, gauges=(used, size)))
    assert (top.service, top.reason) == ("orders", "pool_exhaustion")
    assert top.strongest.value == 100


def test_a_lost_cache_is_named_and_not_the_store_behind_it() -> None:
    rows = calls(
        made=lambda name, minute: (19 if during(minute) else 2) if name == "store" else 20,
        own_ms=lambda name, minute: 90.0 if name == "store" and during(minute) else 10.0,
    )
    lookups = [CallRow(minute, "orders", "POST /orders", "cache", "GET", 20, 0, 0, 14.0, 9.8, 20.0, 20.0) for minute in range(MINUTES)]
    waiting = (replace(row, total_ms=row.total_ms + 1_700.0 * (row.service == "orders" and during(row.bucket))) for row in rows)
    ratio = gauge("cache", "cache.hit_ratio", "1", lambda minute: 0.1 if during(minute) else 0.9 + 0.01 * (minute % 2))
    found = suspects(observed(chain(waiting, lookups), gauges=(ratio,)))
    assert [(one.service, one.reason) for one in found] == [("cache", "cache_loss")]


def test_refused_log_ins_of_many_accounts_are_an_attack_and_some_mistyped_ones_are_not() -> None:
    many = requests("orders", refused=lambda minute: 12 * during(minute), refused_users=lambda minute: 10 * during(minute))
    top = first(observed(told=many))
    assert (top.service, top.reason) == ("orders", "credential_stuffing")
    one = requests("orders", refused=lambda minute: 1 * (minute % 7 == 0), refused_users=lambda minute: 1 * (minute % 7 == 0))
    assert suspects(observed(told=one)) == ()


def test_many_missing_paths_are_a_scan() -> None:
    probed = requests("front", missing=lambda minute: 8 * during(minute), missing_paths=lambda minute: 8 * during(minute))
    top = first(observed(told=probed))
    assert (top.service, top.reason) == ("front", "scanning")


def test_failures_in_a_log_count_where_no_span_tells_of_them() -> None:
    told = requests("legacy", failed=lambda minute: 15 * during(minute))
    top = first(observed(rows=(), told=told))
    assert (top.service, top.reason) == ("legacy", "errors")


def test_the_change_just_before_is_told_and_no_other() -> None:
    at = START + timedelta(minutes=BEGINS)
    changes = (
        Change(at - timedelta(minutes=4), "store", "deploy", "deployed store 2"),
        Change(at - timedelta(minutes=1), "front", "deploy", "deployed front 9"),
        Change(at + timedelta(minutes=20), "store", "deploy", "rolled store back"),
    )
    rows = calls(own_ms=lambda name, minute: 80.0 if name == "store" and during(minute) else 10.0)
    top = first(observed(rows, changes=changes))
    assert top.change
    assert top.change.what == "deployed store 2"
    assert first(slow("store", 80.0)).change is None


def test_a_fault_that_ended_before_the_window_is_not_of_the_window() -> None:
    rows = list(calls(own_ms=lambda name, minute: 80.0 if name == "store" and during(minute) else 10.0))
    assert suspects(observed(iter(rows), first=50)) == ()
    assert suspects(observed(iter(rows), first=35))[0].service == "store"
