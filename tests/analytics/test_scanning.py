from typing import Any

import pytest

from analytics.scanning import EXPLOITING, SCANNING, is_scanning, web_scanning


def client(address: str = "203.0.113.66", **cells: Any) -> dict[str, Any]:
    names = [
        "probes",
        "probe_paths",
        "known_probes",
        "injections",
        "missing_scripts",
        "foreign_scripts",
        "missing_paths",
        "answered",
        "requests",
    ]
    times = {"first_seen": "2026-03-01T10:00:00Z", "last_seen": "2026-03-01T11:00:00Z"}
    return {"client": address, **dict.fromkeys(names, 0), **times, "example": "/x", "agent": "curl", **cells}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"known_probes": 1}, True),
        ({"missing_scripts": 1}, False),
        ({"missing_scripts": 2}, True),
        ({"missing_scripts": 1, "foreign_scripts": 1}, True),
        ({"missing_paths": 19}, False),
        ({"missing_paths": 20}, True),
        ({"injections": 3}, False),
    ],
)
def test_scanning_shows_in_probes_scripts_or_many_missing_paths(cells: dict[str, Any], expected: bool) -> None:
    assert is_scanning(client(**cells)) is expected


def test_one_client_may_scan_and_inject() -> None:
    flags = web_scanning([client(probes=12, known_probes=9, injections=3, answered=1)])
    assert [(flag.finding.kind, flag.finding.count, flag.finding.technique, flag.finding.severity) for flag in flags] == [
        ("injection_attempt", 3, EXPLOITING, "medium"),
        ("path_scanning", 12, SCANNING, "low"),
    ]
    assert [flag.rests_on for flag in flags] == [("injections", "answered"), ("probes",)]


def test_many_injections_are_grave_and_come_first() -> None:
    flags = web_scanning([client("a", probes=30, known_probes=30), client("b", probes=11, injections=11)])
    assert [(flag.finding.entity.value, flag.finding.severity) for flag in flags] == [("b", "high"), ("a", "medium")]


def test_a_scan_of_paths_that_are_not_there_counts_those_paths() -> None:
    (flag,) = web_scanning([client(missing_paths=25)])
    assert flag.finding.count == 25
    assert flag.rests_on == ("missing_paths",)
