"""Sentences about the course of a series: "errors were rising", "the latency fell", without a number."""

from collections.abc import Iterable

from domain.claims import Binding, Claim
from grounding import relations, trend
from grounding.candidates import Sentence, columns_meant, relevance, time_key
from grounding.paths import cell_at
from grounding.readings import Reading
from grounding.subjects import filters_of
from grounding.tokens import Token

_NAMES = {1: "rising", -1: "falling"}


def read_course(said: Sentence, token: Token) -> Iterable[Reading]:
    """A word of direction as the trend of each series of the evidence that the words name; a number beside it is another claim."""
    name = _NAMES.get(relations.DIRECTIONS.get(token.word, 0))
    is_series = bool(said.source.rows) and time_key(said.source) is not None
    if name is None or said.mentions or not is_series or any(other.kind == "number" for other in said.tokens):
        return
    for column in columns_meant(said):
        slots = {"subject": filters_of(said.source) or "all", "metric": column.name, "agg": column.agg, "direction": name}
        claim = Claim("", "trend", slots, (Binding(said.source.id, f"rows[*].{column.name}", "series"),))
        outcome = trend.check(claim, {said.source.id: said.source})
        yield Reading(claim, outcome, relevance(said, cell_at(said.source, 0, column)))
