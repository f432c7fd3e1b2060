"""Turns an opened source into batches of finished records, and counts what became of every line."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analytics.templates import TemplateMiner
from domain.errors import WrongUseError
from domain.telemetry import LogRecord, LogTemplate, MetricPoint, Rejection, SpanRecord, severity_text
from pipeline.reading import Item, Reading, Taken
from pipeline.report import LoadOptions, Tally
from pipeline.semantics import enriched
from pipeline.source import Source

BATCH_ROWS = 10_000
_ID_DIGITS = 20


@dataclass(slots=True)
class Batch:
    """Records ready to be written, and lines that are not taken."""

    logs: list[LogRecord] = field(default_factory=list)
    spans: list[SpanRecord] = field(default_factory=list)
    metrics: list[MetricPoint] = field(default_factory=list)
    templates: tuple[LogTemplate, ...] = ()
    rejections: list[Rejection] = field(default_factory=list)
    joined_lines: int = 0

    def times_ns(self) -> list[int]:
        """The times of all records."""
        spans = (span.start_ns for span in self.spans)
        points = (point.timestamp_ns for point in self.metrics)
        return [*(log.timestamp_ns for log in self.logs), *spans, *points]


class Finisher:
    """Gives records their event and template ids and gathers them into batches. `key` names the content they come from."""

    def __init__(self, miner: TemplateMiner, key: str) -> None:
        self._miner = miner
        self._key = key[:_ID_DIGITS]
        self._last_line = 0
        self._within = 0
        self._lock = threading.Lock()

    def batches(self, items: Iterable[Item], size: int = BATCH_ROWS) -> Iterator[Batch]:
        """Batches of at most `size` items."""
        iterator = iter(items)
        while part := list(islice(iterator, size)):
            yield self.batch(part)

    def batch(self, items: Iterable[Item]) -> Batch:
        """One batch of these items; safe to call from several threads."""
        with self._lock:
            batch = Batch()
            for item in items:
                self._put(batch, item)
            batch.templates = self._miner.take_changed()
            return batch

    def _put(self, batch: Batch, item: Item) -> None:
        if isinstance(item, Rejection):
            batch.rejections.append(item)
            return
        batch.joined_lines += item.lines - 1
        if isinstance(item.record, LogRecord):
            batch.logs.append(self._finished(item, item.record))
        elif isinstance(item.record, SpanRecord):
            batch.spans.append(item.record)
        else:
            batch.metrics.append(item.record)

    def _finished(self, item: Taken, record: LogRecord) -> LogRecord:
        self._within = self._within + 1 if item.line == self._last_line else 0
        self._last_line = item.line
        suffix = f".{self._within}" if self._within else ""
        template_id = self._miner.add(record.service, severity_text(record.severity_number), record.body)
        return enriched(record, record.event_id or f"EVT-{self._key}-{item.line}{suffix}", template_id)


def count(tally: Tally, batch: Batch) -> None:
    """Add a batch to the counts."""
    tally.reject(batch.rejections)
    tally.accept(batch.times_ns(), batch.joined_lines)


def reading_of(source: Source, options: LoadOptions) -> Reading:
    """The reading of a source. Raises WrongUseError for a zone we do not know."""
    try:
        zone = ZoneInfo(options.tz or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise WrongUseError(f"Unknown time zone {options.tz!r}; use a name such as Europe/Berlin or UTC.") from error
    return Reading(
        name=source.name,
        service=options.service,
        stem=source.stem,
        signal=options.signal,
        zone=zone,
        modified_at=source.modified_at,
        year=options.year,
    )
