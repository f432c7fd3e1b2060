"""Investigations: an incident, an alert or just a window, looked into by every desk through the same graph as a question."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from domain.analysis import Analysis, Question, Trigger
from domain.errors import NothingFoundError
from domain.ids import ThreadId
from domain.incidents import INCIDENT_SEVERITIES, Alert, Incident
from domain.window import Window
from graph.events import Emit, silent
from prompts.veil import is_safe_name
from service.alerts import alerts_of
from service.parts import Parts
from service.scope import extent_of, latest, reference, window, zone

INCIDENT = TypeAdapter(Incident)
LEAD = timedelta(minutes=30)


class InvestigateRequest(BaseModel):
    """What to look into; times are RFC 3339 or relative. Without anything: the last 24 h that are stored."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    incident: str = ""
    alert: dict[str, Any] | None = None
    service: str = ""
    start: str = Field("", alias="from")
    end: str = Field("", alias="to")
    tz: str = ""


async def investigate(parts: Parts, request: InvestigateRequest, emit: Emit = silent) -> Analysis:
    """One analysis of an incident, an alert or a window. Raises NothingFoundError for an incident that is none."""
    if request.incident:
        return await of_incident(parts, await _incident(parts, request.incident), emit)
    if request.alert:
        return await of_alert(parts, alerts_of(request.alert), emit)
    tz = zone(request.tz or parts.settings.timezone)
    asked = await window(parts, request.start, request.end, tz) or await latest(parts, tz)
    return await _looked_into(
        parts,
        Question(_text(request.service), asked, tz=tz, language=parts.settings.language_for(), trigger="incident", service=request.service),
        emit,
    )


async def of_incident(parts: Parts, incident: Incident, emit: Emit = silent) -> Analysis:
    """One analysis of an incident: from half an hour before it began to its end, or now."""
    service, tz = next(iter(incident.services), ""), parts.settings.timezone
    asked = await _around(parts, incident.start_at, incident.end_at, tz)
    trigger: Trigger = "alert" if incident.trigger == "alert" else "incident"
    question = Question(
        _text(service),
        asked,
        thread_id=ThreadId(f"thr_{incident.incident_id}"),
        tz=tz,
        language=parts.settings.language_for(),
        trigger=trigger,
        service=service,
        since=incident.start_at,
        incident_ids=(incident.incident_id,),
        texts=texts_of_incident(incident),
    )
    return await _looked_into(parts, question, emit)


async def of_alert(parts: Parts, alerts: Sequence[Alert], emit: Emit = silent) -> Analysis:
    """One analysis of the gravest alert of a payload; no incident is opened for it."""
    alert = max(alerts, key=lambda one: INCIDENT_SEVERITIES.index(one.severity))
    asked = await _around(parts, alert.started_at, alert.ended_at, parts.settings.timezone)
    question = Question(
        _text(alert.service),
        asked,
        tz=parts.settings.timezone,
        language=parts.settings.language_for(),
        trigger="alert",
        service=alert.service,
        since=alert.started_at,
        texts=texts_of_alert(alert),
    )
    return await _looked_into(parts, question, emit)


async def _looked_into(parts: Parts, question: Question, emit: Emit) -> Analysis:
    return await parts.analyst.analyse(question, emit)


async def _incident(parts: Parts, name: str) -> Incident:
    found: Mapping[str, Any] | None = await parts.documents.get("incident", name)
    if found is None:
        raise NothingFoundError(f"There is no incident {name!r}; watchfloor incidents list names them.")
    return INCIDENT.validate_python(found)


async def _around(parts: Parts, began: datetime, ended: datetime | None, tz: str) -> Window:
    extent = await extent_of(parts)
    end = ended or max(reference(parts, extent), began + timedelta(minutes=1))
    return Window(began - LEAD, end, tz)


def texts_of_incident(incident: Incident) -> dict[str, str]:
    """What others wrote about an incident, by what it is."""
    alarms = {f"the subject of alarm {number}": alarm.subject for number, alarm in enumerate(incident.alarms, start=1)}
    comments = {f"comment {number} on the incident": comment.text for number, comment in enumerate(incident.comments, start=1)}
    return {"the title of the incident": incident.title, **alarms, **comments}


def texts_of_alert(alert: Alert) -> dict[str, str]:
    """What the sender of an alert wrote, by what it is."""
    labels = {f"a label of the alert ({number})": f"{name}: {value}" for number, (name, value) in enumerate(alert.labels.items(), start=1)}
    annotations = alert.raw.get("annotations")
    notes = enumerate(annotations.values(), start=1) if isinstance(annotations, Mapping) else ()
    return {"the title of the alert": alert.title, **labels, **{f"annotation {number} of the alert": str(text) for number, text in notes}}


def _text(service: str) -> str:
    """The question an alert or incident asks; it names a service only by an identifier that says nothing else."""
    return f"What went wrong with {service}, and why?" if is_safe_name(service) else "What went wrong, and why?"
