"""Comparative sentences read as comparisons: "A had three times as many as B", "errors doubled"."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from domain.claims import Claim
from domain.evidence import Column, Evidence
from grounding import comparison, relations, units
from grounding.candidates import Sentence, columns_meant, names_all, relevance, rows_meant
from grounding.counterparts import is_before
from grounding.paths import BoundCell, cell_at
from grounding.readings import Reading, bind_to, plain, side_rows, side_subject, subject
from grounding.tokens import Token

_PIVOT = re.compile(
    r"\bthan\b|\bcompared (?:to|with)\b|\bversus\b|\bvs\b|\bas (?:many|much|high|low|long|large|often)\b.*?\bas\b", re.IGNORECASE
)
_AS_AS = re.compile(r"\bas (?:many|much|high|low|long|large|often)\b.*?\bas\b", re.IGNORECASE)
_RATIO_UNITS = frozenset({"x", "×", "times", "fold"})
NEAR = 30  # characters between a comparative and its number
_PAIR = 2
_BY = re.compile(r"\bby\s*$|^\s$", re.IGNORECASE)


def read_contrast(said: Sentence, token: Token) -> Iterable[Reading]:
    """A comparative (or "n times as many as") as a comparison of two rows, or of a row with its baseline column."""
    if token.kind == "number" and (token.unit not in _RATIO_UNITS or not _PIVOT.search(said.text)):
        return
    number = token if token.kind == "number" else _number_near(said, token)
    for value, baseline, other in _pairs(said, number):
        slots = {
            "subject": subject(value, said),
            **_relation(token, number, value.column),
            "metric": value.column.name,
            "agg": value.column.agg,
        }
        slots |= other
        claim = Claim("", "comparison", slots, (bind_to(value), bind_to(baseline, "baseline")))
        outcome = comparison.check(claim, sources_of(value, baseline))
        covers = frozenset({number.start} if number else ()) | _operand_starts(said, number)
        yield Reading(claim, outcome, relevance(said, value), covers)


def _operand_starts(said: Sentence, number: Token | None) -> frozenset[int]:
    """In "rose from 12 to 24" the numbers are the operands; the residue check compares them."""
    tokens = [token for token in said.tokens if token.kind == "number" and token is not number]
    return frozenset(
        token.start for token in tokens if re.search(r"(?:from|to|against|versus|vs\.?)\s*$", said.text[: token.start], re.IGNORECASE)
    )


def _number_near(said: Sentence, token: Token) -> Token | None:
    """The number a comparative goes with: "20 % higher", "higher by 12 ms"; not the from and to of a change."""
    for other in said.tokens:
        if other.kind != "number" or re.search(r"(?:from|to|against)\s*$", said.text[: other.start], re.IGNORECASE):
            continue
        if 0 <= token.start - other.end <= NEAR or (
            0 <= other.start - token.end <= NEAR and _BY.search(said.text[token.end : other.start])
        ):
            return other
    return None


def _pairs(said: Sentence, number: Token | None) -> Iterable[tuple[BoundCell, BoundCell, dict[str, Any]]]:
    unit = number.unit if number and number.unit not in {*_RATIO_UNITS, "%", "percent", "pp"} else ""
    columns = [column for column in columns_meant(said, unit) if not is_before(column)]
    pivot = _PIVOT.search(said.text)
    pivot = pivot if pivot and any(mention.start >= pivot.end() for mention in said.mentions) else None
    rivals = _rivals(said, pivot.end()) if pivot else None
    for column in columns:
        if rivals:
            value, baseline = (cell_at(said.source, row, column) for row in rivals[:_PAIR])
            yield value, baseline, {"subject": rivals[2], "other": rivals[3]}
        elif not pivot:
            yield from before_pairs(said, column)


def _rivals(said: Sentence, pivot: int) -> tuple[int, int, Any, Any] | None:
    """The rows left and right of "than" and what to call them."""
    after = [i for i, mention in enumerate(said.mentions) if mention.start >= pivot]
    if not after:
        return None
    other = after[0]
    mine = [i for i, mention in enumerate(said.mentions) if i != other and mention.columns & said.mentions[other].columns]
    if len(mine) != 1:
        return None
    left, right = side_rows(said, mine[0]), side_rows(said, other)
    if len(left) != 1 or len(right) != 1:
        return None
    return left[0], right[0], side_subject(said, mine[0]), side_subject(said, other)


def sources_of(*cells: BoundCell) -> dict[str, Evidence]:
    """The evidence of some cells, by id."""
    return {cell.evidence.id: cell.evidence for cell in cells}


def before_pairs(said: Sentence, column: Column) -> Iterable[tuple[BoundCell, BoundCell, dict[str, Any]]]:
    """The cell of the row named in that column, with its cell of the baseline window."""
    if said.pair:
        yield from ((*said.pair, {}) for _ in range(said.pair[0].column.name == column.name))
        return
    earlier = [
        one
        for one in said.source.columns
        if is_before(one) and (one.unit, one.agg) == (column.unit, column.agg) and column.name in one.name
    ]
    rows = [index for index in rows_meant(said) if names_all(index, said)]
    if len(earlier) != 1 or len(rows) != 1:
        return
    value, baseline = cell_at(said.source, rows[0], column), cell_at(said.source, rows[0], earlier[0])
    yield value, replace(baseline, column=earlier[0]), {}


def _relation(token: Token, number: Token | None, column: Column) -> dict[str, Any]:
    """The op, value, unit and direction a comparative states."""
    direction = {"direction": token.word} if token.kind == "comparative" and token.word not in relations.RATIOS else {}
    if token.word in relations.RATIOS:
        return {"op": token.word}
    if number is None or number.value is None:
        return {"op": token.word}
    stated: dict[str, Any] = {"value": plain(number.value), **direction, **({"about": True} if number.op == "≈" else {})}
    if number.unit in _RATIO_UNITS:
        return {"op": "ratio", **stated}
    if units.unit_of(number.unit).name == "%":
        return {"op": "pct_change", "unit": "%", **stated}
    return {"op": "difference", "unit": number.unit or column.unit, **stated}


def read_equal(said: Sentence) -> Iterable[Reading]:
    """As in "a had as many errors as b": without a number, as two equal cells."""
    if not _AS_AS.search(said.text) or any(token.kind in {"number", "comparative", "negation"} for token in said.tokens):
        return
    for value, baseline, other in _pairs(said, None):
        slots = {"subject": subject(value, said), "op": "equal", "metric": value.column.name, "agg": value.column.agg, **other}
        claim = Claim("", "comparison", slots, (bind_to(value), bind_to(baseline, "baseline")))
        yield Reading(claim, comparison.check(claim, sources_of(value, baseline)), relevance(said, value))
