"""Where events go."""

from collections.abc import Mapping
from typing import Any, Protocol


class Sink(Protocol):
    """A Sender, or whatever else takes events without waiting and without raising."""

    def put(self, event: Mapping[str, Any]) -> bool:
        """Whether the event was taken; if not, the sink counts it."""
        ...
