"""What incidents are called: titles from alarms, and one line of at most 140 characters."""

import re

from analytics.rules import COUNT_RULES, LEVEL_RULES, RATIO_RULE
from analytics.steering import signs
from domain.incidents import INCIDENT_SEVERITIES, Alarm, Incident
from grounding import display
from grounding.sanitising import inline

ONE_LINE = 140
LONGEST_TITLE = 300
LONGEST_SLUG = 40
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_TITLES = {rule.name: rule.title for rule in COUNT_RULES}
_GAUGES = {rule.name: rule.gauge for rule in LEVEL_RULES}


def title_of(alarm: Alarm) -> str:
    """A title from the alarm that speaks for an incident."""
    if alarm.family == "external":
        return called(alarm.subject, alarm.unit, alarm.service)
    if alarm.rule == RATIO_RULE.name:
        return f"most requests to {display.name(alarm.service)} fail"
    if alarm.rule in _GAUGES:
        return f"{_GAUGES[alarm.rule]} of {display.name(alarm.service)} at {alarm.value:.3g}, usually {alarm.baseline:.3g}"
    route = f" on {display.name(alarm.route)}" if alarm.route else ""
    template = _TITLES.get(alarm.rule) or "{service}: " + alarm.rule
    blanks = {
        name: display.name(text) for name, text in (("service", alarm.service), ("code", alarm.error_code), ("subject", alarm.subject))
    }
    return template.format(**blanks, route=route, value=f"{alarm.value:.0f}", window=alarm.window_min)


def called(title: str, source: str, service: str) -> str:
    """What the sender of an alert calls it, made safe to show; withheld where it would steer its reader."""
    if signs(title):
        return f"an alert of {display.name(source)}{' about ' + display.name(service) if service else ''}"
    return inline(title, LONGEST_TITLE)


def slug(service: str) -> str:
    """A service's name as a part of an id: as it is where it is an identifier, else with all other characters as one dash."""
    return service if IDENTIFIER.fullmatch(service) else re.sub(r"[^A-Za-z0-9_]+", "-", service)[:LONGEST_SLUG].strip("-") or "unknown"


def said_title(incident: Incident) -> str:
    """An incident's title in a text of ours; in quotation marks where somebody else wrote it."""
    return display.quoted(incident.title) if incident.trigger == "alert" else inline(incident.title, LONGEST_TITLE)


def numbers_of(alarm: Alarm) -> str:
    """What an alarm measured, against what."""
    if alarm.family == "external":
        title = "" if signs(alarm.subject) else f"{display.quoted(alarm.subject)} "
        return f"alert {title}of {display.name(alarm.unit)}{' about ' + display.name(alarm.service) if alarm.service else ''}"
    usual = f", usually {alarm.baseline:.3g}" if alarm.baseline is not None else ""
    where = f" {display.name(alarm.error_code)}" if alarm.error_code else ""
    of = " ".join(display.name(name) for name in (alarm.service, alarm.route) if name)
    seen = f"{alarm.value:.4g} {alarm.unit} in {alarm.window_min} min"
    return f"{alarm.rule}{where} of {of}: {seen}{usual}, alarm above {alarm.threshold:.4g}"


def shortened(text: str, most: int = ONE_LINE) -> str:
    """A text of at most `most` characters, safe to show, cut at a word."""
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
