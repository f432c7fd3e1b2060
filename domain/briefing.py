"""A briefing: what a period looked like, in numbers that are claims and sentences that were verified."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from domain.ids import DEFAULT_TENANT, Tenant

BriefingKind = Literal["hourly", "daily", "weekly", "situation", "post_incident"]
Trend = Literal["up", "down", "stable"]
Health = Literal["ok", "degraded", "down", "silent"]


@dataclass(frozen=True, slots=True)
class Period:
    """The half-open stretch of time a briefing is about, UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class KeyMetric:
    """One number of the period beside the period before; `previous` None where that was not stored whole.

    `means` defines it; both numbers stand in evidence, at `path` and `previous_path`; `claims` state them.
    """

    name: str
    value: float | int | None
    unit: str
    previous: float | int | None = None
    trend: Trend = "stable"
    evidence: str = ""
    path: str = ""
    previous_evidence: str = ""
    previous_path: str = ""
    means: str = ""
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """How one service did: share of failed requests (0 to 1) and p95 latency in ms, None where nothing was counted or timed.

    `source` is traces (calls and failed calls) or logs (events and errors); `path` is the row of the evidence.
    """

    service: str
    state: Health
    error_ratio: float | None
    p95_ms: float | None
    requests: int = 0
    failures: int = 0
    source: str = ""
    evidence: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Briefing:
    """The briefing document of DOCUMENTS; every sentence of it is a verified claim's rendering."""

    briefing_id: str
    kind: BriefingKind
    period: Period
    language: str
    summary: str
    created_at: datetime
    run_id: str = ""
    headline: str = ""
    is_quiet: bool = False
    notes: tuple[str, ...] = ()
    key_metrics: tuple[KeyMetric, ...] = ()
    service_health: tuple[ServiceHealth, ...] = ()
    top_issues: tuple[Mapping[str, Any], ...] = ()
    trends: tuple[str, ...] = ()
    incidents: tuple[Mapping[str, Any], ...] = ()
    recommendations: tuple[Mapping[str, Any], ...] = ()
    early_warnings: tuple[str, ...] = ()
    security_notes: tuple[str, ...] = ()
    changes_since_last: tuple[str, ...] = ()
    could_not_check: tuple[str, ...] = ()
    mttd_s: float | None = None
    mtta_s: float | None = None
    mttr_s: float | None = None
    claims: tuple[Mapping[str, Any], ...] = ()
    grounding: Mapping[str, Any] = field(default_factory=dict)
    usage: Mapping[str, Any] = field(default_factory=dict)
    deliveries: tuple[Mapping[str, Any], ...] = ()
    tenant: Tenant = DEFAULT_TENANT
