"""State in SQLite or PostgreSQL: runs, evidence, threads, loads and dead letters; documents; slots of work; the audit."""

from adapters.state.audit import SqlAudit
from adapters.state.database import Database, open_database
from adapters.state.documents import SqlDocuments
from adapters.state.slots import SqlSlots
from adapters.state.store import SqlStateStore

__all__ = ["Database", "SqlAudit", "SqlDocuments", "SqlSlots", "SqlStateStore", "open_database"]
