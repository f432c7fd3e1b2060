from datetime import UTC, datetime

import pytest

from domain.evidence import Column
from tools import cells

AT = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "column", "expected"),
    [
        (AT, Column("at", "time"), "2026-03-01T12:00:00.25Z"),
        (3, Column("n", "integer"), 3),
        (0.1 + 0.2, Column("x", "number"), 0.3),
        (float("nan"), Column("x", "number"), None),
        (1, Column("flag", "boolean"), True),
        (None, Column("x", "number"), None),
        (["a", "b\x00"], Column("list", "array"), ["a", "b"]),
        ("plain", Column("text"), "plain"),
    ],
)
def test_store_values_become_json_values(value: object, column: Column, expected: object) -> None:
    assert cells.cell(value, column) == expected


def test_text_from_outside_loses_what_could_fool_a_terminal_or_a_reader() -> None:
    hostile = "a\x1b[31mred\x1b[0m\u202eevil\u200b\U000e0041\x07\nend"
    assert cells.harmless(hostile) == "aredevil end"


def test_text_from_outside_is_cut() -> None:
    assert len(cells.harmless("x" * 1_000)) == cells.MAX_TEXT


def test_only_text_from_outside_is_changed() -> None:
    assert cells.cell("a\tb", Column("name", trust="platform")) == "a\tb"
    assert cells.cell("a\tb", Column("name", trust="external")) == "a b"
