"""The first tables of the store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes every table."""
    op.create_table(
        "record",
        sa.Column("kind", _TEXT, primary_key=True),
        sa.Column("id", _TEXT, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("rank", _TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_record_cursor_kind", "record", ["cursor", "kind"])
    op.create_index("ix_record_kind_state_rank_id", "record", ["kind", "state", "rank", "id"])
    op.create_table(
        "journal",
        sa.Column("id", _TEXT, primary_key=True),
        sa.Column("terminal", _TEXT, nullable=False),
        sa.Column("last_number", sa.BigInteger, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("journal", _TEXT, sa.ForeignKey("journal.id"), primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("cursor", sa.BigInteger, nullable=False, unique=True),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("worker", _TEXT, nullable=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("outcome", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("received_at", _TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_event_subject_cursor", "event", ["subject", "cursor"])
    op.create_table(
        "parked",
        sa.Column("cursor", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("journal", _TEXT, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_parked_subject_cursor", "parked", ["subject", "cursor"])
    op.create_table(
        "conflict",
        sa.Column("journal", _TEXT, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.LargeBinary(16), primary_key=True),
        sa.Column("received_at", _TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "stock",
        sa.Column("product", _TEXT, primary_key=True),
        sa.Column("place", _TEXT, primary_key=True),
        sa.Column("status", _TEXT, primary_key=True),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("allocated", sa.BigInteger, nullable=False),
        sa.Column("is_locked", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "stock_move",
        sa.Column("cursor", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("product", _TEXT, nullable=False),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("target", _TEXT, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("cause", _TEXT, nullable=False),
        sa.Column("at", _TEXT, nullable=False),
    )
    op.create_index("ix_stock_move_product_cursor", "stock_move", ["product", "cursor"])
    op.create_table(
        "allocation",
        sa.Column("order", _TEXT, primary_key=True),
        sa.Column("product", _TEXT, primary_key=True),
        sa.Column("location", _TEXT, primary_key=True),
        sa.Column("quantity", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "awaited",
        sa.Column("what", _TEXT, primary_key=True),
        sa.Column("key", _TEXT, primary_key=True),
        sa.Column("order", _TEXT, primary_key=True),
        sa.Column("rank", _TEXT, nullable=False),
    )
    op.create_index("ix_awaited_what_key_rank", "awaited", ["what", "key", "rank"])
    op.create_index("ix_awaited_order", "awaited", ["order"])
    op.create_table(
        "shelf_count",
        sa.Column("cursor", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("product", _TEXT, nullable=False),
        sa.Column("place", _TEXT, nullable=False),
        sa.Column("book", sa.BigInteger, nullable=False),
        sa.Column("counted", sa.BigInteger, nullable=False),
        sa.Column("counted_by", _TEXT, nullable=False),
        sa.Column("at", _TEXT, nullable=False),
    )
    op.create_table(
        "goods_in",
        sa.Column("key", _TEXT, primary_key=True),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("received_at", _TEXT, nullable=False),
    )
    op.create_table(
        "barcode",
        sa.Column("owner", _TEXT, primary_key=True),
        sa.Column("text", _TEXT, primary_key=True),
        sa.Column("product", _TEXT, nullable=False),
    )
    op.create_table(
        "change_request",
        sa.Column("order", _TEXT, primary_key=True),
        sa.Column("digest", _TEXT, primary_key=True),
        sa.Column("stage", _TEXT, nullable=False),
        sa.Column("received_at", _TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "claim",
        sa.Column("task", _TEXT, primary_key=True),
        sa.Column("terminal", _TEXT),
        sa.Column("ends_at", _TEXT, nullable=False),
    )
    op.create_index("ix_claim_terminal", "claim", ["terminal"])
    op.create_index("ix_claim_ends_at", "claim", ["ends_at"])
    op.create_table(
        "sscc_counter",
        sa.Column("prefix", _TEXT, primary_key=True),
        sa.Column("extension", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("next", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "sscc_block",
        sa.Column("first_code", _TEXT, primary_key=True),
        sa.Column("last_code", _TEXT, nullable=False),
        sa.Column("journal", _TEXT, nullable=False),
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("prefix", _TEXT, nullable=False),
        sa.Column("extension", sa.Integer, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("leased_at", _TEXT, nullable=False),
    )
    op.create_index("ix_sscc_block_journal_key", "sscc_block", ["journal", "key"], unique=True)
    op.create_table(
        "request",
        sa.Column("asker", _TEXT, primary_key=True),
        sa.Column("key", _TEXT, primary_key=True),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("made_at", _TEXT, nullable=False),
        sa.Column("reply", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_request_made_at", "request", ["made_at"])
    op.create_table(
        "terminal",
        sa.Column("id", _TEXT, primary_key=True),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("station", _TEXT, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
    )
    op.create_table(
        "token",
        sa.Column("hash", _TEXT, primary_key=True),
        sa.Column("terminal", _TEXT),
        sa.Column("role", _TEXT, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("revoked_at", _TEXT),
    )
    op.create_index("ix_token_terminal", "token", ["terminal"])
    op.create_table(
        "enrolment",
        sa.Column("hash", _TEXT, primary_key=True),
        sa.Column("role", _TEXT, nullable=False),
        sa.Column("station", _TEXT, nullable=False),
        sa.Column("expires_at", _TEXT, nullable=False),
        sa.Column("used_at", _TEXT),
    )
    op.create_table(
        "station",
        sa.Column("id", _TEXT, primary_key=True),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("printer", _TEXT, nullable=False),
    )
    op.create_table(
        "printer",
        sa.Column("id", _TEXT, primary_key=True),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("address", _TEXT, nullable=False),
        sa.Column("media", _TEXT, nullable=False),
    )
    op.create_table(
        "counter",
        sa.Column("name", _TEXT, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "meta",
        sa.Column("name", _TEXT, primary_key=True),
        sa.Column("value", _TEXT, nullable=False),
    )
