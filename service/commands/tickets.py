"""`watchfloor tickets list`."""

from collections.abc import Mapping
from typing import Any

from service.invocation import Invocation
from service.sessions import open_session


async def show_list(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Tickets of critical incidents, newest first; exit 3 when there are none."""
    async with open_session(invocation, "tickets list") as session:
        tickets = await session.read("tickets", options)
    lines = [f"{item['ticket_id']:<34} {item['status']:<8} {item['incident_id']:<34} {item['subject']}" for item in tickets]
    invocation.show(tickets, "\n".join(lines) or "No tickets.")
    return 0 if tickets else 3
