"""Our own metrics: one table of names, kept in process and rendered in Prometheus' text format."""

import tracemalloc
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Spec:
    """One metric: what it is, its labels, and bucket bounds for a histogram (in its unit)."""

    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
PIPELINE: Mapping[str, Spec] = {
    "pipeline_received_records_total": Spec("counter", "Records taken from senders and durable", ("source", "signal")),
    "pipeline_received_bytes_total": Spec("counter", "Unpacked bytes of accepted requests", ("source",)),
    "pipeline_outcomes_total": Spec("counter", "What became of records that are not stored", ("outcome", "reason", "signal")),
    "pipeline_duplicate_requests_total": Spec("counter", "Requests answered from memory: a retry of an accepted one", ("source",)),
    "pipeline_ack_seconds": Spec("histogram", "From the whole request read to its acknowledgement", ("source",), _SECONDS),
    "pipeline_append_seconds": Spec("histogram", "One durable append", ("queue",), _SECONDS),
    "pipeline_append_errors_total": Spec("counter", "Appends that failed", ("queue", "cause")),
    "pipeline_queue_depth": Spec("gauge", "Entries not done yet", ("queue",)),
    "pipeline_queue_records": Spec("gauge", "Records not done yet", ("queue",)),
    "pipeline_queue_pending": Spec("gauge", "Entries delivered and not done", ("queue",)),
    "pipeline_queue_bytes": Spec("gauge", "Bytes the queue holds", ("queue",)),
    "pipeline_oldest_age_seconds": Spec("gauge", "Age of the oldest entry not done", ("queue",)),
    "pipeline_bytes_at_risk": Spec("gauge", "Acknowledged bytes that are only in memory"),
    "pipeline_events_lost_total": Spec("counter", "Acknowledged records proved gone by a gap in the senders' numbers"),
    "pipeline_deliveries_total": Spec("counter", "Entries handed to their owner", ("queue", "again")),
    "pipeline_written_rows_total": Spec("counter", "Rows written to the store", ("signal",)),
    "pipeline_write_seconds": Spec("histogram", "One write of a batch to the store", ("signal",), _SECONDS),
    "pipeline_write_errors_total": Spec("counter", "Writes that failed", ("cause",)),
    "pipeline_duplicate_rows_total": Spec("counter", "Rows not written again: they were stored already", ("signal",)),
    "pipeline_dead_letters_total": Spec("counter", "Records put among the dead letters", ("kind", "cause")),
    "pipeline_retention_total": Spec("counter", "Events sampled, by class and decision", ("service", "class", "kept")),
    "pipeline_sampling_rate": Spec("gauge", "Share of ordinary requests kept now", ("service",)),
    "pipeline_undecided_requests": Spec("gauge", "Requests whose keeping is not decided yet"),
    "pipeline_early_decisions_total": Spec("counter", "Requests decided before their wait was over, for room"),
    "pipeline_redactions_total": Spec("counter", "Secrets replaced before anything persisted", ("kind",)),
    "pipeline_fallback_step": Spec("gauge", "0 the queue itself, 1 the spool, 2 shedding, 3 closed"),
    "pipeline_fallback_steps_total": Spec("counter", "Steps down the fallback chain", ("step", "cause")),
    "pipeline_circuit_open": Spec("gauge", "1 while the circuit to a part is open", ("part",)),
    "pipeline_spool_bytes": Spec("gauge", "Bytes of spool segments on disk"),
    "pipeline_corrupt_segments_total": Spec("counter", "Spool segments put aside because a checksum failed"),
    "pipeline_pressure": Spec("gauge", "Step of shedding in force, 0 to 4"),
}
_SCORES = (0.0, 25.0, 50.0, 60.0, 70.0, 80.0, 85.0, 90.0, 95.0, 99.0, 100.0)
_SHARES = (0.0, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
GROUNDING: Mapping[str, Spec] = {
    "grounding_score": Spec("histogram", "G of what a run published, 0 to 100", (), _SCORES),
    "grounding_draft_score": Spec("histogram", "G of a run's draft, before anything was removed", (), _SCORES),
    "verification_success_ratio": Spec("histogram", "Share of a run's judged claims that stood", (), _SHARES),
    "claims_total": Spec("counter", "Claims judged, published or removed", ("verdict", "kind", "desk")),
    "claims_failed_total": Spec(
        "counter", "Claims found unverified or contradicted, by why", ("verdict", "kind", "desk", "prompt_version", "reason")
    ),
    "claims_corrected_total": Spec("counter", "Claims that code corrected before they were published", ("kind", "desk")),
}
SPECS: Mapping[str, Spec] = {**PIPELINE, **GROUNDING}


TRACED = "python_traced_bytes"


class _Traced(Collector):
    """What Python's own objects take, in a process that was started with PYTHONTRACEMALLOC=1."""

    def collect(self) -> Iterator[Metric]:
        if tracemalloc.is_tracing():
            yield GaugeMetricFamily(TRACED, "Bytes of Python's own objects (tracemalloc)", tracemalloc.get_traced_memory()[0])


_PROCESS = CollectorRegistry()
_PROCESS.register(_Traced())
ProcessCollector(registry=_PROCESS)


class Metrics:
    """Counters, gauges and histograms of the table, by name; a name that is not in it is a KeyError."""

    def __init__(self, specs: Mapping[str, Spec] = SPECS) -> None:
        self._registry = CollectorRegistry()
        self._counters = {name: Counter(name, one.help, one.labels, registry=self._registry) for name, one in _of(specs, "counter")}
        self._gauges = {name: Gauge(name, one.help, one.labels, registry=self._registry) for name, one in _of(specs, "gauge")}
        self._histograms = {
            name: Histogram(name, one.help, one.labels, buckets=one.buckets, registry=self._registry)
            for name, one in _of(specs, "histogram")
        }

    def add(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Count more."""
        counter = self._counters[name]
        (counter.labels(**labels) if labels else counter).inc(amount)

    def set(self, name: str, value: float, **labels: str) -> None:
        """Set a gauge."""
        gauge = self._gauges[name]
        (gauge.labels(**labels) if labels else gauge).set(value)

    def observe(self, name: str, value: float, **labels: str) -> None:
        """Put one value into a histogram."""
        histogram = self._histograms[name]
        (histogram.labels(**labels) if labels else histogram).observe(value)

    def value(self, name: str, **labels: str) -> float:
        """The value of one series now (of a histogram `NAME_sum` or `NAME_count`); 0 where it was never touched."""
        return self._registry.get_sample_value(name, labels) or 0.0

    def samples(self, name: str) -> tuple[tuple[Mapping[str, str], float], ...]:
        """Labels and value of every series of a counter or gauge (of a histogram `NAME_bucket`, `NAME_sum` or `NAME_count`)."""
        family = self._counters.get(name) or self._gauges.get(name) or self._histograms[name.rpartition("_")[0]]
        found = (one for metric in family.collect() for one in metric.samples)
        return tuple((dict(one.labels), one.value) for one in found if one.name == name)

    def text(self) -> bytes:
        """Everything in Prometheus' text format, and what the process takes (`process_…`)."""
        return generate_latest(self._registry) + generate_latest(_PROCESS)


def _of(specs: Mapping[str, Spec], kind: Kind) -> list[tuple[str, Spec]]:
    return [(name, one) for name, one in specs.items() if one.kind == kind]
