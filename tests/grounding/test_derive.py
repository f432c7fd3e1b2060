"""The expression grammar computes what it says, over bound operands and nothing else."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.claims import Binding
from domain.evidence import Column, Evidence
from domain.window import Window
from grounding.amounts import Amount, DeriveError
from grounding.derive import Operand, evaluate
from grounding.paths import Unresolved, resolve

HOUR = Window(datetime(2026, 3, 1, 10, tzinfo=UTC), datetime(2026, 3, 1, 11, tzinfo=UTC))
COLUMNS = (
    Column("time", "time", role="time"),
    Column("errors", "integer", "1", "count", "platform", "measure"),
    Column("requests", "integer", "1", "count", "platform", "measure"),
    Column("p95_ms", "number", "ms", "p95", "platform", "measure"),
    Column("took_s", "number", "s", "max", "platform", "measure"),
)


def operands(rows: list[dict[str, Any]], *paths: str, roles: tuple[Any, ...] = ()) -> list[Operand]:
    source = Evidence("E1", "metric", "t", HOUR, COLUMNS, tuple(rows), len(rows))
    bindings = [Binding("E1", path, roles[i] if roles else "value") for i, path in enumerate(paths)]
    found = [(binding, resolve(source, binding.path)) for binding in bindings]
    return [Operand(binding, cells) for binding, cells in found if not isinstance(cells, Unresolved)]


def value(expression: str, found: list[Operand]) -> float:
    result = evaluate(expression, found)
    assert isinstance(result, Amount)
    return result.value


ROW = {"time": "2026-03-01T10:00:00Z", "errors": 30, "requests": 600, "p95_ms": 250.0, "took_s": 0.5}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("errors / requests", 0.05),
        ("100 * errors / requests", 0.05),
        ("ratio(errors, requests)", 0.05),
        ("requests − errors", 570),
        ("(requests - errors) ÷ requests", 0.95),
        ("pct_change(requests, errors)", 1900),
        ("sum(errors, requests)", 630),
        ("b1 + b0", 630),
        ("$1 + $2", 630),
        ("rows[0].errors + E1.rows[0].requests", 630),
        ("max(errors, requests)", 600),
    ],
)
def test_an_expression_has_its_value(expression: str, expected: float) -> None:
    assert value(expression, operands([ROW], "rows[0].errors", "rows[0].requests")) == pytest.approx(expected)


@given(st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=30))
def test_sums_and_extremes_over_rows_are_those_of_python(numbers: list[int]) -> None:
    found = operands([{**ROW, "errors": number} for number in numbers], "rows[*].errors")
    assert value("sum", found) == sum(numbers)
    assert value("max(rows[*].errors)", found) == max(numbers)
    assert value("min(errors)", found) == min(numbers)
    assert value("count(errors)", found) == len(numbers)


@given(st.integers(min_value=-1000, max_value=1000), st.integers(min_value=1, max_value=1000))
def test_change_and_ratio_fit_together(new: int, old: int) -> None:
    found = operands([{**ROW, "errors": new, "requests": old}], "rows[0].errors", "rows[0].requests", roles=("value", "baseline"))
    assert value("pct_change(value, baseline)", found) == pytest.approx(100 * (value("ratio", found) - 1))


def test_units_are_converted_before_they_are_added() -> None:
    assert value("p95_ms + took_s", operands([ROW], "rows[0].p95_ms", "rows[0].took_s")) == pytest.approx(750)


def test_first_above_gives_the_time() -> None:
    rows = [{**ROW, "time": f"2026-03-01T10:0{i}:00Z", "errors": errors} for i, errors in enumerate([1, 9, 3, 12])]
    assert evaluate("first_above(errors, 5)", operands(rows, "rows[*].errors")) == datetime(2026, 3, 1, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "expression",
    [
        "errors / 0",
        "errors + 5",
        "42",
        "latency",
        "errors + p95_ms",
        "errors errors",
        "__import__('os')",
        "errors.__class__",
        "sum(",
        "(errors",
        "((((((((((((((errors))))))))))))))",
        "pct_change(errors)",
        "errors ** requests",
        "first_above(errors, requests)",
        "x" * 500,
        "",
    ],
)
def test_what_is_not_in_the_grammar_is_refused(expression: str) -> None:
    with pytest.raises(DeriveError):
        evaluate(expression, operands([ROW], "rows[0].errors", "rows[0].requests", "rows[0].p95_ms"))


@given(st.text(max_size=60))
def test_no_text_does_anything_but_fail_or_compute(expression: str) -> None:
    try:
        result = evaluate(expression, operands([ROW], "rows[0].errors", "rows[0].requests"))
    except DeriveError:
        return
    assert isinstance(result, Amount)
