"""How grave an incident is, from its alarms: the severity rule of CONTRACTS."""

from collections.abc import Sequence

from domain.incidents import INCIDENT_SEVERITIES, Alarm, IncidentSeverity

IN_A_ROW = 3
FAR_OVER = 3.0  # times the threshold
# A busy machine alone hurts nobody yet: it is a suspect until something else shows too.
QUIET_FAMILIES = frozenset({"saturation"})
FLAG_ONLY = frozenset({"error_burst"})  # a rule's own threshold, without being far above the usual


def severity_of(alarms: Sequence[Alarm]) -> IncidentSeverity:
    """A rule's flag is low, a suspect medium, two detectors or three times a threshold high, a hard signal or three in a row critical."""
    telling = [alarm for alarm in alarms if alarm.family not in QUIET_FAMILIES]
    if any(alarm.is_hard or (alarm.breaches >= IN_A_ROW and alarm.family != "external") for alarm in telling):
        return "critical"
    families = {alarm.family for alarm in alarms}
    if telling and (len(families) > 1 or len({alarm.service for alarm in telling}) > 1 or any(_is_far_over(alarm) for alarm in telling)):
        return "high"
    return "low" if all(alarm.rule in FLAG_ONLY for alarm in alarms) else "medium"


def graver(one: IncidentSeverity, other: IncidentSeverity) -> IncidentSeverity:
    """The graver of two."""
    return max(one, other, key=INCIDENT_SEVERITIES.index)


def _is_far_over(alarm: Alarm) -> bool:
    return alarm.unit == "events" and alarm.threshold > 0 and alarm.value >= FAR_OVER * alarm.threshold
