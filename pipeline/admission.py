"""Turns parsed items into entries for the queue: cleaned, shed where pressure asks for it, cut by partition and size."""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

import xxhash

from domain.ids import DEFAULT_TENANT, Tenant
from domain.ports import Clock
from domain.queue import Entry, EntryKey, Pressure
from domain.telemetry import MetricPoint, Rejection, Signal
from domain.window import to_nanos
from pipeline.copies import copy_key, shed_for
from pipeline.entries import Mode, Slice, encoded
from pipeline.reading import Item, Record
from pipeline.tracking import signal_of, time_ns

MOST_RECORDS = 10_000
CONTENT_DIGITS = 20
_REQUEST_IDS = ("request_id", "request.id", "http.request.id")

_Named = tuple[Record, str]  # a record and its place in the request


class Cleaner(Protocol):
    """Makes records and texts fit to persist: bounded, without secrets."""

    def clean(self, records: Sequence[Record]) -> Sequence[Record]: ...
    def text(self, value: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Origin:
    """Where records come from. Keys of entries begin with `key`; `content` names the bytes they were parsed from."""

    key: str
    content: str
    source: str = "default"
    mode: Mode = "push"
    keep_days: int = 0
    tenant: Tenant = DEFAULT_TENANT


@dataclass(slots=True)
class Admitted:
    """What came of some items: entries to append, their keys beginning with `key`, and what is not in them. `times_ns`: of what is."""

    entries: list[Entry] = field(default_factory=list)
    signals: Counter[Signal] = field(default_factory=Counter)
    rejections: list[Rejection] = field(default_factory=list)
    shed: Counter[tuple[Signal, str]] = field(default_factory=Counter)
    joined_lines: int = 0
    times_ns: list[int] = field(default_factory=list)
    key: str = ""

    @property
    def accepted(self) -> int:
        """How many records are in the entries."""
        return len(self.times_ns)


def new_key(clock: Clock) -> str:
    """A key for a pushed request: the time in milliseconds and 48 random bits, so keys sort by time."""
    return f"{to_nanos(clock.now()) // 1_000_000:012x}{secrets.token_hex(6)}"


class Admission:
    """Safe to use from several threads at once."""

    def __init__(self, partitions: int, cleaner: Cleaner, clock: Clock) -> None:
        self._partitions = partitions
        self._cleaner = cleaner
        self._clock = clock

    def admit(self, items: Iterable[Item], origin: Origin, pressure: Pressure = Pressure.NONE) -> Admitted:
        """All items at once. What is shed does not change how the others are cut, so copies under other pressures can be compared."""
        admitted, named = Admitted(key=origin.key), _Names()
        records: list[_Named] = []
        for item in items:
            if isinstance(item, Rejection):
                admitted.rejections.append(self._told(item))
                continue
            admitted.joined_lines += item.lines - 1
            records.append((item.record, named.next(item.line)))
        received_at_ns = to_nanos(self._clock.now())
        for number, (partition, part) in enumerate(self._slices(records, origin.key)):
            if kept := _kept(part, pressure, admitted):
                key = copy_key(f"{origin.key}.{number}", pressure)
                admitted.entries.append(self._entry(key, partition, kept, origin, received_at_ns))
        return admitted

    def _told(self, rejected: Rejection) -> Rejection:
        text = self._cleaner.text
        return Rejection(rejected.line, text(rejected.reason), text(rejected.text))

    def _entry(self, key: EntryKey, partition: int, kept: Sequence[_Named], origin: Origin, received_at_ns: int) -> Entry:
        records = tuple(self._cleaner.clean([record for record, _ in kept]))
        names = tuple(name for _, name in kept)
        piece = Slice(records, names, origin.content[:CONTENT_DIGITS], origin.source, origin.mode, origin.keep_days, origin.tenant)
        return Entry(key, partition, encoded(piece), len(records), received_at_ns)

    def _slices(self, named: Sequence[_Named], key: str) -> Iterator[tuple[int, list[_Named]]]:
        groups: dict[int, list[_Named]] = {}
        for one in named:
            groups.setdefault(self._partition(one[0], key), []).append(one)
        for partition, group in sorted(groups.items()):
            rest = iter(group)
            while part := list(islice(rest, MOST_RECORDS)):
                yield partition, part

    def _partition(self, record: Record, key: str) -> int:
        if self._partitions == 1:
            return 0
        return xxhash.xxh3_64_intdigest(unit_of(record) or key) % self._partitions


def _kept(part: Sequence[_Named], pressure: Pressure, admitted: Admitted) -> Sequence[_Named]:
    """What a pressure leaves of a slice; what is kept and what is shed is counted."""
    kept = []
    for record, name in part:
        if reason := shed_for(record, pressure):
            admitted.shed[signal_of(record), reason] += 1
            continue
        admitted.signals[signal_of(record)] += 1
        admitted.times_ns.append(time_ns(record))
        kept.append((record, name))
    return kept


class _Names:
    """Places of records: the line, and which one of it where a line holds several."""

    def __init__(self) -> None:
        self._last, self._within = 0, 0

    def next(self, line: int) -> str:
        self._within = self._within + 1 if line == self._last else 0
        self._last = line
        return f"{line}.{self._within}" if self._within else str(line)


def unit_of(record: Record) -> str:
    """What a record is sampled with: its trace, else its request; empty when it stands alone."""
    if isinstance(record, MetricPoint):
        return ""
    if record.trace_id:
        return record.trace_id
    return next((record.attributes[name] for name in _REQUEST_IDS if record.attributes.get(name)), "")
