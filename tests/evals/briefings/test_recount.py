"""The recount of a briefing's cells, on events counted by hand, and that it can tell a wrong number from a right one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evals.briefings.numbers import Number, numbers
from evals.briefings.trial import Trial, worst_fault
from evals.truth.raw import Call, Line, Raw
from evals.truth.recount import recounted
from evals.truth.sshd import Event

START = datetime(2026, 3, 2, tzinfo=UTC)
DAY = {"start": "2026-03-02T00:00:00Z", "end": "2026-03-03T00:00:00Z"}


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)


def call(hour: float, service: str, ms: float, *, failed: bool = False, root: bool = False) -> Call:
    return Call(at(hour), service, ms, failed=failed, is_server=True, is_root=root)


RAW = Raw(
    lines=[
        Line(at(1), "pay", "INFO", "charged 3 EUR", 200, 10.0),
        Line(at(2), "pay", "ERROR", "no rate for EUR", 500, 30.0),
        Line(at(2.5), "pay", "ERROR", "no rate for USD", 500, 20.0),
        Line(at(3), "pay", "INFO", "deployed pay 2", event="deploy"),
        Line(at(26), "pay", "FATAL", "tomorrow"),
    ],
    calls=[
        *(call(hour, "gateway", 100.0 + hour, failed=hour == 2, root=True) for hour in range(1, 5)),
        call(2, "pay", 30.0, failed=True),
        call(3, "pay", 10.0),
        Call(at(3), "db", 5.0, failed=False, is_server=False, is_root=False),
    ],
    gauges=[
        {"timestamp": "2026-03-02T01:00:00Z", "service": "db", "name": "disk", "value": 91.5},
        {"timestamp": "2026-03-02T02:00:00Z", "service": "db", "name": "disk", "value": 88.0},
    ],
    logins=[Event("attempt", "192.0.2.1", "root", at(4), 6), Event("accepted", "192.0.2.9", "alice", at(5), 1)],
)  # fmt: skip


def evidence(template: str, rows: tuple[dict[str, Any], ...] = (), **params: Any) -> dict[str, Any]:
    return {"id": "E1", "template": template, "window": DAY, "params": {"limit": 20, **params}, "rows": list(rows)}


@pytest.mark.parametrize(
    ("source", "path", "counted"),
    [
        (evidence("user_requests"), "aggregates.user_requests", 4),
        (evidence("user_requests"), "aggregates.failed_user_requests", 1),
        (evidence("user_requests"), "aggregates.share_of_failed_user_requests", 0.25),
        (evidence("user_requests"), "aggregates.p95_user_wait_ms", 104.0),
        (evidence("span_latency_by_service", ({"service": "pay"},), service="pay"), "rows[0].error_rate", 50.0),
        (evidence("error_rate_by_service", ({"service": "pay"},)), "rows[0].errors", 2),
        (evidence("error_rate_by_service", ({"service": "pay"},)), "rows[0].error_rate", 50.0),
        (evidence("severity_counts"), "aggregates.error_events", 2),
        (evidence("severity_counts"), "aggregates.log_events", 4),
        (evidence("requests_over_time"), "aggregates.failed_requests", 2),
        (evidence("top_errors", ({"service": "pay", "pattern": "no rate for <*>"},)), "rows[0].events", 2),
        (evidence("change_events"), "aggregates.changes", 1),
        (evidence("metric_summary", ({"service": "db", "series": "disk"},)), "rows[0].last_value", 88.0),
        (evidence("ssh_logins_by_source"), "aggregates.failed_password_attempts", 6),
        (evidence("ssh_logins_by_source"), "aggregates.addresses_that_tried_to_break_in", 1),
        (evidence("suspects", ({"service": "pay"},)), "rows[0].score", None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_cells_are_counted_from_what_happened_in_the_window(source: dict[str, Any], path: str, counted: object) -> None:
    assert recounted(source, path, RAW) == counted


def briefing(**changes: Any) -> dict[str, Any]:
    """A briefing of one number, told three times."""
    metric = {
        "name": "failed_requests",
        "value": 1,
        "unit": "1",
        "previous": None,
        "evidence": "E1",
        "path": "aggregates.failed_user_requests",
    }
    bind = [{"evidence": "E1", "path": "aggregates.failed_user_requests"}]
    claim = {"id": "C1", "kind": "quantity", "text": "1 failed", "slots": {"value": 1, "unit": "1"}, "bind": bind}
    known = {"key_metrics": [metric], "service_health": [], "top_issues": [], "claims": [claim]}
    return {**known, "period": DAY, "summary": "Quiet: yes.", "is_quiet": True, **changes}


def trial(scenario: str = "quiet", worst: Any = None, **changes: Any) -> Trial:
    told = briefing(**changes)
    return Trial(scenario, 1, tuple(numbers(told, [evidence("user_requests")], RAW)), worst, told, 0.1)


def test_right_numbers_are_equal_and_all_are_recounted() -> None:
    assert (len(trial().recounted), trial().wrong) == (2, [])


@pytest.mark.parametrize("value", [0, 2, -1])
def test_a_wrong_count_is_found(value: int) -> None:
    metric = {**briefing()["key_metrics"][0], "value": value}
    assert [one.said for one in trial(key_metrics=[metric]).wrong] == [value]


def test_four_digits_are_enough_and_three_are_not() -> None:
    assert Number("a", 12.35, 12.3456, "%", 5.1e-4).is_equal
    assert not Number("a", 12.3, 12.3456, "%", 5.1e-4).is_equal


FAULTS = (
    {"kind": "cpu", "service": "pay", "start": DAY["start"], "end": DAY["end"], "benign": False, "impact": {"failed_requests": 3}},
    {"kind": "peak", "service": "all", "start": DAY["start"], "end": DAY["end"], "benign": True, "impact": {"failed_requests": 9}},
)


@pytest.mark.parametrize(("service", "start", "named"), [("pay", "2026-03-02T05:00:00Z", True), ("cart", "2026-03-02T05:00:00Z", False)])
def test_the_worst_fault_is_named_by_its_service_while_it_lasted(service: str, start: str, named: bool) -> None:
    worst = worst_fault(FAULTS)
    assert worst == FAULTS[0]
    issue: dict[str, Any] = {"title": "x", "service": service, "start": start, "end": None, "numbers": []}
    assert trial("day", worst, top_issues=[issue]).names_worst == named


def test_quiet_must_be_said_of_quiet_days_and_of_no_other() -> None:
    assert trial().quiet_is_right
    assert not trial("day").quiet_is_right
    assert not trial(summary="All is well.").quiet_is_right
    assert trial("day", is_quiet=False, summary="pay failed.").quiet_is_right
