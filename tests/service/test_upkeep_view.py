"""What the page is told of old rows."""

from datetime import UTC, date, datetime

from domain.archive import Lifetime
from pipeline.retention.expiry import Limits
from pipeline.retention.job import Report
from service.upkeep_view import upkeep_view

LIMITS = Limits(10 << 30, [Lifetime("rollups_1m", 7, "minute")])


def test_before_the_first_run_only_the_limits_are_known() -> None:
    view = upkeep_view(LIMITS, None, "archive")
    assert view == {"raw_max_bytes": 10 << 30, "archive": "archive", "lifetimes": [{"table": "rollups_1m", "days": 7}], "last": None}


def test_a_run_says_what_it_did_and_what_failed() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    report = Report(at, archived_rows=5, removed_rows=3, raw_bytes=7, raw_rows=9, oldest_day=date(2026, 2, 1), failures=["no room"])
    last = upkeep_view(LIMITS, report, "archive")["last"]
    assert (last["at"], last["archived_rows"], last["removed_rows"], last["oldest_day"]) == ("2026-03-02T00:00:00Z", 5, 3, "2026-02-01")
    assert (last["raw_bytes"], last["raw_rows"], last["failures"]) == (7, 9, ["no room"])
