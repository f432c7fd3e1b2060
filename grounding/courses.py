"""Sentences about the course of a series: "errors were rising", "the latency fell", without a number."""

import re
from collections.abc import Iterable

from domain.claims import Binding, Claim
from domain.evidence import Evidence
from grounding import relations, trend
from grounding.candidates import Sentence, columns_meant, relevance, time_key
from grounding.paths import cell_at, key_names
from grounding.readings import Reading
from grounding.subjects import filters_of
from grounding.tokens import Token

_SHAPES = {
    "steady": re.compile(r"\b(?:steady|stable|flat|unchanged|constant)\b", re.IGNORECASE),
    "spike": re.compile(r"\bspik(?:e|es|ed)\b", re.IGNORECASE),
    "drop": re.compile(r"\b(?:dip|dipped|trough|(?:a|one|sudden|brief) drop)\b", re.IGNORECASE),
}
_NAMES = {1: "rising", -1: "falling"}


def read_course(said: Sentence, token: Token) -> Iterable[Reading]:
    """A word of direction as the trend of each series of the evidence that the words name; a number beside it is another claim."""
    name = _NAMES.get(relations.DIRECTIONS.get(token.word, 0))
    if _SHAPES["drop"].search(said.text):
        name = "drop"
    return _trends(said, name) if name else ()


def read_shape(said: Sentence) -> Iterable[Reading]:
    """A sentence that says of a series that it was steady, or had a spike or a drop."""
    found = {name for name, pattern in _SHAPES.items() if pattern.search(said.text)}
    return _trends(said, found.pop()) if len(found) == 1 else ()


def _trends(said: Sentence, name: str) -> Iterable[Reading]:
    if not _is_series(said.source) or not _is_about_whole(said) or any(other.kind == "number" for other in said.tokens):
        return
    own = {column: mention.value for mention in said.mentions for column in mention.columns if said.source.column(column)}
    for column in columns_meant(said):
        slots = {"subject": own or filters_of(said.source) or "all", "metric": column.name, "agg": column.agg, "direction": name}
        claim = Claim("", "trend", slots, (Binding(said.source.id, f"rows[*].{column.name}", "series"),))
        outcome = trend.check(claim, {said.source.id: said.source})
        yield Reading(claim, outcome, relevance(said, cell_at(said.source, 0, column)))


def _is_series(source: Evidence) -> bool:
    """Whether rows are buckets: by their key or step, or because nothing but a time tells them apart."""
    if not source.rows or time_key(source) is not None:
        return bool(source.rows)
    others = (name for name in key_names(source) if len({str(row.get(name)) for row in source.rows}) > 1)
    return any(column.type == "time" for column in source.columns) and not any(others)


def _is_about_whole(said: Sentence) -> bool:
    """Whether each name said is of all rows, or what the query was narrowed to."""
    filters = {str(value).casefold() for value in filters_of(said.source).values()}
    everything = set(range(len(said.source.rows)))
    return all(mention.value.casefold() in filters or set(mention.rows) == everything for mention in said.mentions)
