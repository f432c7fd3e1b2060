"""What follows from a critical incident: one ticket, and two drafts of notices that a person approves. Nothing is sent anywhere."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from domain.errors import WrongUseError
from domain.incidents import Draft, DraftState, Incident, Ticket
from domain.window import rfc3339
from grounding import display
from grounding.sanitising import inline
from incidents.records import Records
from incidents.wording import numbers_of, said_title, slug

SHOWN_ALARMS = 8
Kind = Literal["engineering", "customer"]
_FELT = {
    "errors": "some requests may fail",
    "latency": "some pages may take longer than usual",
    "calls": "some pages may take longer than usual",
    "volume": "part of our service may be unavailable",
    "security": "we see unusual sign-in activity and may ask you to confirm who you are",
}


class Notices:
    """Tickets and drafts of incidents."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def raise_for(self, incident: Incident, at: datetime) -> Incident:
        """The incident with its one ticket; the ticket and both drafts are made where it has none."""
        if incident.ticket_id:
            return incident
        name = await self._records.free_name(Ticket, f"MON-{at:%Y%m%dT%H%M%S}-{slug(_service(incident))}")
        raised = replace(incident, ticket_id=name)
        await self._records.keep(_ticket(raised, at))
        for kind in ("engineering", "customer"):
            free = await self._records.free_name(Draft, f"ALR-{at:%Y%m%dT%H%M%S}-{kind}")
            await self._records.keep(_draft(raised, kind, free, at))
        return raised

    async def refresh(self, incident: Incident) -> None:
        """The ticket and the undecided drafts with what has become known since."""
        ticket = await self._records.find(Ticket, incident.ticket_id) if incident.ticket_id else None
        if ticket is None:
            return
        await self._records.keep(replace(ticket, body=_details(incident)))
        for draft in await self._records.all(Draft, incident_id=incident.incident_id, state="draft"):
            fresh = _draft(incident, draft.alert_type, draft.alert_id, draft.created_at)
            await self._records.keep(replace(fresh, related_issue_id=incident.issue_id))

    async def decide(self, name: str, state: Literal["approved", "rejected"], by: str) -> Draft:
        """Approve or reject a draft. Raises NothingFoundError, and WrongUseError for one that is decided already."""
        async with self._records.changing:
            draft = await self._records.get(Draft, name)
            if draft.state != "draft":
                raise WrongUseError(f"Draft {name!r} is {draft.state} already; only a draft can be {state}.")
            decided = replace(draft, state=_checked(state), decided_by=by)
            await self._records.keep(decided)
            return decided


def _checked(state: DraftState) -> DraftState:
    return state


def _service(incident: Incident) -> str:
    return next(iter(incident.services), "unknown")


def _ticket(incident: Incident, at: datetime) -> Ticket:
    return Ticket(
        ticket_id=incident.ticket_id,
        product=inline(_service(incident)),
        subject=f"Critical issue: {said_title(incident)}",
        body=_details(incident),
        incident_id=incident.incident_id,
        created_at=at,
        tenant=incident.tenant,
    )


def _details(incident: Incident) -> str:
    """Description and metrics, for engineers."""
    cause = (
        f"\nCause ({incident.root_cause.verdict}): {inline(incident.root_cause.text)}" if incident.root_cause else "\nCause: not known yet"
    )
    summary = f"\n{inline(incident.one_line)}" if incident.one_line else ""
    alarms = sorted(incident.alarms, key=lambda alarm: alarm.start_at)[:SHOWN_ALARMS]
    metrics = "\n".join(f"- {numbers_of(alarm)} (since {rfc3339(alarm.start_at)})" for alarm in alarms)
    requests = f"\nRequests: {incident.requests_total:,} with errors, {len(incident.request_ids)} listed" if incident.requests_total else ""
    head = f"{said_title(incident)}, since {rfc3339(incident.start_at)}.{summary}{cause}"
    return f"{head}\nMetrics:\n{metrics}{requests}\nIncident: {incident.incident_id}"


def _draft(incident: Incident, kind: Kind, name: str, at: datetime) -> Draft:
    subject, body = _engineering(incident) if kind == "engineering" else _customer(incident)
    return Draft(
        alert_id=name,
        alert_type=kind,
        subject=subject,
        body=body,
        affected_service=inline(_service(incident)),
        related_issue_id=incident.issue_id,
        related_ticket_id=incident.ticket_id,
        created_at=at,
        incident_id=incident.incident_id,
        tenant=incident.tenant,
    )


def _engineering(incident: Incident) -> tuple[str, str]:
    services = ", ".join(map(display.name, incident.services)) or "unknown service"
    return f"[{incident.severity}] {services}: {said_title(incident)}", f"{_details(incident)}\nTicket: {incident.ticket_id}"


def _customer(incident: Incident) -> tuple[str, str]:
    """For people outside: what they may notice and since when; no names of services, hosts, codes or causes."""
    felt = next((_FELT[alarm.family] for alarm in incident.alarms if alarm.family in _FELT), "parts of our service may not work as usual")
    since = f"{incident.start_at:%d %B %Y, %H:%M} UTC"
    body = f"Since {since} {felt}. We are working on it and will write again when it is over. We are sorry for the trouble."
    return "We are looking into a problem with our service", body
