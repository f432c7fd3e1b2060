"""What comes in: log records, spans, metric points, and lines that were rejected."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Signal = Literal["logs", "traces", "metrics"]

SEVERITY_NUMBERS: Mapping[str, int] = {"TRACE": 1, "DEBUG": 5, "INFO": 9, "WARN": 13, "ERROR": 17, "FATAL": 21}


def severity_text(number: int) -> str:
    """The OpenTelemetry short name of a severity number (0 gives an empty text)."""
    names = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
    return names[min((number - 1) // 4, 5)] if number > 0 else ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How records came in, shared by those of one entry: when, for how many days they are kept (0: until told otherwise)."""

    received_at_ns: int = 0
    keep_days: int = 0


UNKNOWN_ARRIVAL = Arrival()


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One log event. `occurrences`: how often the line says it happened; `weight`: how many events a sampled row stands for.

    `record_id` is the pipeline's own (`{entry key}-{n}`): a row that comes twice is known by it.
    """

    timestamp_ns: int
    service: str
    body: str
    severity_number: int = 9
    trace_id: str = ""
    span_id: str = ""
    route: str = ""
    method: str = ""
    status: int = 0
    error_code: str = ""
    duration_ms: float | None = None
    client: str = ""
    user: str = ""
    host: str = ""
    response_bytes: int | None = None
    event: str = ""
    occurrences: int = 1
    weight: int = 1
    event_id: str = ""
    template_id: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    resource: Mapping[str, str] = field(default_factory=dict)
    record_id: str = ""
    sample_reason: str = ""
    policy_version: int = 0
    arrival: Arrival = UNKNOWN_ARRIVAL


@dataclass(frozen=True, slots=True)
class SpanRecord:
    """One span; `duration_ns` in nanoseconds, `status` one of Unset, Ok, Error."""

    trace_id: str
    span_id: str
    parent_span_id: str
    service: str
    name: str
    start_ns: int
    duration_ns: int
    kind: str = "Internal"
    status: str = "Unset"
    status_message: str = ""
    weight: int = 1
    attributes: Mapping[str, str] = field(default_factory=dict)
    resource: Mapping[str, str] = field(default_factory=dict)
    record_id: str = ""
    sample_reason: str = ""
    policy_version: int = 0
    arrival: Arrival = UNKNOWN_ARRIVAL


@dataclass(frozen=True, slots=True)
class HistogramPoint:
    """The buckets of one explicit-bounds histogram point."""

    count: int
    total: float
    bucket_counts: tuple[int, ...]
    bounds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """One metric point; `kind` says which exporter table it belongs to."""

    timestamp_ns: int
    service: str
    name: str
    value: float
    unit: str = ""
    kind: Literal["gauge", "sum", "histogram"] = "gauge"
    is_monotonic: bool = False
    histogram: HistogramPoint | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    resource: Mapping[str, str] = field(default_factory=dict)
    record_id: str = ""
    arrival: Arrival = UNKNOWN_ARRIVAL


@dataclass(frozen=True, slots=True)
class Rejection:
    """An input line (numbered from 1) that could not be taken, why, and its text (cut) for the dead letters."""

    line: int
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class LogTemplate:
    """A mined log template: its stable id, its text with `<*>` blanks, and where it belongs."""

    template_id: str
    service: str
    severity: str
    text: str


@dataclass(frozen=True, slots=True)
class Extent:
    """What a tenant has stored: bounds of event time (`newest` inclusive), rows a signal, and the services seen."""

    oldest: datetime
    newest: datetime
    rows: Mapping[str, int]
    services: tuple[str, ...]
