"""Named tokens with a scope, the audit trail, webhooks with their outbox, and requests under way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Adds them; what stood before stays as it is."""
    with op.batch_alter_table("token") as token:
        token.add_column(sa.Column("label", _TEXT, nullable=False, server_default=sa.text("''")))
        token.add_column(sa.Column("owner", _TEXT, nullable=False, server_default=sa.text("''")))
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", _TEXT, nullable=False),
        sa.Column("role", _TEXT, nullable=False),
        sa.Column("caller", _TEXT, nullable=False),
        sa.Column("act", _TEXT, nullable=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("hash", _TEXT, nullable=False),
    )
    op.create_table(
        "webhook",
        sa.Column("id", _TEXT, primary_key=True),
        sa.Column("url", _TEXT, nullable=False),
        sa.Column("secret", _TEXT, nullable=False),
        sa.Column("states", _TEXT, nullable=False),
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("is_private", sa.Boolean, nullable=False),
        sa.Column("paused_because", _TEXT, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("webhook", _TEXT, nullable=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("type", _TEXT, nullable=False),
        sa.Column("made_at", _TEXT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", _TEXT, nullable=False),
        sa.Column("said", _TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_outbox_webhook_subject_number", "outbox", ["webhook", "subject", "number"])
    op.create_index("ix_outbox_due_at", "outbox", ["due_at"])
    op.create_table(
        "unfinished_request",
        sa.Column("asker", _TEXT, primary_key=True),
        sa.Column("key", _TEXT, primary_key=True),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("act", _TEXT, nullable=False),
        sa.Column("made_at", _TEXT, nullable=False),
        sa.Column("run", _TEXT, nullable=False),
        sa.Column("held_until", _TEXT, nullable=False),
        sa.Column("mark", sa.LargeBinary, nullable=False),
    )
