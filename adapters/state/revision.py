"""Which tables a state database has, asked without Alembic: most starts find the newest."""

from sqlalchemy import Connection, inspect, text

HEAD = "0004"


def is_current(connection: Connection) -> bool:
    """Whether the database stands at the newest revision; much cheaper than asking Alembic."""
    has_version = inspect(connection).has_table("alembic_version")
    return has_version and connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
