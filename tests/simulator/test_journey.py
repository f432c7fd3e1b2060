"""One request in the call graph: what callers do about slow, silent, wrong and missing answers."""

from collections.abc import Mapping
from datetime import UTC, datetime

from simulator.dice import Dice
from simulator.fault import NO_EFFECT, Call, Effect
from simulator.journey import begin
from simulator.records import Record
from simulator.shop import PAGES, Failure
from simulator.trail import Outcome, Trail
from simulator.visitors import Arrival, Visitor

AT = datetime(2026, 3, 4, 12, tzinfo=UTC)
VISITOR = Visitor("u-1", "eu-west", "100.64.0.1", "browser")
BROKEN = Failure(500, "BROKEN", "broken for {user}")


def _walked(page: str, effects: Mapping[str, Effect], seed: int = 1) -> tuple[Outcome, Trail]:
    def effect(call: Call, _dice: Dice) -> Effect:
        return effects.get(call.endpoint, Effect(is_spared=True))

    trail = Trail()
    arrival = Arrival(AT, VISITOR, next(one for one in PAGES if one.endpoint == page))
    return begin(arrival, effect, Dice(seed, "walk"), trail).call(page, AT), trail


def _spans(trail: Trail, service: str) -> list[Record]:
    return [span for span in trail.spans if span["service"] == service]


def _codes(trail: Trail) -> list[tuple[object, object]]:
    return [(record["service"], record["error_code"]) for record in trail.logs if "error_code" in record]


def test_without_effects_a_checkout_reaches_the_acquirer_and_both_databases() -> None:
    outcome, trail = _walked("gateway /api/checkout", {})
    assert outcome.status == 201
    assert {"accounts", "checkout", "inventory", "payment", "acquirer", "orders-db", "catalog-db"} <= {
        span["service"] for span in trail.spans
    }
    assert not {record["service"] for record in trail.logs} & {"acquirer"}


def test_a_statement_is_cancelled_at_its_deadline_and_the_failure_travels_up() -> None:
    outcome, trail = _walked("gateway /search", {"catalog-db products": Effect(wait_ms=60_000)})
    assert outcome.status == 502
    assert [span["duration_ms"] for span in _spans(trail, "catalog-db")] == [2_000]
    assert _codes(trail) == [("catalog-db", "57014"), ("search", "UPSTREAM_FAILED"), ("gateway", "UPSTREAM_FAILED")]


def test_a_caller_gives_up_on_a_slow_service_which_ends_well_by_itself() -> None:
    outcome, trail = _walked("gateway /search", {"search /query": Effect(wait_ms=20_000, is_spared=True)})
    assert outcome.status == 504
    assert 8_000 < outcome.duration_ms < 8_100
    (slow,) = _spans(trail, "search")
    assert slow["status"] == "Ok"
    assert _codes(trail) == [("gateway", "DEADLINE")]


def test_an_acquirer_that_takes_too_long_is_given_up_after_three_seconds() -> None:
    _, trail = _walked("gateway /api/checkout", {"acquirer /authorize": Effect(wait_ms=9_000)})
    assert [span["duration_ms"] for span in _spans(trail, "acquirer")] == [3_000]
    assert _codes(trail)[0] == ("payment", "ACQUIRER_TIMEOUT")


def test_an_unreachable_service_leaves_nothing_and_its_caller_says_why() -> None:
    outcome, trail = _walked("gateway /search", {"search /query": Effect(unreachable=Failure(503, "GONE", "search is gone"))})
    assert outcome.status == 503
    assert _spans(trail, "search") == _spans(trail, "catalog-db") == []
    assert _codes(trail) == [("gateway", "GONE")]


def test_a_refusal_calls_nothing_below_and_a_failure_does() -> None:
    _, refused = _walked("gateway /search", {"search /query": Effect(refusal=BROKEN)})
    _, failed = _walked("gateway /search", {"search /query": Effect(failure=BROKEN)})
    assert (len(_spans(refused, "catalog-db")), len(_spans(failed, "catalog-db"))) == (0, 1)
    assert _codes(refused) == _codes(failed) == [("search", "BROKEN"), ("gateway", "UPSTREAM_FAILED")]


def test_a_wrong_answer_is_fine_where_it_is_made() -> None:
    wrong = Effect(remark="nothing for {user}", protest=BROKEN, is_spared=True)
    outcome, trail = _walked("gateway /search", {"search /query": wrong})
    assert outcome.status == 500
    assert [span["status"] for span in _spans(trail, "search")] == ["Ok"]
    assert [(record["service"], record["severity"], record["body"]) for record in trail.logs] == [
        ("search", "INFO", "nothing for u-1"),
        ("gateway", "ERROR", "broken for u-1"),
    ]


def test_a_repeated_call_asks_the_database_so_often_and_others_once() -> None:
    _, trail = _walked("gateway /api/checkout", {"checkout /orders": Effect(repeats=7, is_spared=True)})
    inserts = [span for span in _spans(trail, "orders-db") if span["name"] == "INSERT insert"]
    assert (len(inserts), len(_spans(trail, "payment"))) == (7, 1)


def test_a_cache_that_fails_or_misses_is_passed_by() -> None:
    for effect in (Effect(misses=1.0), Effect(wait_ms=900), Effect(failure=BROKEN)):
        outcome, trail = _walked("gateway /", {"cache featured": effect})
        assert outcome.status == 200
        assert len(_spans(trail, "catalog-db")) == 1


def test_ordinary_mishaps_spare_nobody_else() -> None:
    statuses = {_walked("gateway /login", {"accounts /sessions": NO_EFFECT}, seed)[0].status for seed in range(60)}
    spared = {_walked("gateway /login", {}, seed)[0].status for seed in range(60)}
    assert (statuses, spared) == ({200, 401}, {200})
