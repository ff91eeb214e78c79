"""`floorhand store verify`: reads a whole store and says in which places its books disagree with themselves.

Decides what has to hold in any store at any moment. It reads a copy, so nothing waits for it, and changes nothing; it
knows nothing of how the books came to be as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from sqlalchemy import Connection, Inspector, Table, func, inspect, select

from orders import ledger
from orders.envelope import digest
from orders.records import KINDS, decode_record
from server_stub import audit, migration, schema
from server_stub.audit import Heads
from server_stub.books import filed_as
from server_stub.database import failures, open_at, told
from server_stub.embedded import Embedded, copy_file, is_sound
from server_stub.ledger_book import FIRST_SHELF
from server_stub.place import Place, PlaceError
from server_stub.transfer import save

Check = Callable[[Connection], Iterator[str]]

# Of one kind of mistake, so many are named; the rest is counted.
_NAMED = 20
_TORN = "the database's pages are not in order: restore a backup"


def verify(place: Place) -> list[str]:
    """What is wrong with the store of `place`, a sentence each; running or not."""
    with TemporaryDirectory(prefix="floorhand-verify-") as folder:
        copy = Path(folder) / "copy.db"
        try:
            save(open_at(place.where), copy)
        except failures() as error:
            if place.address:
                raise
            return [f"{place.database} cannot be read to its end ({told(error)}): restore a backup"]
        if not is_sound(copy):
            return [_TORN]
        migration.require_head(_named(copy, open_at(place.where).name))
        found = findings(copy)
        return found + audit.faults(Embedded(copy), Heads(place.audit_heads))


def verify_file(file: Path) -> list[str]:
    """What is wrong with a backup, a sentence each; it may be older than this program, and is not touched."""
    if not is_sound(file):
        return [_TORN]
    with TemporaryDirectory(prefix="floorhand-verify-") as folder:
        copy = Path(folder) / "copy.db"
        copy_file(file, copy)
        database = _named(copy, str(file))
        if migration.revision(database) is None:
            raise PlaceError(f"{file} is no Floorhand store: take another file")
        migration.migrate(database, datetime.now(UTC), backups=None)
        # How its trail ended was noted for the store that it was taken from, as that goes on.
        return findings(copy) or audit.faults(database, None)


def lacking(database: Embedded) -> list[str]:
    """Which tables and columns of this program's schema are not there."""
    known = inspect(database.engine)
    return [
        f"the table {table.name} lacks {', '.join(missing)}" if known.has_table(table.name) else f"{table.name} is gone"
        for table in schema.metadata.sorted_tables
        if (missing := _missing(known, table))
    ]


def findings(file: Path) -> list[str]:
    """What is wrong with the books in an embedded database of this program's schema that nobody writes."""
    if not is_sound(file):
        return [_TORN]
    database = Embedded(file)
    if gone := lacking(database):
        return gone
    with database.connected() as connection:
        return [sentence for check in CHECKS for sentence in _some(check(connection))]


def _named(copy: Path, name: str) -> Embedded:
    database = Embedded(copy)
    database.name = name
    return database


def _missing(known: Inspector, table: Table) -> list[str]:
    wanted = [column.name for column in table.columns]
    if not known.has_table(table.name):
        return wanted
    there = {column["name"] for column in known.get_columns(table.name)}
    return [name for name in wanted if name not in there]


def _some(sentences: Iterator[str]) -> list[str]:
    every = list(sentences)
    more = len(every) - _NAMED
    return [*every[:_NAMED], f"... and {more} more of that kind"] if more > 0 else every


def _sums(connection: Connection) -> Iterator[str]:
    stock = schema.stock.c
    total = func.sum(stock.quantity)
    for product, found in connection.execute(select(stock.product, total).group_by(stock.product).having(total != 0)):
        yield f"ledger: the rows of {product} add up to {found} over all places, not to 0"


def _moves(connection: Connection) -> Iterator[str]:
    stock, move = schema.stock.c, schema.stock_move.c
    moved: dict[tuple[str, str, str], int] = {}
    for product, source, target, status, quantity in connection.execute(
        select(move.product, move.source, move.target, move.status, func.sum(move.quantity)).group_by(
            move.product, move.source, move.target, move.status
        )
    ):
        for place, sign in ((source, -1), (target, 1)):
            moved[product, place, status] = moved.get((product, place, status), 0) + sign * quantity
    rows = connection.execute(select(stock.product, stock.place, stock.status, stock.quantity))
    lying = {(product, place, status): quantity for product, place, status, quantity in rows}
    for key in sorted(moved.keys() | lying.keys()):
        if (found := lying.get(key, 0)) != (meant := moved.get(key, 0)):
            yield f"ledger: {found} of {key[0]} at {key[1]} ({key[2]}), and its moves come to {meant}"


def _allocations(connection: Connection) -> Iterator[str]:
    stock, claim = schema.stock.c, schema.allocation.c
    claimed = {
        (product, ledger.shelf(location)): quantity
        for product, location, quantity in connection.execute(
            select(claim.product, claim.location, func.sum(claim.quantity)).group_by(claim.product, claim.location)
        )
    }
    rows = connection.execute(select(schema.stock).where(stock.status == ledger.AVAILABLE))
    shelves = {(row.product, row.place): row for row in rows if row.place.startswith(FIRST_SHELF)}
    for key in sorted(claimed.keys() | shelves.keys()):
        row, meant = shelves.get(key), claimed.get(key, 0)
        if (found := row.allocated if row else 0) != meant:
            yield f"allocation: {key[1]} shows {found} of {key[0]} set aside, and orders have {meant} there"
        if row is not None and row.allocated > row.quantity and not row.is_locked:
            yield f"allocation: {row.allocated} of {key[0]} are set aside at {key[1]}, where {row.quantity} lie"


def _records(connection: Connection) -> Iterator[str]:
    end = _end(connection)
    record = schema.record.c
    for row in connection.execution_options(yield_per=1_000).execute(select(schema.record)):
        where = f"record {row.kind}/{row.id}"
        if row.kind not in KINDS:
            yield f"{where}: no such kind"
            continue
        try:
            filed = filed_as(decode_record(row.kind, row.body))
        except msgspec.DecodeError as error:
            yield f"{where}: cannot be read ({error})"
            continue
        if filed != {"state": row.state, "owner": row.owner, "rank": row.rank}:
            yield f"{where}: is filed as {row.state or 'no state'}, {row.owner or 'no owner'}, and says otherwise"
        if not 0 < row.cursor <= end:
            yield f"{where}: stands at {row.cursor} of a log that ends at {end}"
    twice = connection.execute(select(record.cursor).group_by(record.cursor).having(func.count() > 1))
    for (cursor,) in twice:
        yield f"log: two records stand at {cursor}"


def _events(connection: Connection) -> Iterator[str]:
    event, journal = schema.event.c, schema.journal.c
    end = _end(connection)
    counts = select(event.journal, func.count(), func.max(event.number)).group_by(event.journal)
    found = {id: (count, highest) for id, count, highest in connection.execute(counts)}
    for id, last in connection.execute(select(journal.id, journal.last_number)):
        count, highest = found.get(id, (0, 0))
        if not count == highest == last:
            yield f"journal {id}: {count} events up to number {highest}, and {last} were counted"
    rows = select(event.journal, event.number, event.cursor, event.digest, event.body)
    for id, number, cursor, known, body in connection.execution_options(yield_per=1_000).execute(rows):
        if digest(body) != known:
            yield f"event {id}.{number}: its bytes are not those that were admitted"
        if not 0 < cursor <= end:
            yield f"event {id}.{number}: stands at {cursor} of a log that ends at {end}"


def _parked(connection: Connection) -> Iterator[str]:
    parked, event = schema.parked, schema.event
    lost = (
        select(parked.c.journal, parked.c.number)
        .join(
            event,
            (event.c.journal == parked.c.journal) & (event.c.number == parked.c.number),
            isouter=True,
        )
        .where(event.c.number.is_(None))
    )
    for journal, number in connection.execute(lost):
        yield f"parked: event {journal}.{number} is not there"


def _sscc_blocks(connection: Connection) -> Iterator[str]:
    before = ""
    block = schema.sscc_block.c
    for first, last in connection.execute(select(block.first_code, block.last_code).order_by(block.first_code)):
        if first <= before:
            yield f"SSCCs: the block from {first} begins within the one before"
        before = max(before, last)


def _end(connection: Connection) -> int:
    counter = schema.counter.c
    return int(connection.execute(select(counter.value).where(counter.name == "cursor")).scalar() or 0)


CHECKS: tuple[Check, ...] = (_sums, _moves, _allocations, _records, _events, _parked, _sscc_blocks)
