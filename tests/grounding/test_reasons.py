"""Reasons of verdicts fall into a closed set of families, whatever stands in them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from grounding.reasons import FAMILIES, PHRASES, family


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("unbound: no cell is cited", "unbound"),
        ("no data: E1 ended 'timeout'", "no data"),
        ("recomputed: 42 errors", "wrong value"),
        ("recomputed: the ratio is 2.31", "wrong value"),
        ("E1 shows 5 of 12 rows, so its list cannot be counted or summed", "list was cut"),
        ("the row bound is service 'cart', not 'web'", "wrong subject"),
        ("E2 is about service 'cart', not 'web'", "wrong subject"),
        ("the cell bound is 'p95_ms', not 'p99_ms'", "wrong column"),
        ("'errors' is in '1', which 'ms' does not measure", "wrong unit"),
        ("the window claimed is not that of E1 (…)", "wrong window"),
        ("'web' is ahead by 'errors'", "wrong order or rank"),
        ("text: nothing recomputed says 'and got in'", "words not covered"),
        ("op 'about-ish' is not known", "malformed"),
        ("the verifier failed on this claim: it did not finish within 15 s", "not checked"),
        ("there is no evidence 'E9'", "no such cell"),
        ("something entirely new", "other"),
        ("", "other"),
    ],
)
def test_a_reason_has_a_family(reason: str, expected: str) -> None:
    assert family(reason) == expected


def test_every_family_is_of_the_closed_set() -> None:
    assert set(PHRASES) | {"other"} == set(FAMILIES)
    hostile = "'" + "x" * 5_000 + '\n{evil="1"}'
    assert family(hostile) in FAMILIES


def reasons() -> Iterator[str]:
    """The reasons that the checks are written with, a name or number in each blank."""
    for file in sorted((Path(__file__).parents[2] / "grounding").rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"unverified", "contradicted"} and call.args:
                yield from _written(call.args[0])


def _written(told: ast.expr) -> Iterator[str]:
    if isinstance(told, ast.Constant) and isinstance(told.value, str):
        yield told.value
    if isinstance(told, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "'cart'" for part in told.values)


def test_hardly_any_reason_a_check_gives_is_of_no_family() -> None:
    written = list(reasons())
    unknown = [reason for reason in written if family(reason) == "other"]
    assert len(written) > 100
    assert len(unknown) <= 0.15 * len(written), unknown
