"""`watchfloor drafts list|approve|reject`."""

from collections.abc import Mapping
from typing import Any

from service.invocation import Invocation
from service.sessions import open_session


async def show_list(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Drafts of notices, newest first; exit 3 when there are none."""
    async with open_session(invocation, "drafts list") as session:
        drafts = await session.read("drafts", options)
    invocation.show(drafts, "\n\n".join(map(_text, drafts)) or "No drafts.")
    return 0 if drafts else 3


async def approve(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Approve one; nothing is sent."""
    return await _decide(invocation, options, "approve")


async def reject(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Reject one."""
    return await _decide(invocation, options, "reject")


async def _decide(invocation: Invocation, options: Mapping[str, Any], step: str) -> int:
    async with open_session(invocation, f"drafts {step}") as session:
        draft = await session.send(f"drafts/{options['name']}/{step}", {"by": options["by"]})
    invocation.show(draft, _text(draft))
    return 0


def _text(draft: Mapping[str, Any]) -> str:
    return f"{draft['alert_id']}  {draft['state']}  {draft['incident_id']}\n{draft['subject']}\n{draft['body']}"
