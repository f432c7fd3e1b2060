"""Comparisons said in other words are judged as the plain ones are."""

from collections.abc import Mapping
from typing import Any

import pytest

from grounding.documents import verify_documents

COLUMNS = (
    {"name": "service", "type": "string", "role": "key", "trust": "platform"},
    {"name": "errors_before", "type": "integer", "agg": "count", "role": "measure", "trust": "platform", "label": "errors before"},
    {"name": "errors", "type": "integer", "agg": "count", "role": "measure", "trust": "platform", "label": "errors"},
)
ROWS = (
    {"service": "cart", "errors": 200, "errors_before": 100},
    {"service": "pay", "errors": 100, "errors_before": 200},
    {"service": "web", "errors": 37, "errors_before": 37},
)
EVIDENCE: dict[str, Any] = {
    "id": "ev-1",
    "tool": "query_metric",
    "template": "errors_by_service",
    "window": {"start": "2026-03-01T00:00:00Z", "end": "2026-03-01T01:00:00Z"},
    "columns": list(COLUMNS),
    "rows": list(ROWS),
    "rows_total": len(ROWS),
}


def verdict(text: str, evidence: Mapping[str, Any] = EVIDENCE) -> str:
    found = verify_documents([{"id": "c-1", "kind": "text", "text": text, "slots": {}, "bind": []}], [evidence])
    return str(found["claims"][0]["verdict"])


@pytest.mark.parametrize(
    "text",
    [
        "pay had half the errors of cart",
        "cart had double the errors of pay",
        "the errors of pay were half those of cart",
        "cart had two times as many errors as pay",
        "cart had twice as many errors as before",
        "cart errors doubled compared to before",
        "errors of pay halved compared with the window before",
    ],
)
def test_a_true_one_is_supported(text: str) -> None:
    assert verdict(text) == "supported"


@pytest.mark.parametrize(
    "text",
    [
        "cart had half the errors of pay",
        "pay had double the errors of cart",
        "the errors of cart were half those of pay",
        "pay had two times as many errors as cart",
        "cart had half as many errors as before",
        "cart errors halved compared to before",
        "web errors doubled compared to before",
    ],
)
def test_a_wrong_one_is_contradicted(text: str) -> None:
    assert verdict(text) == "contradicted"


TOTAL: dict[str, Any] = {
    **EVIDENCE,
    "template": "oom_kills_total",
    "params": {"service": "cart"},
    "columns": [{"name": "oom_kills", "type": "integer", "agg": "count", "role": "measure", "trust": "platform"}],
    "rows": [],
    "rows_total": 0,
    "aggregates": {"oom_kills": 0},
    "scope_rows": 60,
}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("There were no oom_kills in cart.", "supported"),
        ("oom_kills in cart was 0.", "supported"),
        ("oom_kills in cart was 3.", "contradicted"),
        ("There were no oom_kills in pay.", "unverified"),
    ],
)
def test_a_measure_called_by_the_name_of_its_column_is_read(text: str, wanted: str) -> None:
    assert verdict(text, TOTAL) == wanted
