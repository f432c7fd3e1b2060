"""What a run tells those who watch it: typed events, sent as they happen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

EventName = Literal["route", "tool", "evidence", "claim", "verdict", "token", "final", "error"]


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a run; `data` is JSON."""

    name: EventName
    data: Mapping[str, Any]


Emit = Callable[[Event], None]


def silent(_event: Event) -> None:
    """Nobody watches."""
