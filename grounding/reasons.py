"""Families of reasons: the closed set that verdicts' reasons are counted by, whatever names and numbers stand in them."""

from collections.abc import Mapping
from typing import Literal, get_args

from grounding.patterns import reason_class

ReasonFamily = Literal[
    "unbound",
    "no such cell",
    "no data",
    "list was cut",
    "wrong value",
    "wrong subject",
    "wrong column",
    "wrong unit",
    "wrong window",
    "wrong order or rank",
    "wrong incident",
    "words not covered",
    "could not be read",
    "malformed",
    "cause not shown",
    "advice not justified",
    "outsiders' words only",
    "not checked",
    "other",
]
FAMILIES: tuple[ReasonFamily, ...] = get_args(ReasonFamily)
# What a reason says beside its values; the first family one of whose phrases is in it holds.
PHRASES: Mapping[ReasonFamily, tuple[str, ...]] = {
    "not checked": ("not checked", "the verifier failed", "claims of an answer are checked", "no claim of this id was offered"),
    "outsiders' words only": ("outsiders alone", "steer the analyst", "external text"),
    "malformed": (
        "does not keep to the schema",
        " is not known",
        "the claim gives neither",
        "does not say by what",
        "does not say what was absent",
        "of what is not said",
        "needs gap_s",
        "an order needs two",
        "no incident is named",
    ),
    "words not covered": ("nothing recomputed says", "no text to read", "several cells that differ"),
    "no data": ("no data", "has no rows"),
    "unbound": ("unbound", "no binding has the role", "cells are cited as", "needs one cell bound", "no value is claimed", "no premise"),
    "no such cell": (
        "there is no evidence",
        "does not exist",
        "there is no row",
        "no row fits",
        "no column",
        "has no column",
        "no one column",
    ),
    "list was cut": ("is truncated", "cannot be counted or summed", "cannot be said", ", not in the order of", "are a sample"),
    "wrong incident": ("incident", "its cause", "the similarity", "how similar"),
    "cause not shown": ("cause", "rival", "began", "stands between", "baseline: ", "since when", "departs", "calls", "hedge", "signal"),
    "advice not justified": ("unjustified", "action", "advice", "catalogue", "runbook"),
    "wrong window": ("window",),
    "wrong unit": ("does not measure", "cannot be compared", "is in …, not"),
    "wrong order or rank": (
        "is ahead by",
        "has the same",
        "apart",
        "recomputed: <time>",
        "events are not those",
        "it holds of",
        "be ordered",
    ),
    "wrong value": (
        "recomputed",
        "rows",
        "never exceeds",
        "the change from first to last",
        "with a shift",
        "off the level",
        "does not say …",
    ),
    "wrong subject": (
        "is about",
        "says nothing about",
        "only covers",
        "the row bound",
        "about the event",
        "about ",
        "nothing bound",
        "limited to",
    ),
    "wrong column": (
        "the cell bound is",
        "is not the bound column",
        "metric",
        "may also mean",
        "is a #, a",
        "the baseline's",
        "is compared with",
    ),
    "could not be read": (
        "text:",
        "is not a",
        "not a time",
        "cannot be read",
        "derive",
        "holds no number",
        "quote",
        "a trend needs",
        "series",
    ),
}
PLAIN_VALUE = "is …, not …"


def family(reason: str) -> ReasonFamily:
    """The family of a verdict's reason; `other` for one that no phrase is known of."""
    said = reason_class(reason).casefold()
    known = next((name for name, phrases in PHRASES.items() if any(phrase in said for phrase in phrases)), None)
    if known:
        return known
    return "wrong value" if PLAIN_VALUE in said else "other"
