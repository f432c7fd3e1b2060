"""What people do with incidents: each step checked against the state the incident is in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

from domain.errors import WrongUseError
from domain.ids import DEFAULT_TENANT
from domain.incidents import Comment, Incident, IncidentSeverity, IncidentStatus
from domain.ports import Clock
from domain.window import rfc3339
from incidents.grouping import Book, last_evidence
from incidents.knowledge import Knowledge
from incidents.records import Records
from incidents.wording import rank

NEXT: Mapping[IncidentStatus, frozenset[IncidentStatus]] = {
    "candidate": frozenset({"open", "acknowledged", "investigating", "resolved"}),
    "open": frozenset({"acknowledged", "investigating", "identified", "resolved"}),
    "acknowledged": frozenset({"investigating", "identified", "resolved"}),
    "investigating": frozenset({"open", "identified", "resolved"}),
    "identified": frozenset({"investigating", "resolved"}),
    "resolved": frozenset({"open"}),
}
CHANGEABLE = ("title", "severity", "status", "assignee")


class Lifecycle:
    """Reads and changes incidents for people. Raises NothingFoundError for unknown ids and WrongUseError for what may not be."""

    def __init__(self, records: Records, knowledge: Knowledge, clock: Clock) -> None:
        self._records = records
        self._knowledge = knowledge
        self._clock = clock

    async def listed(self, limit: int = 100, **where: Any) -> list[Incident]:
        """Incidents whose fields have these values, the gravest first; merged ones only when a status is asked for."""
        service = where.pop("service", "")
        found = await self._records.all(Incident, **where)
        shown = [one for one in found if (not service or service in one.services) and (not one.merged_into or where.get("status"))]
        return sorted(shown, key=rank)[:limit]

    async def show(self, name: str) -> Incident:
        """One incident."""
        return await self._records.get(Incident, name)

    async def acknowledge(self, name: str, by: str) -> Incident:
        """Somebody has seen it."""
        async with self._records.changing:
            incident = await self._unresolved(name, "acknowledged")
            if incident.acknowledged_at is not None:
                raise WrongUseError(f"Incident {name!r} was acknowledged by {incident.acknowledged_by!r} already.")
            status: IncidentStatus = "acknowledged" if incident.status in {"candidate", "open"} else incident.status
            return await self._kept(replace(incident, status=status, acknowledged_by=by, acknowledged_at=self._clock.now()))

    async def assign(self, name: str, to: str) -> Incident:
        """Somebody takes it, or is given it."""
        async with self._records.changing:
            return await self._kept(replace(await self._unresolved(name, "assigned"), assignee=to))

    async def comment(self, name: str, by: str, text: str) -> Incident:
        """A person's words on it, in any state."""
        async with self._records.changing:
            incident = await self._records.get(Incident, name)
            return await self._kept(replace(incident, comments=(*incident.comments, Comment(by, text, self._clock.now()))))

    async def snooze(self, name: str, until: datetime) -> Incident:
        """Nothing starts by itself for it until then."""
        async with self._records.changing:
            incident = await self._unresolved(name, "snoozed")
            if until <= self._clock.now():
                raise WrongUseError(f"until={rfc3339(until)!r} is not in the future; give a later time.")
            return await self._kept(replace(incident, snoozed_until=until))

    async def resolve(self, name: str, by: str = "") -> Incident:
        """It is over."""
        async with self._records.changing:
            incident = await self._unresolved(name, "resolved")
            resolved = await self._kept(_resolved(incident, self._clock.now(), by))
            await self._knowledge.resolve(resolved, self._clock.now())
            return resolved

    async def confirm(self, name: str, by: str) -> Incident:
        """A person agrees that it is one, and with its cause where one was named."""
        async with self._records.changing:
            incident = await self._records.get(Incident, name)
            if incident.confirmed_by:
                raise WrongUseError(f"Incident {name!r} was confirmed by {incident.confirmed_by!r} already.")
            if incident.merged_into:
                raise WrongUseError(f"Incident {name!r} is part of {incident.merged_into!r}; confirm that one.")
            status: IncidentStatus = "open" if incident.status == "candidate" else incident.status
            await self._knowledge.confirm(incident, by, self._clock.now())
            return await self._kept(replace(incident, status=status, confirmed_by=by))

    async def change(self, name: str, fields: Mapping[str, Any]) -> Incident:
        """New values for title, severity, status or assignee."""
        async with self._records.changing:
            incident = await self._records.get(Incident, name)
            unknown = sorted(set(fields) - set(CHANGEABLE))
            if unknown:
                raise WrongUseError(f"Fields {unknown} cannot be changed; these can: {', '.join(CHANGEABLE)}.")
            if "severity" in fields and fields["severity"] not in get_args(IncidentSeverity):
                raise WrongUseError(f"severity={fields['severity']!r} is none of {', '.join(get_args(IncidentSeverity))}.")
            moved = _moved(incident, fields["status"], self._clock.now()) if "status" in fields else incident
            return await self._kept(replace(moved, **{key: value for key, value in fields.items() if key != "status"}))

    async def merge(self, name: str, into: str) -> Incident:
        """Two incidents are one; the one that remains."""
        async with self._records.changing:
            pair = [await self._records.get(Incident, one) for one in (into, name)]
            if name == into:
                raise WrongUseError(f"Incident {name!r} cannot be merged into itself.")
            for incident in pair:
                if incident.merged_into:
                    raise WrongUseError(f"Incident {incident.incident_id!r} is part of {incident.merged_into!r} already.")
            book = Book({incident.incident_id: incident for incident in pair})
            book.merge(into, name, self._clock.now())
            for changed in book.incidents.values():
                await self._records.keep(changed)
            return book.incidents[into]

    async def split(self, name: str, services: tuple[str, ...]) -> Incident:
        """The alarms of some services become an incident of their own; that one."""
        async with self._records.changing:
            incident = await self._unresolved(name, "split")
            foreign = sorted(set(services) - set(incident.services))
            if not services or foreign or set(services) == set(incident.services):
                raise WrongUseError(f"services={list(services)} must be some, not all, of {list(incident.services)}.")
            kept, taken = _parted(incident, services)
            now = self._clock.now()
            free = await self._records.free_name(Incident, f"INC-{taken.start_at:%Y%m%dT%H%M%S}-{services[0]}")
            await self._kept(kept)
            return await self._kept(replace(taken, incident_id=free, created_at=now))

    async def _unresolved(self, name: str, what: str) -> Incident:
        incident = await self._records.get(Incident, name)
        if incident.status == "resolved":
            raise WrongUseError(f"Incident {name!r} is resolved and cannot be {what}; set its status to open first.")
        return incident

    async def _kept(self, incident: Incident) -> Incident:
        kept = replace(incident, updated_at=self._clock.now())
        await self._records.keep(kept)
        return kept


def _moved(incident: Incident, status: Any, at: datetime) -> Incident:
    if status not in NEXT[incident.status] or incident.merged_into:
        allowed = ", ".join(sorted(NEXT[incident.status]))
        raise WrongUseError(
            f"Incident {incident.incident_id!r} is {incident.status} and cannot become {status!r}; it can become {allowed}."
        )
    if status == "resolved":
        return _resolved(incident, at, "")
    return replace(incident, status=status, end_at=None, resolved_at=None)


def _resolved(incident: Incident, at: datetime, by: str) -> Incident:
    note = (Comment(by, "resolved", at),) if by else ()
    return replace(incident, status="resolved", end_at=last_evidence(incident), resolved_at=at, comments=(*incident.comments, *note))


def _parted(incident: Incident, services: tuple[str, ...]) -> tuple[Incident, Incident]:
    mine = tuple(alarm for alarm in incident.alarms if alarm.service in services)
    rest = tuple(alarm for alarm in incident.alarms if alarm.service not in services)
    kept = replace(incident, alarms=rest, services=tuple(name for name in incident.services if name not in services))
    taken = Incident(
        incident_id="",
        title=f"{', '.join(services)}: split from {incident.incident_id}",
        status="open",
        severity=incident.severity,
        start_at=min((alarm.start_at for alarm in mine), default=incident.start_at),
        created_at=incident.created_at,
        updated_at=incident.updated_at,
        fingerprint=f"{incident.fingerprint}/{'+'.join(services)}",
        trigger="manual",
        services=services,
        alarms=mine,
        tenant=incident.tenant or DEFAULT_TENANT,
    )
    return kept, taken
