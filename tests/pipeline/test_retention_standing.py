"""What retention says of itself."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from domain.archive import Archive, ArchiveError, RawStore
from domain.errors import StoreError
from pipeline.retention.expiry import Limits
from pipeline.retention.job import Report, Retention
from pipeline.retention.standing import standing

AT = datetime(2026, 4, 2, tzinfo=UTC)
FINE = Report(AT, archived_rows=1_200, removed_rows=1_300, raw_bytes=3_210_000_000, oldest_day=date(2026, 3, 1))


def closed() -> AbstractContextManager[RawStore]:
    raise StoreError("the store does not answer")


def missing() -> Archive:
    raise ArchiveError("the archive failed")


def retention(report: Report | None) -> Retention:
    made = Retention(closed, missing, Limits(10_000_000_000), "s3://cold/prefix")
    made.last = report
    return made


def test_before_the_first_run_nothing_is_claimed() -> None:
    assert standing(retention(None)) == ("off", "no run yet; archive s3://cold/prefix")


def test_it_says_what_is_kept_and_what_was_done() -> None:
    state, detail = standing(retention(FINE))
    assert state == "ok"
    assert detail == (
        "3.21 of 10 GB of raw rows, oldest of 2026-03-01; at 2026-04-02T00:00:00Z 1,200 rows archived, 1,300 removed; archive s3://cold/prefix"
    )


@pytest.mark.parametrize(("loaded", "said"), [(11_000_000_000, "11.00 GB are loaded files"), (0, "within the last hour")])
def test_over_the_limit_it_says_why(loaded: int, said: str) -> None:
    state, detail = standing(retention(replace(FINE, raw_bytes=12_000_000_000, loaded_bytes=loaded)))
    assert state == "degraded"
    assert said in detail


def test_a_store_that_fails_is_told_and_not_raised() -> None:
    made = retention(None)
    assert made.work(AT).failures == ["the store does not answer"]
    assert standing(made)[0] == "degraded"
    assert "does not answer" in standing(made)[1]
    assert "GB" not in standing(made)[1]
