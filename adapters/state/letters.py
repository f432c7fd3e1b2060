"""Dead letters in the state database: each once by its id, and claimed by one replay at a time."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, case, func, or_, select, update

from adapters.state.database import Database, storable, upsertion
from adapters.state.tables import DEAD_LETTERS as LETTERS
from domain.ids import DEFAULT_TENANT, Tenant
from domain.letters import EVERY_LETTER, DeadLetter, LetterFilter, LetterTotal

_COLUMNS = [LETTERS.c[name] for name in DeadLetter.__dataclass_fields__]
_FATE = ("kind", "attempts", "next_at", "replayed_at", "outcome")


class SqlLetters:
    """The part of the state store that keeps dead letters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_dead_letters(self, letters: Sequence[DeadLetter], tenant: Tenant = DEFAULT_TENANT) -> None:
        """Keeps letters, once each; what no database can hold in a text (NUL, lone surrogates) becomes U+FFFD."""
        if letters:
            rows = [{name: storable(value) for name, value in asdict(letter).items()} | {"tenant": tenant} for letter in letters]
            statement = upsertion(LETTERS, self._database.dialect)
            once = statement.on_conflict_do_nothing(index_elements=[LETTERS.c.tenant, LETTERS.c.letter_id])
            await self._database.run(lambda connection: connection.execute(once, rows))

    async def dead_letters(
        self, tenant: Tenant = DEFAULT_TENANT, limit: int = 100, where: LetterFilter = EVERY_LETTER
    ) -> tuple[DeadLetter, ...]:
        """The newest letters, newest first."""
        wanted = select(*_COLUMNS).where(*_conditions(where, tenant)).order_by(LETTERS.c.id.desc()).limit(limit)
        return tuple(_letter(row) for row in await self._database.rows(wanted))

    async def letter_totals(self, tenant: Tenant = DEFAULT_TENANT) -> tuple[LetterTotal, ...]:
        """How many letters there are of each kind and cause."""
        waiting = func.sum(case((LETTERS.c.replayed_at.is_(None), 1), else_=0))
        grouped = select(LETTERS.c.kind, LETTERS.c.cause, func.count(), waiting).where(LETTERS.c.tenant == tenant)
        found = await self._database.rows(grouped.group_by(LETTERS.c.kind, LETTERS.c.cause).order_by(LETTERS.c.kind, LETTERS.c.cause))
        return tuple(LetterTotal(*row.values()) for row in found)

    async def waiting_letters(self, where: LetterFilter, tenant: Tenant = DEFAULT_TENANT, limit: int = 10_000) -> tuple[str, ...]:
        """The ids of letters that were not replayed, those tried least first."""
        mine = (*_conditions(where, tenant), LETTERS.c.replayed_at.is_(None))
        ids = select(LETTERS.c.letter_id).where(*mine).order_by(LETTERS.c.attempts, LETTERS.c.id).limit(limit)
        return tuple(row["letter_id"] for row in await self._database.rows(ids))

    async def claim_letters(
        self, ids: Sequence[str], now: datetime, until: datetime, tenant: Tenant = DEFAULT_TENANT
    ) -> tuple[DeadLetter, ...]:
        """Those of these letters that wait and that nobody holds, oldest first; they are ours until `until`."""
        is_free = or_(LETTERS.c.claimed_until.is_(None), LETTERS.c.claimed_until <= now)
        mine = (*_conditions(LetterFilter(ids=tuple(ids)), tenant), LETTERS.c.replayed_at.is_(None), is_free)
        claim = update(LETTERS).where(*mine).values(claimed_until=until).returning(LETTERS.c.id, *_COLUMNS)
        found = await self._database.rows(claim) if ids else ()
        return tuple(_letter({name: row[name] for name in DeadLetter.__dataclass_fields__}) for row in sorted(found, key=_sequence))

    async def settle_letters(self, letters: Sequence[DeadLetter], tenant: Tenant = DEFAULT_TENANT) -> None:
        """Keeps what became of letters, and gives them free."""
        for letter in letters:
            fate = {name: storable(getattr(letter, name)) for name in _FATE}
            mine = (LETTERS.c.tenant == tenant, LETTERS.c.letter_id == letter.letter_id)
            await self._database.execute(update(LETTERS).where(*mine).values(**fate, claimed_until=None))


def _conditions(where: LetterFilter, tenant: Tenant) -> tuple[ColumnElement[bool], ...]:
    named = {name: value for name in ("kind", "cause", "source") if (value := getattr(where, name))}
    conditions = [LETTERS.c.tenant == tenant, *(LETTERS.c[name] == value for name, value in named.items())]
    if where.ids:
        conditions.append(LETTERS.c.letter_id.in_(where.ids))
    if where.is_waiting:
        conditions.append(LETTERS.c.replayed_at.is_(None))
    if where.due_at:
        conditions.append(LETTERS.c.next_at <= where.due_at)
    return tuple(conditions)


def _sequence(row: RowMapping) -> int:
    return int(row["id"])


def _letter(row: Any) -> DeadLetter:
    return DeadLetter(**{**row, "payload": row["payload"] or b""})
