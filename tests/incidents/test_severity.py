"""How grave an incident is, from its alarms."""

import pytest

from domain.incidents import Alarm, IncidentSeverity
from incidents.severity import graver, severity_of
from tests.incidents.world import alarm

FLAG = alarm(5, rule="error_burst")
SUSPECT = alarm(5)
CASES: dict[str, tuple[tuple[Alarm, ...], IncidentSeverity]] = {
    "a rule's single flag": ((FLAG,), "low"),
    "a suspect": ((SUSPECT,), "medium"),
    "a flag and a suspect of one kind": ((FLAG, SUSPECT), "medium"),
    "two detectors": ((SUSPECT, alarm(5, rule="slow_share", family="latency")), "high"),
    "two services": ((SUSPECT, alarm(5, "gateway")), "high"),
    "three times the threshold": ((alarm(5, value=12.0, threshold=4.0),), "high"),
    "three in a row": ((alarm(5, breaches=3),), "critical"),
    "a hard signal": ((alarm(5, rule="new_fatal", is_hard=True),), "critical"),
    "a busy machine for long": ((alarm(5, rule="cpu_saturation", family="saturation", breaches=30),), "medium"),
    "a busy machine and errors": ((SUSPECT, alarm(5, rule="cpu_saturation", family="saturation")), "high"),
    "an outside alert repeated": ((alarm(5, rule="alert", family="external", breaches=9),), "medium"),
}


@pytest.mark.parametrize("case", CASES)
def test_severity_follows_the_alarms(case: str) -> None:
    alarms, severity = CASES[case]
    assert severity_of(alarms) == severity


def test_the_graver_of_two_wins() -> None:
    assert (graver("high", "medium"), graver("low", "critical")) == ("high", "critical")
