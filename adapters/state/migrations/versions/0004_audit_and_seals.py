"""An append-only audit, and evidence that is sealed and cannot be changed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
REFUSING = {"audit": "the audit is append-only", "evidence": "evidence is immutable"}


def upgrade() -> None:
    op.add_column("evidence", sa.Column("seal", sa.String, nullable=False, server_default=""))
    op.create_table(
        "audit",
        sa.Column("tenant", sa.String, primary_key=True),
        sa.Column("sequence", COUNTER, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("previous_sha256", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
    )
    op.create_index("audit_by_run", "audit", ["tenant", "run_id", "sequence"])
    op.create_table(
        "audit_heads",
        sa.Column("tenant", sa.String, primary_key=True),
        sa.Column("sequence", COUNTER, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
    )
    for table, reason in REFUSING.items():
        refuse(table, reason)


def refuse(table: str, reason: str) -> None:
    """Let nobody change or remove a row of a table."""
    if op.get_bind().dialect.name == "postgresql":
        body = f"BEGIN RAISE EXCEPTION '{reason}'; END"
        op.execute(f"CREATE FUNCTION refuse_{table}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_{table}()")
        op.execute(f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_{table}()")
        return
    for step in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER {table}_no_{step.lower()} BEFORE {step} ON {table} BEGIN SELECT RAISE(ABORT, '{reason}'); END")


def downgrade() -> None:
    for table in REFUSING:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP FUNCTION refuse_{table} CASCADE")
        else:
            for step in ("update", "delete"):
                op.execute(f"DROP TRIGGER {table}_no_{step}")
    for table in ("audit_heads", "audit"):
        op.drop_table(table)
    op.drop_column("evidence", "seal")
