"""The request that is being answered now, as far as code inside it wants to know or to say."""

from collections import Counter
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Ongoing:
    """What is known of a request before its end; `said` is what the application adds to its event."""

    request_id: str
    trace_id: str = ""
    span_id: str = ""
    said: dict[str, Any] = field(default_factory=dict)
    logged: Counter[str] = field(default_factory=Counter)


_CURRENT: ContextVar[Ongoing | None] = ContextVar("watchfloor_request", default=None)


def current() -> Ongoing | None:
    """The request of this task or thread; None outside of one."""
    return _CURRENT.get()


def annotate(**fields: Any) -> None:
    """Add fields to the event of the current request (`customer_id`, `user_id`, `error_code`, anything); nothing outside of one."""
    if ongoing := _CURRENT.get():
        ongoing.said.update(fields)


def begin(ongoing: Ongoing) -> Token[Ongoing | None]:
    """From here on this is the current request."""
    return _CURRENT.set(ongoing)


def end(token: Token[Ongoing | None]) -> None:
    """No longer; where the context is another one by now, there is nothing to undo."""
    try:
        _CURRENT.reset(token)
    except ValueError:
        _CURRENT.set(None)
