"""Gathers what is kept into bundles, and knows when the next one is to be written."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from time import monotonic
from typing import cast

from domain.telemetry import LogRecord, LogTemplate, Signal, SpanRecord
from pipeline.reading import Record
from pipeline.sampling import DROP, Settled
from pipeline.tracking import Bundle, Tracker, signal_of

MOST_ROWS = 10_000
LONGEST_S = 1.0


class Assembly:
    """The bundle that is being gathered. `now_s` is any monotonic clock."""

    def __init__(self, now_s: Callable[[], float] = monotonic) -> None:
        self._now_s = now_s
        self._bundle = Bundle()
        self._began_s = now_s()

    def word(self, templates: Iterable[LogTemplate]) -> None:
        """Write these templates with the rows."""
        self._bundle.templates.extend(templates)

    def keep(self, record: Record, tracker: Tracker) -> None:
        """Write this record as it is."""
        self._touch()
        self._bundle.put(record, tracker)
        self._settle_one(tracker)

    def settle(self, settled: Settled) -> None:
        """Write a record with its weight, or leave it out."""
        tracker = cast("Tracker", settled.token)
        if settled.keep:
            self.keep(_weighted(settled), tracker)
            return
        self._touch()
        self._bundle.left_out[_outcome(settled)] += 1
        self._settle_one(tracker)

    def finish(self, tracker: Tracker) -> None:
        """Be done with an entry that has no record to write."""
        self._touch()
        self._bundle.settled.append(tracker)

    def is_ripe(self, *, is_idle: bool, is_urgent: bool) -> bool:
        """Whether to write now: 10,000 rows, or a second old, or when idle what somebody waits for.

        Smaller and more often would cost the engine more in merges than in writes (measured: four times a second three times as much).
        """
        if self._bundle.is_empty:
            return False
        if self._bundle.size >= MOST_ROWS or self._now_s() - self._began_s >= LONGEST_S:
            return True
        return is_idle and is_urgent

    def swap(self) -> Bundle:
        """The bundle so far; the next one begins empty."""
        bundle, self._bundle = self._bundle, Bundle()
        return bundle

    def _touch(self) -> None:
        if self._bundle.is_empty:
            self._began_s = self._now_s()

    def _settle_one(self, tracker: Tracker) -> None:
        tracker.open -= 1
        if not tracker.open:
            self._bundle.settled.append(tracker)


def _outcome(settled: Settled) -> tuple[str, str, Signal]:
    is_dropped = settled.reason == DROP
    return "dropped" if is_dropped else "sampled", "policy" if is_dropped else settled.reason, signal_of(settled.record)


def _weighted(settled: Settled) -> LogRecord | SpanRecord:
    record = settled.record
    if settled.weight == 1 and not settled.reason:
        return record
    return replace(record, weight=record.weight * settled.weight, sample_reason=settled.reason, policy_version=settled.policy_version)
