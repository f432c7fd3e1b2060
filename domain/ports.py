"""Ports: what the rooms ask of the outside world. One contract suite a port runs against every adapter."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, TypeVar

from domain.counts import CountBatch
from domain.evidence import Evidence
from domain.ids import DEFAULT_TENANT, EvidenceUid, RunId, Tenant, ThreadId
from domain.letters import EVERY_LETTER, DeadLetter, LetterFilter, LetterTotal
from domain.queue import EntryKey
from domain.tasks import Decision, Task, Turn
from domain.telemetry import Extent, LogRecord, LogTemplate, MetricPoint, Signal, SpanRecord
from domain.window import Window

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class StoreQuery:
    """A SELECT over logical relations (`logs`, `spans`, `metrics`, `log_templates`), never over tables.

    `windows` gives the time scope of each relation used; `logs_before` and `spans_before` are the same relations over
    a baseline window. The adapter adds scope, tenant and limits; `params` bind `{name:Type}` placeholders.
    """

    sql: str
    windows: Mapping[str, Window]
    params: Mapping[str, Any] = field(default_factory=dict)
    tenant: Tenant = DEFAULT_TENANT
    max_rows: int = 2_000
    timeout_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Table:
    """A query's answer: column names and rows of plain Python values (times are aware UTC datetimes)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class TelemetryStore(Protocol):
    """Logs, spans and metrics. Raises StoreError, and StoreTimeoutError past `timeout_s`."""

    async def write_logs(self, records: Sequence[LogRecord], tenant: Tenant = DEFAULT_TENANT) -> int: ...
    async def write_spans(self, records: Sequence[SpanRecord], tenant: Tenant = DEFAULT_TENANT) -> int: ...
    async def write_metrics(self, points: Sequence[MetricPoint], tenant: Tenant = DEFAULT_TENANT) -> int: ...
    async def write_templates(self, templates: Sequence[LogTemplate], tenant: Tenant = DEFAULT_TENANT) -> int: ...
    async def templates(self, tenant: Tenant = DEFAULT_TENANT) -> tuple[LogTemplate, ...]: ...
    async def write_counts(self, batch: CountBatch) -> int:
        """Write the counts of some entries as one block; the number of rows."""
        ...

    async def counted(self, entries: Sequence[EntryKey], tenant: Tenant = DEFAULT_TENANT) -> frozenset[EntryKey]:
        """Which of these entries have their counts stored; counts are written last, so such an entry is stored whole."""
        ...

    async def counted_since(self, at_ns: int, limit: int, tenant: Tenant = DEFAULT_TENANT) -> frozenset[EntryKey]:
        """The entries whose counts were stored at this time (epoch ns) or later, at most `limit` of them."""
        ...

    async def stored_ids(self, signal: Signal, record_ids: Mapping[str, int], tenant: Tenant = DEFAULT_TENANT) -> frozenset[str]:
        """Which of these record ids (each with its record's time in nanoseconds, for the day partition) have a row."""
        ...

    async def query(self, query: StoreQuery) -> Table: ...
    async def extent(self, tenant: Tenant = DEFAULT_TENANT) -> Extent | None:
        """None when the tenant has nothing stored."""
        ...

    def logical_columns(self, relation: str) -> frozenset[str]:
        """The logical columns this store can map; a template that needs another is unavailable."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Load:
    """One file that was loaded: its content hash and what it held."""

    sha256: str
    name: str
    signal: str
    accepted: int
    rejected: int
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as stored: its document (the analysis JSON; `{}` while running)."""

    run_id: RunId
    thread_id: ThreadId
    tenant: Tenant
    status: str
    question: str
    started_at: datetime
    document: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunCost:
    """What a stored run cost: its usage as in the analysis document, empty for a run that has none; a call is an evidence."""

    started_at: datetime
    status: str
    trigger: str = ""
    tool_calls: int = 0
    usage: Mapping[str, float] = field(default_factory=dict)


class StateStore(Protocol):
    """Runs, evidence snapshots, threads, loads and dead letters."""

    async def save_run(self, run: RunRecord) -> None: ...
    async def run(self, run_id: RunId, tenant: Tenant = DEFAULT_TENANT) -> RunRecord | None: ...
    async def runs(self, tenant: Tenant = DEFAULT_TENANT, limit: int = 50) -> tuple[RunRecord, ...]: ...
    async def costs(self, since: datetime, tenant: Tenant = DEFAULT_TENANT) -> tuple[RunCost, ...]:
        """The costs of the runs that began at or after a time, oldest first."""
        ...

    async def fail_interrupted_runs(self) -> tuple[tuple[Tenant, RunId], ...]: ...
    async def save_evidence(self, evidence: Sequence[Evidence]) -> None:
        """Keep snapshots, each once and for good: one whose uid is kept already is left as it is."""
        ...

    async def evidence(self, uid: EvidenceUid, tenant: Tenant = DEFAULT_TENANT) -> Mapping[str, Any] | None: ...
    async def evidence_seal(self, uid: EvidenceUid, tenant: Tenant = DEFAULT_TENANT) -> str:
        """The hash of the whole snapshot as it was saved; "" where none was kept."""
        ...

    async def add_turn(self, thread_id: ThreadId, run_id: RunId, turn: Turn, tenant: Tenant = DEFAULT_TENANT) -> None: ...
    async def turns(self, thread_id: ThreadId, tenant: Tenant = DEFAULT_TENANT, limit: int = 10) -> tuple[Turn, ...]: ...
    async def save_load(self, load: Load, tenant: Tenant = DEFAULT_TENANT) -> None: ...
    async def load(self, sha256: str, tenant: Tenant = DEFAULT_TENANT) -> Load | None: ...
    async def add_dead_letters(self, letters: Sequence[DeadLetter], tenant: Tenant = DEFAULT_TENANT) -> None:
        """Keep letters; one whose id is kept already is left as it is."""
        ...

    async def dead_letters(
        self, tenant: Tenant = DEFAULT_TENANT, limit: int = 100, where: LetterFilter = EVERY_LETTER
    ) -> tuple[DeadLetter, ...]: ...
    async def letter_totals(self, tenant: Tenant = DEFAULT_TENANT) -> tuple[LetterTotal, ...]: ...
    async def waiting_letters(self, where: LetterFilter, tenant: Tenant = DEFAULT_TENANT, limit: int = 10_000) -> tuple[str, ...]:
        """The ids of letters that were not replayed, those tried least first."""
        ...

    async def claim_letters(
        self, ids: Sequence[str], now: datetime, until: datetime, tenant: Tenant = DEFAULT_TENANT
    ) -> tuple[DeadLetter, ...]:
        """Those of these letters that wait and that nobody holds, oldest first; they are ours until `until`."""
        ...

    async def settle_letters(self, letters: Sequence[DeadLetter], tenant: Tenant = DEFAULT_TENANT) -> None:
        """Keep kind, attempts, times and outcome of these letters, and give them free."""
        ...

    async def close(self) -> None: ...


DocumentKind = Literal["incident", "issue", "draft", "ticket", "briefing", "thresholds", "experiment", "sampling"]
Stored = Mapping[str, Any]


class Documents(Protocol):
    """JSON documents by kind and id, each kept whole. Raises StoreError when the database fails."""

    async def put(self, kind: DocumentKind, name: str, document: Stored, tenant: Tenant = DEFAULT_TENANT) -> None:
        """Keep a document in place of what was kept under this id; its place in time is its first `put`."""
        ...

    async def get(self, kind: DocumentKind, name: str, tenant: Tenant = DEFAULT_TENANT) -> Stored | None: ...
    async def find(
        self, kind: DocumentKind, where: Stored | None = None, tenant: Tenant = DEFAULT_TENANT, limit: int = 100
    ) -> tuple[Stored, ...]:
        """The newest documents whose top-level fields have these values (a list means any of them), newest first."""
        ...

    async def remove(self, kind: DocumentKind, name: str, tenant: Tenant = DEFAULT_TENANT) -> None: ...


class Slots(Protocol):
    """Work on a clock, each slot done once whoever claims it; a slot whose lease ran out may be claimed again."""

    async def claim(self, kind: str, slot: datetime, now: datetime, lease: timedelta) -> bool:
        """Whether the slot is now ours: nobody had it, or its lease ran out before it was done."""
        ...

    async def finish(self, kind: str, slot: datetime) -> None: ...


class Judge(Protocol):
    """Decides typed tasks. Raises JudgeUnavailableError or JudgeAnswerError; a FallbackJudge raises neither."""

    @property
    def model(self) -> str: ...
    async def decide(self, task: Task[AnswerT]) -> Decision[AnswerT]: ...


class Embedder(Protocol):
    """Sentence vectors of unit length."""

    @property
    def name(self) -> str: ...
    @property
    def dimensions(self) -> int: ...
    def embed(self, texts: Sequence[str]) -> list[list[float]]: ...


@dataclass(frozen=True, slots=True)
class VectorHit:
    """A neighbour: its id, cosine similarity and payload."""

    id: str
    similarity: float
    payload: Mapping[str, Any]


class VectorIndex(Protocol):
    """Vectors with payloads in named collections; search is by cosine and always inside one tenant."""

    async def upsert(self, collection: str, items: Mapping[str, tuple[Sequence[float], Mapping[str, Any]]], tenant: Tenant) -> None: ...
    async def search(
        self, collection: str, vector: Sequence[float], tenant: Tenant, limit: int = 5, where: Mapping[str, Any] | None = None
    ) -> tuple[VectorHit, ...]: ...
    async def delete(self, collection: str, ids: Sequence[str], tenant: Tenant) -> None: ...
    async def close(self) -> None: ...


class Clock(Protocol):
    """Now, in UTC; a fake in tests."""

    def now(self) -> datetime: ...


class Meter(Protocol):
    """Our own metrics; names, help texts and label names stand in `observability/metrics.py`, an unknown name is a KeyError."""

    def add(self, name: str, amount: float = 1.0, **labels: str) -> None: ...
    def set(self, name: str, value: float, **labels: str) -> None: ...
    def observe(self, name: str, value: float, **labels: str) -> None: ...


class Span(Protocol):
    """An open span of our own trace."""

    def set(self, name: str, value: str | float | bool) -> None: ...
    def fail(self, error: BaseException) -> None: ...


class Tracer(Protocol):
    """Our own OpenTelemetry spans, without importing OpenTelemetry everywhere."""

    def span(self, name: str, kind: str, attributes: Mapping[str, str | float | bool]) -> AbstractContextManager[Span]: ...
    def trace_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is told for one task; `examples` are (user, assistant) turns, `schema` the JSON Schema of its answer."""

    name: str
    version: str
    sha256: str
    system: str
    user: str
    examples: tuple[tuple[str, str], ...] = ()
    schema: Mapping[str, Any] = field(default_factory=dict)


class PromptSource(Protocol):
    """Turns a task into a prompt; raises PromptError when the task has no prompt."""

    def prompt(self, task: Task[Any]) -> Prompt: ...


class Notifier(Protocol):
    """A channel that takes a text with its document. Raises DeliveryError when it does not."""

    @property
    def channel(self) -> str: ...
    async def send(self, text: str, document: Mapping[str, Any]) -> None: ...
