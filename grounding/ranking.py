"""Quantifiers recomputed over rows: most, least, top n, first, last, all, only, some, none."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from domain.evidence import Column, Evidence, Row
from grounding import vocabulary
from grounding.cells import instant, number
from grounding.outcomes import Outcome, contradicted, unverified
from grounding.paths import is_complete, key_names
from grounding.wordlists import words

_ALIASES = {
    **dict.fromkeys(words("most highest largest biggest greatest max maximum busiest slowest worst top leading"), "most"),
    **dict.fromkeys(words("least lowest smallest fewest min minimum quietest fastest bottom"), "least"),
    **dict.fromkeys(words("first earliest oldest"), "first"),
    **dict.fromkeys(words("last latest newest"), "last"),
    **dict.fromkeys(words("all every each always"), "all"),
    **dict.fromkeys(words("only sole solely exclusively single"), "only"),
    **dict.fromkeys(words("some any"), "some"),
    **dict.fromkeys(words("none no never zero"), "none"),
}
_TOP = re.compile(r"(top|bottom)[ _-]?(\d+)")
_ORDER_PARAMS = ("by", "order_by", "sort", "sort_by", "order", "rank_by", "ranked_by")


@dataclass(frozen=True, slots=True)
class Quantifier:
    """A quantifier by its plain name; `rank` is the n of "top n"."""

    name: str
    rank: int = 1

    @property
    def is_ranking(self) -> bool:
        """Whether it speaks of an order."""
        return self.name in {"most", "least", "first", "last"}


def quantifier_of(slot: Any) -> Quantifier | None:
    """The quantifier a slot means; None when it is not known."""
    text = re.sub(r"^(?:the|at)\s+", "", str(slot).strip().lower())
    ranked = _TOP.fullmatch(text)
    if ranked:
        return Quantifier("most" if ranked[1] == "top" else "least", max(1, int(ranked[2])))
    name = _ALIASES.get(text)
    return Quantifier(name) if name else None


def rank_problem(
    quantifier: Quantifier, by: Column, index: int, rows: Sequence[int], source: Evidence, *, is_named: bool
) -> Outcome | None:
    """Objects unless row `index` is among the first `rank` of `rows` in the order of `by`."""
    keys = {row: sort_key(source.rows[row].get(by.name)) for row in rows}
    own = keys.get(index)
    if own is None or any(key is None for key in keys.values()):
        return unverified(f"{by.name!r} of {source.id} cannot be ordered")
    down = quantifier.name in {"most", "last"}
    ahead = [row for row, key in keys.items() if row != index and key is not None and (key > own if down else key < own)]
    if len(ahead) >= quantifier.rank:
        return contradicted(f"{describe(source, ahead[0])} is ahead by {by.name!r}")
    tied = [row for row, key in keys.items() if row != index and key == own]
    if tied and len(ahead) + len(tied) >= quantifier.rank:
        return unverified(f"{describe(source, tied[0])} has the same {by.name!r}")
    return order_problem(by, source, down=down, is_named=is_named)


def sort_key(cell: Any) -> float | None:
    """Numbers by value and times by instant; None for what has no order."""
    value = number(cell) if not isinstance(cell, str) else None
    if value is not None:
        return float(value)
    at = instant(cell)
    if at is not None:
        return at.timestamp()
    parsed = number(cell)
    return float(parsed) if parsed is not None else None


def order_problem(by: Column, source: Evidence, *, down: bool, is_named: bool) -> Outcome | None:
    """Cut-off rows can only be ranked when the cut was made in that very order."""
    if is_complete(source):
        return None
    keys = [sort_key(row.get(by.name)) for row in source.rows]
    known = [key for key in keys if key is not None]
    ordered = len(known) == len(keys) and known == sorted(known, reverse=down)
    if ordered and (is_named or _is_ordered_by(by, source)):
        return None
    return unverified(f"{source.id} shows {len(source.rows)} of {source.rows_total} rows, not in the order of {by.name!r}")


def _is_ordered_by(by: Column, source: Evidence) -> bool:
    stated = [str(source.params[name]) for name in _ORDER_PARAMS if name in source.params]
    return any(by.name in re.split(r"[^\w]+", text) or vocabulary.plain(by.label) == vocabulary.plain(text) for text in stated)


def describe(source: Evidence, index: int) -> str:
    """A row by its keys, for a reason."""
    row = source.rows[index]
    keys = [str(row.get(name)) for name in key_names(source)[:2]]
    return " ".join(keys) or f"rows[{index}]"


def share_problem(name: str, holds: Callable[[Row], bool], rows: Sequence[int], index: int | None, source: Evidence) -> Outcome | None:
    """Objects when all/only/some/none does not hold of the rows in scope; `index` is the row named, if one is."""
    fitting = [row for row in rows if holds(source.rows[row])]
    answers = {
        "all": len(fitting) == len(rows),
        "some": bool(fitting),
        "none": not fitting,
        "only": fitting == [index] if index is not None else len(fitting) == len(rows),
    }
    if not rows or not answers[name]:
        return contradicted(f"it holds of {len(fitting)} of {len(rows)} rows of {source.id}")
    if name != "some" and not is_complete(source):
        return unverified(f"{source.id} shows {len(source.rows)} of {source.rows_total} rows, so {name!r} cannot be said")
    return None
