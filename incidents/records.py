"""Incidents, issues, drafts and tickets as typed values over the stored documents."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import TypeAdapter

from domain.documents import document
from domain.errors import NothingFoundError
from domain.ids import DEFAULT_TENANT, Tenant
from domain.incidents import Draft, Incident, Issue, Ticket
from domain.ports import DocumentKind, Documents

RecordT = TypeVar("RecordT", Incident, Issue, Draft, Ticket)
RECENT = 400


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where one kind of record is kept, and under which of its fields."""

    kind: DocumentKind
    name: str


SHELVES: dict[type[Any], Shelf] = {
    Incident: Shelf("incident", "incident_id"),
    Issue: Shelf("issue", "issue_id"),
    Draft: Shelf("draft", "alert_id"),
    Ticket: Shelf("ticket", "ticket_id"),
}
ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in SHELVES}


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one tenant. `changing` is held by whoever reads a record, changes it and puts it back."""

    documents: Documents
    tenant: Tenant = DEFAULT_TENANT
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def keep(self, record: Incident | Issue | Draft | Ticket) -> None:
        """Keep a record in place of what was kept under its id."""
        shelf = SHELVES[type(record)]
        await self.documents.put(shelf.kind, getattr(record, shelf.name), document(record), self.tenant)

    async def find(self, kind: type[RecordT], name: str) -> RecordT | None:
        """A record by its id."""
        found = await self.documents.get(SHELVES[kind].kind, name, self.tenant)
        return None if found is None else ADAPTERS[kind].validate_python(found)

    async def get(self, kind: type[RecordT], name: str) -> RecordT:
        """A record by its id. Raises NothingFoundError."""
        found = await self.find(kind, name)
        if found is None:
            raise NothingFoundError(f"There is no {SHELVES[kind].kind} {name!r}; list them to see which there are.")
        return found

    async def all(self, kind: type[RecordT], limit: int = RECENT, **where: Any) -> list[RecordT]:
        """The newest records whose fields have these values (a list means any of them), newest first."""
        wanted = {name: value for name, value in where.items() if value not in ("", None)}
        found: Sequence[Any] = await self.documents.find(SHELVES[kind].kind, wanted, self.tenant, limit)
        return [ADAPTERS[kind].validate_python(one) for one in found]

    async def free_name(self, kind: type[RecordT], name: str) -> str:
        """The name, or the name with the first number that makes it free."""
        number, free = 1, name
        while await self.find(kind, free) is not None:
            number += 1
            free = f"{name}-{number}"
        return free
