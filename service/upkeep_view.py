"""What the page is told of old rows: limits, and what the last run of retention did."""

from collections.abc import Mapping
from typing import Any

from domain.window import rfc3339
from pipeline.retention.expiry import Limits
from pipeline.retention.job import Report


def upkeep_view(limits: Limits, last: Report | None, archive: str) -> Mapping[str, Any]:
    """`last` is None before the first run."""
    return {
        "raw_max_bytes": limits.raw_max_bytes,
        "archive": archive,
        "lifetimes": [{"table": one.table, "days": one.days} for one in limits.lifetimes],
        "last": last and _told(last),
    }


def _told(report: Report) -> Mapping[str, Any]:
    counted = ("archived_rows", "removed_rows", "raw_bytes", "loaded_bytes", "raw_rows")
    return {
        "at": rfc3339(report.at),
        **{name: getattr(report, name) for name in counted},
        "oldest_day": report.oldest_day.isoformat() if report.oldest_day else None,
        "trimmed": dict(report.trimmed),
        "failures": list(report.failures),
    }
