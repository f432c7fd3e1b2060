"""Exact counts of what arrived, taken before any sampling."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.ids import DEFAULT_TENANT, Tenant
from domain.queue import EntryKey
from domain.telemetry import Signal

LATENCY_GROWTH = 1.02  # bounds of neighbouring latency buckets: quantiles are within 1 % (DDSketch: Masson, Rim, Lee, VLDB 2019)
ZERO_BUCKET = -32_768  # durations of 0.001 ms and less


@dataclass(frozen=True, slots=True)
class CountKey:
    """What is counted together. `route` is the route of a log, the name of a span; `status` 0 and empty texts where a record has none."""

    minute: int  # minutes since 1970, event time
    signal: Signal
    service: str
    route: str = ""
    status: int = 0
    error_code: str = ""
    severity: str = ""
    template_id: str = ""


@dataclass(slots=True)
class Count:
    """How many events (occurrences x weight) and rows; latencies as bucket index -> events, bucket i is (GROWTH^(i-1), GROWTH^i] ms."""

    events: int = 0
    rows: int = 0
    latencies: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CountBatch:
    """The counts of whole entries, written as one block that is stored wholly or not at all; `entries` says of which ones."""

    entries: tuple[EntryKey, ...]
    counts: Mapping[CountKey, Count]
    counted_at_ns: int
    tenant: Tenant = DEFAULT_TENANT
