"""Sentences about several things: each number is checked against its own subject."""

from dataclasses import replace

import pytest

from domain.claims import Claim
from domain.evidence import Column, Evidence
from domain.window import Window, parse_rfc3339
from grounding.propositions import Span, propositions
from grounding.verifier import verify

HOUR = Window(parse_rfc3339("2026-03-01T10:00:00Z"), parse_rfc3339("2026-03-01T11:00:00Z"))
BEFORE = Window(parse_rfc3339("2026-03-01T09:00:00Z"), parse_rfc3339("2026-03-01T10:00:00Z"))
LOAD = Evidence(
    "E1",
    "metric",
    "load",
    HOUR,
    (
        Column("service"),
        Column("requests", "integer", agg="count", role="measure"),
        Column("p95_ms", "number", "ms", "p95", role="measure"),
        Column("error_rate", "number", "%", "ratio", role="measure"),
    ),
    (
        {"service": "checkout", "requests": 12345, "p95_ms": 912.437, "error_rate": 3.27},
        {"service": "cart", "requests": 8101, "p95_ms": 120.5, "error_rate": 0.4},
        {"service": "search", "requests": 50210, "p95_ms": 45.11, "error_rate": 0.02},
    ),
    3,
    scope_rows=900,
)
CHANGE = Evidence(
    "E2",
    "metric",
    "timeouts_change",
    HOUR,
    (
        Column("service"),
        Column("timeouts", "integer", agg="count", role="measure"),
        Column("timeouts_before", "integer", agg="count", role="measure"),
    ),
    (
        {"service": "checkout", "timeouts": 240, "timeouts_before": 120},
        {"service": "cart", "timeouts": 35, "timeouts_before": 70},
        {"service": "search", "timeouts": 35, "timeouts_before": 20},
    ),
    3,
    scope_rows=900,
    baseline_window=BEFORE,
)
TRIES = Evidence(
    "E3",
    "metric",
    "failed_by_client",
    HOUR,
    (
        Column("client"),
        Column("attempts", "integer", agg="sum", role="measure", label="failed password attempts"),
        Column("first_seen", "time", role="time"),
        Column("last_seen", "time", role="time"),
    ),
    (
        {"client": "183.62.140.253", "attempts": 286, "first_seen": "2026-03-01T10:00:05Z", "last_seen": "2026-03-01T10:20:05Z"},
        {"client": "187.141.143.180", "attempts": 80, "first_seen": "2026-03-01T10:04:05Z", "last_seen": "2026-03-01T10:09:11Z"},
    ),
    97,
    truncated=True,
    aggregates={"total_attempts": 521},
    scope_rows=900,
)
SERIES = Evidence(
    "E4",
    "metric",
    "restarts_per_minute",
    HOUR,
    (Column("time", "time", role="time"), Column("restarts", "integer", agg="count", role="measure")),
    tuple({"time": f"2026-03-01T10:0{i}:00Z", "restarts": value} for i, value in enumerate((3, 5, 40, 2))),
    4,
    step_s=60,
    scope_rows=900,
)
QUEUE = replace(
    SERIES,
    id="E5",
    template="backlog_per_minute",
    columns=(Column("time", "time", role="time"), Column("backlog", "integer", agg="avg", role="measure")),
    rows=tuple({"time": f"2026-03-01T10:{i:02}:00Z", "backlog": 100 + 9 * i + i % 3} for i in range(24)),
    rows_total=24,
)
EVIDENCE = {one.id: one for one in (LOAD, CHANGE, TRIES, SERIES, QUEUE)}

TRUE = (
    "checkout had a p95 of 912 ms and cart of 120.5 ms.",
    "checkout served 12,345 requests while cart served 8,101.",
    "The p95 of checkout was 912 ms, cart's was 120.5 ms.",
    "The error rate of checkout was 3.27 % and that of cart 0.4 %.",
    "checkout and cart had p95 latencies of 912 ms and 120.5 ms, respectively.",
    "checkout, which handled 12,345 requests, had a p95 of 912 ms.",
    "search, whose p95 was 45.11 ms, handled 50,210 requests.",
    "12,345 requests were handled by checkout.",
    "checkout handled 12,345 requests between 19:00 and 20:00 KST.",
    "checkout's p95 latency was between 900 and 920 ms.",
    "timeouts of checkout went from 120 to 240.",
    "timeouts of checkout doubled from 120 to 240.",
    "cart had 35 timeouts, down from 70.",
    "timeouts of checkout rose 100 % to 240.",
    "183.62.140.253 made 286 of the 521 failed password attempts.",
    "187.141.143.180 was first seen at 10:04 UTC and last seen at 10:09 UTC.",
    "cart had as many timeouts as search.",
    "The backlog was rising.",
)
FALSE = (
    "checkout had a p95 of 120.5 ms and cart of 912 ms.",
    "checkout served 8,101 requests while cart served 12,345.",
    "The p95 of checkout was 912 ms, search's was 120.5 ms.",
    "The error rate of checkout was 0.4 % and that of cart 3.27 %.",
    "checkout and cart had p95 latencies of 120.5 ms and 912 ms, respectively.",
    "checkout, which handled 8,101 requests, had a p95 of 912 ms.",
    "search, whose p95 was 912 ms, handled 50,210 requests.",
    "8,101 requests were handled by checkout.",
    "checkout handled 12,345 requests between 10:00 and 11:00 KST.",
    "checkout's p95 latency was between 920 and 940 ms.",
    "timeouts of checkout went from 240 to 120.",
    "timeouts of checkout doubled from 240 to 120.",
    "timeouts of checkout went from 120 to 250.",
    "cart had 35 timeouts, up from 70.",
    "timeouts of checkout rose 90 % to 240.",
    "183.62.140.253 made 286 of the 512 failed password attempts.",
    "187.141.143.180 was first seen at 10:09 UTC and last seen at 10:04 UTC.",
    "cart had as many timeouts as checkout.",
    "The backlog was falling.",
    "The restarts were rising.",
)


@pytest.mark.parametrize("sentence", TRUE)
def test_a_true_sentence_about_several_things_is_supported(sentence: str) -> None:
    judged = verify([Claim("C1", "text", text=sentence)], EVIDENCE)[0]
    assert judged.verdict == "supported", judged.reason


@pytest.mark.parametrize("sentence", FALSE)
def test_a_wrong_one_is_not(sentence: str) -> None:
    assert verify([Claim("C1", "text", text=sentence)], EVIDENCE)[0].verdict != "supported"


def test_what_a_clause_adds_unchecked_stays_unverified() -> None:
    said = "checkout had a p95 of 912 ms and cart of 120.5 ms because of a bad index."
    assert verify([Claim("C1", "text", text=said)], EVIDENCE)[0].verdict != "supported"


def test_a_claim_bound_to_one_evidence_is_read_there() -> None:
    claim = Claim("C1", "text", text="cart had 35 timeouts, down from 70.")
    alone = {"E1": replace(LOAD, id="E1")}
    assert verify([claim], alone)[0].verdict != "supported"


def test_one_thing_is_one_sentence() -> None:
    assert propositions("ab had 5 errors", lambda _: [Span(0, 2)]) == ("ab had 5 errors",)


def test_a_sentence_of_too_many_parts_is_not_taken_apart() -> None:
    many = "; ".join(f"ab had {n} errors" for n in range(60))
    assert propositions(many, lambda _: [Span(0, 2)]) == (many,)


def test_a_quotation_proves_no_sentence_around_it() -> None:
    logs = Evidence("E1", "", "", HOUR, (Column("body"),), ({"body": "GET /pay failed: pool exhausted"},), 1)
    framed, told = 'A log line says "pool exhausted".', 'The intruder shut down the shop, "pool exhausted" and all.'
    verdicts = [verify([Claim("C1", "text", text=text)], {"E1": logs})[0].verdict for text in (framed, told)]
    assert verdicts == ["supported", "unverified"]
