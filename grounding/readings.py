"""How each kind of token is read: a bound claim per cell it may be about, already checked."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from domain.claims import Binding, Claim
from domain.evidence import Column
from grounding import absence, entity, metrics, quantity, quote, ranking, temporal, units, vocabulary
from grounding.candidates import (
    Sentence,
    bound_rows,
    columns_meant,
    is_general,
    names_all,
    relevance,
    rows_meant,
    subject_of,
    timed_rows,
    value_cells,
)
from grounding.cells import instant
from grounding.outcomes import Outcome
from grounding.paths import BoundCell, cell_at, key_names
from grounding.subjects import filters_of
from grounding.tokens import Token

_ORDER = re.compile(r"\b(before|after)\b", re.IGNORECASE)
_SPAN_START = re.compile(r"\b(?:between|from)\s+$", re.IGNORECASE)
_SPAN_JOINT = re.compile(r"\s*(?:and|to|until|-|\u2013)\s*", re.IGNORECASE)
_RATIO_UNITS = frozenset({"x", "×", "times", "fold"})
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """A claim read from a token, its outcome, how relevant its cell is, and the starts of other tokens it covers."""

    claim: Claim
    outcome: Outcome
    relevance: tuple[int, int, float]
    covers: frozenset[int] = frozenset()


def path_of(cell: BoundCell) -> str:
    """The path of a cell."""
    return f"aggregates.{cell.column.name}" if cell.index is None else f"rows[{cell.index}].{cell.column.name}"


def bind_to(cell: BoundCell, role: str = "value") -> Binding:
    """The binding of a cell."""
    return Binding(cell.evidence.id, path_of(cell), role)  # type: ignore[arg-type]


def subject(cell: BoundCell, said: Sentence) -> Any:
    """What the sentence says the cell is about: keys of its row, the filters of an aggregate, or all."""
    if cell.index is None:
        return filters_of(cell.evidence) or "all"
    return subject_of(cell.evidence, cell.index, said) or ("all" if not said.bound else _keys(cell))


def _keys(cell: BoundCell) -> dict[str, Any]:
    row = cell.row or {}
    return {name: row[name] for name in key_names(cell.evidence) if isinstance(row.get(name), str | int)}


def plain(value: Decimal) -> int | float | Decimal:
    """A printed number for a slot: whole ones as int, others keeping their printed digits."""
    return int(value) if value == value.to_integral_value() and "." not in str(value) else value


def read_number(said: Sentence, token: Token) -> Iterable[Reading]:
    """A number as a quantity of each cell it may be about."""
    if token.value is None or _is_window_length(said, token):
        return
    unit = "" if token.unit in _RATIO_UNITS else token.unit
    value = [plain(token.value), plain(token.high)] if token.high is not None else plain(token.value)
    for cell in value_cells(said, unit):
        slots = {"subject": subject(cell, said), "metric": cell.column.name, "agg": cell.column.agg, "op": token.op, "value": value}
        claim = Claim("", "quantity", {**slots, "unit": unit or cell.column.unit}, (bind_to(cell),))
        outcome = quantity.check(claim, {said.source.id: said.source})
        # A number in words may be part of a name ("after five failures"), so it can confirm but not contradict.
        if outcome.verdict == "supported" or any(char.isdigit() for char in token.text):
            yield Reading(claim, outcome, relevance(said, cell))


def _is_window_length(said: Sentence, token: Token) -> bool:
    unit, length = units.unit_of(token.unit), said.source.window.length.total_seconds()
    return unit.dimension == "time" and token.value is not None and abs(float(token.value) * unit.factor - length) < 1 and length > 0


def read_rank(said: Sentence, token: Token) -> Iterable[Reading]:
    """A superlative as the rank of the row named."""
    quantifier = ranking.quantifier_of(token.word.replace("most recent", "last"))
    rows = [index for index in rows_meant(said) if names_all(index, said)]
    if quantifier is None or not quantifier.is_ranking or len(rows) != 1 or not said.mentions:
        return
    is_timed = quantifier.name in {"first", "last"}
    if is_timed and any(other.kind in {"time", "clock"} for other in said.tokens):
        return
    for column in columns_meant(said, time=is_timed):
        cell = cell_at(said.source, rows[0], column)
        slots = {"subject": subject(cell, said), "quantifier": token.word.replace("most recent", "last"), "by": column.name}
        claim = Claim("", "entity", slots, (bind_to(cell),))
        yield Reading(claim, entity.check(claim, {said.source.id: said.source}), relevance(said, cell))


def read_share(said: Sentence, token: Token) -> Iterable[Reading]:
    """As in "all nodes were Ready", or "only node-b was NotReady": a state of every row, or of one alone."""
    quantifier = ranking.quantifier_of(token.word)
    wanted = {"all": 1, "only": _PAIR}.get(quantifier.name if quantifier else "")
    if len(said.mentions) != wanted or any(other.kind == "negation" for other in said.tokens) or not is_general(said):
        return
    named, valued = said.mentions[:-1], said.mentions[-1]
    columns = sorted(valued.columns.difference(*(one.columns for one in named)))
    column = said.source.column(columns[0]) if len(columns) == 1 else None
    rows = [index for index in rows_meant(said) if names_all(index, said)]
    if column is None or (named and (len(rows) != 1 or len(named[0].columns) != 1)):
        return
    slots = {"subject": {next(iter(named[0].columns)): named[0].value} if named else "all", "attribute": column.name}
    slots |= {"value": valued.value, "quantifier": token.word}
    cell = cell_at(said.source, rows[0] if rows else 0, column)
    binding = bind_to(cell) if named else Binding(said.source.id, f"rows[*].{column.name}")
    claim = Claim("", "entity", slots, (binding,))
    yield Reading(claim, entity.check(claim, {said.source.id: said.source}), relevance(said, cell))


def read_time(said: Sentence, token: Token) -> Iterable[Reading]:
    """A time that is no edge of the window as the time of each event it may be about."""
    window = said.source.window
    if token.at is None or (token.kind == "time" and any(token.at.shows(edge) for edge in (window.start, window.end))):
        return
    if timed_rows(said) or _is_of_span(said, token):
        return
    for cell in value_cells(said, time=True):
        slots = {"event": subject(cell, said), "at": _written(token, cell)}
        claim = Claim("", "temporal", slots, (bind_to(cell),))
        yield Reading(claim, temporal.check(claim, {said.source.id: said.source}), relevance(said, cell))


def _is_of_span(said: Sentence, token: Token) -> bool:
    """Whether a time is an end of "between … and …": a window, which the residue check compares, and no event."""
    before = [other for other in said.tokens if other.kind in {"time", "clock"} and other.end <= token.start]
    is_end = bool(before) and _SPAN_JOINT.fullmatch(said.text[before[-1].end : token.start]) is not None
    start = before[-1].start if is_end else token.start
    return _SPAN_START.search(said.text[:start]) is not None


def _written(token: Token, cell: BoundCell) -> str:
    """The time as written; a clock time takes the day of the cell in its zone."""
    if token.kind == "time":
        return token.text
    at, written = instant(cell.value), token.at
    if at is None or written is None:
        return token.text
    clock = re.split(r"\s|[A-Za-z+]", token.text.strip())[0]
    return f"{at.astimezone(written.at.tzinfo).date().isoformat()}T{clock.zfill(5)}{token.unit}"


def read_absence(said: Sentence, _token: Token) -> Iterable[Reading]:
    """A denial without a number as the absence of what it names."""
    if any(other.kind == "number" for other in said.tokens):
        return
    for cell in value_cells(said):
        what = cell.column.label or cell.column.name
        yield _absent(said, what, subject(cell, said), bind_to(cell), relevance(said, cell))
    if not said.source.rows and not said.source.aggregates and said.stems:
        yield _absent(said, " ".join(sorted(said.stems)), filters_of(said.source), Binding(said.source.id, "rows[*]"), (0, 0, 0.0))


def _absent(said: Sentence, what: str, about: Any, binding: Binding, weight: tuple[int, int, float]) -> Reading:
    claim = Claim("", "absence", {"what": what, "subject": about}, (binding,))
    return Reading(claim, absence.check(claim, {said.source.id: said.source}), weight)


def read_quote(said: Sentence, token: Token) -> Iterable[Reading]:
    """Quoted words as a quote of the cells they stand in, of the rows named if any are."""
    if "\x00" in token.text:
        return
    rows = set(rows_meant(said)) if said.mentions else set(range(len(said.source.rows)))
    for cell in quote.find(token.text, said.source)[:5]:
        if cell.index in rows:
            claim = Claim("", "quote", {"text": token.text}, (bind_to(cell, "quote"),))
            yield Reading(claim, quote.check(claim, {said.source.id: said.source}), relevance(said, cell))
            return


def read_order(said: Sentence) -> Iterable[Reading]:
    """Two names with before or after between them as an order of their times."""
    word = _ORDER.search(said.text)
    if not word or len(said.mentions) != _PAIR or not said.mentions[0].end <= word.start() < said.mentions[1].start:
        return
    columns = columns_meant(said, time=True) or [one for one in metrics.measures(said.source) if one.type == "time"]
    sides = [side_rows(said, index) for index in range(_PAIR)]
    if len(columns) != 1 or any(len(rows) != 1 for rows in sides):
        return
    first, then = (cell_at(said.source, rows[0], columns[0]) for rows in sides)
    gaps = [
        float(one.value) * units.unit_of(one.unit).factor
        for one in said.tokens
        if one.value and units.unit_of(one.unit).dimension == "time"
    ]
    events: dict[str, Any] = {"first": side_subject(said, 0), "then": side_subject(said, 1), "relation": word[1].lower()}
    events |= {"gap_s": gaps[0]} if len(gaps) == 1 else {}
    claim = Claim("", "temporal", events, (bind_to(first), bind_to(then)))
    yield Reading(claim, temporal.check(claim, {said.source.id: said.source}), relevance(said, first))


def read_state(said: Sentence) -> Iterable[Reading]:
    """Two names of one row as an attribute of what the first names."""
    if len(said.mentions) < _PAIR or said.tokens:
        return
    rows = [index for index in rows_meant(said) if names_all(index, said)]
    named, valued = said.mentions[0], said.mentions[-1]
    columns = sorted(valued.columns - named.columns)
    if len(rows) != 1 or len(columns) != 1 or len(named.columns) != 1:
        return
    column = said.source.column(columns[0]) or Column(columns[0])
    cell = cell_at(said.source, rows[0], column)
    slots = {"subject": {next(iter(named.columns)): named.value}, "attribute": column.name, "value": valued.value}
    claim = Claim("", "entity", slots, (bind_to(cell),))
    yield Reading(claim, entity.check(claim, {said.source.id: said.source}), relevance(said, cell))


def side_rows(said: Sentence, index: int) -> list[int]:
    """The rows that one of two rival names is about, all shared names holding too."""
    mine = said.mentions[index]
    shared = tuple(one for one in said.mentions if not one.columns & mine.columns)
    alone = replace(said, mentions=(mine, *shared), bound=())
    cited = bound_rows(said)
    return [row for row in rows_meant(alone) if names_all(row, alone) and (not cited or row in cited)]


def side_subject(said: Sentence, index: int) -> Mapping[str, Any]:
    """The subject one of two rival names stands for."""
    mine = said.mentions[index]
    rows = side_rows(said, index)
    row = said.source.rows[rows[0]] if rows else {}
    return {
        name: row.get(name, mine.value)
        for name in sorted(mine.columns)
        if vocabulary.plain(str(row.get(name))) == vocabulary.plain(mine.value)
    }
