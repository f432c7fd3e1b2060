"""`watchfloor brief`: what happened in the last hour, day or week."""

from collections.abc import Mapping
from typing import Any

from agents.briefing.page import markdown
from service.invocation import Invocation
from service.sessions import open_session


async def main(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Make the briefing, or show the one that is kept; exit 3 when nothing is stored of its period."""
    async with open_session(invocation, "brief") as session:
        briefing = await session.send("briefings", options)
    invocation.show(briefing, markdown(briefing))
    return 0
