"""What incidents are called: titles from alarms, and one line of at most 140 characters."""

from analytics.rules import COUNT_RULES, LEVEL_RULES, RATIO_RULE
from domain.incidents import INCIDENT_SEVERITIES, Alarm, Incident

ONE_LINE = 140
_TITLES = {rule.name: rule.title for rule in COUNT_RULES}
_GAUGES = {rule.name: rule.gauge for rule in LEVEL_RULES}


def title_of(alarm: Alarm) -> str:
    """A title from the alarm that speaks for an incident."""
    if alarm.family == "external":
        return alarm.subject
    if alarm.rule == RATIO_RULE.name:
        return f"most requests to {alarm.service} fail"
    if alarm.rule in _GAUGES:
        return f"{_GAUGES[alarm.rule]} of {alarm.service} at {alarm.value:.3g}, usually {alarm.baseline:.3g}"
    route = f" on {alarm.route}" if alarm.route else ""
    template = _TITLES.get(alarm.rule) or "{service}: " + alarm.rule
    blanks = {"service": alarm.service, "route": route, "code": alarm.error_code, "subject": alarm.subject}
    return template.format(**blanks, value=f"{alarm.value:.0f}", window=alarm.window_min)


def numbers_of(alarm: Alarm) -> str:
    """What an alarm measured, against what."""
    if alarm.family == "external":
        return f"alert {alarm.subject!r} of {alarm.unit}{alarm.service and ' about ' + alarm.service}"
    usual = f", usually {alarm.baseline:.3g}" if alarm.baseline is not None else ""
    where = f" {alarm.error_code}" if alarm.error_code else ""
    of = " ".join(filter(None, (alarm.service, alarm.route)))
    seen = f"{alarm.value:.4g} {alarm.unit} in {alarm.window_min} min"
    return f"{alarm.rule}{where} of {of}: {seen}{usual}, alarm above {alarm.threshold:.4g}"


def shortened(text: str, most: int = ONE_LINE) -> str:
    """A text of at most `most` characters, cut at a word."""
    flat = " ".join(text.split())
    if len(flat) <= most:
        return flat
    return flat[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def search_text(incident: Incident) -> str:
    """What similarity between incidents is measured on."""
    codes = dict.fromkeys(alarm.error_code for alarm in incident.alarms if alarm.error_code)
    cause = incident.root_cause.text if incident.root_cause else ""
    return " ".join((incident.title, incident.one_line, cause, *codes, *incident.services))


def rank(incident: Incident) -> tuple[int, float]:
    """The order in which incidents are shown: gravest first, then latest."""
    return -INCIDENT_SEVERITIES.index(incident.severity), -incident.start_at.timestamp()
