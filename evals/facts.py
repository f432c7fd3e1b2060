"""Typed facts an answer must, or must not, state; made by `evals.truth` from raw rows, matched by `evals.matching`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Words = tuple[str, ...]
Edge = Literal["first", "last", "at"]


@dataclass(frozen=True, slots=True)
class Value:
    """`subject` (names of its row or of the filter it was counted under; empty = everything, unfiltered) has this number.

    `measure`: words one of which its metric must carry.
    `also`: other values that are as right, where definitions differ (the neighbours of a quantile).
    """

    subject: Words
    measure: Words
    value: float
    unit: str = "1"
    tolerance: float = 0.0
    also: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Extreme:
    """`value` is the most (or least, first, last) of its kind `attribute`, ranked by a metric with one of the words `by`."""

    value: str
    attribute: Words
    by: Words = ()
    quantifier: str = "most"


@dataclass(frozen=True, slots=True)
class Named:
    """The answer names this thing, or (with `like`) something this regular expression finds."""

    value: str
    like: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """Something of `subject` happened at this instant, give or take `tolerance_s`."""

    subject: Words
    at: datetime
    edge: Edge = "at"
    tolerance_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Found:
    """A finding about `entity`; fields that are None are not looked at. `accounts` must be among the finding's."""

    entity: str
    kinds: Words
    count: int | None = None
    succeeded: bool | None = None
    accounts: Words = ()
    first_seen: datetime | None = None
    last_seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """There is none of this: said as an absence, as a count of zero, or, unless it `must_be_said`, by abstaining."""

    subject: Words
    what: Words
    must_be_said: bool = False


@dataclass(frozen=True, slots=True)
class Blamed:
    """`service` stands first among the root causes; empty: somebody looked and nobody is blamed."""

    service: str


@dataclass(frozen=True, slots=True)
class Flagged:
    """There is a finding of one of these kinds, of any kind where none is named; only ever forbidden."""

    kinds: Words = ()


@dataclass(frozen=True, slots=True)
class Either:
    """One of these: the same truth can be said of a total, or of the part that a filter leaves."""

    facts: tuple["Fact", ...]


Fact = Value | Extreme | Named | Moment | Found | Absent | Blamed | Flagged | Either


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the raw rows say an answer must hold and must not hold."""

    required: tuple[Fact, ...] = ()
    forbidden: tuple[Fact, ...] = ()
