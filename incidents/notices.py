"""What follows from a critical incident: one ticket, and two drafts of notices that a person approves. Nothing is sent anywhere."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Literal

from agents.messages import said, translated
from domain.errors import WrongUseError
from domain.incidents import Draft, DraftState, Incident, Ticket
from domain.window import rfc3339
from grounding import display
from grounding.sanitising import inline
from incidents.records import Records
from incidents.wording import numbers_of, said_title, slug

SHOWN_ALARMS = 8
APOLOGY = "Since {since} {felt}. We are working on it and will write again when it is over. We are sorry for the trouble."
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

    def __init__(self, records: Records, language: str = "en") -> None:
        self._records = records
        self._language = language

    async def raise_for(self, incident: Incident, at: datetime) -> Incident:
        """The incident with its one ticket; the ticket and both drafts are made where it has none."""
        if incident.ticket_id:
            return incident
        name = await self._records.free_name(Ticket, f"MON-{at:%Y%m%dT%H%M%S}-{slug(_service(incident))}")
        raised = replace(incident, ticket_id=name)
        await self._records.keep(_ticket(raised, at, self._language))
        for kind in ("engineering", "customer"):
            free = await self._records.free_name(Draft, f"ALR-{at:%Y%m%dT%H%M%S}-{kind}")
            await self._records.keep(_draft(raised, kind, free, at, self._language))
        return raised

    async def refresh(self, incident: Incident) -> None:
        """The ticket and the undecided drafts with what has become known since."""
        ticket = await self._records.find(Ticket, incident.ticket_id) if incident.ticket_id else None
        if ticket is None:
            return
        await self._records.keep(replace(ticket, body=_details(incident, self._language)))
        for draft in await self._records.all(Draft, incident_id=incident.incident_id, state="draft"):
            fresh = _draft(incident, draft.alert_type, draft.alert_id, draft.created_at, self._language)
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


def _ticket(incident: Incident, at: datetime, language: str) -> Ticket:
    return Ticket(
        ticket_id=incident.ticket_id,
        product=inline(_service(incident)),
        subject=said("Critical issue: {title}", language, title=_title(incident, language)),
        body=_details(incident, language),
        incident_id=incident.incident_id,
        created_at=at,
        tenant=incident.tenant,
    )


def _title(incident: Incident, language: str) -> str:
    return translated(said_title(incident), language)


def _details(incident: Incident, language: str) -> str:
    """Description and metrics, for engineers."""
    tell = partial(said, language=language)
    alarms = sorted(incident.alarms, key=lambda alarm: alarm.start_at)[:SHOWN_ALARMS]
    lines = [
        tell("{title}, since {start}.", title=_title(incident, language), start=rfc3339(incident.start_at)),
        inline(incident.one_line) if incident.one_line else "",
        _cause(incident, language),
        tell("Metrics:"),
        *(tell("- {numbers} (since {start})", numbers=numbers_of(alarm), start=rfc3339(alarm.start_at)) for alarm in alarms),
        _requests(incident, language),
        tell("Incident: {name}", name=incident.incident_id),
    ]
    return "\n".join(line for line in lines if line)


def _cause(incident: Incident, language: str) -> str:
    if incident.root_cause is None:
        return said("Cause: not known yet", language)
    return said("Cause ({verdict}): {cause}", language, verdict=incident.root_cause.verdict, cause=inline(incident.root_cause.text))


def _requests(incident: Incident, language: str) -> str:
    if not incident.requests_total:
        return ""
    counts = {"total": f"{incident.requests_total:,}", "listed": len(incident.request_ids)}
    return said("Requests: {total} with errors, {listed} listed", language, **counts)


def _draft(incident: Incident, kind: Kind, name: str, at: datetime, language: str) -> Draft:
    subject, body = _engineering(incident, language) if kind == "engineering" else _customer(incident, language)
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


def _engineering(incident: Incident, language: str) -> tuple[str, str]:
    services = ", ".join(map(display.name, incident.services)) or said("unknown service", language)
    subject = f"[{said(incident.severity, language)}] {services}: {_title(incident, language)}"
    return subject, f"{_details(incident, language)}\n{said('Ticket: {name}', language, name=incident.ticket_id)}"


def _customer(incident: Incident, language: str) -> tuple[str, str]:
    """For people outside: what they may notice and since when; no names of services, hosts, codes or causes."""
    felt = next((_FELT[alarm.family] for alarm in incident.alarms if alarm.family in _FELT), "parts of our service may not work as usual")
    since = f"{incident.start_at:%d %B %Y, %H:%M} UTC"
    if language == "ko":
        since = f"{incident.start_at:%Y-%m-%d %H:%M} UTC"
    body = said(APOLOGY, language, since=since, felt=said(felt, language))
    return said("We are looking into a problem with our service", language), body
