"""Incidents and what follows from them: known issues, drafts of notices, tickets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from domain.ids import DEFAULT_TENANT, Tenant

IncidentStatus = Literal["candidate", "open", "acknowledged", "investigating", "identified", "resolved"]
IncidentSeverity = Literal["low", "medium", "high", "critical"]
IncidentTrigger = Literal["rule", "alert", "manual"]
IssueStatus = Literal["investigating", "identified", "resolved"]
DraftState = Literal["draft", "approved", "sent", "rejected"]
INCIDENT_SEVERITIES: tuple[IncidentSeverity, ...] = ("low", "medium", "high", "critical")
# Analysis starts by itself from here on.
ANALYSED: frozenset[IncidentSeverity] = frozenset({"high", "critical"})


@dataclass(frozen=True, slots=True)
class Alarm:
    """Why an incident was raised, whole enough to be replayed: what was measured, against what.

    `value`, `threshold` and `baseline` are in `unit`; `breaches` is how many windows in a row were over the threshold, each with new
    evidence; `end_at` is where the latest evidence ends; `series` are the last minutes' values; `subject` is a client or a gauge.
    """

    rule: str
    service: str
    start_at: datetime
    end_at: datetime
    value: float
    threshold: float
    baseline: float | None = None
    unit: str = "1"
    route: str = ""
    error_code: str = ""
    breaches: int = 1
    series: tuple[float, ...] = ()
    event_ids: tuple[str, ...] = ()
    request_ids: tuple[str, ...] = ()
    trace_ids: tuple[str, ...] = ()
    template_ids: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    family: str = ""
    subject: str = ""
    is_hard: bool = False
    window_min: int = 5


@dataclass(frozen=True, slots=True)
class CauseNamed:
    """The cause an analysis named for an incident, with the verifier's verdict on it."""

    text: str
    verdict: str
    run_id: str
    service: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """What a person wrote on an incident."""

    author: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """Something wrong with services for some time. `request_ids` are at most 100 of `requests_total`.

    `analysed_as` is the severity at which it was last looked into ("" when it was not), `analysis_error` why that last failed.
    """

    incident_id: str
    title: str
    status: IncidentStatus
    severity: IncidentSeverity
    start_at: datetime
    created_at: datetime
    updated_at: datetime
    fingerprint: str
    trigger: IncidentTrigger = "rule"
    end_at: datetime | None = None
    resolved_at: datetime | None = None
    snoozed_until: datetime | None = None
    services: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    root_cause: CauseNamed | None = None
    one_line: str = ""
    run_ids: tuple[str, ...] = ()
    event_ids: tuple[str, ...] = ()
    request_ids: tuple[str, ...] = ()
    requests_total: int = 0
    trace_ids: tuple[str, ...] = ()
    template_ids: tuple[str, ...] = ()
    embedding_id: str = ""
    issue_id: str = ""
    alert_ids: tuple[str, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    ticket_id: str = ""
    assignee: str = ""
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    confirmed_by: str = ""
    merged_into: str = ""
    comments: tuple[Comment, ...] = ()
    reopened: int = 0
    analysed_as: str = ""
    analysed_at: datetime | None = None
    analysis_error: str = ""
    ai_generated: bool = True
    tenant: Tenant = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class Issue:
    """A knowledge-base entry: a problem as it is known, across the incidents in which it showed."""

    issue_id: str
    title: str
    status: IssueStatus
    severity: IncidentSeverity
    created_at: datetime
    updated_at: datetime
    affected_services: tuple[str, ...] = ()
    affected_regions: tuple[str, ...] = ()
    description: str = ""
    impact: str = ""
    workaround: str = ""
    baseline: float | None = None
    current: float | None = None
    change_pct: float | None = None
    related_event_ids: tuple[str, ...] = ()
    incident_ids: tuple[str, ...] = ()
    ai_generated: bool = True
    kb_document_id: str = ""
    confirmed_by: str = ""
    tenant: Tenant = DEFAULT_TENANT

    @property
    def search_text(self) -> str:
        """What similarity is measured on: title, description and affected services."""
        return " ".join((self.title, self.description, *self.affected_services))


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice about an incident that a person approves before anything is sent."""

    alert_id: str
    alert_type: Literal["engineering", "customer"]
    subject: str
    body: str
    affected_service: str
    related_issue_id: str
    related_ticket_id: str
    created_at: datetime
    state: DraftState = "draft"
    incident_id: str = ""
    decided_by: str = ""
    tenant: Tenant = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class Requester:
    """Who a ticket is from."""

    name: str = "System Monitor"
    email: str = "monitor@system.internal"


@dataclass(frozen=True, slots=True)
class Ticket:
    """The ticket of a critical incident."""

    ticket_id: str
    product: str
    subject: str
    body: str
    incident_id: str
    created_at: datetime
    requester: Requester = field(default_factory=Requester)
    tier: str = "standard"
    auto_generated: bool = True
    status: str = "open"
    tenant: Tenant = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert somebody else raised, in the one shape that every intake is turned into."""

    title: str
    severity: IncidentSeverity
    started_at: datetime
    source: str
    service: str = ""
    ended_at: datetime | None = None
    fingerprint: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)
