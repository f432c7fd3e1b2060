"""Three answers: true, false (also: not what the citation shows), open (the oracle has no opinion)."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

Truth = Literal["true", "false", "open"]
Doc = Mapping[str, Any]
Sources = Mapping[str, Doc]


def both(truths: Iterable[Truth]) -> Truth:
    """True when all are; false when one is; else open."""
    seen = set(truths)
    if "false" in seen:
        return "false"
    return "open" if "open" in seen else "true"


def of(held: bool) -> Truth:
    """A plain answer."""
    return "true" if held else "false"


def denied(truth: Truth) -> Truth:
    """The answer to the opposite statement."""
    flipped: dict[Truth, Truth] = {"true": "false", "false": "true", "open": "open"}
    return flipped[truth]
