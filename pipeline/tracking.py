"""Entries under way: which of their records are settled, and what of them waits to be written."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from domain.ids import Tenant
from domain.queue import Delivery, EntryKey
from domain.telemetry import LogRecord, LogTemplate, MetricPoint, Signal, SpanRecord
from pipeline.counting import Counts
from pipeline.reading import Record


@dataclass(eq=False, slots=True)
class Tracker:
    """One entry under way. `open` records are neither written nor sampled out; a doubtful entry may be stored already, a whole one is."""

    deliveries: list[Delivery]
    tenant: Tenant
    counts: Counts
    is_doubtful: bool = False
    is_push: bool = False
    open: int = 0
    is_whole: bool = False

    @property
    def key(self) -> EntryKey:
        """The entry's key."""
        return self.deliveries[0].entry.key


@dataclass(slots=True)
class Bundle:
    """Rows to be written together, and the entries that are settled once they are. `left_out`: records by outcome, reason and signal."""

    rows: dict[tuple[Tenant, Signal], list[Record]] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    pushed: list[LogRecord] = field(default_factory=list)
    settled: list[Tracker] = field(default_factory=list)
    templates: list[LogTemplate] = field(default_factory=list)
    left_out: Counter[tuple[str, str, Signal]] = field(default_factory=Counter)
    size: int = 0

    def put(self, record: Record, tracker: Tracker) -> None:
        """Add a row."""
        self.rows.setdefault((tracker.tenant, signal_of(record)), []).append(record)
        self.size += 1
        if tracker.is_doubtful:
            self.doubtful.add(record.record_id)
        if tracker.is_push and isinstance(record, LogRecord):
            self.pushed.append(record)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write and nothing to be done with."""
        return not self.size and not self.settled


def signal_of(record: Record) -> Signal:
    """The signal of a record."""
    if isinstance(record, LogRecord):
        return "logs"
    return "traces" if isinstance(record, SpanRecord) else "metrics"


def times_of(rows: Iterable[Record], ids: set[str]) -> Mapping[str, int]:
    """The times (ns) of the rows whose record ids are among these."""
    return {row.record_id: time_ns(row) for row in rows if row.record_id in ids}


def time_ns(record: Record) -> int:
    """The event time of a record."""
    return record.timestamp_ns if isinstance(record, LogRecord | MetricPoint) else record.start_ns
