"""Alarms become incidents: joined where they belong together, reopened where they come back, resolved when quiet."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from domain.ids import DEFAULT_TENANT, Tenant
from domain.incidents import Alarm, Incident
from incidents.links import Links
from incidents.severity import graver, severity_of
from incidents.wording import slug, title_of

NEAR = timedelta(minutes=5)
QUIET = timedelta(minutes=15)
REOPENS = timedelta(minutes=30)
MOST_ALARMS = 40
SECURITY, EXTERNAL = "security", "external"

Key = tuple[str, str, str]
Name = Callable[[datetime, str], str]


def key_of(alarm: Alarm) -> Key:
    """What makes two alarms the same one at different times."""
    return alarm.rule, alarm.service, alarm.error_code


def fingerprint_of(alarm: Alarm) -> str:
    """The fingerprint of an incident that this alarm opens: service, rule and error code, hashed."""
    return hashlib.sha256("\n".join(key_of(alarm)).encode()).hexdigest()[:16]


def last_evidence(incident: Incident) -> datetime:
    """Where the latest evidence of an incident ends."""
    return max((alarm.end_at for alarm in incident.alarms), default=incident.start_at)


@dataclass(slots=True)
class Book:
    """The incidents that may still change, by id; `changed` are those that did."""

    incidents: dict[str, Incident] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    tenant: Tenant = DEFAULT_TENANT

    def live(self) -> list[Incident]:
        """The incidents that are not resolved, oldest first."""
        return sorted((one for one in self.incidents.values() if one.status != "resolved"), key=lambda one: one.start_at)

    def take(self, alarms: Iterable[Alarm], at: datetime, links: Links) -> None:
        """Each alarm to the incident it belongs to, or to a new one; then incidents without recent evidence are resolved.

        Of alarms that began together the one furthest below its callers comes first, and names a new incident.
        """
        for alarm in sorted(alarms, key=lambda one: (one.start_at, -len(links.above.get(one.service, ())))):
            self.add(alarm, at, links)
        for incident in self.live():
            if at - last_evidence(incident) >= QUIET and not _waits_for_sender(incident):
                self.keep(replace(incident, status="resolved", end_at=last_evidence(incident), resolved_at=at), at)

    def keep(self, incident: Incident, at: datetime) -> None:
        """Put a changed incident in place of what was kept."""
        self.incidents[incident.incident_id] = replace(incident, updated_at=max(at, incident.updated_at))
        self.changed.add(incident.incident_id)

    def add(self, alarm: Alarm, at: datetime, links: Links) -> None:
        """One alarm to the incident it belongs to; incidents that it connects become one."""
        if any(_is_settled(one, alarm) for one in self.incidents.values()):
            return
        same = [one for one in self.live() if _belongs(one, alarm, links)]
        if not same:
            self._open(alarm, at)
            return
        for other in same[1:]:
            self.merge(same[0].incident_id, other.incident_id, at)
        self._add(self.incidents[same[0].incident_id], alarm, at)

    def _open(self, alarm: Alarm, at: datetime) -> None:
        back = next((one for one in self.incidents.values() if _comes_back(one, alarm, at)), None)
        if back is None:
            self._add(self._new(alarm, at), alarm, at)
            return
        again = replace(back, status="open", end_at=None, resolved_at=None, analysed_as="", reopened=back.reopened + 1)
        self._add(again, alarm, at)

    def _new(self, alarm: Alarm, at: datetime) -> Incident:
        return Incident(
            incident_id=self.name_for(alarm),
            title=title_of(alarm),
            status="candidate",
            severity="low",
            start_at=alarm.start_at,
            created_at=at,
            updated_at=at,
            fingerprint=fingerprint_of(alarm),
            tenant=self.tenant,
        )

    def name_for(self, alarm: Alarm) -> str:
        """A free id: `INC-{timestamp}-{service}`."""
        name = f"INC-{alarm.start_at:%Y%m%dT%H%M%S}-{slug(alarm.service)}"
        taken = sum(known == name or known.startswith(f"{name}-") for known in self.incidents)
        return f"{name}-{taken + 1}" if taken else name

    def _add(self, incident: Incident, alarm: Alarm, at: datetime) -> None:
        before = {key_of(one): one for one in incident.alarms}
        known = before.get(key_of(alarm))
        if known and known.end_at >= alarm.end_at and incident.incident_id in self.incidents and incident.status != "resolved":
            self.incidents[incident.incident_id] = incident
            return
        before[key_of(alarm)] = _continued(known, alarm)
        self.keep(_updated(incident, tuple(before.values())), at)

    def merge(self, into: str, other: str, at: datetime) -> None:
        """Two incidents are one: the other's alarms move, and it points to where they went. Both must be in the book."""
        kept, moved = self.incidents[into], self.incidents[other]
        alarms = {key_of(alarm): alarm for alarm in (*moved.alarms, *kept.alarms)}
        joined = replace(_updated(kept, tuple(alarms.values())), alert_ids=tuple(dict.fromkeys((*kept.alert_ids, *moved.alert_ids))))
        self.keep(replace(joined, services=tuple(dict.fromkeys((*joined.services, *moved.services)))), at)
        self.keep(replace(moved, status="resolved", merged_into=into, end_at=last_evidence(moved), resolved_at=at), at)


def _waits_for_sender(incident: Incident) -> bool:
    """Whether an alert of somebody else's is still firing: its sender says when it is over."""
    return any(alarm.family == EXTERNAL and alarm.breaches > 0 for alarm in incident.alarms)


def _belongs(incident: Incident, alarm: Alarm, links: Links) -> bool:
    if any(key_of(one) == key_of(alarm) for one in incident.alarms):
        return True
    if (alarm.family == SECURITY) != all(one.family == SECURITY for one in incident.alarms) or not alarm.service:
        return False
    is_near = alarm.start_at <= last_evidence(incident) + NEAR and alarm.end_at >= incident.start_at - NEAR
    return is_near and any(links.joins(alarm.service, name) for name in incident.services)


def _is_settled(incident: Incident, alarm: Alarm) -> bool:
    """Whether the evidence was known when the incident was resolved: minutes that are looked at again open nothing."""
    known = (one.end_at >= alarm.end_at for one in incident.alarms if key_of(one) == key_of(alarm))
    return incident.status == "resolved" and any(known)


def _comes_back(incident: Incident, alarm: Alarm, at: datetime) -> bool:
    if incident.status != "resolved" or incident.merged_into or incident.resolved_at is None:
        return False
    is_same = incident.fingerprint == fingerprint_of(alarm) or any(key_of(one) == key_of(alarm) for one in incident.alarms)
    return is_same and alarm.end_at > (incident.end_at or incident.start_at) and at - incident.resolved_at <= REOPENS


def _continued(known: Alarm | None, alarm: Alarm) -> Alarm:
    """The alarm with how often it showed new evidence, keeping its beginning; a pause ends the row."""
    if known is None:
        return alarm
    is_in_row = alarm.end_at - known.end_at <= NEAR
    start = known.start_at if is_in_row else alarm.start_at
    return replace(alarm, start_at=start, breaches=known.breaches + 1 if is_in_row else 1)


def _updated(incident: Incident, alarms: Sequence[Alarm]) -> Incident:
    """The incident with these alarms; its severity only rises, and what is high is open."""
    kept = sorted(alarms, key=lambda alarm: alarm.end_at)[-MOST_ALARMS:]
    severity = graver(incident.severity, severity_of(kept))
    grave = severity in {"high", "critical"}
    services = dict.fromkeys((*incident.services, *(alarm.service for alarm in alarms if alarm.service)))
    return replace(
        incident,
        alarms=tuple(kept),
        severity=severity,
        title=title_of(_speaker(kept)) if incident.trigger == "rule" else incident.title,
        status="open" if grave and incident.status == "candidate" else incident.status,
        start_at=min(incident.start_at, *(alarm.start_at for alarm in kept)),
        services=tuple(services),
    )


def _speaker(alarms: Sequence[Alarm]) -> Alarm:
    """The alarm that says most: our own, with an error code, then a hard one, then the one furthest over its threshold."""
    own = [one for one in alarms if one.family != EXTERNAL] or alarms
    return max(own, key=lambda one: (bool(one.error_code), one.is_hard, one.value / one.threshold if one.threshold else 0.0))
