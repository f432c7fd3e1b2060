"""The knowledge base: problems as they are known, each found again by what it reads like."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.documents import document
from domain.incidents import Alarm, Incident, Issue, IssueStatus
from domain.ports import Embedder, VectorIndex
from domain.window import rfc3339
from grounding import display
from grounding.sanitising import inline
from incidents.records import Records
from incidents.severity import graver
from incidents.wording import numbers_of, said_title, search_text, shortened, slug

ISSUES, INCIDENTS = "issues", "incidents"
SAME = 0.85
NEAREST = 10


class Knowledge:
    """Issues in documents and in the vector index; the index can always be made anew from the documents."""

    def __init__(self, records: Records, index: VectorIndex, embedder: Embedder) -> None:
        self._records = records
        self._index = index
        self._embedder = embedder

    async def learn(self, incident: Incident, at: datetime, workaround: str = "") -> Issue:
        """The issue an incident belongs to: the one it had, one that reads alike, or a new one. Raises StoreError."""
        vector = await self._vector(_draft(incident, "", at).search_text)
        known = await self._known(incident, vector)
        if known is None:
            name = await self._records.free_name(Issue, f"ISS-{incident.start_at:%Y%m%dT%H%M%S}-{slug(_service(incident))}")
            known = _draft(incident, name, at)
        issue = _updated(known, incident, at, workaround)
        await self._store(issue, vector)
        await self._remember(incident, issue)
        return issue

    async def resolve(self, incident: Incident, at: datetime) -> None:
        """Mark an incident's issue as resolved when none of its incidents is live any more."""
        issue = await self._records.find(Issue, incident.issue_id) if incident.issue_id else None
        if issue is None or issue.status == "resolved" or await self._is_live(issue):
            return
        await self._store(replace(issue, status="resolved", updated_at=at))
        await self._remember(incident, issue)

    async def confirm(self, incident: Incident, by: str, at: datetime) -> None:
        """A person has confirmed an incident: its issue is no longer a machine's word alone."""
        issue = await self._records.find(Issue, incident.issue_id) if incident.issue_id else None
        if issue is not None:
            await self._store(replace(issue, confirmed_by=by, ai_generated=False, updated_at=at))
            await self._remember(replace(incident, confirmed_by=by), issue)

    async def search(self, text: str, where: Mapping[str, Any], limit: int) -> list[dict[str, Any]]:
        """Issues with `similarity`, nearest first; without a text the newest ones."""
        if not text:
            return [document(issue) for issue in await self._records.all(Issue, limit, **where)]
        hits = await self._index.search(ISSUES, await self._vector(text), self._records.tenant, limit, where)
        found = [(await self._records.find(Issue, hit.id), hit.similarity) for hit in hits]
        return [document(issue) | {"similarity": round(similarity, 4)} for issue, similarity in found if issue]

    async def _known(self, incident: Incident, vector: Sequence[float]) -> Issue | None:
        """The issue it has already, else the nearest one that is similar enough and about a service of its."""
        if incident.issue_id and (own := await self._records.find(Issue, incident.issue_id)):
            return own
        for hit in await self._index.search(ISSUES, vector, self._records.tenant, NEAREST):
            issue = await self._records.find(Issue, hit.id) if hit.similarity >= SAME else None
            if issue and (not incident.services or not issue.affected_services or set(issue.affected_services) & set(incident.services)):
                return issue
        return None

    async def _is_live(self, issue: Issue) -> bool:
        found = [await self._records.find(Incident, name) for name in issue.incident_ids]
        return any(incident and incident.status != "resolved" for incident in found)

    async def _store(self, issue: Issue, vector: Sequence[float] | None = None) -> None:
        payload = {"issue_id": issue.issue_id, "ai_generated": issue.ai_generated, "status": issue.status, "severity": issue.severity}
        payload |= {"created_at": rfc3339(issue.created_at), "tenant": str(issue.tenant)}
        vector = vector or await self._vector(issue.search_text)
        await self._index.upsert(ISSUES, {issue.issue_id: (vector, payload)}, self._records.tenant)
        await self._records.keep(issue)

    async def _remember(self, incident: Incident, issue: Issue) -> None:
        """The incident's own vector, by which an analysis finds incidents like its own."""
        cause = incident.root_cause.text if incident.root_cause else ""
        payload: dict[str, Any] = {
            "incident_id": incident.incident_id,
            "issue_id": issue.issue_id,
            "title": incident.title,
            "status": incident.status,
        }
        run = incident.root_cause.run_id if incident.root_cause else next(reversed(incident.run_ids), "")
        payload |= {"confirmed_by": incident.confirmed_by, "run_id": run}
        payload |= {"root_cause": cause, "start_at": rfc3339(incident.start_at), "services": list(incident.services)}
        vector = await self._vector(search_text(incident))
        await self._index.upsert(INCIDENTS, {incident.incident_id: (vector, payload)}, self._records.tenant)

    async def _vector(self, text: str) -> list[float]:
        return (await asyncio.to_thread(self._embedder.embed, [text]))[0]


def _service(incident: Incident) -> str:
    return next(iter(incident.services), "unknown")


def _draft(incident: Incident, name: str, at: datetime) -> Issue:
    return Issue(
        issue_id=name,
        title=said_title(incident),
        status="investigating",
        severity=incident.severity,
        created_at=at,
        updated_at=at,
        affected_services=incident.services,
        description=_description(incident),
        kb_document_id=name,
        tenant=incident.tenant,
    )


def _description(incident: Incident) -> str:
    """What is known of the problem, without the numbers of one occurrence."""
    codes = ", ".join(dict.fromkeys(display.name(alarm.error_code) for alarm in incident.alarms if alarm.error_code))
    rules = ", ".join(dict.fromkeys(alarm.rule for alarm in incident.alarms))
    cause = f" Cause: {inline(incident.root_cause.text)}." if incident.root_cause else ""
    return f"Seen by {rules}{f' with error codes {codes}' if codes else ''}.{cause}"


def _updated(issue: Issue, incident: Incident, at: datetime, workaround: str) -> Issue:
    alarm = max(incident.alarms, key=lambda one: one.value, default=None)
    measured = _measured(issue, alarm) if alarm else issue
    return replace(
        measured,
        status=_status(issue, incident),
        severity=graver(issue.severity, incident.severity),
        affected_services=_joined(issue.affected_services, incident.services),
        affected_regions=_joined(issue.affected_regions, incident.regions),
        description=_description(incident) if incident.root_cause else issue.description,
        workaround=workaround or issue.workaround,
        incident_ids=_joined(issue.incident_ids, (incident.incident_id,)),
        related_event_ids=_joined(issue.related_event_ids, incident.event_ids)[-100:],
        updated_at=at,
    )


def _status(issue: Issue, incident: Incident) -> IssueStatus:
    is_known = incident.root_cause is not None or (issue.status != "investigating" and "Cause:" in issue.description)
    return "identified" if is_known else "investigating"


def _measured(issue: Issue, alarm: Alarm) -> Issue:
    change = 100 * (alarm.value - alarm.baseline) / alarm.baseline if alarm.baseline else None
    shown = round(change, 1) if change is not None else None
    return replace(issue, impact=shortened(numbers_of(alarm), 300), baseline=alarm.baseline, current=alarm.value, change_pct=shown)


def _joined(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))
