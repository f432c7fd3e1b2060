"""Signs: what about a service stands out in some spell of time, over the bars of surprise and size."""

from dataclasses import dataclass
from typing import Literal

from analytics.rca.spells import Spell

SignKind = Literal[
    "own_errors",  # it fails, and nothing it called failed first
    "own_time",  # it takes longer, without what it waits for
    "fan_out",  # it calls another more often for each call it gets
    "vanished",  # it is called no more although its callers are
    "crash",  # it says, as FATAL, what it never said
    "message",  # it says what it never or seldom said
    "complaint",  # others say its name in what they never or seldom said
    "cpu",
    "memory",
    "disk",
    "pool",
    "queue",
    "cache",
    "refused",  # log-ins of many accounts are refused
    "missing",  # many paths that do not exist are asked for
]


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that stands out about `service`; `strength` is 1 at the bar and grows to a cap, `value` and `baseline` are in `unit`.

    `component` is the operation, gauge, message or callee it was seen at; `of` the service that showed it, where that is another.
    """

    kind: SignKind
    service: str
    component: str
    spell: Spell
    strength: float
    metric: str
    value: float
    baseline: float
    unit: str
    of: str = ""
    text: str = ""
