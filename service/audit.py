"""The audit of runs as others read it: listed, and walked from end to end."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from domain.audit import AuditEntry, AuditFault, AuditHead, AuditLog, AuditNote, faults
from domain.documents import document
from domain.ids import DEFAULT_TENANT, RunId, Tenant
from domain.ports import Clock

PIECE = 1_000
MOST_FAULTS = 50


async def listed(
    log: AuditLog, run_id: str = "", kind: str = "", limit: int = 100, tenant: Tenant = DEFAULT_TENANT
) -> list[Mapping[str, Any]]:
    """Entries newest first, of one run or kind where that is given."""
    return [document(entry) for entry in await log.newest(tenant, limit, run_id, kind)]


async def verified(log: AuditLog, tenant: Tenant = DEFAULT_TENANT) -> Mapping[str, Any]:
    """Whether a tenant's chain is whole: how many entries, the last hash, and where it breaks (the first fifty places)."""
    found: list[AuditFault] = []
    last = count = 0
    at = AuditHead()
    newest = await log.newest(tenant, limit=1)
    noted = await log.head(tenant)
    async for entry in _walked(log, tenant, max(noted.sequence, *(entry.sequence for entry in newest), 0)):
        found += faults([entry], at, tenant)
        at, count = entry.head, count + 1
        last = entry.sequence
    if at != noted:
        found.append(AuditFault(last + 1, f"the chain ends at entry {last}; entry {noted.sequence} was the last one written"))
    return {
        "tenant": tenant,
        "whole": not found,
        "entries": count,
        "sha256": at.sha256,
        "faults": [document(one) for one in found[:MOST_FAULTS]],
    }


async def _walked(log: AuditLog, tenant: Tenant, until: int) -> AsyncIterator[AuditEntry]:
    """Every entry up to one, oldest first; those that are appended meanwhile are left for the next walk."""
    after = 0
    while after < until and (piece := await log.chain(tenant, after, PIECE)):
        for entry in piece:
            if entry.sequence <= until:
                yield entry
        after = piece[-1].sequence


async def note_interrupted(log: AuditLog, runs: Sequence[tuple[Tenant, RunId]], clock: Clock) -> None:
    """Notes of runs that a dead process left without an end."""
    for tenant, run_id in runs:
        await log.append([AuditNote("run.interrupted", clock.now(), run_id)], tenant)
