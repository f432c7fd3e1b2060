"""How retention stands, in one line for people."""

from typing import Literal

from domain.window import rfc3339
from pipeline.retention.job import Report, Retention

Standing = Literal["ok", "degraded", "off"]
GB = 1e9


def standing(retention: Retention) -> tuple[Standing, str]:
    """The state and why: degraded when something could not be archived or raw rows are over their limit, off before the first run."""
    report, limit = retention.last, retention.limits.raw_max_bytes
    if report is None:
        return "off", f"no run yet; archive {retention.location}"
    size = [_size(report, limit)] if report.raw_bytes or not report.failures else []
    told = [*size, _work(report), f"archive {retention.location}"]
    if report.raw_bytes > limit:
        told.append(_over(report))
    told += report.failures[:1]
    return ("degraded" if report.failures or report.raw_bytes > limit else "ok"), "; ".join(told)


def _size(report: Report, limit: int) -> str:
    oldest = f", oldest of {report.oldest_day}" if report.oldest_day else ""
    return f"{report.raw_bytes / GB:.2f} of {limit / GB:g} GB of raw rows{oldest}"


def _work(report: Report) -> str:
    return f"at {rfc3339(report.at)} {report.archived_rows:,} rows archived, {report.removed_rows:,} removed"


def _over(report: Report) -> str:
    if report.loaded_bytes:
        loaded = f"{report.loaded_bytes / GB:.2f} GB are loaded files, which stay until told otherwise"
        return f"over the limit: {loaded}; raise WATCHFLOOR_RAW_MAX_GB"
    return "over the limit: the rest came in within the last hour and goes next"
