"""`watchfloor dlq list`."""

from collections.abc import Mapping
from typing import Any

from service.invocation import Invocation
from service.sessions import open_session

CUT = 100


async def show_list(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Dead letters, newest first; exit 3 when there are none."""
    async with open_session(invocation, "dlq list") as session:
        letters = (await session.read("dlq"))[: options["limit"]]
    lines = [f"{item['received_at']}  {item['source']}:{item['line']}  {item['reason']}  {item['text'][:CUT]!r}" for item in letters]
    invocation.show(letters, "\n".join(lines) or "No dead letters.")
    return 0 if letters else 3
