"""Analyses that start by themselves: of grave incidents, a few at a time, tried again when they fail."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from analytics.steering import signs
from domain.incidents import ANALYSED, INCIDENT_SEVERITIES, CauseNamed, Incident
from domain.ports import Clock
from grounding import display
from grounding.sanitising import inline
from incidents.knowledge import Knowledge
from incidents.notices import Notices
from incidents.records import Records
from incidents.wording import shortened

log = logging.getLogger(__name__)

Investigate = Callable[[Incident], Awaitable[Mapping[str, Any]]]

AT_ONCE = 2
FIRST_RETRY = timedelta(seconds=30)
LAST_RETRY = timedelta(minutes=15)
SECOND_LOOK = timedelta(minutes=2)
MOST_LOOKS = 3  # while no cause was named, each later than the one before


@dataclass(frozen=True, slots=True)
class Failure:
    """How often an incident's analysis failed in a row, and when it may be tried again."""

    times: int
    again_at: datetime


class Analyses:
    """Runs `investigate` for incidents and writes what it found onto them."""

    def __init__(self, investigate: Investigate, records: Records, knowledge: Knowledge, notices: Notices, clock: Clock) -> None:
        self._investigate = investigate
        self._records = records
        self._knowledge = knowledge
        self._notices = notices
        self._clock = clock
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._failures: dict[str, Failure] = {}

    def start(self, incident: Incident) -> bool:
        """Start the analysis of an incident where one is due: once a severity from high on, and again after reopening."""
        if incident.incident_id in self._running or not self._is_due(incident):
            return False
        task = asyncio.create_task(self._attempt(incident.incident_id), name=f"analysis {incident.incident_id}")
        self._running[incident.incident_id] = task
        task.add_done_callback(lambda _: self._running.pop(incident.incident_id, None))
        return True

    async def finished(self) -> None:
        """Wait for what runs now."""
        await asyncio.gather(*self._running.values())

    async def stop(self) -> None:
        """End what runs now; it starts again with the next process."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def analyse(self, name: str) -> Mapping[str, Any]:
        """Look into an incident now; the analysis document. Raises NothingFoundError, and what the analysis raises."""
        incident = await self._begun(name)
        found = await self._investigate(incident)
        await self._noted(name, incident.severity, found)
        return found

    def _is_due(self, incident: Incident) -> bool:
        now = self._clock.now()
        if incident.severity not in ANALYSED or incident.merged_into or incident.status == "resolved":
            return False
        if incident.snoozed_until and incident.snoozed_until > now:
            return False
        failure = self._failures.get(incident.incident_id)
        return (_is_graver(incident) or _is_open_question(incident, now)) and (failure is None or failure.again_at <= now)

    async def _attempt(self, name: str) -> None:
        async with self._slots:
            # What an analysis raises is a note on its incident, whatever it is: gathered, not caught.
            outcome = (await asyncio.gather(self.analyse(name), return_exceptions=True))[0]
        if isinstance(outcome, BaseException):
            await self._failed(name, outcome)
        else:
            self._failures.pop(name, None)

    async def _begun(self, name: str) -> Incident:
        async with self._records.changing:
            incident = await self._records.get(Incident, name)
            if incident.status in {"candidate", "open", "acknowledged"}:
                incident = replace(incident, status="investigating", updated_at=self._clock.now())
                await self._records.keep(incident)
            return incident

    async def _failed(self, name: str, error: BaseException) -> None:
        times = self._failures[name].times + 1 if name in self._failures else 1
        wait = min(FIRST_RETRY * 2 ** (times - 1), LAST_RETRY)
        self._failures[name] = Failure(times, self._clock.now() + wait)
        log.warning("analysis.failed", exc_info=error, extra={"incident_id": name, "times": times})
        reason = shortened(f"{type(error).__name__}: {error}", 300)
        async with self._records.changing:
            incident = await self._records.get(Incident, name)
            await self._records.keep(replace(incident, analysis_error=reason, updated_at=self._clock.now()))

    async def _noted(self, name: str, severity: str, found: Mapping[str, Any]) -> None:
        """What the analysis found, on the incident, its issue, its ticket and its undecided drafts."""
        now = self._clock.now()
        async with self._records.changing:
            incident = told(await self._records.get(Incident, name), found, now)
            issue = await self._knowledge.learn(incident, now, _workaround(found))
            incident = replace(incident, analysed_as=severity, analysed_at=now, issue_id=issue.issue_id, embedding_id=incident.incident_id)
            await self._records.keep(incident)
            await self._notices.refresh(incident)


def told(incident: Incident, found: Mapping[str, Any], at: datetime) -> Incident:
    """The incident with what an analysis document says of it; its status is `identified` when a cause was named."""
    cause = _cause(found)
    affected = found.get("affected") or {}
    services = (*incident.services, *affected.get("services", ()), *([cause.service] if cause and cause.service else []))
    status = incident.status
    if status == "investigating":
        status = "identified" if cause else "open"
    return replace(
        incident,
        # What a person confirmed is not overwritten by what an analysis says later.
        root_cause=incident.root_cause if incident.confirmed_by and incident.root_cause else cause or incident.root_cause,
        one_line=shortened(str(found.get("headline") or incident.one_line)),
        services=tuple(dict.fromkeys(services)),
        regions=tuple(dict.fromkeys((*incident.regions, *affected.get("regions", ())))),
        segments=tuple(dict.fromkeys((*incident.segments, *affected.get("segments", ())))),
        run_ids=tuple(dict.fromkeys((*incident.run_ids, str(found["run_id"])))),
        status=status,
        analysis_error="",
        updated_at=at,
    )


def _cause(found: Mapping[str, Any]) -> CauseNamed | None:
    """The first named cause, with the verdict of the claims that rest on its evidence."""
    causes = found.get("root_causes") or ()
    if not causes:
        return None
    first, proof = causes[0], set(causes[0].get("evidence") or ())
    claims = (claim for claim in found.get("claims", ()) if any(bind["evidence"] in proof for bind in claim.get("bind", ())))
    text = " ".join(inline(str(part)) for part in (first.get("component"), first.get("reason")) if part and not signs(str(part)))
    verdict = next((str(claim["verdict"]) for claim in claims), "unverified")
    return CauseNamed(f"{display.name(first['service'])}: {text}", verdict, str(found["run_id"]), str(first["service"]))


def _workaround(found: Mapping[str, Any]) -> str:
    return next((str(advice["text"]) for advice in found.get("recommendations", ()) if advice.get("justified")), "")


def _is_open_question(incident: Incident, now: datetime) -> bool:
    """Whether the looks so far came too early to name a cause, and more has been stored since."""
    looks = len(incident.run_ids)
    if incident.root_cause or incident.analysed_at is None or looks >= MOST_LOOKS:
        return False
    return now - incident.analysed_at >= SECOND_LOOK * looks


def _is_graver(incident: Incident) -> bool:
    if not incident.analysed_as:
        return True
    order = [str(name) for name in INCIDENT_SEVERITIES]
    return order.index(incident.severity) > order.index(incident.analysed_as)
