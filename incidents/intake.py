"""Alerts of somebody else's become incidents: one a fingerprint, told apart from nothing, ended when their sender says so."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain.incidents import INCIDENT_SEVERITIES, Alarm, Alert, Incident
from domain.ports import Clock
from incidents.grouping import EXTERNAL, Book, key_of
from incidents.links import Links
from incidents.records import Records
from incidents.severity import graver
from incidents.wording import called

RULE = "alert"
LATEST = timedelta(days=1)
SHORTEST = timedelta(minutes=1)


class Intake:
    """Takes alerts in the one shape that every sender's payload is turned into."""

    def __init__(self, records: Records, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    async def take(self, alerts: Sequence[Alert], links: Links) -> tuple[str, ...]:
        """The ids of the incidents that the alerts belong to, in their order; a resolved alert nobody heard of has none."""
        async with self._records.changing:
            book = Book({one.incident_id: one for one in await self._records.all(Incident)}, tenant=self._records.tenant)
            names = [self._taken(alert, book, links) for alert in alerts]
            for name in book.changed:
                await self._records.keep(book.incidents[name])
            return tuple(dict.fromkeys(name for name in names if name))

    def _taken(self, alert: Alert, book: Book, links: Links) -> str:
        now, alarm = self._clock.now(), alarm_of(alert, self._clock.now())
        if alert.ended_at is not None:
            return _ended(book, alarm, now)
        book.add(alarm, now, links)
        incident = next(one for one in book.live() if key_of(alarm) in map(key_of, one.alarms))
        book.keep(_marked(incident, alert), now)
        return incident.incident_id


def alarm_of(alert: Alert, now: datetime) -> Alarm:
    """The alarm of an alert; a critical one is a hard signal. One of long ago ends where it began, others at `now`."""
    is_recent = now - alert.started_at <= LATEST
    end = alert.ended_at or (max(now, alert.started_at + SHORTEST) if is_recent else alert.started_at + SHORTEST)
    rank = float(INCIDENT_SEVERITIES.index(alert.severity))
    return Alarm(
        rule=RULE,
        family=EXTERNAL,
        service=alert.service,
        error_code=alert.fingerprint,
        start_at=alert.started_at,
        end_at=max(end, alert.started_at),
        value=rank,
        threshold=0.0,
        unit=alert.source,
        subject=alert.title,
        is_hard=alert.severity == "critical",
        window_min=0,
    )


def _marked(incident: Incident, alert: Alert) -> Incident:
    """The incident with the alert's severity and id; one that only alerts speak for is called as they say."""
    severity = graver(incident.severity, alert.severity)
    is_grave = severity in {"high", "critical"}
    is_own = all(alarm.family == EXTERNAL for alarm in incident.alarms)
    return replace(
        incident,
        severity=severity,
        status="open" if is_grave and incident.status == "candidate" else incident.status,
        title=called(alert.title, alert.source, alert.service) if is_own else incident.title,
        trigger="alert" if is_own else incident.trigger,
        ai_generated=False if is_own else incident.ai_generated,
        regions=tuple(dict.fromkeys((*incident.regions, *(alert.labels[name] for name in ("region",) if name in alert.labels)))),
        alert_ids=tuple(dict.fromkeys((*incident.alert_ids, alert.fingerprint))),
    )


def _ended(book: Book, alarm: Alarm, now: datetime) -> str:
    """Silence one alert of the incident it belongs to, and resolve that when nothing else speaks for it."""
    incident = next((one for one in book.live() if key_of(alarm) in map(key_of, one.alarms)), None)
    if incident is None:
        return ""
    alarms = tuple(replace(one, breaches=0, end_at=alarm.end_at) if key_of(one) == key_of(alarm) else one for one in incident.alarms)
    left = replace(incident, alarms=alarms)
    if all(one.family == EXTERNAL and not one.breaches for one in alarms):
        left = replace(left, status="resolved", end_at=max(one.end_at for one in alarms), resolved_at=now)
    book.keep(left, now)
    return incident.incident_id
