"""The first tables of the store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes every table."""
    op.create_table(
        "record",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("id", sa.String(300), primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("rank", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_record_cursor_kind", "record", ["cursor", "kind"])
    op.create_index("ix_record_kind_state_rank_id", "record", ["kind", "state", "rank", "id"])
    op.create_table(
        "journal",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("terminal", sa.String(64), nullable=False),
        sa.Column("last_number", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("journal", sa.String(64), sa.ForeignKey("journal.id"), primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("cursor", sa.BigInteger, nullable=False, unique=True),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("received_at", sa.String(32), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_event_subject_cursor", "event", ["subject", "cursor"])
    op.create_table(
        "parked",
        sa.Column("cursor", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("journal", sa.String(64), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_parked_subject_cursor", "parked", ["subject", "cursor"])
    op.create_table(
        "conflict",
        sa.Column("journal", sa.String(64), primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.LargeBinary(16), primary_key=True),
        sa.Column("received_at", sa.String(32), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "stock",
        sa.Column("product", sa.String(200), primary_key=True),
        sa.Column("place", sa.String(80), primary_key=True),
        sa.Column("status", sa.String(16), primary_key=True),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("allocated", sa.BigInteger, nullable=False),
        sa.Column("is_locked", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "stock_move",
        sa.Column("cursor", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("product", sa.String(200), nullable=False),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("target", sa.String(80), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("cause", sa.String(200), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
    op.create_index("ix_stock_move_product_cursor", "stock_move", ["product", "cursor"])
    op.create_table(
        "allocation",
        sa.Column("order", sa.String(200), primary_key=True),
        sa.Column("product", sa.String(200), primary_key=True),
        sa.Column("location", sa.String(48), primary_key=True),
        sa.Column("quantity", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "awaited",
        sa.Column("what", sa.String(16), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("order", sa.String(200), primary_key=True),
        sa.Column("rank", sa.String(64), nullable=False),
    )
    op.create_index("ix_awaited_what_key_rank", "awaited", ["what", "key", "rank"])
    op.create_index("ix_awaited_order", "awaited", ["order"])
    op.create_table(
        "shelf_count",
        sa.Column("cursor", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("product", sa.String(200), nullable=False),
        sa.Column("place", sa.String(80), nullable=False),
        sa.Column("book", sa.BigInteger, nullable=False),
        sa.Column("counted", sa.BigInteger, nullable=False),
        sa.Column("counted_by", sa.String(64), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
    op.create_table(
        "goods_in",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("received_at", sa.String(32), nullable=False),
    )
    op.create_table(
        "barcode",
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("text", sa.String(64), primary_key=True),
        sa.Column("product", sa.String(200), nullable=False),
    )
    op.create_table(
        "change_request",
        sa.Column("order", sa.String(200), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("received_at", sa.String(32), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "claim",
        sa.Column("task", sa.String(64), primary_key=True),
        sa.Column("terminal", sa.String(64)),
        sa.Column("ends_at", sa.String(32), nullable=False),
    )
    op.create_index("ix_claim_terminal", "claim", ["terminal"])
    op.create_index("ix_claim_ends_at", "claim", ["ends_at"])
    op.create_table(
        "sscc_counter",
        sa.Column("prefix", sa.String(12), primary_key=True),
        sa.Column("extension", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("next", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "sscc_block",
        sa.Column("first_code", sa.String(17), primary_key=True),
        sa.Column("last_code", sa.String(17), nullable=False),
        sa.Column("journal", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("prefix", sa.String(12), nullable=False),
        sa.Column("extension", sa.Integer, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("leased_at", sa.String(32), nullable=False),
    )
    op.create_index("ix_sscc_block_journal_key", "sscc_block", ["journal", "key"], unique=True)
    op.create_table(
        "request",
        sa.Column("asker", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("made_at", sa.String(32), nullable=False),
        sa.Column("reply", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_request_made_at", "request", ["made_at"])
    op.create_table(
        "terminal",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("station", sa.String(48), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
    )
    op.create_table(
        "token",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("terminal", sa.String(64)),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("revoked_at", sa.String(32)),
    )
    op.create_index("ix_token_terminal", "token", ["terminal"])
    op.create_table(
        "enrolment",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("station", sa.String(48), nullable=False),
        sa.Column("expires_at", sa.String(32), nullable=False),
        sa.Column("used_at", sa.String(32)),
    )
    op.create_table(
        "station",
        sa.Column("id", sa.String(48), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("printer", sa.String(48), nullable=False),
    )
    op.create_table(
        "printer",
        sa.Column("id", sa.String(48), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("address", sa.String(500), nullable=False),
        sa.Column("media", sa.String(16), nullable=False),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
