"""Exact counts of the records of an entry, before any of them is sampled out."""

import math
from collections.abc import Callable, Iterable

from domain.counts import LATENCY_GROWTH, ZERO_BUCKET, Count, CountKey
from domain.telemetry import LogRecord, Signal, SpanRecord, severity_text

MINUTE_NS = 60_000_000_000
LEAST_MS = 0.001
MOST_BUCKET = 32_767
_GROWTH_LOG = math.log(LATENCY_GROWTH)
_SEVERITIES = tuple(severity_text(number) for number in range(256))
Guard = Callable[[str, str, str], str]  # service, field, value -> the value, or __other__ for one too many
Facts = tuple[int, Signal, str, str, int, str, str, str]


def bucket_of(duration_ms: float) -> int:
    """The index of the latency bucket that holds a duration."""
    if not duration_ms > LEAST_MS:
        return ZERO_BUCKET
    return min(math.ceil(math.log(duration_ms) / _GROWTH_LOG), MOST_BUCKET) if math.isfinite(duration_ms) else MOST_BUCKET


class Counts:
    """Counts under way; metric points are not counted, they are numbers already."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self.found: dict[Facts, Count] = {}

    def add(self, record: LogRecord | SpanRecord) -> None:
        """Count one record."""
        guard, service = self._guard, record.service
        if isinstance(record, LogRecord):
            route, code = guard(service, "route", record.route), guard(service, "error_code", record.error_code)
            severity = _SEVERITIES[record.severity_number]
            facts: Facts = (record.timestamp_ns // MINUTE_NS, "logs", service, route, record.status, code, severity, record.template_id)
            self._count(facts, record.weight * record.occurrences, record.duration_ms)
        else:
            name = guard(service, "span", record.name)
            facts = (record.start_ns // MINUTE_NS, "traces", service, name, 0, "", record.status, "")
            self._count(facts, record.weight, record.duration_ns / 1e6)

    def merge(self, others: Iterable["Counts"]) -> None:
        """Take over the counts of others."""
        for other in others:
            for facts, theirs in other.found.items():
                count = self.found.setdefault(facts, Count())
                count.events += theirs.events
                count.rows += theirs.rows
                for bucket, events in theirs.latencies.items():
                    count.latencies[bucket] = count.latencies.get(bucket, 0) + events

    def result(self) -> dict[CountKey, Count]:
        """The counts by what they are counted for."""
        return {CountKey(*facts): count for facts, count in self.found.items()}

    def _count(self, facts: Facts, events: int, duration_ms: float | None) -> None:
        count = self.found.get(facts)
        if count is None:
            count = self.found[facts] = Count()
        count.events += events
        count.rows += 1
        if duration_ms is not None:
            bucket = bucket_of(duration_ms)
            count.latencies[bucket] = count.latencies.get(bucket, 0) + events


def unguarded(_service: str, _field: str, value: str) -> str:
    """No bound on distinct values: what is merged is bounded already."""
    return value
