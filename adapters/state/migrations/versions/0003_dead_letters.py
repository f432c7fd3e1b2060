"""Dead letters with an id, a class, what can be replayed, and what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXTS = {"kind": "poison", "cause": "malformed", "format": "", "record_id": "", "outcome": ""}


def upgrade() -> None:
    op.add_column("dead_letters", sa.Column("letter_id", sa.String, nullable=False, server_default=""))
    for name, value in TEXTS.items():
        op.add_column("dead_letters", sa.Column(name, sa.Text, nullable=False, server_default=value))
    op.add_column("dead_letters", sa.Column("payload", sa.LargeBinary))
    op.add_column("dead_letters", sa.Column("attempts", sa.Integer, nullable=False, server_default="0"))
    for name in ("next_at", "replayed_at", "claimed_until"):
        op.add_column("dead_letters", sa.Column(name, sa.DateTime(timezone=True)))
    op.execute("UPDATE dead_letters SET letter_id = 'DL-' || id")
    op.create_index("dead_letters_by_letter", "dead_letters", ["tenant", "letter_id"], unique=True)
    op.create_index("dead_letters_due", "dead_letters", ["tenant", "next_at"])


def downgrade() -> None:
    for index in ("dead_letters_due", "dead_letters_by_letter"):
        op.drop_index(index, "dead_letters")
    for name in (*TEXTS, "payload", "attempts", "next_at", "replayed_at", "claimed_until", "letter_id"):
        op.drop_column("dead_letters", name)
