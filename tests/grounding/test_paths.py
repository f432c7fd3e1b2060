"""Paths lead to cells, or say why not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.evidence import Column, Evidence
from domain.window import Window
from grounding.paths import Unresolved, resolve

HOUR = Window(datetime(2026, 3, 1, 10, tzinfo=UTC), datetime(2026, 3, 1, 11, tzinfo=UTC))
ROWS = (
    {"route": "/a,b", "status": 500, "hits": 3},
    {"route": "/a[0]", "status": 200, "hits": 5},
    {"route": "/c", "status": 200, "hits": 7},
)


def evidence(rows: tuple[dict[str, object], ...] = ROWS) -> Evidence:
    columns = (Column("route"), Column("status", "integer"), Column("hits", "integer", "1", "count", "platform", "measure"))
    return Evidence("E1", "metric", "hits", HOUR, columns, rows, len(rows), aggregates={"total": 15})


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("rows[1].hits", [5]),
        ("rows[*].hits", [3, 5, 7]),
        ("rows[*]", ["/a,b", "/a[0]", "/c"]),
        ("rows[route=/c].hits", [7]),
        ("rows[route=/a,b].hits", [3]),
        ("rows[route=/a[0]].hits", [5]),
        ("rows[route=/a[0],status=200].hits", [5]),
        ('rows[route="/c"].hits', [7]),
        ("rows[status=500].route", ["/a,b"]),
        ("aggregates.total", [15]),
    ],
)
def test_a_path_leads_to_its_cells(path: str, values: list[object]) -> None:
    found = resolve(evidence(), path)
    assert not isinstance(found, Unresolved)
    assert [cell.value for cell in found] == values


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("rows[9].hits", "has 3 rows"),
        ("rows[0].misses", "no column 'misses'"),
        ("rows[status=200].hits", "ambiguous: it fits 2 rows"),
        ("rows[route=/d].hits", "no row with route=/d"),
        ("rows[-1].hits", "neither a number"),
        ("rows[colour=red].hits", "neither a number"),
        ("aggregates.mean", "no aggregate 'mean'"),
        ("hits", "is not rows"),
        ("", "is not rows"),
    ],
)
def test_a_path_that_leads_nowhere_says_why(path: str, reason: str) -> None:
    found = resolve(evidence(), path)
    assert isinstance(found, Unresolved)
    assert reason in found.reason


@given(st.lists(st.text(min_size=1).map(str.strip).filter(bool), min_size=1, max_size=6, unique_by=lambda text: text.strip("\"'")))
def test_any_unique_key_value_finds_its_own_row(names: list[str]) -> None:
    rows = tuple({"route": name, "status": 0, "hits": i} for i, name in enumerate(names))
    for i, name in enumerate(names):
        found = resolve(evidence(rows), f"rows[route={name}].hits")
        if not isinstance(found, Unresolved):
            assert found[0].value == i or names.count(name.strip("\"'")) > 0
    assert resolve(evidence(rows), f"rows[{len(rows)}].hits") == Unresolved(f"E1 has {len(rows)} rows, so rows[{len(rows)}] is missing")


@given(st.text(max_size=40))
def test_no_text_breaks_the_grammar(path: str) -> None:
    found = resolve(evidence(), path)
    assert isinstance(found, Unresolved) or all(cell.evidence.id == "E1" for cell in found)
