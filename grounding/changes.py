"""Changes with both ends said, "went from 120 to 240", "240, up from 120": each end is the cell it names."""

import re
from collections.abc import Iterable

from domain.claims import Claim
from grounding import quantity
from grounding.candidates import Sentence, columns_meant, relevance
from grounding.cells import number
from grounding.comparison import check as compare
from grounding.contrasts import before_pairs, sources_of
from grounding.counterparts import is_before
from grounding.outcomes import Outcome
from grounding.paths import BoundCell
from grounding.readings import Reading, bind_to, plain, subject
from grounding.tokens import Token

_FROM = re.compile(r"(?:\b(?P<way>up|down|higher|lower)\s+)?\bfrom\s+$", re.IGNORECASE)
_TO = re.compile(r"^\s*(?:\([^)]*\)\s*)?to\s+$", re.IGNORECASE)
_WAYS = {"up": "higher", "higher": "higher", "down": "lower", "lower": "lower"}


def read_change(said: Sentence, token: Token) -> Iterable[Reading]:
    """A number after "from" as the earlier value, the number after "to" behind it as the present one."""
    start = _FROM.search(said.text[: token.start])
    if start is None or token.value is None:
        return
    to = _end(said, token)
    for column in (one for one in columns_meant(said, token.unit) if not is_before(one)):
        for value, baseline, _ in before_pairs(said, column):
            yield _read(said, (token, to), (baseline, value), _WAYS.get((start["way"] or "").lower()))


def _end(said: Sentence, token: Token) -> Token | None:
    later = [other for other in said.tokens if other.kind == "number" and other.start >= token.end]
    return later[0] if later and _TO.match(said.text[token.end : later[0].start]) else None


def _read(said: Sentence, ends: tuple[Token, Token | None], cells: tuple[BoundCell, BoundCell], way: str | None) -> Reading:
    claims = [_quantity(said, token, cell) for token, cell in zip(ends, cells, strict=True) if token is not None]
    evidence = sources_of(*cells)
    outcomes = [quantity.check(claim, evidence) for claim in claims]
    told = _direction(said, way or _way_of(cells), cells)
    outcomes.append(compare(told, evidence))
    covers = frozenset(token.start for token in ends if token is not None)
    return Reading(told, _worst(outcomes), relevance(said, cells[1]), covers)


def _way_of(cells: tuple[BoundCell, BoundCell]) -> str:
    """Which way it went by the cells, where the sentence says both ends and no direction."""
    before, now = (number(cell.value) or 0 for cell in cells)
    return "equal" if before == now else ("higher" if now > before else "lower")


def _worst(outcomes: Iterable[Outcome]) -> Outcome:
    found = list(outcomes)
    failed = [one for one in found if one.verdict != "supported"]
    return next((one for one in failed if one.verdict == "contradicted"), failed[0] if failed else found[0])


def _quantity(said: Sentence, token: Token, cell: BoundCell) -> Claim:
    value = plain(token.value) if token.value is not None else 0
    slots = {"subject": subject(cell, said), "metric": cell.column.name, "agg": cell.column.agg, "op": token.op, "value": value}
    return Claim("", "quantity", {**slots, "unit": token.unit or cell.column.unit}, (bind_to(cell),))


def _direction(said: Sentence, way: str, cells: tuple[BoundCell, BoundCell]) -> Claim:
    baseline, value = cells
    slots = {"subject": subject(value, said), "op": way, "metric": value.column.name, "agg": value.column.agg}
    return Claim("", "comparison", slots, (bind_to(value), bind_to(baseline, "baseline")))
