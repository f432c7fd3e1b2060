"""Briefings sent on: every configured channel gets the Markdown, and the briefing remembers how it went."""

from collections.abc import Mapping
from typing import Any

from agents.briefing.page import markdown
from domain.audit import AuditNote
from domain.errors import WatchfloorError, WrongUseError
from domain.ids import RunId
from domain.ports import Notifier
from domain.window import rfc3339
from grounding.sanitising import shared
from service.parts import Parts

Document = Mapping[str, Any]


async def delivered(parts: Parts, briefing: Document) -> Document:
    """The briefing with its deliveries, kept. Raises WrongUseError when no channel is configured."""
    if not parts.notifiers:
        raise WrongUseError("No channel is configured to deliver to: set WATCHFLOOR_BRIEFING_WEBHOOK to a URL that takes JSON.")
    text = markdown(briefing)
    attempts = [await _sent(notifier, briefing, text) for notifier in parts.notifiers]
    sent = {**briefing, "deliveries": [*briefing["deliveries"], *({**one, "at": rfc3339(parts.clock.now())} for one in attempts)]}
    await parts.documents.put("briefing", str(briefing["briefing_id"]), sent)
    run_id = RunId(str(briefing.get("run_id", "")))
    notes = [
        AuditNote("briefing.delivered", parts.clock.now(), run_id, {"briefing_id": briefing["briefing_id"], **one}) for one in attempts
    ]
    await parts.audit.append(notes)
    return sent


async def _sent(notifier: Notifier, briefing: Document, text: str) -> dict[str, str]:
    """How one channel took it; a channel that fails loses no briefing."""
    try:
        await notifier.send(text, shared(briefing))
    except WatchfloorError as error:
        return {"channel": notifier.channel, "state": "failed", "reason": str(error)}
    return {"channel": notifier.channel, "state": "sent"}
