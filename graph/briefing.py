"""The briefer: chooses the period, has it analysed, and keeps the briefing; one a kind and period unless asked again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from agents.briefing.composition import Made, compose
from agents.briefing.dossier import Dossier
from domain.analysis import Analysis, Question
from domain.briefing import BriefingKind, Period
from domain.documents import document
from domain.errors import NothingFoundError
from domain.ids import DEFAULT_TENANT, Tenant
from domain.incidents import Incident
from domain.periods import Stored, period_of, whole_minute
from domain.ports import Clock, Documents, TelemetryStore
from domain.window import Window, rfc3339
from graph.analyst import Analyst
from graph.scoping import STALE_AFTER

Document = Mapping[str, Any]
TOOL_CALLS = 120  # a briefing looks at much more than a question does
BEFORE_INCIDENT, SHORTEST = timedelta(minutes=30), timedelta(minutes=1)
TEXTS: Mapping[BriefingKind, str] = {
    "hourly": "What happened in the hour?",
    "daily": "What happened in the day?",
    "weekly": "What happened in the week?",
    "situation": "What is happening?",
    "post_incident": "What happened?",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A briefing somebody or the clock wants: of the period before `at` (now, or the end of old data), in the zone `tz`.

    `is_due`: wanted by the clock, which leaves out a period that is not stored whole.
    """

    kind: BriefingKind
    at: datetime | None = None
    tz: str = "UTC"
    again: bool = False
    is_due: bool = False
    tenant: Tenant = DEFAULT_TENANT


class Briefer:
    """Makes and keeps briefings."""

    def __init__(
        self, analyst: Analyst, store: TelemetryStore, documents: Documents, clock: Clock, language: Literal["en", "ko"] = "en"
    ) -> None:
        self._analyst = analyst
        self._store = store
        self._documents = documents
        self._clock = clock
        self._language = language

    async def brief(self, wanted: Wanted) -> Document:
        """The briefing of a period. Raises NothingFoundError when nothing is stored of it."""
        stored = await self._stored(wanted.tenant)
        now = self._clock.now()
        at = wanted.at or (stored.until if now - stored.until > STALE_AFTER else now)
        period, note = period_of(wanted.kind, at, stored, wanted.tz)
        if note and wanted.is_due:
            raise NothingFoundError(note)
        return await self._made(wanted, Window(period.start, period.end, wanted.tz), f"BRF-{period.start:%Y%m%dT%H%M}-{wanted.kind}", note)

    async def situation(self, incident: Incident, tz: str = "UTC") -> Document:
        """The briefing of an incident that goes on: from half an hour before it began until now, or its end."""
        end = max(incident.end_at or self._clock.now(), incident.start_at + SHORTEST)
        window = Window(incident.start_at - BEFORE_INCIDENT, end, tz)
        wanted = Wanted("situation", tz=tz, again=True, tenant=incident.tenant)
        return await self._made(wanted, window, situation_id(incident), "")

    async def _stored(self, tenant: Tenant) -> Stored:
        extent = await self._store.extent(tenant)
        if extent is None:
            raise NothingFoundError("Nothing is stored yet. Load something first: watchfloor ingest FILE")
        return Stored(extent.oldest, whole_minute(extent.newest))

    async def _made(self, wanted: Wanted, window: Window, name: str, note: str) -> Document:
        kept = await self._documents.get("briefing", name, wanted.tenant)
        if kept is not None and not wanted.again and kept["period"]["end"] == rfc3339(window.end):
            return kept
        budget = replace(self._analyst.budget, tool_calls=TOOL_CALLS)
        question = Question(TEXTS[wanted.kind], window, tz=wanted.tz, language=self._language, trigger="schedule", budget=budget)
        analysis = await self._analyst.analyse(question, tenant=wanted.tenant)
        _refuse_empty(analysis)
        last = await self._last(wanted, Period(window.start, window.end))
        notes = (note,) if note else ()
        made = document(compose(analysis, Made(name, wanted.kind, self._clock.now(), notes, last)))
        await self._documents.put("briefing", name, made, wanted.tenant)
        return made

    async def _last(self, wanted: Wanted, period: Period) -> Document | None:
        """The newest kept briefing of this kind about an earlier period."""
        found = await self._documents.find("briefing", {"kind": wanted.kind}, wanted.tenant)
        earlier = [one for one in found if one["period"]["end"] <= rfc3339(period.start)]
        return max(earlier, key=lambda one: str(one["period"]["end"]), default=None)


def situation_id(incident: Incident) -> str:
    """The id of an incident's situation briefing; a new one takes its place."""
    return f"BRF-{incident.incident_id}-situation"


def _refuse_empty(analysis: Analysis) -> None:
    window = analysis.window
    if not Dossier(window, analysis.evidence).has_data:
        raise NothingFoundError(
            f"Nothing is stored between {rfc3339(window.start)} and {rfc3339(window.end)}; name another time with --at."
        )
