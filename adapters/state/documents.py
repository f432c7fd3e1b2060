"""JSON documents by kind and name, found by the values of their fields."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, cast, delete, false, func, literal, null, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from adapters.state.database import Database, storable, upsertion
from adapters.state.tables import DOCUMENTS
from domain.documents import plain
from domain.ids import DEFAULT_TENANT, Tenant
from domain.ports import DocumentKind, Stored

_KEY = (DOCUMENTS.c.tenant, DOCUMENTS.c.kind, DOCUMENTS.c.name)


class SqlDocuments:
    """Documents in the state database, each kept whole; times in them become RFC 3339."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, kind: DocumentKind, name: str, document: Stored, tenant: Tenant = DEFAULT_TENANT) -> None:
        """Keeps a document in place of what was kept under its name; its place in time stays."""
        row = {"tenant": tenant, "kind": kind, "name": name, "document": storable(plain(document))}
        statement = upsertion(DOCUMENTS, self._database.dialect).values(row)
        replacing = statement.on_conflict_do_update(index_elements=_KEY, set_={"document": statement.excluded.document})
        await self._database.execute(replacing)

    async def get(self, kind: DocumentKind, name: str, tenant: Tenant = DEFAULT_TENANT) -> Stored | None:
        found = await self._database.rows(select(DOCUMENTS.c.document).where(*_is_named(kind, name, tenant)))
        return found[0]["document"] if found else None

    async def find(
        self, kind: DocumentKind, where: Stored | None = None, tenant: Tenant = DEFAULT_TENANT, limit: int = 100
    ) -> tuple[Stored, ...]:
        """The newest documents whose fields have these values and JSON types; None is null or no such field."""
        has = [self._is_any_of(field, wanted) for field, wanted in plain(where or {}).items()]
        mine = (DOCUMENTS.c.tenant == tenant, DOCUMENTS.c.kind == kind, *has)
        newest = select(DOCUMENTS.c.document).where(*mine).order_by(DOCUMENTS.c.sequence.desc()).limit(limit)
        return tuple(row["document"] for row in await self._database.rows(newest))

    async def remove(self, kind: DocumentKind, name: str, tenant: Tenant = DEFAULT_TENANT) -> None:
        await self._database.execute(delete(DOCUMENTS).where(*_is_named(kind, name, tenant)))

    def _is_any_of(self, field: str, wanted: Any) -> ColumnElement[bool]:
        is_value = _is_in_postgresql if self._database.dialect == "postgresql" else _is_in_sqlite
        choices = wanted if isinstance(wanted, list) else [wanted]
        return or_(false(), *(is_value(field, value) for value in choices))


def _is_named(kind: str, name: str, tenant: str) -> Sequence[ColumnElement[bool]]:
    return [column == value for column, value in zip(_KEY, (tenant, kind, name), strict=True)]


def _is_in_postgresql(field: str, value: Any) -> ColumnElement[bool]:
    found = cast(DOCUMENTS.c.document[field], JSONB)
    if value is None:
        return or_(found.is_(null()), func.jsonb_typeof(found) == "null")
    return found == literal(value, JSONB)


def _is_in_sqlite(field: str, value: Any) -> ColumnElement[bool]:
    path = f'$."{field}"'
    found_type = func.json_type(DOCUMENTS.c.document, path)
    if value is None:
        return or_(found_type.is_(null()), found_type == "null")
    if isinstance(value, bool):
        return found_type == str(value).lower()
    types = ("text",) if isinstance(value, str) else ("integer", "real")
    return and_(found_type.in_(types), func.json_extract(DOCUMENTS.c.document, path) == value)
