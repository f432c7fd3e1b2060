"""Tail sampling: a request has one fate, what matters is kept, and weights add up to what came."""

from dataclasses import replace

import pytest

from analytics.sampling.policy import Drop, Dynamic, HighValue, Policy, Storm
from analytics.sampling.rules import Rules
from analytics.sampling.threshold import SPACE
from pipeline.sampling import Bounds
from tests.pipeline.sampled import Desk, fates, log, span, total, trace

HIGH, LOW = trace(SPACE - 1), trace(0)  # kept at every rate; at none but 1/1
TWENTY = Policy(version=3, default_rate_n=20)


def test_with_every_rate_at_one_in_one_nothing_waits() -> None:
    desk = Desk(Policy(version=7))
    (one,) = desk.offer(log(1, LOW))
    assert (one.keep, one.weight, one.reason, one.policy_version, one.token) == (True, 1, "", 7, "e-1")
    assert desk.sampler.undecided == 0


@pytest.mark.parametrize(("trace_id", "keep"), [(HIGH, True), (LOW, False)])
def test_an_ordinary_request_waits_and_then_has_one_fate(trace_id: str, keep: bool) -> None:
    desk = Desk(TWENTY)
    assert desk.offer(span(1, trace_id), log(2, trace_id), span(3, trace_id)) == []
    assert desk.sampler.undecided == 1
    assert desk.after(9.9) == []
    settled = desk.after(0.1)
    assert [(one.keep, one.weight, one.reason, one.policy_version) for one in settled] == [(keep, 20, "normal", 3)] * 3
    assert [one.token for one in settled] == ["e-1", "e-2", "e-3"]


def test_a_request_that_ended_waits_two_seconds_from_its_last_end() -> None:
    desk = Desk(TWENTY)
    desk.offer(span(1, HIGH))
    desk.after(1)
    desk.offer(span(2, HIGH, parent=""))
    assert desk.after(1) == []
    desk.offer(log(3, HIGH, status=200, duration_ms=3.0))
    assert desk.after(1.9) == []
    assert len(desk.after(0.1)) == 3


def test_an_end_never_makes_the_wait_longer_than_ten_seconds() -> None:
    desk = Desk(TWENTY)
    desk.offer(span(1, HIGH))
    assert desk.after(9.5) == []
    desk.offer(span(2, HIGH, parent=""))
    assert len(desk.after(0.5)) == 2


def test_a_record_without_trace_or_request_is_decided_at_once_and_one_in_n_is_kept() -> None:
    desk = Desk(TWENTY)
    settled = desk.offer(*(log(number) for number in range(20_000)))
    assert len(settled) == 20_000
    assert abs(total(settled) - 20_000) < 5 * (20_000 * 19) ** 0.5


def test_a_trace_id_of_zeros_binds_nothing() -> None:
    settled = Desk(TWENTY).offer(*(log(number, "0" * 32) for number in range(2_000)))
    assert len(settled) == 2_000
    assert 0 < sum(one.keep for one in settled) < 200


def test_a_request_id_binds_records_as_a_trace_does() -> None:
    desk = Desk(TWENTY)
    assert desk.offer(log(1, attributes={"request_id": "r"}), log(2, attributes={"request_id": "r"})) == []
    assert len(desk.offer(log(3, attributes={"request_id": "r"}, severity_number=17))) == 3


@pytest.mark.parametrize(
    ("telling", "reason"),
    [
        (log(9, LOW, severity_number=17), "error"),
        (log(9, LOW, status=500), "error"),
        (span(9, LOW, status="Error"), "error"),
        (span(9, LOW, ms=1_000), "slow"),
        (log(9, LOW, user="vip"), "high_value"),
        (log(9, LOW, service="pay"), "incident"),
        (log(9, LOW, service="pay", status=500), "incident"),
    ],
)
def test_what_matters_keeps_its_whole_request_at_once(telling: object, reason: str) -> None:
    desk = Desk(replace(TWENTY, high_value=HighValue(customers=frozenset({"vip"}))), incidents=frozenset({"pay"}))
    assert desk.offer(span(1, LOW), log(2, LOW)) == []
    settled = desk.offer(telling)  # type: ignore[arg-type]
    later = desk.offer(log(10, LOW))
    assert [(one.keep, one.weight, one.reason) for one in (*settled, *later)] == [(True, 1, reason)] * 4
    assert desk.after(30) == []


def test_an_error_after_the_decision_is_kept_and_so_is_what_follows() -> None:
    desk = Desk(TWENTY)
    desk.offer(span(1, LOW))
    assert fates(desk.after(10)) == {"e-1": (False, 20)}
    assert fates(desk.offer(log(2, LOW), log(3, LOW, status=503), log(4, LOW))) == {
        "e-2": (False, 20),
        "e-3": (True, 1),
        "e-4": (True, 1),
    }


def test_an_error_of_a_request_that_was_drawn_stands_for_itself() -> None:
    desk = Desk(TWENTY)
    desk.offer(span(1, HIGH))
    assert fates(desk.after(10)) == {"e-1": (True, 20)}
    assert fates(desk.offer(log(2, HIGH, status=503))) == {"e-2": (True, 1)}


def test_an_incident_that_comes_and_goes_during_the_wait_is_not_overlooked() -> None:
    desk = Desk(TWENTY, incidents=frozenset({"pay"}))
    desk.offer(log(1, LOW))
    desk.incidents = frozenset()
    desk.offer(log(2, LOW, service="pay"))
    desk.incidents = frozenset({"pay"})
    assert {one.reason for one in desk.after(10)} == {"incident"}


def test_a_default_of_one_in_one_waits_for_a_rate_that_is_named() -> None:
    desk = Desk(Policy(services={"pay": 10}))
    assert desk.offer(log(1, LOW), log(2, LOW, service="pay")) == []
    assert fates(desk.after(10)) == {"e-1": (False, 10), "e-2": (False, 10)}


def test_decisions_that_are_used_are_remembered_longest() -> None:
    desk = Desk(TWENTY, Bounds(remembered=2))
    desk.offer(log(1, trace(1), status=500), log(2, trace(2), status=500), log(3, trace(1)), log(4, trace(3), status=500))
    assert fates(desk.offer(log(5, trace(1)), log(6, trace(2)))) == {"e-5": (True, 1)}


def test_an_incident_that_began_during_the_wait_keeps_the_request() -> None:
    desk = Desk(TWENTY)
    desk.offer(span(1, LOW))
    desk.incidents = frozenset({"cart"})
    assert [(one.keep, one.weight, one.reason) for one in desk.after(10)] == [(True, 1, "incident")]


def test_a_wide_event_is_decided_at_once() -> None:
    desk = Desk(replace(TWENTY, wide_services=frozenset({"shop"})))
    assert fates(desk.offer(log(1, HIGH, attributes={"event_type": "api"}))) == {"e-1": (True, 20)}
    assert fates(desk.offer(log(2, LOW, service="shop", status=200, duration_ms=3.0))) == {"e-2": (False, 20)}
    assert desk.offer(log(3, trace(5), service="shop")) == []


def test_a_named_rate_of_one_in_one_keeps_the_request_at_once() -> None:
    desk = Desk(replace(TWENTY, services={"pay": 1}))
    assert desk.offer(log(1, LOW)) == []
    settled = desk.offer(log(2, LOW, service="pay"))
    assert [(one.keep, one.weight, one.reason) for one in settled] == [(True, 1, "")] * 2


def test_a_dropped_record_goes_before_everything_and_leaves_its_request_alone() -> None:
    desk = Desk(replace(TWENTY, drop=(Drop(service="noisy"),)), incidents=frozenset({"noisy"}))
    (gone,) = desk.offer(log(1, HIGH, service="noisy", severity_number=21, duration_ms=9e9))
    assert (gone.keep, gone.reason) == (False, "drop")
    assert desk.offer(log(2, HIGH)) == []
    assert fates(desk.after(10)) == {"e-2": (True, 20)}


def test_under_backlog_only_ordinary_requests_are_kept_less() -> None:
    desk = Desk(replace(TWENTY, services={"pay": 1}, dynamic=Dynamic(10, 0.5, 0.2)))
    desk.sampler.load(0.6)
    waiting = [log(1, HIGH), log(2, trace(SPACE - SPACE // 100), service="cart")]
    assert desk.offer(*waiting) == []
    assert fates(desk.offer(log(3, trace(1), service="pay"), log(4, trace(2), status=500))) == {"e-3": (True, 1), "e-4": (True, 1)}
    assert fates(desk.after(10)) == {"e-1": (True, 200), "e-2": (False, 200)}
    desk.sampler.load(0.3)
    assert fates(desk.offer(log(5, HIGH, attributes={"event_type": "api"}))) == {"e-5": (True, 200)}
    desk.sampler.load(0.2)
    assert fates(desk.offer(log(6, trace(SPACE - 2), attributes={"event_type": "api"}))) == {"e-6": (True, 20)}


def test_a_storm_of_equal_errors_is_capped_and_its_weights_are_kept() -> None:
    desk = Desk(replace(TWENTY, storm=Storm(100, 50)))
    settled = desk.offer(*(log(number, route="/a", status=500, error_code="E1") for number in range(50_100)))
    first, storm = settled[:100], settled[100:]
    assert {(one.keep, one.weight, one.reason) for one in first} == {(True, 1, "error")}
    assert {(one.weight, one.reason) for one in storm} == {(50, "storm")}
    assert abs(total(storm) - 50_000) < 5 * (50_000 * 49) ** 0.5
    other = desk.offer(log("o", route="/a", status=500, error_code="E2"))
    assert [(one.keep, one.reason) for one in other] == [(True, "error")]
    desk.now_ns += 60_000_000_000
    assert [one.reason for one in desk.offer(log("n", route="/a", status=500, error_code="E1"))] == ["error"]


def test_a_storm_holds_within_an_incident_and_only_another_error_lifts_it() -> None:
    desk = Desk(replace(TWENTY, storm=Storm(1, 50)), incidents=frozenset({"cart"}))
    desk.offer(log(1, trace(1), status=500))
    (storm,) = desk.offer(log(2, LOW, status=500))
    assert (storm.keep, storm.reason) == (False, "storm")
    assert [one.keep for one in desk.offer(log(3, LOW, duration_ms=9e9))] == [False]
    assert [(one.keep, one.reason) for one in desk.offer(log(4, LOW, service="other", status=500))] == [(True, "error")]


def test_at_most_so_many_requests_and_records_wait() -> None:
    desk = Desk(TWENTY, Bounds(undecided=10, held=100, remembered=20))
    settled = desk.offer(*(log(number, trace(number)) for number in range(30)))
    assert [one.token for one in settled] == [f"e-{number}" for number in range(20)]
    assert (desk.sampler.undecided, desk.sampler.decided_early) == (10, 20)
    giant = desk.offer(*(log(f"g{number}", HIGH) for number in range(200)))
    assert desk.sampler.undecided <= 10
    assert total(one for one in giant if one.record.trace_id == HIGH) == 20 * sum(one.record.trace_id == HIGH for one in giant)
    assert len(giant) + len(desk.after(10)) == 210
    assert desk.metrics.value("pipeline_early_decisions_total") == desk.sampler.decided_early


def test_the_memory_of_decisions_and_deadlines_is_bounded() -> None:
    desk = Desk(TWENTY, Bounds(undecided=10, held=100, remembered=20))
    for number in range(2_000):
        desk.offer(span(number, trace(number), parent=""))
        desk.after(0.01)
    assert len(desk.sampler._decisions) == 20
    assert len(desk.sampler._ends) <= 2 / 0.01
    desk.after(11)
    assert (len(desk.sampler._ends), desk.sampler.undecided) == (0, 0)


def test_what_was_kept_is_counted_by_class_and_errors_read_100_percent() -> None:
    desk = Desk(TWENTY)
    desk.offer(log(1, LOW, status=500), log(2, HIGH), log(3, trace(7), duration_ms=2e3), log(4, trace(8)))
    desk.after(10)
    found = {(one["class"], one["kept"]): value for one, value in desk.metrics.samples("pipeline_retention_total")}
    assert found == {("error", "true"): 1, ("normal", "true"): 1, ("slow", "true"): 1, ("normal", "false"): 1}
    assert desk.metrics.value("pipeline_sampling_rate", service="cart") == 0.05
    assert desk.metrics.value("pipeline_undecided_requests") == 0


async def test_a_request_that_waits_is_decided_by_the_policy_in_force_then() -> None:
    desk = Desk(TWENTY)
    desk.offer(log(1, LOW), log(2, HIGH))
    await desk.book.put({"default_rate_n": 4})
    assert fates(desk.after(10)) == {"e-1": (False, 4), "e-2": (True, 4)}


def test_recent_traffic_says_what_another_policy_would_have_kept() -> None:
    desk = Desk(Policy())
    for number in range(3_000):
        unit = trace(number * (SPACE // 3_000))
        desk.offer(log(number, unit), log(f"{number}b", unit, service="pay", status=500 if number % 10 == 0 else 200))
    found = desk.book.traffic.outcomes(Rules(Policy(default_rate_n=20)), frozenset())
    assert {(seen.service, seen.kind) for seen in found} == {("cart", "normal"), ("pay", "normal"), ("cart", "error"), ("pay", "error")}
    kept = sum(amount for seen, amount in found.items() if seen.is_kept)
    assert sum(found.values()) == pytest.approx(6_000, rel=0.1)
    assert kept == pytest.approx(600 + 5_400 / 20, rel=0.25)
    assert sum(amount for seen, amount in found.items() if seen.kind == "error" and not seen.is_kept) == 0
