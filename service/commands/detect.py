"""`watchfloor detect`: replays detection over stored history."""

from collections.abc import Mapping
from typing import Any

from service.commands.incidents import line
from service.invocation import Invocation
from service.sessions import open_session


async def main(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """The incidents that the rules find; none is an answer."""
    asked = {"from": options["start"], "to": options["end"], "write": options["write"], "tz": options["tz"]}
    async with open_session(invocation, "detect") as session:
        found = await session.send("detect", asked)
    invocation.show(found, "\n".join(map(line, found)) or "No incidents.")
    return 0
