"""Briefings: asked for, on a clock, and sent on."""

import logging
from collections.abc import Awaitable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from domain.briefing import BriefingKind
from domain.errors import NothingFoundError
from domain.incidents import Incident
from graph.briefing import Briefer, Wanted, situation_id
from service.delivery import delivered
from service.parts import Parts
from service.scheduler import Job
from service.scope import extent_of, instant, reference, zone

log = logging.getLogger(__name__)

Document = Mapping[str, Any]
INCIDENT = TypeAdapter(Incident)
GOING_ON = ("open", "acknowledged", "investigating", "identified")
SITUATIONS_EVERY, AT_ONCE = timedelta(minutes=1), 2
EVERY: Mapping[BriefingKind, timedelta] = {"hourly": timedelta(hours=1), "daily": timedelta(hours=1)}
SHORT = ("briefing_id", "kind", "period", "summary", "is_quiet", "created_at", "run_id")


class BriefRequest(BaseModel):
    """Which briefing: of the last full hour, day or week before `at` (RFC 3339 or relative; empty: now, or the end of old data)."""

    model_config = ConfigDict(extra="forbid")
    period: Literal["hourly", "daily", "weekly"] = "daily"
    at: str = ""
    tz: str = ""
    again: bool = False
    deliver: bool = False


async def brief(parts: Parts, request: BriefRequest) -> Document:
    """The briefing asked for. Raises NothingFoundError when nothing is stored of its period."""
    at = instant(request.at, reference(parts, await extent_of(parts))) if request.at else None
    wanted = Wanted(request.period, at, zone(request.tz or parts.settings.timezone), again=request.again)
    made = await briefer(parts).brief(wanted)
    return await delivered(parts, made) if request.deliver else made


async def situation(parts: Parts, incident: Incident) -> Document:
    """The briefing of an incident as it stands."""
    return await briefer(parts).situation(incident, parts.settings.timezone)


async def brief_slot(parts: Parts, kind: BriefingKind, slot: datetime) -> None:
    """The briefing that is due at a slot, made once; a period that is not stored whole is left out."""
    await _logged(briefer(parts).brief(Wanted(kind, slot, parts.settings.timezone, is_due=True)), kind)


async def brief_situations(parts: Parts, slot: datetime) -> None:
    """A situation briefing for each critical incident that goes on, was analysed and has none; some at a time."""
    del slot
    found = await parts.documents.find("incident", {"severity": "critical", "status": list(GOING_ON)})
    analysed = [INCIDENT.validate_python(one) for one in found if one.get("run_ids")]
    waiting = [one for one in analysed if await parts.documents.get("briefing", situation_id(one)) is None]
    for incident in waiting[:AT_ONCE]:
        await _logged(situation(parts, incident), "situation")


async def _logged(making: Awaitable[Document], kind: BriefingKind) -> None:
    """Work on a clock: what cannot be made is told to the log and not tried again."""
    try:
        made = await making
    except NothingFoundError as nothing:
        log.info("briefing.skipped", extra={"kind": kind, "reason": str(nothing)})
        return
    log.info("briefing.made", extra={"briefing_id": made["briefing_id"], "run_id": made["run_id"]})


def briefing_jobs(parts: Parts) -> list[Job]:
    """Hourly and daily briefings, and situations. A day ends when the reader's clock says, so every hour looks whether one has."""
    calendar = [Job(f"briefing.{kind}", every, partial(brief_slot, parts, kind)) for kind, every in EVERY.items()]
    return [*calendar, Job("briefing.situation", SITUATIONS_EVERY, partial(brief_situations, parts))]


async def listed(parts: Parts, kind: str = "", limit: int = 50) -> list[Document]:
    """Kept briefings in short, the latest period first."""
    where = {"kind": kind} if kind else None
    found = await parts.documents.find("briefing", where, limit=limit)
    short = [{name: one[name] for name in SHORT} for one in found]
    return sorted(short, key=lambda one: str(one["period"]["end"]), reverse=True)


async def one(parts: Parts, briefing_id: str) -> Document:
    """A kept briefing. Raises NothingFoundError when there is none of that id."""
    found = await parts.documents.get("briefing", briefing_id)
    if found is None:
        raise NothingFoundError(f"There is no briefing {briefing_id!r}; GET /api/briefings lists them.")
    return found


def briefer(parts: Parts) -> Briefer:
    """The briefer over wired parts."""
    return Briefer(parts.analyst, parts.store, parts.documents, parts.clock, parts.settings.language_for())
