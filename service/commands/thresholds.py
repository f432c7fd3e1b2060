"""`watchfloor thresholds show|set`."""

from collections.abc import Mapping
from typing import Any

from service.invocation import Invocation
from service.sessions import open_session

ROUTE = "thresholds"


async def show(invocation: Invocation, _options: Mapping[str, Any]) -> int:
    """Every threshold with its value."""
    async with open_session(invocation, ROUTE) as session:
        _show(invocation, await session.read(ROUTE))
    return 0


async def change(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Change one; all are shown."""
    async with open_session(invocation, ROUTE) as session:
        _show(invocation, await session.send(ROUTE, {options["name"]: options["value"]}, "PUT"))
    return 0


def _show(invocation: Invocation, thresholds: Mapping[str, float]) -> None:
    invocation.show(thresholds, "\n".join(f"{name:<20} {value:g}" for name, value in thresholds.items()))
