"""The data plane as the Pipeline page shows it: one document of this process's own metrics and the queue's status."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from math import inf, isinf
from typing import Any

from analytics.sampling.retention import counted, retention
from domain.queue import Pressure, QueueStatus
from domain.window import rfc3339
from observability.metrics import Metrics

Buckets = Sequence[tuple[float, float]]
STEPS = ("queue", "spool", "shedding", "closed")
SHEDS: Mapping[Pressure, str] = {
    Pressure.NONE: "nothing",
    Pressure.NO_DEBUG: "debug records",
    Pressure.NO_INFO: "debug records and ordinary info records that sampling would not keep",
    Pressure.NO_NORMAL: "every ordinary record",
    Pressure.CLOSED: "everything: senders are told to come again",
}


def pipeline_view(
    metrics: Metrics, status: QueueStatus, now: datetime, failure: str = "", *, policy: int = 0, upkeep: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    """Counts are of this process since its start; `failure` says why the store takes no rows, `policy` which version samples."""
    pressure = Pressure(int(metrics.value("pipeline_pressure")))
    return {
        "at": rfc3339(now),
        "state": "degraded" if failure and status.state == "ok" else status.state,
        "banners": list(banners(status, failure)),
        "queue": _queue(status, now),
        "totals": {name: _sum(metrics, f"pipeline_{name}_total") for name in _TOTALS},
        "acknowledgement": acknowledgement(metrics),
        "deliveries": _table(metrics, "pipeline_deliveries_total", "queue", "again"),
        "dead_letters": _table(metrics, "pipeline_dead_letters_total", "kind", "cause"),
        "outcomes": _table(metrics, "pipeline_outcomes_total", "outcome", "reason", "signal"),
        "duplicates": {name: _sum(metrics, f"pipeline_duplicate_{name}_total") for name in ("requests", "rows")},
        "sampling": [{"service": labels["service"], "rate": rate} for labels, rate in metrics.samples("pipeline_sampling_rate")],
        "retention": [one.as_json() for one in retention(counted(metrics.samples("pipeline_retention_total")))],
        "policy_version": policy,
        "undecided_requests": _sum(metrics, "pipeline_undecided_requests"),
        "redactions": _table(metrics, "pipeline_redactions_total", "kind"),
        "errors": {name: _table(metrics, f"pipeline_{name}_errors_total", *labels) for name, labels in _ERRORS.items()},
        "fallback": _fallback(metrics),
        "pressure": {"step": int(pressure), "sheds": SHEDS[pressure]},
        "circuits": [{"part": labels["part"], "open": bool(value)} for labels, value in metrics.samples("pipeline_circuit_open")],
        "upkeep": upkeep,
        "spool": {name: _sum(metrics, series) for name, series in _SPOOL.items()},
    }


_TOTALS = ("received_records", "received_bytes", "written_rows", "events_lost")
_ERRORS = {"append": ("queue", "cause"), "write": ("cause",)}
_SPOOL = {"bytes": "pipeline_spool_bytes", "corrupt_segments": "pipeline_corrupt_segments_total"}


def banners(status: QueueStatus, failure: str = "") -> Iterator[Mapping[str, str]]:
    """What is to be seen until it is undone: each step of the fallback chain in force, a store that fails, events that are lost."""
    for step, words in status.steps.items():
        since, _, cause = words.removeprefix("since ").partition(": ")
        yield {"kind": step, "since": since if cause else "", "cause": cause or words}
    if failure:
        yield {"kind": "store", "since": "", "cause": failure}
    if status.lost_records:
        yield {"kind": "lost", "since": "", "cause": f"{status.lost_records:,} acknowledged records are gone: their numbers have a gap"}
    if status.state in {"degraded", "down"} and not status.steps and not status.lost_records:
        yield {"kind": status.state, "since": "", "cause": status.detail}


def acknowledgement(metrics: Metrics) -> Mapping[str, Any]:
    """How long senders wait, in milliseconds, over all sources since the start; `buckets` are cumulative: [upper bound in s, requests]."""
    sums: dict[float, float] = defaultdict(float)
    for labels, value in metrics.samples("pipeline_ack_seconds_bucket"):
        sums[float(labels["le"])] += value
    buckets = sorted(sums.items())
    return {
        "requests": int(buckets[-1][1]) if buckets else 0,
        "p50_ms": quantile_ms(buckets, 0.5),
        "p99_ms": quantile_ms(buckets, 0.99),
        "buckets": [[None if isinf(bound) else bound, int(count)] for bound, count in buckets],
    }


def quantile_ms(buckets: Buckets, share: float) -> float | None:
    """A quantile in ms, straight between the bounds (in s) of its bucket, as Prometheus' `histogram_quantile`; None of nothing."""
    if not buckets or not buckets[-1][1]:
        return None
    wanted = share * buckets[-1][1]
    for (low, before), (high, until) in pairwise([(0.0, 0.0), *buckets]):
        if until >= wanted:
            within = 0.0 if high == inf else (high - low) * (wanted - before) / (until - before)
            return round((low + within) * 1e3, 3)
    return None


def _queue(status: QueueStatus, now: datetime) -> Mapping[str, Any]:
    age_s = max((now - status.oldest_at).total_seconds(), 0.0) if status.oldest_at else None
    shown = ("name", "state", "detail", "depth", "records", "pending", "bytes", "bytes_at_risk", "lost_records")
    return {**{name: getattr(status, name) for name in shown}, "lag": max(status.depth - status.pending, 0), "oldest_age_s": age_s}


def _fallback(metrics: Metrics) -> Mapping[str, Any]:
    step = int(metrics.value("pipeline_fallback_step"))
    return {"step": step, "name": STEPS[step], "taken": _table(metrics, "pipeline_fallback_steps_total", "step", "cause")}


def _table(metrics: Metrics, name: str, *labels: str) -> list[Mapping[str, Any]]:
    """The series of a counter, the largest first."""
    rows = [{**{label: found[label] for label in labels}, "count": int(value)} for found, value in metrics.samples(name) if value]
    return sorted(rows, key=lambda row: -row["count"])


def _sum(metrics: Metrics, name: str) -> int:
    return int(sum(value for _, value in metrics.samples(name)))
