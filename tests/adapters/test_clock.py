"""The real clock."""

from datetime import UTC, datetime, timedelta

from adapters.clock import SystemClock


def test_now_is_aware_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)
