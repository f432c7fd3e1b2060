"""The state tables, as the newest migration leaves them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

METADATA = MetaData()
# SQLite only counts up by itself in a column that is exactly INTEGER.
COUNTER = BigInteger().with_variant(Integer, "sqlite")


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        del dialect
        return (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)) if value else None


RUNS = Table(
    "runs",
    METADATA,
    Column("tenant", String, primary_key=True),
    Column("run_id", String, primary_key=True),
    Column("thread_id", String, nullable=False),
    Column("status", String, nullable=False),
    Column("question", Text, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("document", JSON, nullable=False),
    Index("runs_by_start", "tenant", "started_at"),
    Index("runs_by_status", "status"),
)
EVIDENCE = Table(
    "evidence",
    METADATA,
    Column("tenant", String, primary_key=True),
    Column("uid", String, primary_key=True),
    Column("run_id", String, nullable=False),
    Column("document", JSON, nullable=False),
    Column("seal", String, nullable=False, server_default=""),
)
TURNS = Table(
    "turns",
    METADATA,
    Column("id", COUNTER, primary_key=True, autoincrement=True),
    Column("tenant", String, nullable=False),
    Column("thread_id", String, nullable=False),
    Column("run_id", String, nullable=False),
    Column("question", Text, nullable=False),
    Column("headline", Text, nullable=False),
    Index("turns_by_thread", "tenant", "thread_id", "id"),
)
LOADS = Table(
    "loads",
    METADATA,
    Column("tenant", String, primary_key=True),
    Column("sha256", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("signal", String, nullable=False),
    Column("accepted", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    Column("loaded_at", UtcTime, nullable=False),
)
DEAD_LETTERS = Table(
    "dead_letters",
    METADATA,
    Column("id", COUNTER, primary_key=True, autoincrement=True),
    Column("tenant", String, nullable=False),
    Column("source", Text, nullable=False),
    Column("line", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("letter_id", String, nullable=False, server_default=""),
    Column("kind", Text, nullable=False, server_default="poison"),
    Column("cause", Text, nullable=False, server_default="malformed"),
    Column("format", Text, nullable=False, server_default=""),
    Column("record_id", Text, nullable=False, server_default=""),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("payload", LargeBinary),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", UtcTime),
    Column("replayed_at", UtcTime),
    Column("claimed_until", UtcTime),
    Index("dead_letters_by_tenant", "tenant", "id"),
    Index("dead_letters_by_letter", "tenant", "letter_id", unique=True),
    Index("dead_letters_due", "tenant", "next_at"),
)
DOCUMENTS = Table(
    "documents",
    METADATA,
    Column("sequence", COUNTER, primary_key=True, autoincrement=True),
    Column("tenant", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("document", JSON, nullable=False),
    UniqueConstraint("tenant", "kind", "name", name="documents_by_name"),
    Index("documents_by_sequence", "tenant", "kind", "sequence"),
)
SLOTS = Table(
    "slots",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("slot", UtcTime, primary_key=True),
    Column("claimed_until", UtcTime, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("done_at", UtcTime),
)
AUDIT = Table(
    "audit",
    METADATA,
    Column("tenant", String, primary_key=True),
    Column("sequence", COUNTER, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("run_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("details", JSON, nullable=False),
    Column("previous_sha256", String, nullable=False),
    Column("sha256", String, nullable=False),
    Index("audit_by_run", "tenant", "run_id", "sequence"),
)
AUDIT_HEADS = Table(
    "audit_heads",
    METADATA,
    Column("tenant", String, primary_key=True),
    Column("sequence", COUNTER, nullable=False),
    Column("sha256", String, nullable=False),
)
