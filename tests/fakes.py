"""Hand-written fakes of the ports, shared by the tests."""

import asyncio
import math
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.audit import BEGINNING, AuditEntry, AuditHead, AuditNote, chained
from domain.counts import CountBatch
from domain.documents import plain
from domain.errors import StoreError
from domain.evidence import Evidence, sha256_of
from domain.ids import DEFAULT_TENANT, EvidenceUid, RunId, Tenant, ThreadId
from domain.letters import EVERY_LETTER, DeadLetter, LetterFilter, LetterTotal
from domain.ports import DocumentKind, Load, RunCost, RunRecord, Stored, StoreQuery, Table, VectorHit
from domain.queue import Delivery, Entry, EntryKey, Pressure, QueueStatus
from domain.tasks import Turn
from domain.telemetry import Extent, LogRecord, LogTemplate, MetricPoint, Signal, SpanRecord


@dataclass(slots=True)
class FakeClock:
    """A clock that stands still until it is moved."""

    at: datetime = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class FakeStateStore:
    """State in dictionaries, keyed by tenant first."""

    kept_runs: dict[tuple[Tenant, RunId], RunRecord] = field(default_factory=dict)
    kept_evidence: dict[tuple[Tenant, EvidenceUid], Mapping[str, Any]] = field(default_factory=dict)
    seals: dict[tuple[Tenant, EvidenceUid], str] = field(default_factory=dict)
    kept_turns: dict[tuple[Tenant, ThreadId], list[Turn]] = field(default_factory=dict)
    kept_loads: dict[tuple[Tenant, str], Load] = field(default_factory=dict)
    kept_letters: dict[Tenant, list[DeadLetter]] = field(default_factory=dict)
    claimed_letters: dict[str, datetime] = field(default_factory=dict)

    async def save_run(self, run: RunRecord) -> None:
        self.kept_runs[run.tenant, run.run_id] = run

    async def run(self, run_id: RunId, tenant: Tenant = DEFAULT_TENANT) -> RunRecord | None:
        return self.kept_runs.get((tenant, run_id))

    async def runs(self, tenant: Tenant = DEFAULT_TENANT, limit: int = 50) -> tuple[RunRecord, ...]:
        mine = [run for (owner, _), run in self.kept_runs.items() if owner == tenant]
        return tuple(sorted(mine, key=lambda run: run.started_at, reverse=True)[:limit])

    async def costs(self, since: datetime, tenant: Tenant = DEFAULT_TENANT) -> tuple[RunCost, ...]:
        mine = [run for (owner, _), run in self.kept_runs.items() if owner == tenant and run.started_at >= since]
        return tuple(_cost(run) for run in sorted(mine, key=lambda run: run.started_at))

    async def fail_interrupted_runs(self) -> tuple[tuple[Tenant, RunId], ...]:
        left = {key: replace(run, status="failed") for key, run in self.kept_runs.items() if run.status == "running"}
        self.kept_runs.update(left)
        return tuple(left)

    async def save_evidence(self, evidence: Sequence[Evidence]) -> None:
        for one in evidence:
            kept = self.kept_evidence.setdefault((one.tenant, one.uid), one.as_json())
            self.seals.setdefault((one.tenant, one.uid), sha256_of(kept))

    async def evidence(self, uid: EvidenceUid, tenant: Tenant = DEFAULT_TENANT) -> Mapping[str, Any] | None:
        return self.kept_evidence.get((tenant, uid))

    async def evidence_seal(self, uid: EvidenceUid, tenant: Tenant = DEFAULT_TENANT) -> str:
        return self.seals.get((tenant, uid), "")

    async def add_turn(self, thread_id: ThreadId, run_id: RunId, turn: Turn, tenant: Tenant = DEFAULT_TENANT) -> None:
        self.kept_turns.setdefault((tenant, thread_id), []).append(replace(turn, run_id=run_id))

    async def turns(self, thread_id: ThreadId, tenant: Tenant = DEFAULT_TENANT, limit: int = 10) -> tuple[Turn, ...]:
        return tuple(self.kept_turns.get((tenant, thread_id), [])[-limit:])

    async def save_load(self, load: Load, tenant: Tenant = DEFAULT_TENANT) -> None:
        self.kept_loads[tenant, load.sha256] = load

    async def load(self, sha256: str, tenant: Tenant = DEFAULT_TENANT) -> Load | None:
        return self.kept_loads.get((tenant, sha256))

    async def add_dead_letters(self, letters: Sequence[DeadLetter], tenant: Tenant = DEFAULT_TENANT) -> None:
        kept = self.kept_letters.setdefault(tenant, [])
        for letter in letters:
            if letter.letter_id not in {one.letter_id for one in kept}:
                kept.append(replace(letter, text=_storable(letter.text), reason=_storable(letter.reason)))

    async def dead_letters(
        self, tenant: Tenant = DEFAULT_TENANT, limit: int = 100, where: LetterFilter = EVERY_LETTER
    ) -> tuple[DeadLetter, ...]:
        return tuple(letter for letter in self.kept_letters.get(tenant, [])[::-1] if _is_wanted(letter, where))[:limit]

    async def letter_totals(self, tenant: Tenant = DEFAULT_TENANT) -> tuple[LetterTotal, ...]:
        groups: dict[tuple[str, str], list[DeadLetter]] = {}
        for letter in self.kept_letters.get(tenant, []):
            groups.setdefault((letter.kind, letter.cause), []).append(letter)
        return tuple(LetterTotal(*key, len(group), sum(not one.replayed_at for one in group)) for key, group in sorted(groups.items()))

    async def waiting_letters(self, where: LetterFilter, tenant: Tenant = DEFAULT_TENANT, limit: int = 10_000) -> tuple[str, ...]:
        waiting = [letter for letter in self.kept_letters.get(tenant, []) if _is_wanted(letter, replace(where, is_waiting=True))]
        return tuple(letter.letter_id for letter in sorted(waiting, key=lambda letter: letter.attempts)[:limit])

    async def claim_letters(
        self, ids: Sequence[str], now: datetime, until: datetime, tenant: Tenant = DEFAULT_TENANT
    ) -> tuple[DeadLetter, ...]:
        mine = LetterFilter(ids=tuple(ids), is_waiting=True)
        waiting = [letter for letter in self.kept_letters.get(tenant, []) if ids and _is_wanted(letter, mine)]
        free = tuple(letter for letter in waiting if self.claimed_letters.get(letter.letter_id, now) <= now)
        self.claimed_letters |= {letter.letter_id: until for letter in free}
        return free

    async def settle_letters(self, letters: Sequence[DeadLetter], tenant: Tenant = DEFAULT_TENANT) -> None:
        settled = {letter.letter_id: letter for letter in letters}
        self.kept_letters[tenant] = [settled.get(letter.letter_id, letter) for letter in self.kept_letters.get(tenant, [])]
        for name in settled:
            self.claimed_letters.pop(name, None)

    async def close(self) -> None:
        """Nothing is held open."""


def _cost(run: RunRecord) -> RunCost:
    document = run.document
    calls = len(document.get("evidence", ()))
    return RunCost(run.started_at, run.status, document.get("trigger", ""), calls, document.get("usage", {}))


def _is_wanted(letter: DeadLetter, where: LetterFilter) -> bool:
    named = all(
        value in ("", getattr(letter, name)) for name, value in (("kind", where.kind), ("cause", where.cause), ("source", where.source))
    )
    is_due = where.due_at is None or (letter.next_at is not None and letter.next_at <= where.due_at)
    return named and is_due and (not where.ids or letter.letter_id in where.ids) and not (where.is_waiting and letter.replayed_at)


def _storable(text: str) -> str:
    return re.sub("[\x00\ud800-\udfff]", "\ufffd", text)


@dataclass(slots=True)
class FakeAudit:
    """Chains in lists."""

    kept: dict[Tenant, list[AuditEntry]] = field(default_factory=dict)

    async def append(self, notes: Sequence[AuditNote], tenant: Tenant = DEFAULT_TENANT) -> None:
        clean = [replace(note, details=_storable_json(plain(note.details))) for note in notes]
        self.kept.setdefault(tenant, []).extend(chained(clean, await self.head(tenant), tenant))

    async def newest(
        self, tenant: Tenant = DEFAULT_TENANT, limit: int = 100, run_id: str = "", kind: str = "", since: datetime = BEGINNING
    ) -> tuple[AuditEntry, ...]:
        newest_first = (one for one in reversed(self.kept.get(tenant, [])) if one.at >= since)
        return tuple(one for one in newest_first if run_id in ("", one.run_id) and kind in ("", one.kind))[:limit]

    async def chain(self, tenant: Tenant = DEFAULT_TENANT, after: int = 0, limit: int = 1_000) -> tuple[AuditEntry, ...]:
        return tuple(one for one in self.kept.get(tenant, []) if one.sequence > after)[:limit]

    async def head(self, tenant: Tenant = DEFAULT_TENANT) -> AuditHead:
        kept = self.kept.get(tenant)
        return kept[-1].head if kept else AuditHead()


Point = tuple[Sequence[float], Mapping[str, Any]]


@dataclass(slots=True)
class FakeVectorIndex:
    """Exact cosine search over dictionaries."""

    kept: dict[str, dict[tuple[Tenant, str], Point]] = field(default_factory=dict)

    async def upsert(self, collection: str, items: Mapping[str, Point], tenant: Tenant) -> None:
        if not items:
            return
        points = self.kept.setdefault(collection, {})
        sizes = {len(vector) for vector, _ in [*points.values(), *items.values()]}
        if len(sizes) > 1:
            raise StoreError(f"vectors of collection {collection!r} differ in size: {sorted(sizes)}")
        points.update({(tenant, name): point for name, point in items.items()})

    async def search(
        self, collection: str, vector: Sequence[float], tenant: Tenant, limit: int = 5, where: Mapping[str, Any] | None = None
    ) -> tuple[VectorHit, ...]:
        mine = {name: point for (owner, name), point in self.kept.get(collection, {}).items() if owner == tenant}
        hits = [VectorHit(name, _cosine(vector, other), data) for name, (other, data) in mine.items() if _matches(data, where or {})]
        return tuple(sorted(hits, key=lambda hit: hit.similarity, reverse=True)[:limit])

    async def delete(self, collection: str, ids: Sequence[str], tenant: Tenant) -> None:
        for name in ids:
            self.kept.get(collection, {}).pop((tenant, name), None)

    async def close(self) -> None:
        """Nothing is held open."""


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True)) / (math.hypot(*one) * math.hypot(*other))


def _matches(data: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    return all(data.get(name) in (wanted if isinstance(wanted, list) else [wanted]) for name, wanted in where.items())


@dataclass(slots=True)
class FakeDocuments:
    """Documents in dictionaries; the order of their first `put` is the order of their keys."""

    kept: dict[tuple[Tenant, str], dict[str, dict[str, Any]]] = field(default_factory=dict)

    async def put(self, kind: DocumentKind, name: str, document: Stored, tenant: Tenant = DEFAULT_TENANT) -> None:
        self.kept.setdefault((tenant, kind), {})[name] = _storable_json(plain(document))

    async def get(self, kind: DocumentKind, name: str, tenant: Tenant = DEFAULT_TENANT) -> Stored | None:
        return deepcopy(self.kept.get((tenant, kind), {}).get(name))

    async def find(
        self, kind: DocumentKind, where: Stored | None = None, tenant: Tenant = DEFAULT_TENANT, limit: int = 100
    ) -> tuple[Stored, ...]:
        newest_first = reversed(self.kept.get((tenant, kind), {}).values())
        found = [one for one in newest_first if all(_is_any_of(one.get(name), wanted) for name, wanted in (where or {}).items())]
        return tuple(deepcopy(found[:limit]))

    async def remove(self, kind: DocumentKind, name: str, tenant: Tenant = DEFAULT_TENANT) -> None:
        self.kept.get((tenant, kind), {}).pop(name, None)


def _storable_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {_storable(name): _storable_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_storable_json(item) for item in value]
    return _storable(value) if isinstance(value, str) else value


def _is_any_of(value: Any, wanted: Any) -> bool:
    choices = wanted if isinstance(wanted, list | tuple) else [wanted]
    return any(isinstance(value, bool) == isinstance(one, bool) and value == one for one in choices)


@dataclass(slots=True)
class FakeSlots:
    """Slots in a dictionary: until when each is claimed, or None once it is done."""

    kept: dict[tuple[str, datetime], datetime | None] = field(default_factory=dict)

    async def claim(self, kind: str, slot: datetime, now: datetime, lease: timedelta) -> bool:
        until = self.kept.get((kind, slot), now)
        is_free = until is not None and until <= now
        if is_free:
            self.kept[kind, slot] = now + lease
        return is_free

    async def finish(self, kind: str, slot: datetime) -> None:
        self.kept[kind, slot] = None


@dataclass(slots=True)
class FakeTelemetryStore:
    """A store that holds nothing but an extent, and remembers what was written."""

    known: Extent | None = None
    logs: list[LogRecord] = field(default_factory=list)
    spans: list[SpanRecord] = field(default_factory=list)
    metrics: list[MetricPoint] = field(default_factory=list)
    mined: list[LogTemplate] = field(default_factory=list)
    count_batches: list[CountBatch] = field(default_factory=list)

    async def write_counts(self, batch: CountBatch) -> int:
        self.count_batches.append(batch)
        return len(batch.counts)

    async def counted(self, entries: Sequence[EntryKey], tenant: Tenant = DEFAULT_TENANT) -> frozenset[EntryKey]:
        return frozenset(entries) & {key for batch in self.count_batches if batch.tenant == tenant for key in batch.entries}

    async def counted_since(self, at_ns: int, limit: int, tenant: Tenant = DEFAULT_TENANT) -> frozenset[EntryKey]:
        recent = [batch for batch in self.count_batches if batch.tenant == tenant and batch.counted_at_ns >= at_ns]
        return frozenset([key for batch in recent for key in batch.entries][:limit])

    async def stored_ids(self, signal: Signal, record_ids: Mapping[str, int], tenant: Tenant = DEFAULT_TENANT) -> frozenset[str]:
        kept: Mapping[Signal, Sequence[LogRecord | SpanRecord | MetricPoint]] = {
            "logs": self.logs,
            "traces": self.spans,
            "metrics": self.metrics,
        }
        return frozenset(record_ids) & {record.record_id for record in kept[signal]}

    async def write_logs(self, records: Sequence[LogRecord], tenant: Tenant = DEFAULT_TENANT) -> int:
        self.logs.extend(records)
        return len(records)

    async def write_spans(self, records: Sequence[SpanRecord], tenant: Tenant = DEFAULT_TENANT) -> int:
        self.spans.extend(records)
        return len(records)

    async def write_metrics(self, points: Sequence[MetricPoint], tenant: Tenant = DEFAULT_TENANT) -> int:
        self.metrics.extend(points)
        return len(points)

    async def write_templates(self, templates: Sequence[LogTemplate], tenant: Tenant = DEFAULT_TENANT) -> int:
        self.mined.extend(templates)
        return len(templates)

    async def templates(self, tenant: Tenant = DEFAULT_TENANT) -> tuple[LogTemplate, ...]:
        return tuple(self.mined)

    async def query(self, query: StoreQuery) -> Table:
        raise StoreError(f"this fake answers no query: {query.sql!r}")

    async def extent(self, tenant: Tenant = DEFAULT_TENANT) -> Extent | None:
        return self.known

    def logical_columns(self, relation: str) -> frozenset[str]:
        return frozenset()

    async def close(self) -> None:
        """Nothing is open."""


class FakeMeter:
    """A meter that sums whatever it is given, by name and labels."""

    def __init__(self) -> None:
        self.sums: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}

    def add(self, name: str, amount: float = 1.0, **labels: str) -> None:
        key = (name, frozenset(labels.items()))
        self.sums[key] = self.sums.get(key, 0.0) + amount

    def set(self, name: str, value: float, **labels: str) -> None:
        self.sums[name, frozenset(labels.items())] = value

    def observe(self, name: str, value: float, **labels: str) -> None:
        self.add(name, value, **labels)

    def total(self, name: str, **labels: str) -> float:
        """The sum over all series of a name with these labels."""
        wanted = set(labels.items())
        return sum(value for (known, having), value in self.sums.items() if known == name and wanted <= having)


class FakeQueue:
    """A queue in memory; `again` hands over everything that is not done once more, as after a crash."""

    def __init__(self, partitions: int = 1) -> None:
        self.name = "fake"
        self.partitions = partitions
        self.held: dict[str, Delivery] = {}
        self.fresh: list[str] = []
        self.digests: set[str] = set()
        self.squeeze = Pressure.NONE
        self.failing: list[Exception] = []
        self.appended = 0

    async def append(self, entries: Sequence[Entry], digest: str = "") -> bool:
        if self.failing:
            raise self.failing.pop(0)
        if digest and digest in self.digests:
            return False
        self.digests.add(digest)
        for entry in entries:
            self.appended += 1
            position = str(self.appended)
            self.held[position] = Delivery(entry, self.name, position)
            self.fresh.append(position)
        return True

    async def read(self, partition: int, limit: int, wait_s: float) -> tuple[Delivery, ...]:
        mine = [position for position in self.fresh if self.held[position].entry.partition == partition][:limit]
        self.fresh = [position for position in self.fresh if position not in mine]
        if not mine:
            await asyncio.sleep(0.001)
        return tuple(self.held[position] for position in mine)

    async def done(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            self.held.pop(delivery.position, None)

    async def lease(self, partition: int, owner: str, for_s: float) -> bool:
        return True

    async def status(self) -> QueueStatus:
        return QueueStatus(self.name, depth=len(self.held))

    def pressure(self) -> Pressure:
        return self.squeeze

    def again(self) -> None:
        """Everything not done is delivered once more."""
        self.held = {position: replace(one, is_again=True, attempt=one.attempt + 1) for position, one in self.held.items()}
        self.fresh = list(self.held)

    async def close(self) -> None:
        """Nothing is open."""
