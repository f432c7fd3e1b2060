"""What holds for every policy and every order of arrival: weights add up, one fate a request, nothing that matters is lost."""

import math
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.sampling.policy import Dynamic, HighValue, Policy, Slow, Storm
from analytics.sampling.rules import Rules
from analytics.sampling.threshold import SPACE
from domain.telemetry import LogRecord, SpanRecord
from pipeline.sampling import Bounds
from tests.pipeline.sampled import Desk, fates, log, span, total, trace

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("cart", "pay", "search")
SPACED = 400  # a multiple of every n below, also under backlog
RATES = st.sampled_from([1, 2, 4, 5, 8, 10, 20, 40])
POLICIES = st.builds(
    Policy,
    version=st.integers(1, 9),
    default_rate_n=RATES,
    services=st.dictionaries(st.sampled_from(SERVICES), RATES, max_size=2),
    routes=st.dictionaries(st.sampled_from(["/a", "/b*"]), RATES, max_size=2),
    slow_ms=st.builds(Slow, st.sampled_from([100.0, 1_000.0])),
    high_value=st.builds(HighValue, routes=st.sampled_from([frozenset[str](), frozenset({"/vip"})])),
    dynamic=st.sampled_from([Dynamic(), Dynamic(5)]),
)


@dataclass(frozen=True)
class Shape:
    """A record without its request."""

    service: str
    route: str
    status: int
    ms: float | None
    is_root: bool = False

    def record(self, number: object, trace_id: str) -> LogRecord | SpanRecord:
        if self.is_root:
            attributes = {"http.route": self.route, "http.response.status_code": str(self.status)}
            return span(number, trace_id, self.service, parent="", ms=self.ms or 1.0, attributes=attributes)
        return log(number, trace_id, self.service, route=self.route, status=self.status, duration_ms=self.ms)


SHAPES = st.builds(
    Shape,
    st.sampled_from(SERVICES),
    st.sampled_from(["/a", "/bcd", "/vip", "/other"]),
    st.sampled_from([200, 200, 200, 404, 500]),
    st.sampled_from([None, 5.0, 150.0, 2_000.0]),
    st.booleans(),
)
STEPS = st.one_of(
    SHAPES.map(lambda shape: ("offer", shape)),
    SHAPES.map(lambda shape: ("offer", shape)),
    POLICIES.map(lambda policy: ("policy", policy)),
    st.sampled_from([0.5, 2.0, 11.0]).map(lambda seconds: ("wait", seconds)),
    st.sampled_from([0.1, 0.9]).map(lambda share: ("load", share)),
    st.sampled_from([frozenset[str](), frozenset({"search"})]).map(lambda open_now: ("incident", open_now)),
)


def played(desk: Desk, steps: Sequence[tuple[str, Any]], traces: Sequence[str]) -> tuple[int, int]:
    """How many records these requests offer while policies, backlog and incidents change, and the weights of what is kept."""
    offered = weights = 0
    for number, (kind, value) in enumerate(steps):
        if kind == "offer":
            weights += total(desk.offer(*(value.record(f"{number}.{one}", one) for one in traces)))
            offered += len(traces)
        elif kind == "policy":
            desk.book.rules = Rules(value)
        elif kind == "wait":
            weights += total(desk.after(value))
        elif kind == "load":
            desk.sampler.load(value)
        else:
            desk.incidents = value
    return offered, weights + total(desk.after(60))


@settings(max_examples=40, deadline=None)
@given(POLICIES, st.lists(STEPS, min_size=1, max_size=8))
def test_over_evenly_spaced_requests_weights_add_up_to_exactly_what_came(policy: Policy, steps: list[tuple[str, Any]]) -> None:
    offered, weights = played(Desk(policy), steps, [trace(j * SPACE // SPACED) for j in range(SPACED)])
    assert weights == offered


def test_weights_add_up_in_the_mean_under_storms_and_short_memory_too() -> None:
    dice = random.Random(4)
    desk = Desk(Policy(default_rate_n=20, storm=Storm(50, 25)), Bounds(undecided=200, held=500, remembered=300))
    kept, offered = [], 0
    for number in range(12_000):
        if number % 3_000 == 2_000:
            desk.book.rules = Rules(Policy(default_rate_n=dice.choice([5, 50]), storm=Storm(20, 10)))
        unit, is_storm = f"{dice.getrandbits(128):032x}", 4_000 < number < 8_000
        for part in range(dice.randint(1, 3)):
            kept += desk.offer(log(f"{number}.{part}", unit, status=500 if is_storm and part == 1 else 200))
            offered += 1
        kept += desk.after(0.02)
    kept = [one for one in (*kept, *desk.after(60)) if one.keep]
    # Records of a request share their fate: at most three times the variance of independent ones.
    deviation = math.sqrt(3 * sum(one.weight * (one.weight - 1) for one in kept))
    assert {one.reason for one in kept} == {"error", "storm", "normal"}
    assert abs(total(kept) - offered) < 4 * deviation


@settings(max_examples=80, deadline=None)
@given(POLICIES, st.lists(SHAPES, min_size=1, max_size=6), st.integers(0, SPACE - 1), st.randoms())
def test_a_request_has_one_fate_in_whatever_order_its_records_come(
    policy: Policy, shapes: list[Shape], r: int, dice: random.Random
) -> None:
    records = [shape.record(number, trace(r)) for number, shape in enumerate(shapes)]
    found = []
    for _ in range(3):
        desk = Desk(policy)
        settled = [one for record in records for one in (*desk.offer(record), *desk.after(0.1))]
        found.append(fates([*settled, *desk.after(10)]))
        dice.shuffle(records)
    assert all(one == another for one, another in pairwise(found))
    assert len(found[0]) == len(shapes)
    assert len(set(found[0].values())) == 1


@settings(max_examples=80, deadline=None)
@given(POLICIES, st.lists(st.tuples(SHAPES, st.integers(0, 5)), min_size=1, max_size=20), st.booleans(), st.booleans())
def test_without_drop_rules_everything_that_matters_is_kept(
    policy: Policy, offers: list[tuple[Shape, int]], has_incident: bool, is_loaded: bool
) -> None:
    desk = Desk(policy, incidents=frozenset({"search"} if has_incident else ()))
    desk.sampler.load(float(is_loaded))
    records = [shape.record(number, trace(request)) for number, (shape, request) in enumerate(offers)]
    settled = fates([*desk.offer(*records), *desk.after(10)])
    for record, (shape, _) in zip(records, offers, strict=True):
        is_slow = shape.ms is not None and shape.ms >= policy.slow_ms.default
        is_high = shape.route in policy.high_value.routes
        if shape.status >= 500 or is_slow or is_high or shape.service in desk.incidents:
            assert settled[record.record_id] == (True, 1)


@settings(max_examples=60, deadline=None)
@given(RATES, RATES, st.lists(st.uuids(), min_size=1, max_size=60))
def test_a_lower_rate_keeps_a_subset(a: int, b: int, ids: list[object]) -> None:
    kept = [set[str](), set[str]()]
    for n, found in zip(sorted((a, b)), kept, strict=True):
        desk = Desk(Policy(default_rate_n=n, dynamic=Dynamic(5)))
        settled = [*desk.offer(*(log(one, attributes={"request_id": str(one)}) for one in ids)), *desk.after(10)]
        found |= {one.record.record_id for one in settled if one.keep}
    assert kept[1] <= kept[0]


def decisions() -> Mapping[str, tuple[bool, int]]:
    """Fates of fixed requests by a fresh sampler: traces, request ids and lone records."""
    desk = Desk(Policy(default_rate_n=4, services={"pay": 16}))
    dice = random.Random(11)
    records = [log(number, f"{dice.getrandbits(128):032x}") for number in range(100)]
    records += [log(f"r{number}", attributes={"request_id": f"req-{number}"}, service="pay") for number in range(100)]
    records += [log(f"l{number}") for number in range(100)]
    return dict(sorted(fates([*desk.offer(*records), *desk.after(10)]).items()))


def test_the_same_id_has_the_same_fate_in_every_sampler_and_process() -> None:
    code = "from tests.pipeline.test_sampling_properties import decisions; print(decisions())"
    runs = [
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True)
        for seed in ("1", "2")
    ]
    here = decisions()
    assert {keep for keep, _ in here.values()} == {True, False}
    assert [run.stdout.strip() for run in runs] == [str(here)] * 2
    assert decisions() == here


@settings(max_examples=30, deadline=None)
@given(POLICIES, st.integers(0, SPACE - 1))
def test_a_kept_record_stands_for_its_n_and_names_the_policy(policy: Policy, r: int) -> None:
    desk = Desk(replace(policy, dynamic=Dynamic()))
    (one,) = [*desk.offer(log(1, trace(r), route="/other")), *desk.after(10)]
    assert one.weight == policy.services.get("cart", policy.default_rate_n)
    assert one.policy_version == policy.version
