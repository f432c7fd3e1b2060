"""Runs, evidence, turns, loads and dead letters."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "runs",
        sa.Column("tenant", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, primary_key=True),
        sa.Column("thread_id", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
    )
    op.create_index("runs_by_start", "runs", ["tenant", "started_at"])
    op.create_index("runs_by_status", "runs", ["status"])
    op.create_table(
        "evidence",
        sa.Column("tenant", sa.String, primary_key=True),
        sa.Column("uid", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
    )
    op.create_table(
        "turns",
        sa.Column("id", COUNTER, primary_key=True, autoincrement=True),
        sa.Column("tenant", sa.String, nullable=False),
        sa.Column("thread_id", sa.String, nullable=False),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("headline", sa.Text, nullable=False),
    )
    op.create_index("turns_by_thread", "turns", ["tenant", "thread_id", "id"])
    op.create_table(
        "loads",
        sa.Column("tenant", sa.String, primary_key=True),
        sa.Column("sha256", sa.String, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("signal", sa.String, nullable=False),
        sa.Column("accepted", sa.BigInteger, nullable=False),
        sa.Column("rejected", sa.BigInteger, nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "dead_letters",
        sa.Column("id", COUNTER, primary_key=True, autoincrement=True),
        sa.Column("tenant", sa.String, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("line", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("dead_letters_by_tenant", "dead_letters", ["tenant", "id"])


def downgrade() -> None:
    for table in ("dead_letters", "loads", "turns", "evidence", "runs"):
        op.drop_table(table)
