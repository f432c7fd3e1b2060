"""Alerts of other systems over HTTP: their shapes, what becomes of them, and what is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from domain.errors import WrongUseError
from domain.window import parse_rfc3339
from service.alerts import alerts_of
from tests.service.world import Front, front

GENERIC = {"title": "Orders are lost", "severity": "critical", "service": "checkout", "started_at": "2026-03-01T11:58:00Z"}
NEVER = "0001-01-01T00:00:00Z"


def group(**changed: Any) -> dict[str, Any]:
    """Alertmanager's webhook as its documentation shows it."""
    alert = {
        "status": "firing",
        "labels": {"alertname": "HighErrorRate", "severity": "warning", "service": "checkout", "region": "eu"},
        "annotations": {"summary": "5 % of orders fail"},
        "startsAt": "2026-03-01T11:58:00.123456789Z",
        "endsAt": NEVER,
        "generatorURL": "http://prometheus.example/graph",
        "fingerprint": "c4ca4238a0b92382",
    }
    return {
        "version": "4",
        "groupKey": "{}:{}",
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "watchfloor",
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example",
        "alerts": [{**alert, **changed}],
    }


@pytest.fixture
def made() -> Iterator[Front]:
    found = front()
    with found.client:
        yield found


def incidents(made: Front) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = made.client.get("/api/incidents").json()
    return found


def test_a_generic_alert_becomes_an_incident_that_is_analysed(made: Front) -> None:
    answer = made.client.post("/api/alerts/generic", json=GENERIC).json()
    made.run(made.parts.incidents.analyses.finished)
    (one,) = incidents(made)
    assert answer == {"accepted": 1, "incidents": [one["incident_id"]]}
    assert (one["severity"], one["trigger"], one["services"]) == ("critical", "alert", ["checkout"])
    assert len(one["run_ids"]) == 1
    assert one["ticket_id"].startswith("MON-")


@pytest.mark.parametrize("sender", ["alertmanager", "grafana"])
def test_a_group_is_taken_and_ended(made: Front, sender: str) -> None:
    assert made.client.post(f"/api/alerts/{sender}", json=group()).status_code == 200
    (one,) = incidents(made)
    assert (one["title"], one["severity"], one["regions"]) == ("5 % of orders fail", "medium", ["eu"])
    made.client.post(f"/api/alerts/{sender}", json=group(status="resolved", endsAt="2026-03-01T12:10:00Z"))
    (one,) = incidents(made)
    assert (one["status"], one["end_at"]) == ("resolved", "2026-03-01T12:10:00Z")


def test_the_same_alert_twice_is_one_incident(made: Front) -> None:
    for _ in range(3):
        made.client.post("/api/alerts/generic", json=GENERIC)
    assert len(incidents(made)) == 1


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "no title": ("generic", {key: value for key, value in GENERIC.items() if key != "title"}, "title"),
    "no such severity": ("generic", {**GENERIC, "severity": "dire"}, "severity"),
    "no time": ("generic", {**GENERIC, "started_at": "yesterday"}, "started_at"),
    "no alerts": ("alertmanager", {**group(), "alerts": []}, "alerts"),
    "no labels": ("alertmanager", {**group(), "alerts": [{"status": "firing", "startsAt": NEVER}]}, "alerts.0.labels"),
    "no state": ("grafana", group(status="glowing"), "alerts.0.status"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_bad_payload_names_its_field(made: Front, case: str) -> None:
    sender, payload, field = WRONG[case]
    answer = made.client.post(f"/api/alerts/{sender}", json=payload)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert incidents(made) == []


def test_other_senders_are_told_that_they_are_not_taken_yet(made: Front) -> None:
    answer = made.client.post("/api/alerts/pagerduty", json={})
    assert (answer.status_code, "generic" in answer.json()["detail"]) == (501, True)


def test_a_payload_tells_by_its_shape_who_sent_it() -> None:
    (one,) = alerts_of(group())
    assert (one.source, one.service, one.fingerprint) == ("alertmanager", "checkout", "c4ca4238a0b92382")
    (other,) = alerts_of({**GENERIC, "started_at": "2026-03-01T11:58:00"})
    assert (other.source, other.started_at) == ("generic", parse_rfc3339("2026-03-01T11:58:00Z"))
    with pytest.raises(WrongUseError, match="title"):
        alerts_of({"severity": "high"})


def test_a_fingerprint_is_made_where_none_is_given() -> None:
    (one,), (same,), (other,) = alerts_of(GENERIC), alerts_of(GENERIC), alerts_of({**GENERIC, "service": "cart"})
    assert one.fingerprint == same.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("checkout", "checkout"),
        ("shop/cart:v2", "shop/cart:v2"),
        ("결제", "결제"),
        ("see [runbook](https://paste.example/x) now", "see-runbook-https-paste-example-x-now"),
        ("https://paste.example/x", "https-paste-example-x"),
    ],
)
def test_a_service_that_is_a_sentence_or_a_link_becomes_an_identifier(sent: str, kept: str) -> None:
    (generic,), (grouped,) = alerts_of({**GENERIC, "service": sent}), alerts_of(group(labels={"alertname": "X", "service": sent}))
    assert (generic.service, grouped.service) == (kept, kept)
