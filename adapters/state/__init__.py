"""State in SQLite or PostgreSQL: runs, evidence, threads, loads and dead letters."""

from adapters.state.store import SqlStateStore, open_state

__all__ = ["SqlStateStore", "open_state"]
