"""What differs between two answers is told row by row, in a bounded size."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from domain.evidence import sha256_of
from tools.changes import MOST_CELLS, MOST_ROWS, changes, row_keys

KEYED = ({"name": "at", "role": "time"}, {"name": "service", "role": "key"}, {"name": "errors", "role": "measure"})


def document(rows: Sequence[Mapping[str, Any]], columns: Sequence[Mapping[str, str]] = KEYED, **totals: Any) -> Mapping[str, Any]:
    return {"columns": columns, "rows": rows, "aggregates": totals}


def row(service: str, errors: Any, at: str = "10:00") -> Mapping[str, Any]:
    return {"at": at, "service": service, "errors": errors}


def test_equal_answers_have_no_changes() -> None:
    seen = document([row("cart", 3), row("web", 1)], total=4)
    assert changes(seen, seen).is_none
    assert changes(seen, document([row("web", 1), row("cart", 3)], total=4)).is_none  # another order of the same rows


def test_rows_are_told_apart_by_their_keys() -> None:
    found = changes(document([row("cart", 3), row("web", 1)], total=4), document([row("cart", 5), row("auth", 2)], total=7))
    assert found.cells_changed == ({"row": {"service": "cart"}, "column": "errors", "was": 3, "now": 5},)
    assert (found.rows_added, found.rows_removed) == ((row("auth", 2),), (row("web", 1),))
    assert found.aggregates_changed == ({"name": "total", "was": 4, "now": 7},)


def test_buckets_are_told_apart_by_their_times_as_well() -> None:
    found = changes(document([row("cart", 3), row("cart", 4, "11:00")]), document([row("cart", 3), row("cart", 5, "11:00")]))
    assert [(cell["row"]["at"], cell["was"], cell["now"]) for cell in found.cells_changed] == [("11:00", 4, 5)]


def test_where_nothing_tells_rows_apart_a_changed_one_went_and_came() -> None:
    twice = [row("cart", 3), row("cart", 3)]
    assert row_keys(document(twice)) == ()
    found = changes(document(twice), document([*twice, row("cart", 3)]))
    assert (found.rows_added_total, found.rows_removed_total) == (1, 0)
    found = changes(document(twice), document([row("cart", 3), row("cart", 9)]))
    assert (found.rows_added, found.rows_removed) == ((row("cart", 9),), (row("cart", 3),))


@pytest.mark.parametrize(("was", "now"), [(1, True), (1, 1.0), (0, None), ("1", 1), ([1], [2]), (0.5, 0.6)])
def test_what_hashes_unlike_is_a_change(was: Any, now: Any) -> None:
    before, after = document([row("cart", was)], total=was), document([row("cart", now)], total=now)
    assert sha256_of(before) != sha256_of(after)
    assert (changes(before, after).cells_changed_total, len(changes(before, after).aggregates_changed)) == (1, 1)


def test_floats_that_hash_alike_are_no_change() -> None:
    assert changes(document([row("cart", 0.1 + 0.2)]), document([row("cart", 0.3)])).is_none


def test_lists_are_cut_and_totals_are_not() -> None:
    few = [row(f"s{number}", number) for number in range(900)]
    found = changes(document(few), document([row(f"s{number}", number + 1) for number in range(300, 1_500)]))
    assert (len(found.rows_added), found.rows_added_total) == (MOST_ROWS, 600)
    assert (len(found.rows_removed), found.rows_removed_total) == (MOST_ROWS, 300)
    assert (len(found.cells_changed), found.cells_changed_total) == (MOST_CELLS, 600)
