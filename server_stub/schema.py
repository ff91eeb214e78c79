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
    String,
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

_INSTANT = String(32)

# What store and terminals share: whole folded records. `body` is encoded once and travels as it stands.
record = Table(
    "record",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("id", String(300), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("rank", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "cursor", "kind"),
    Index(None, "kind", "state", "rank", "id"),
)

# Facts, as they came. `cursor` is the place of each in the one order of the store.
journal = Table(
    "journal",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("terminal", String(64), nullable=False),
    Column("last_number", BigInteger, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
)
event = Table(
    "event",
    metadata,
    Column("journal", String(64), ForeignKey("journal.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("cursor", BigInteger, nullable=False, unique=True),
    Column("digest", LargeBinary(16), nullable=False),
    Column("worker", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("received_at", _INSTANT, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "subject", "cursor"),
)
parked = Table(
    "parked",
    metadata,
    Column("cursor", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", Text, nullable=False),
    Column("journal", String(64), nullable=False),
    Column("number", BigInteger, nullable=False),
    Index(None, "subject", "cursor"),
)
# A known number that came again with other content: kept beside the one that was admitted.
conflict = Table(
    "conflict",
    metadata,
    Column("journal", String(64), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary(16), primary_key=True),
    Column("received_at", _INSTANT, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# The ledger: rows of one product add up to nothing over all places, the open ends (outside, gone) included.
stock = Table(
    "stock",
    metadata,
    Column("product", String(200), primary_key=True),
    Column("place", String(80), primary_key=True),
    Column("status", String(16), primary_key=True),
    Column("quantity", BigInteger, nullable=False),
    Column("allocated", BigInteger, nullable=False),
    Column("is_locked", Boolean, nullable=False, server_default=false()),
)
stock_move = Table(
    "stock_move",
    metadata,
    Column("cursor", BigInteger, primary_key=True, autoincrement=False),
    Column("product", String(200), nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("source", String(80), nullable=False),
    Column("target", String(80), nullable=False),
    Column("status", String(16), nullable=False),
    Column("cause", String(200), nullable=False),
    Column("at", _INSTANT, nullable=False),
    Index(None, "product", "cursor"),
)
allocation = Table(
    "allocation",
    metadata,
    Column("order", String(200), primary_key=True),
    Column("product", String(200), primary_key=True),
    Column("location", String(48), primary_key=True),
    Column("quantity", BigInteger, nullable=False),
)
# Orders that wait for a product's goods or a customer's address, the most urgent first.
awaited = Table(
    "awaited",
    metadata,
    Column("what", String(16), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("order", String(200), primary_key=True),
    Column("rank", String(64), nullable=False),
    Index(None, "what", "key", "rank"),
    Index(None, "order"),
)
# Every count of a shelf, also one that found what the book shows.
shelf_count = Table(
    "shelf_count",
    metadata,
    Column("cursor", BigInteger, primary_key=True, autoincrement=False),
    Column("product", String(200), nullable=False),
    Column("place", String(80), nullable=False),
    Column("book", BigInteger, nullable=False),
    Column("counted", BigInteger, nullable=False),
    Column("counted_by", String(64), nullable=False),
    Column("at", _INSTANT, nullable=False),
)
goods_in = Table(
    "goods_in",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("received_at", _INSTANT, nullable=False),
)
barcode = Table(
    "barcode",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("text", String(64), primary_key=True),
    Column("product", String(200), nullable=False),
)
change_request = Table(
    "change_request",
    metadata,
    Column("order", String(200), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("stage", String(16), nullable=False),
    Column("received_at", _INSTANT, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# Who works on what, and until when. No terminal: a walk that was begun and handed on.
claim = Table(
    "claim",
    metadata,
    Column("task", String(64), primary_key=True),
    Column("terminal", String(64)),
    Column("ends_at", _INSTANT, nullable=False),
    Index(None, "terminal"),
    Index(None, "ends_at"),
)
# Serial numbers belong to a company prefix, whichever owners use it.
sscc_counter = Table(
    "sscc_counter",
    metadata,
    Column("prefix", String(12), primary_key=True),
    Column("extension", Integer, primary_key=True, autoincrement=False),
    Column("next", BigInteger, nullable=False),
)
# `first_code` and `last_code` are the SSCCs of both ends without their check digits, to be found by a range.
sscc_block = Table(
    "sscc_block",
    metadata,
    Column("first_code", String(17), primary_key=True),
    Column("last_code", String(17), nullable=False),
    Column("journal", String(64), nullable=False),
    Column("key", String(64), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("prefix", String(12), nullable=False),
    Column("extension", Integer, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("leased_at", _INSTANT, nullable=False),
    Index(None, "journal", "key", unique=True),
)
# Replies to keyed requests that changed something, so that a request sent again is answered, not done, again.
request = Table(
    "request",
    metadata,
    Column("asker", String(64), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("digest", LargeBinary(16), nullable=False),
    Column("made_at", _INSTANT, nullable=False),
    Column("reply", LargeBinary, nullable=False),
    Index(None, "made_at"),
)

terminal = Table(
    "terminal",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("station", String(48), nullable=False),
    Column("created_at", _INSTANT, nullable=False),
)
token = Table(
    "token",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("terminal", String(64)),
    Column("role", String(16), nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("revoked_at", _INSTANT),
    Column("label", String(64), nullable=False, server_default=text("''")),
    Column("owner", String(64), nullable=False, server_default=text("''")),
    Index(None, "terminal"),
)
enrolment = Table(
    "enrolment",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("station", String(48), nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
    Column("used_at", _INSTANT),
)
station = Table(
    "station",
    metadata,
    Column("id", String(48), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("printer", String(48), nullable=False),
)
printer = Table(
    "printer",
    metadata,
    Column("id", String(48), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("address", String(500), nullable=False),
    Column("media", String(16), nullable=False),
)

# What people with authority did, each entry sealed by a hash over itself and the one before.
audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", _INSTANT, nullable=False),
    Column("role", String(16), nullable=False),
    Column("caller", String(200), nullable=False),
    Column("act", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

# Who is told of orders, and what is still to be told. A row leaves the outbox when it was taken; `said` is what came
# instead. `secret` signs and is never shown again.
webhook = Table(
    "webhook",
    metadata,
    Column("id", String(48), primary_key=True),
    Column("url", String(500), nullable=False),
    Column("secret", String(64), nullable=False),
    Column("states", Text, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("is_private", Boolean, nullable=False),
    Column("paused_because", Text, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
)
outbox = Table(
    "outbox",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("webhook", String(48), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("type", String(64), nullable=False),
    Column("made_at", _INSTANT, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", _INSTANT, nullable=False),
    Column("said", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "webhook", "subject", "number"),
    Index(None, "due_at"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
meta = Table(
    "meta",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)


def instant(at: datetime) -> str:
    """`at` as the tables keep it: UTC, six decimals, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
