"""The audit in the state database: appended in one chain a tenant; the database itself refuses to change or remove entries."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from adapters.state.database import Database, storable, upsertion
from adapters.state.tables import AUDIT, AUDIT_HEADS
from domain.audit import BEGINNING, AuditEntry, AuditHead, AuditNote, chained
from domain.documents import plain
from domain.ids import DEFAULT_TENANT, Tenant

_COLUMNS = [AUDIT.c[name] for name in AuditEntry.__dataclass_fields__]


class SqlAudit:
    """An append is one transaction that first takes the tenant's head, so that two processes never write the same link."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, notes: Sequence[AuditNote], tenant: Tenant = DEFAULT_TENANT) -> None:
        """Adds notes to the end of the chain, all or none."""
        if notes:
            clean = [replace(note, details=storable(plain(note.details))) for note in notes]
            await self._database.run(lambda connection: self._append(connection, clean, tenant))

    async def newest(
        self, tenant: Tenant = DEFAULT_TENANT, limit: int = 100, run_id: str = "", kind: str = "", since: datetime = BEGINNING
    ) -> tuple[AuditEntry, ...]:
        """The last entries, newest first; of one run or kind, and from a time on, where that is given."""
        asked = [AUDIT.c[name] == value for name, value in (("run_id", run_id), ("kind", kind)) if value]
        wanted = (
            select(*_COLUMNS).where(AUDIT.c.tenant == tenant, AUDIT.c.at >= since, *asked).order_by(AUDIT.c.sequence.desc()).limit(limit)
        )
        return tuple(AuditEntry(**row) for row in await self._database.rows(wanted))

    async def chain(self, tenant: Tenant = DEFAULT_TENANT, after: int = 0, limit: int = 1_000) -> tuple[AuditEntry, ...]:
        """The entries behind a sequence number, oldest first."""
        wanted = select(*_COLUMNS).where(AUDIT.c.tenant == tenant, AUDIT.c.sequence > after).order_by(AUDIT.c.sequence).limit(limit)
        return tuple(AuditEntry(**row) for row in await self._database.rows(wanted))

    async def head(self, tenant: Tenant = DEFAULT_TENANT) -> AuditHead:
        """Where the chain ends, as was written beside it."""
        found = await self._database.rows(select(AUDIT_HEADS.c.sequence, AUDIT_HEADS.c.sha256).where(AUDIT_HEADS.c.tenant == tenant))
        return AuditHead(**found[0]) if found else AuditHead()

    def _append(self, connection: Connection, notes: Sequence[AuditNote], tenant: Tenant) -> None:
        entries = chained(notes, self._taken(connection, tenant), tenant)
        connection.execute(insert(AUDIT), [{"tenant": tenant, **asdict(entry)} for entry in entries])
        connection.execute(update(AUDIT_HEADS).where(AUDIT_HEADS.c.tenant == tenant).values(asdict(entries[-1].head)))

    def _taken(self, connection: Connection, tenant: Tenant) -> AuditHead:
        """The head, held by this transaction: the statement writes, so that whoever comes next waits."""
        statement = upsertion(AUDIT_HEADS, self._database.dialect).values({"tenant": tenant, **asdict(AuditHead())})
        same = {"sequence": AUDIT_HEADS.c.sequence}
        held = statement.on_conflict_do_update(index_elements=[AUDIT_HEADS.c.tenant], set_=same)
        return AuditHead(*connection.execute(held.returning(AUDIT_HEADS.c.sequence, AUDIT_HEADS.c.sha256)).one())
