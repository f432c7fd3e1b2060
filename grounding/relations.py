"""The relations a claim may state: operators, directions and ratio words, by all their usual names."""

from collections.abc import Sequence
from typing import Any

from grounding import units
from grounding.cells import Number
from grounding.wordlists import words

_OPS = {
    "=": ("", "==", "eq", "equals", "equal", "is", "exactly"),
    "≈": ("~", "~=", "about", "approx", "approximately", "around", "roughly", "nearly", "almost", "circa", "some"),
    "≥": (">=", "ge", "gte", "at least", "no less than", "not less than", "minimum"),
    "≤": ("<=", "le", "lte", "at most", "up to", "no more than", "not more than", "maximum"),
    ">": ("gt", "more than", "over", "above", "greater than", "exceeds", "exceeded", "exceed", "exceeding"),
    "<": ("lt", "less than", "fewer than", "under", "below"),
    "≠": ("!=", "ne", "<>", "not"),
    "between": ("range", "in"),
}
OPS = {alias: op for op, aliases in _OPS.items() for alias in (op, *aliases)}

UP = words("higher more greater larger up increase increased increases rose rise rises risen rising grew grown growing slower")
UP += words("worse above longer")
DOWN = words(
    "lower less fewer smaller down decrease decreased decreases fell fall falls fallen falling dropped drop drops declined decline"
)
DOWN += words("faster below shorter shrank")
_LEVEL = ("equal", "same", "unchanged", "=", "steady", "flat", "equals", "stable")
DIRECTIONS = {**dict.fromkeys((*UP, ">"), 1), **dict.fromkeys((*DOWN, "<"), -1), **dict.fromkeys(_LEVEL, 0)}

RATIOS = {
    **dict.fromkeys(("doubled", "double", "doubling", "doubles", "twice", "twofold"), (1.9, 2.1)),
    **dict.fromkeys(("tripled", "triple", "triples", "thrice", "threefold"), (2.85, 3.15)),
    **dict.fromkeys(("quadrupled", "quadruple", "fourfold"), (3.8, 4.2)),
    **dict.fromkeys(("halved", "half", "halves", "halving"), (0.475, 0.525)),
}


def op_of(slot: Any) -> str | None:
    """The operator a slot means; None when it is not known."""
    return OPS.get(str(slot or "").strip().lower())


def direction_of(slot: Any) -> int | None:
    """+1, -1 or 0 for a direction word; None when it is not known."""
    return DIRECTIONS.get(str(slot or "").strip().lower())


def holds(op: str, claimed: Number | Sequence[Number], actual: float, *, exact: bool) -> bool:
    """Whether `actual op claimed`, both in the claim's unit."""
    if isinstance(claimed, Sequence):
        low, high = (float(bound) for bound in claimed)
        return low <= actual * (1 + units.NOISE) and actual * (1 - units.NOISE) <= high
    bound = float(claimed)
    noise = units.NOISE * max(abs(bound), abs(actual))
    if op in {"=", "≈"}:
        return units.agrees(claimed, actual, exact=exact, about=op == "≈")
    answers = {"≥": actual >= bound - noise, "≤": actual <= bound + noise, ">": actual > bound + noise, "<": actual < bound - noise}
    return answers[op] if op in answers else not units.agrees(claimed, actual, exact=exact)
