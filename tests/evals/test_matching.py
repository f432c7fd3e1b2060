"""Facts are matched by typed slots: the right statement counts, near misses do not."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from evals.document import is_abstaining
from evals.facts import Absent, Blamed, Either, Extreme, Fact, Flagged, Found, Moment, Named, Value
from evals.matching import contradicts, states

AT = datetime(2026, 3, 2, 16, 1, 36, tzinfo=UTC)
DAY = {"start": "2026-03-02T00:00:00Z", "end": "2026-03-03T00:00:00Z"}


def _claim(kind: str, verdict: str = "supported", **slots: Any) -> dict[str, Any]:
    return {"id": "C1", "kind": kind, "verdict": verdict, "slots": slots, "bind": []}


def _document(*claims: dict[str, Any], findings: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {"claims": list(claims), "findings": list(findings), "window": DAY, "final_decision": "answered", "evidence": []}


def _attempts(value: float, source: str = "192.0.2.7", **more: Any) -> dict[str, Any]:
    return _claim("quantity", subject={"source": source}, metric="attempts", value=value, unit="1", **more)


ATTEMPTS = Value(("192.0.2.7",), ("attempt",), 61)


def test_a_number_counts_only_for_its_subject_its_measure_and_exactly() -> None:
    assert states(ATTEMPTS, _document(_attempts(61)))
    assert not states(ATTEMPTS, _document(_attempts(62)))
    assert not states(ATTEMPTS, _document(_attempts(61, "192.0.2.8")))
    assert not states(replace(ATTEMPTS, measure=("accepted",)), _document(_attempts(61)))


def test_a_claim_that_is_not_shown_as_fact_counts_for_nothing() -> None:
    assert not states(ATTEMPTS, _document({**_attempts(61), "verdict": "unverified"}))
    assert not states(ATTEMPTS, _document({**_attempts(61), "verdict": "contradicted"}))


def test_a_total_is_not_the_number_of_one_row() -> None:
    assert not states(Value((), ("attempt",), 61), _document(_attempts(61)))
    assert states(Value((), ("attempt",), 61), _document(_claim("quantity", subject="all", metric="failed_attempts", value=61)))


def test_a_number_under_a_filter_is_of_the_filter_and_not_of_everything() -> None:
    claim = {**_claim("quantity", subject="all", metric="matching_events", value=17), "bind": [{"evidence": "E1", "path": "aggregates.x"}]}
    document = {**_document(claim), "evidence": [{"id": "E1", "columns": [], "params": {"text": "card declined", "limit": 20}}]}
    assert states(Value(("card declined",), ("event",), 17), document)
    assert not states(Value((), ("event",), 17), document)
    assert contradicts(Value((), ("matching", "event"), 18), document) == ()


def test_a_link_names_both_its_ends() -> None:
    said = _claim("quantity", subject={"link": "checkout->payment"}, metric="calls", value=5)
    assert states(Value(("checkout", "payment"), ("call",), 5), _document(said))
    assert not states(Value(("checkout", "cart"), ("call",), 5), _document(said))


def test_either_of_two_ways_to_say_it_will_do() -> None:
    fact = Either((Value((), ("warn",), 3), Value(("WARN",), ("event",), 3)))
    assert states(fact, _document(_claim("quantity", subject="all", metric="warning_events", value=3)))
    assert states(fact, _document(_claim("quantity", subject={"level": "WARN"}, metric="events", value=3)))
    assert not states(fact, _document(_claim("quantity", subject="all", metric="events", value=3)))


def test_units_are_converted_and_rounding_is_allowed_for_all_but_counts() -> None:
    size = Value(("192.0.2.7",), ("bytes",), 1_234_567, "B")
    said = _claim("quantity", subject={"client": "192.0.2.7"}, metric="bytes_out", value=1.23, unit="MB")
    assert states(size, _document(said))
    assert not states(replace(size, value=1_264_567), _document(said))
    assert not states(replace(size, unit="ms"), _document(said))


def test_a_neighbour_of_a_quantile_is_as_right() -> None:
    said = _claim("quantity", subject={"route": "/a"}, metric="p95_ms", value=0.21, unit="s")
    fact = Value(("/a",), ("p95",), 205.0, "ms", also=(205.0, 210.0))
    assert states(fact, _document(said))
    assert not states(replace(fact, also=(201.0,), value=250.0), _document(said))


def test_another_value_for_the_same_thing_is_a_contradiction() -> None:
    assert contradicts(ATTEMPTS, _document(_attempts(62, window=DAY))) == ("C1",)
    assert contradicts(ATTEMPTS, _document(_attempts(61, window=DAY))) == ()
    assert contradicts(ATTEMPTS, _document(_attempts(62, "192.0.2.8"))) == ()


def test_another_value_for_a_narrower_window_or_another_metric_is_none() -> None:
    hour = {"start": "2026-03-02T01:00:00Z", "end": "2026-03-02T02:00:00Z"}
    failed = _claim("quantity", subject={"source": "192.0.2.7"}, metric="failed_requests", value=3)
    assert contradicts(ATTEMPTS, _document(_attempts(5, window=hour))) == ()
    assert contradicts(Value(("192.0.2.7",), ("request",), 9), _document(failed)) == ()


def test_an_extreme_needs_its_quantifier_and_its_ranking() -> None:
    fact = Extreme("/checkout", ("route",), ("fail",))
    said = _claim("entity", subject="all", attribute="route", value="/checkout", quantifier="most", by="failures")
    assert states(fact, _document(said))
    assert not states(replace(fact, quantifier="least"), _document(said))
    assert not states(replace(fact, by=("p95",)), _document(said))
    assert not states(replace(fact, value="/cart"), _document(said))
    assert contradicts(replace(fact, value="/cart"), _document(said)) == ("C1",)


def test_hours_are_compared_as_times() -> None:
    fact = Extreme("2026-03-02T06:00:00Z", ("hour",), ("request",))
    said = _claim("entity", subject="all", attribute="hour", value="2026-03-02T06:00:00+00:00", quantifier="highest", by="requests")
    assert states(fact, _document(said))


def test_a_name_must_be_whole_unless_a_pattern_is_asked_for() -> None:
    said = _claim("entity", subject={"message": "no exchange rate for <*>"}, attribute="severity", value="ERROR")
    assert states(Named("error"), _document(said))
    assert not states(Named("exchange"), _document(said))
    assert states(Named(r"exchange\s+rate", like=True), _document(said))


def test_a_moment_is_met_within_its_tolerance_only() -> None:
    said = _claim("temporal", event={"source": "192.0.2.7"}, at="2026-03-02T16:01:36.5Z")
    assert states(Moment(("192.0.2.7",), AT), _document(said))
    assert not states(Moment(("192.0.2.7",), AT.replace(minute=2)), _document(said))
    keyed = _claim("entity", subject={"source": "192.0.2.7", "at": "2026-03-02T16:01:36Z"}, attribute="user", value="root")
    assert states(Moment(("192.0.2.7",), AT), _document(keyed))
    assert not states(Moment(("192.0.2.8",), AT), _document(said))


GUESSING = {
    "id": "F1", "kind": "brute_force", "entity": {"type": "ip", "value": "192.0.2.7"}, "count": 61, "succeeded": True,
    "accounts": ["deploy"], "first_seen": "2026-03-02T15:00:00Z", "last_seen": "2026-03-02T16:01:36Z",
}  # fmt: skip
FOUND = Found("192.0.2.7", ("brute_force",), count=61, succeeded=True, accounts=("deploy",), last_seen=AT)


@pytest.mark.parametrize(
    "other",
    [
        replace(FOUND, entity="192.0.2.8"),
        replace(FOUND, kinds=("web_scanning",)),
        replace(FOUND, count=62),
        replace(FOUND, succeeded=False),
        replace(FOUND, accounts=("root",)),
        replace(FOUND, last_seen=AT.replace(hour=17)),
    ],
)
def test_a_finding_is_met_only_in_every_field_that_is_fixed(other: Found) -> None:
    document = _document(findings=(GUESSING,))
    assert states(FOUND, document)
    assert not states(other, document)


def test_a_finding_with_another_count_is_a_contradiction() -> None:
    assert contradicts(replace(FOUND, count=62), _document(findings=(GUESSING,))) == ("F1",)
    assert contradicts(replace(FOUND, entity="192.0.2.8"), _document(findings=(GUESSING,))) == ()


@pytest.mark.parametrize(
    "document",
    [
        _document(_claim("absence", subject={"service": "cart"}, what="errors")),
        _document(_claim("absence", what="errors of cart")),
        _document(_claim("quantity", subject={"service": "cart"}, metric="errors", value=0)),
        {"final_decision": "insufficient", "claims": []},
    ],
)
def test_nothing_is_said_by_an_absence_a_zero_or_by_abstaining(document: dict[str, Any]) -> None:
    assert states(Absent(("cart",), ("error",)), document)


def test_an_all_clear_is_not_abstaining_but_no_data_is() -> None:
    assert is_abstaining(_document(_claim("absence", what="log events of the service billing")))
    assert is_abstaining(_document({**_attempts(1), "verdict": "unverified"}))
    assert not is_abstaining(_document(_claim("absence", what="errors in billing")))
    assert not is_abstaining(_document(_attempts(1)))
    assert not is_abstaining(_document(findings=(GUESSING,)))


def test_every_kind_of_fact_can_be_matched() -> None:
    facts: tuple[Fact, ...] = (ATTEMPTS, Extreme("a", ("b",)), Named("a"), Moment(("a",), AT), FOUND, Absent(("a",), ("b",)))
    assert [states(fact, _document(_attempts(5))) for fact in facts] == [False] * len(facts)


def _blaming(*services: str) -> dict[str, Any]:
    return {**_document(_claim("absence", what="x")), "root_causes": [{"service": name} for name in services]}


def test_blame_is_on_who_stands_first() -> None:
    assert states(Blamed("cart"), _blaming("cart", "gateway"))
    assert not states(Blamed("cart"), _blaming("gateway", "cart"))
    assert contradicts(Blamed("cart"), _blaming("gateway", "cart")) == ("root cause gateway",)
    assert contradicts(Blamed("cart"), _blaming()) == ()


def test_nobody_is_blamed_only_where_somebody_looked() -> None:
    assert states(Blamed(""), _blaming())
    assert not states(Blamed(""), _blaming("cart"))
    assert contradicts(Blamed(""), _blaming("cart")) == ("root cause cart",)
    assert not states(Blamed(""), {**_blaming(), "final_decision": "insufficient"})


def test_a_finding_of_a_kind_is_flagged() -> None:
    found = _document(findings=({"kind": "brute_force"},))
    assert states(Flagged(("brute_force",)), found)
    assert states(Flagged(), found)
    assert not states(Flagged(("n_plus_one",)), found)


def test_an_absence_that_must_be_said_is_of_that_very_thing() -> None:
    silent = {**_document(), "final_decision": "insufficient"}
    wanted = Absent((), ("scan",), must_be_said=True)
    assert states(Absent((), ("scan",)), silent)
    assert not states(wanted, silent)
    assert states(wanted, _document(_claim("absence", what="clients that look like scanners")))
    assert not states(wanted, _document(_claim("absence", what="calls repeated after an error")))
