"""The audit of runs: entries chained by hash, so that one that was changed or taken out is found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from domain.evidence import sha256_of
from domain.ids import DEFAULT_TENANT, RunId, Tenant
from domain.window import rfc3339

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
AuditKind = Literal[
    "run.started",
    "tool.called",
    "claims.checked",
    "steering.seen",
    "run.finished",
    "run.failed",
    "run.interrupted",
    "briefing.delivered",
    "evidence.replayed",
]


@dataclass(frozen=True, slots=True)
class AuditNote:
    """What is to be remembered: what happened, when, in which run, with JSON details."""

    kind: AuditKind
    at: datetime
    run_id: RunId = RunId("")
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The last link of a tenant's chain; sequence 0 and no hash before the first entry."""

    sequence: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A note in its place: entries of a tenant count up from 1, and each carries the hash of the one before."""

    sequence: int
    at: datetime
    run_id: RunId
    kind: AuditKind
    details: Mapping[str, Any]
    previous_sha256: str
    sha256: str

    @property
    def head(self) -> AuditHead:
        """The chain as it ends here."""
        return AuditHead(self.sequence, self.sha256)


@dataclass(frozen=True, slots=True)
class AuditFault:
    """Where a chain breaks, and how."""

    sequence: int
    reason: str


class AuditLog(Protocol):
    """What runs did, appended to one chain a tenant; nothing in it can be changed or removed. Raises StoreError."""

    async def append(self, notes: Sequence[AuditNote], tenant: Tenant = DEFAULT_TENANT) -> None:
        """Add notes to the end of the chain, all or none."""
        ...

    async def newest(
        self, tenant: Tenant = DEFAULT_TENANT, limit: int = 100, run_id: str = "", kind: str = "", since: datetime = BEGINNING
    ) -> tuple[AuditEntry, ...]:
        """The last entries, newest first; of one run or kind, and from a time on, where that is given."""
        ...

    async def chain(self, tenant: Tenant = DEFAULT_TENANT, after: int = 0, limit: int = 1_000) -> tuple[AuditEntry, ...]:
        """The entries behind a sequence number, oldest first."""
        ...

    async def head(self, tenant: Tenant = DEFAULT_TENANT) -> AuditHead:
        """Where the chain ends, as was written beside it."""
        ...


def chained(notes: Sequence[AuditNote], head: AuditHead, tenant: Tenant = DEFAULT_TENANT) -> tuple[AuditEntry, ...]:
    """The entries that notes become behind a head."""
    entries: list[AuditEntry] = []
    for number, note in enumerate(notes, start=head.sequence + 1):
        before = entries[-1].sha256 if entries else head.sha256
        digest = _sha256(tenant, number, note, before)
        entries.append(AuditEntry(number, note.at, note.run_id, note.kind, note.details, before, digest))
    return tuple(entries)


def faults(entries: Sequence[AuditEntry], head: AuditHead, tenant: Tenant = DEFAULT_TENANT) -> Iterator[AuditFault]:
    """Where these entries, oldest first, do not follow from a head and from one another."""
    for entry in entries:
        if entry.sequence != head.sequence + 1:
            gap = f"{head.sequence + 1}" if entry.sequence == head.sequence + 2 else f"{head.sequence + 1} to {entry.sequence - 1}"
            yield AuditFault(entry.sequence, f"entry {gap} before it is missing")
        elif entry.previous_sha256 != head.sha256:
            yield AuditFault(entry.sequence, "it does not carry the hash of the entry before it")
        if entry.sha256 != _sha256(tenant, entry.sequence, entry, entry.previous_sha256):
            yield AuditFault(entry.sequence, "its content does not fit its hash: it was changed")
        head = entry.head


def _sha256(tenant: Tenant, sequence: int, note: AuditNote | AuditEntry, before: str) -> str:
    return sha256_of([tenant, sequence, rfc3339(note.at), note.run_id, note.kind, note.details, before])
