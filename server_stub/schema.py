"""The tables of the store, as SQLAlchemy Core sees them; the migrations make them.

Decides columns, keys and indexes. What a row means is the business of the step that writes it. Instants are ISO 8601
texts in UTC with six decimals (see `instant`), so that they compare as they read on every database.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    false,
    text,
)

# Every schema this program knows, oldest first; a database at any other one was made by a newer program.
REVISIONS = ("0001", "0002")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Sorted by code points on every database: pages, ranges of places and ranks are compared as texts.
TEXT = Text().with_variant(Text(collation="C"), "postgresql")

# What store and terminals share: whole folded records. `body` is encoded once and travels as it stands.
record = Table(
    "record",
    metadata,
    Column("kind", TEXT, primary_key=True),
    Column("id", TEXT, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("owner", TEXT, nullable=False),
    Column("rank", TEXT, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "cursor", "kind"),
    Index(None, "kind", "state", "rank", "id"),
)

# Facts, as they came. `cursor` is the place of each in the one order of the store.
journal = Table(
    "journal",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("terminal", TEXT, nullable=False),
    Column("last_number", BigInteger, nullable=False),
    Column("created_at", TEXT, nullable=False),
)
event = Table(
    "event",
    metadata,
    Column("journal", TEXT, ForeignKey("journal.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("cursor", BigInteger, nullable=False, unique=True),
    Column("digest", LargeBinary(16), nullable=False),
    Column("worker", TEXT, nullable=False),
    Column("subject", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("outcome", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("received_at", TEXT, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "subject", "cursor"),
)
parked = Table(
    "parked",
    metadata,
    Column("cursor", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", TEXT, nullable=False),
    Column("journal", TEXT, nullable=False),
    Column("number", BigInteger, nullable=False),
    Index(None, "subject", "cursor"),
)
# A known number that came again with other content: kept beside the one that was admitted.
conflict = Table(
    "conflict",
    metadata,
    Column("journal", TEXT, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary(16), primary_key=True),
    Column("received_at", TEXT, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# The ledger: rows of one product add up to nothing over all places, the open ends (outside, gone) included.
stock = Table(
    "stock",
    metadata,
    Column("product", TEXT, primary_key=True),
    Column("place", TEXT, primary_key=True),
    Column("status", TEXT, primary_key=True),
    Column("quantity", BigInteger, nullable=False),
    Column("allocated", BigInteger, nullable=False),
    Column("is_locked", Boolean, nullable=False, server_default=false()),
)
stock_move = Table(
    "stock_move",
    metadata,
    Column("cursor", BigInteger, primary_key=True, autoincrement=False),
    Column("product", TEXT, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("source", TEXT, nullable=False),
    Column("target", TEXT, nullable=False),
    Column("status", TEXT, nullable=False),
    Column("cause", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    Index(None, "product", "cursor"),
)
allocation = Table(
    "allocation",
    metadata,
    Column("order", TEXT, primary_key=True),
    Column("product", TEXT, primary_key=True),
    Column("location", TEXT, primary_key=True),
    Column("quantity", BigInteger, nullable=False),
)
# Orders that wait for a product's goods or a customer's address, the most urgent first.
awaited = Table(
    "awaited",
    metadata,
    Column("what", TEXT, primary_key=True),
    Column("key", TEXT, primary_key=True),
    Column("order", TEXT, primary_key=True),
    Column("rank", TEXT, nullable=False),
    Index(None, "what", "key", "rank"),
    Index(None, "order"),
)
# Every count of a shelf, also one that found what the book shows.
shelf_count = Table(
    "shelf_count",
    metadata,
    Column("cursor", BigInteger, primary_key=True, autoincrement=False),
    Column("product", TEXT, nullable=False),
    Column("place", TEXT, nullable=False),
    Column("book", BigInteger, nullable=False),
    Column("counted", BigInteger, nullable=False),
    Column("counted_by", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
)
goods_in = Table(
    "goods_in",
    metadata,
    Column("key", TEXT, primary_key=True),
    Column("digest", TEXT, nullable=False),
    Column("received_at", TEXT, nullable=False),
)
barcode = Table(
    "barcode",
    metadata,
    Column("owner", TEXT, primary_key=True),
    Column("text", TEXT, primary_key=True),
    Column("product", TEXT, nullable=False),
)
change_request = Table(
    "change_request",
    metadata,
    Column("order", TEXT, primary_key=True),
    Column("digest", TEXT, primary_key=True),
    Column("stage", TEXT, nullable=False),
    Column("received_at", TEXT, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# Who works on what, and until when. No terminal: a walk that was begun and handed on.
claim = Table(
    "claim",
    metadata,
    Column("task", TEXT, primary_key=True),
    Column("terminal", TEXT),
    Column("ends_at", TEXT, nullable=False),
    Index(None, "terminal"),
    Index(None, "ends_at"),
)
# Serial numbers belong to a company prefix, whichever owners use it.
sscc_counter = Table(
    "sscc_counter",
    metadata,
    Column("prefix", TEXT, primary_key=True),
    Column("extension", Integer, primary_key=True, autoincrement=False),
    Column("next", BigInteger, nullable=False),
)
# `first_code` and `last_code` are the SSCCs of both ends without their check digits, to be found by a range.
sscc_block = Table(
    "sscc_block",
    metadata,
    Column("first_code", TEXT, primary_key=True),
    Column("last_code", TEXT, nullable=False),
    Column("journal", TEXT, nullable=False),
    Column("key", TEXT, nullable=False),
    Column("owner", TEXT, nullable=False),
    Column("prefix", TEXT, nullable=False),
    Column("extension", Integer, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("leased_at", TEXT, nullable=False),
    Index(None, "journal", "key", unique=True),
)
# Replies to keyed requests that changed something, so that a request sent again is answered, not done, again.
request = Table(
    "request",
    metadata,
    Column("asker", TEXT, primary_key=True),
    Column("key", TEXT, primary_key=True),
    Column("digest", LargeBinary(16), nullable=False),
    Column("made_at", TEXT, nullable=False),
    Column("reply", LargeBinary, nullable=False),
    Index(None, "made_at"),
)
# Keyed requests that are many transactions and not at their end: how far each has come, and who works on it until when.
unfinished_request = Table(
    "unfinished_request",
    metadata,
    Column("asker", TEXT, primary_key=True),
    Column("key", TEXT, primary_key=True),
    Column("digest", LargeBinary(16), nullable=False),
    Column("act", TEXT, nullable=False),
    Column("made_at", TEXT, nullable=False),
    Column("run", TEXT, nullable=False),
    Column("held_until", TEXT, nullable=False),
    Column("mark", LargeBinary, nullable=False),
)

terminal = Table(
    "terminal",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("name", TEXT, nullable=False),
    Column("station", TEXT, nullable=False),
    Column("created_at", TEXT, nullable=False),
)
token = Table(
    "token",
    metadata,
    Column("hash", TEXT, primary_key=True),
    Column("terminal", TEXT),
    Column("role", TEXT, nullable=False),
    Column("created_at", TEXT, nullable=False),
    Column("revoked_at", TEXT),
    Column("label", TEXT, nullable=False, server_default=text("''")),
    Column("owner", TEXT, nullable=False, server_default=text("''")),
    Index(None, "terminal"),
)
enrolment = Table(
    "enrolment",
    metadata,
    Column("hash", TEXT, primary_key=True),
    Column("role", TEXT, nullable=False),
    Column("station", TEXT, nullable=False),
    Column("expires_at", TEXT, nullable=False),
    Column("used_at", TEXT),
)
station = Table(
    "station",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("name", TEXT, nullable=False),
    Column("printer", TEXT, nullable=False),
)
printer = Table(
    "printer",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("name", TEXT, nullable=False),
    Column("address", TEXT, nullable=False),
    Column("media", TEXT, nullable=False),
)

# What people with authority did, each entry sealed by a hash over itself and the one before.
audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", TEXT, nullable=False),
    Column("role", TEXT, nullable=False),
    Column("caller", TEXT, nullable=False),
    Column("act", TEXT, nullable=False),
    Column("subject", TEXT, nullable=False),
    Column("digest", TEXT, nullable=False),
    Column("hash", TEXT, nullable=False),
)

# Who is told of orders, and what is still to be told. A row leaves the outbox when it was taken; `said` is what came
# instead. `secret` signs and is never shown again.
webhook = Table(
    "webhook",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("url", TEXT, nullable=False),
    Column("secret", TEXT, nullable=False),
    Column("states", TEXT, nullable=False),
    Column("owner", TEXT, nullable=False),
    Column("is_private", Boolean, nullable=False),
    Column("paused_because", TEXT, nullable=False),
    Column("created_at", TEXT, nullable=False),
)
outbox = Table(
    "outbox",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("webhook", TEXT, nullable=False),
    Column("subject", TEXT, nullable=False),
    Column("type", TEXT, nullable=False),
    Column("made_at", TEXT, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", TEXT, nullable=False),
    Column("said", TEXT, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "webhook", "subject", "number"),
    Index(None, "due_at"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", TEXT, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
meta = Table(
    "meta",
    metadata,
    Column("name", TEXT, primary_key=True),
    Column("value", TEXT, nullable=False),
)


def instant(at: datetime) -> str:
    """`at` as the tables keep it: UTC, six decimals, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
