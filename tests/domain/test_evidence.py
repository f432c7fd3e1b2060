"""Evidence: what its hash holds fast, and what it says as a document."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.evidence import Column, Evidence, canonical, sha256_of
from domain.ids import EvidenceUid, RunId, Tenant, evidence_uid
from domain.window import Window, parse_rfc3339

WINDOW = Window(parse_rfc3339("2026-03-01T00:00:00Z"), parse_rfc3339("2026-03-01T12:00:00Z"))
COLUMNS = (Column("service", trust="platform"), Column("errors", "integer", agg="sum", role="measure"), Column("at", "time", role="time"))
ROWS = ({"service": "cart", "errors": 7, "at": "2026-03-01T10:00:00Z"}, {"service": "checkout", "errors": 42, "at": None})
SEEN = Evidence("E1", "metric", "errors", WINDOW, COLUMNS, ROWS, 2, params={"service": ""}, aggregates={"errors": 49}, scope_rows=100)

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12)


@given(JSON)
def test_making_canonical_twice_changes_nothing_more(value: Any) -> None:
    assert canonical(canonical(value)) == canonical(value)


@given(st.dictionaries(st.text(), JSON, max_size=6))
def test_the_order_of_keys_does_not_matter(value: dict[str, Any]) -> None:
    assert sha256_of(dict(reversed(value.items()))) == sha256_of(value)


@given(JSON)
def test_a_journey_through_json_keeps_the_hash(value: Any) -> None:
    assert sha256_of(json.loads(json.dumps(value))) == sha256_of(value)


@given(st.lists(st.integers() | st.text(), max_size=6), st.lists(st.integers() | st.text(), max_size=6))
def test_equal_hashes_mean_equal_lists(one: list[int | str], other: list[int | str]) -> None:
    assert (sha256_of(one) == sha256_of(other)) == (one == other)


def test_floats_agree_to_twelve_digits() -> None:
    assert sha256_of(0.1 + 0.2) == sha256_of(0.3)
    assert sha256_of(1.00000000001) != sha256_of(1.0)
    assert sha256_of(("a", 1)) == sha256_of(["a", 1])


def test_a_number_and_its_text_are_different_data() -> None:
    assert len({sha256_of(value) for value in (1, "1", True, None, [1], {"1": 1})}) == 6


@pytest.mark.parametrize(
    "again",
    [
        replace(SEEN, id="E9", uid=EvidenceUid("ev_x_E9"), run_id=RunId("run_x"), step=4),
        replace(SEEN, lag_s=99.0, title="other words"),
        replace(SEEN, params={"service": ""}, rows=tuple(dict(reversed(row.items())) for row in ROWS)),
    ],
)
def test_ids_clock_and_words_are_not_part_of_the_hash(again: Evidence) -> None:
    assert again.sha256 == SEEN.sha256


@pytest.mark.parametrize(
    "changed",
    [
        replace(SEEN, tool="search"),
        replace(SEEN, template="errors_2"),
        replace(SEEN, params={"service": "cart"}),
        replace(SEEN, window=Window(WINDOW.start, WINDOW.end + timedelta(seconds=1))),
        replace(SEEN, status="empty"),
        replace(SEEN, rows_total=3),
        replace(SEEN, rows=ROWS[::-1]),
        replace(SEEN, rows=({**ROWS[0], "errors": 8}, ROWS[1])),
        replace(SEEN, aggregates={"errors": 50}),
    ],
)
def test_what_was_asked_and_seen_is_part_of_the_hash(changed: Evidence) -> None:
    assert changed.sha256 != SEEN.sha256


def test_a_reader_of_the_document_can_compute_the_hash() -> None:
    document = json.loads(json.dumps(SEEN.as_json()))
    window = {name: document["window"][name] for name in ("start", "end", "tz")}
    names = ("status", "rows_total", "rows", "aggregates")
    parts = [document["tool"], document["template"], document["params"], window, *(document[name] for name in names)]
    assert document["sha256"] == sha256_of(parts)


def test_the_document_has_what_contracts_promise() -> None:
    document = SEEN.as_json()
    assert {"id", "tool", "template", "params", "status", "columns", "rows", "rows_total", "truncated", "sha256"} <= set(document)
    assert document["rows_returned"] == 2
    assert document["columns"][0] == {"name": "service", "type": "string", "unit": "1", "agg": "none", "trust": "platform", "role": "key"}


def test_a_baseline_is_told_only_where_there_is_one() -> None:
    assert "baseline_window" not in SEEN.as_json()
    assert replace(SEEN, baseline_window=WINDOW).as_json()["baseline_window"] == WINDOW.as_json()


def test_columns_are_found_by_name_and_by_role() -> None:
    assert SEEN.column("errors") == COLUMNS[1]
    assert SEEN.column("error") is None
    assert SEEN.keys() == ("service",)


def test_the_address_of_evidence_follows_from_run_and_id() -> None:
    run = RunId("run_5f0c")
    assert evidence_uid(run, "E7") == "ev_5f0c_E7"
    assert evidence_uid(run, "E7") != evidence_uid(RunId("run_5f0d"), "E7")
    assert replace(SEEN, tenant=Tenant("other")).as_json()["tenant"] == "other"
