"""Families of reasons: the closed set that verdicts' reasons are counted by, whatever names and numbers stand in them."""

from collections.abc import Mapping
from typing import Literal, get_args

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
    "words not covered",
    "could not be read",
    "malformed",
    "cause not shown",
    "advice not justified",
    "not checked",
    "other",
]
FAMILIES: tuple[ReasonFamily, ...] = get_args(ReasonFamily)
# What a reason says beside its values; the first family one of whose phrases is in it holds.
PHRASES: Mapping[ReasonFamily, tuple[str, ...]] = {
    "not checked": ("not checked yet", "the verifier failed", "claims of an answer are checked", "no claim of this id was offered"),
    "malformed": ("does not keep to the schema", " is not known", "the claim gives neither", "does not say by what", "needs gap_s"),
    "no data": ("no data",),
    "unbound": ("unbound", "no binding has the role", "cells are cited as", "needs one cell bound", "no value is claimed"),
    "no such cell": ("there is no evidence", "which does not exist", "there is no row", "no row fits", "no column", "has no column"),
    "list was cut": ("is truncated", "cannot be counted or summed", "cannot be said", ", not in the order of"),
    "wrong window": ("window",),
    "wrong unit": ("does not measure", "cannot be compared", "is in ", "unit"),
    "wrong order or rank": ("is ahead by", "has the same", "s apart", "recomputed: 2", "events are not those", "it holds of", "a tie"),
    "wrong value": ("recomputed", "has # rows", "never exceeds", "the change from first to last"),
    "cause not shown": ("cause", "rival", "path from", "deviat", "hedge"),
    "advice not justified": ("action", "advice", "catalogue", "runbook", "target"),
    "wrong subject": ("is about", "says nothing about", "only covers", "the row bound", "the subject", "about ", "one row of"),
    "wrong column": ("the cell bound is", "is not the bound column", "metric", "may also mean", "is a ", "baseline's"),
    "words not covered": ("nothing recomputed says", "text:", "no text", "several cells that differ"),
    "could not be read": ("is not a", "cannot be read", "derive", "holds no number", "quote"),
}


def family(reason: str) -> ReasonFamily:
    """The family of a verdict's reason; `other` for one that no phrase is known of."""
    said = reason.casefold()
    return next((name for name, phrases in PHRASES.items() if any(phrase in said for phrase in phrases)), "other")
