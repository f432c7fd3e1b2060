"""Alert payloads as their senders post them, turned into one shape."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field, ValidationError

from domain.errors import WrongUseError
from domain.incidents import Alert, IncidentSeverity
from incidents.wording import slug

SEVERITIES: Mapping[str, IncidentSeverity] = {
    **dict.fromkeys(("critical", "page", "fatal", "emergency", "disaster", "p1", "sev1"), "critical"),
    **dict.fromkeys(("high", "error", "major", "p2", "sev2"), "high"),
    **dict.fromkeys(("medium", "warning", "warn", "minor", "average", "p3", "sev3", ""), "medium"),
    **dict.fromkeys(("low", "info", "information", "none", "ok", "p4", "sev4"), "low"),
}
SERVICE_LABELS = ("service", "service_name", "service.name", "app", "application", "job")
NAME = re.compile(r"[\w.:/@+-]{1,100}")
NEVER = 1970  # Alertmanager writes the year 1 for "not yet"


def _in_utc(text: Any) -> Any:
    """A time without a zone is UTC."""
    if not isinstance(text, str):
        return text
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _known(severity: str) -> str:
    if severity.strip().lower() not in SEVERITIES:
        raise ValueError(f"{severity!r} is no severity; give critical, high, medium (warning) or low (info)")
    return severity.strip().lower()


Instant = Annotated[AwareDatetime, BeforeValidator(_in_utc)]
Name = Annotated[str, Field(min_length=1, max_length=300)]


class GenericAlert(BaseModel):
    """An alert of any sender: a title, how grave, and what is known besides."""

    title: Name
    severity: Annotated[str, AfterValidator(_known)]
    service: str = ""
    started_at: Instant
    ended_at: Instant | None = None
    fingerprint: str = ""
    labels: dict[str, str] = Field(default_factory=dict)

    def alerts(self, source: str) -> tuple[Alert, ...]:
        """The alert; without a fingerprint, title, service and labels make one."""
        fingerprint = self.fingerprint or _hashed({"title": self.title, "service": self.service, **self.labels})
        severity, service = SEVERITIES[self.severity], _named(self.service) or _service(self.labels)
        return (Alert(self.title, severity, self.started_at, source, service, self.ended_at, fingerprint, self.labels, _raw(self)),)


class AlertmanagerAlert(BaseModel):
    """One alert of an Alertmanager group."""

    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    annotations: dict[str, str] = Field(default_factory=dict)
    started_at: Annotated[Instant, Field(alias="startsAt")]
    ended_at: Annotated[Instant | None, Field(alias="endsAt")] = None
    fingerprint: str = ""

    def alert(self, source: str) -> Alert:
        """The alert; a severity we do not know counts as a warning's."""
        title = self.annotations.get("summary") or self.labels.get("alertname") or "alert without a name"
        ended = self.ended_at if self.status == "resolved" and self.ended_at and self.ended_at.year > NEVER else None
        if self.status == "resolved" and ended is None:
            ended = self.started_at
        severity = SEVERITIES.get(self.labels.get("severity", "").lower(), "medium")
        fingerprint = self.fingerprint or _hashed(self.labels)
        return Alert(title[:300], severity, self.started_at, source, _service(self.labels), ended, fingerprint, self.labels, _raw(self))


class AlertmanagerGroup(BaseModel):
    """Alertmanager's webhook, version 4; Grafana posts the same with more."""

    alerts_: Annotated[list[AlertmanagerAlert], Field(alias="alerts", min_length=1, max_length=1_000)]

    def alerts(self, source: str) -> tuple[Alert, ...]:
        """The group's alerts."""
        return tuple(alert.alert(source) for alert in self.alerts_)


def alerts_of(payload: Mapping[str, Any]) -> tuple[Alert, ...]:
    """The alerts of a payload, whose shape says who sent it. Raises WrongUseError naming the field that does not fit."""
    kind: type[AlertmanagerGroup | GenericAlert] = AlertmanagerGroup if "alerts" in payload else GenericAlert
    try:
        return kind.model_validate(dict(payload)).alerts("alertmanager" if kind is AlertmanagerGroup else "generic")
    except ValidationError as error:
        first = error.errors()[0]
        raise WrongUseError(f"alert: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error


def _service(labels: Mapping[str, str]) -> str:
    return _named(next((labels[name] for name in SERVICE_LABELS if labels.get(name)), ""))


def _named(service: str) -> str:
    """A service's name as it is sent; what cannot be one (a sentence, a link) is cut down to an identifier, as ids are made of it."""
    return service if not service or (NAME.fullmatch(service) and "://" not in service) else slug(service)


def _hashed(labels: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest()[:16]


def _raw(model: BaseModel) -> Mapping[str, Any]:
    return model.model_dump(mode="json")
