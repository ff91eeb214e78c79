"""What the writer knows from one transaction to the next is what stands in the database, whoever else writes there."""

from __future__ import annotations

import itertools
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from orders import ledger
from orders.records import Tote
from server_stub import log_folding, sheets
from server_stub.books import Books
from server_stub.log_folding import LogFolding
from server_stub.place import Place
from server_stub.problems import Refusal
from server_stub.rows import ClaimRow
from tests.server_stub.test_writer import grouped, put

SHELF = ("HOME/LAMP", ledger.shelf("A-01"), ledger.AVAILABLE)


async def books_of(store: Any) -> Books:
    """The books of one transaction that changes something."""
    opened: list[Books] = []

    def step(books: Books) -> None:
        opened.append(books)
        books.put(Tote(id="T0"))

    await store.write(step)
    return opened[0]


async def check(store: Any) -> int:
    """Compares everything known with the database; gives how much that was."""

    def step(books: Books) -> int:
        fresh = Books(books._database, store.writer._forms, books._cursor, books.now)
        records = books.known()
        for key in records:
            fresh.at(key)
        assert fresh.known() == records
        known = 0
        for mine, theirs in zip(books.sheets.every, fresh.sheets.every, strict=True):
            # Rows keyed by their place in the log are met once and never asked for.
            for key, row in [] if "cursor" in mine._form.keys else mine.known():
                assert theirs.get(*key) == row
                known += 1
            for part, names in mine._whole.items():
                assert [mine.of(part, name) for name in names] == [theirs.of(part, name) for name in names]
                known += len(names)
        assert (books.cursor, books.epoch, books.parked) == (fresh.cursor, fresh.epoch, fresh.parked)
        return known

    return int(await store.write(step))


async def morning(warehouse: Any) -> None:
    """Two walks: one as listed, one that ends short, is undone in part, and is sent again."""
    await warehouse.furnish({"A-01": {"LAMP": 9}, "A-02": {"VASE": 4}})
    for number in ("1", "2"):
        await warehouse.order(number, ("LAMP", 2), ("VASE", 2))
    await warehouse.release()
    ada, bob = await warehouse.device("HH-1"), await warehouse.device("HH-2")
    first, second = await warehouse.walk(ada), await warehouse.walk(bob, "T2")
    assert set(await ada.tell(*first.whole_pick())) == {"admitted"}
    assert set(await bob.tell(second.bound(), second.picked(2), second.shorted(2, 2))) == {"admitted"}
    bob.number -= 1
    await bob.tell(second.shorted(2, 2))


async def test_what_is_known_is_what_stands_there(warehouse: Any) -> None:
    await morning(warehouse)
    assert await check(warehouse.store)

    def bad(books: Books) -> None:
        row = books.sheets.stock.get(*SHELF)
        assert row is not None
        row.quantity += 1_000
        books.sheets.stock.put(row)
        raise ValueError("half done")

    await grouped(warehouse.store, put("G1"), bad, put("G2"))
    assert await check(warehouse.store)


async def test_what_a_refused_step_did_in_memory_is_forgotten(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}})

    def refuses(books: Books) -> None:
        row = books.sheets.stock.get(*SHELF)
        assert row is not None
        row.quantity = 5
        raise Refusal(409, "no", expected="a", came="b", remedy="c")

    with pytest.raises(Refusal):
        await warehouse.store.write(refuses)
    row = await warehouse.store.write(lambda books: books.sheets.stock.get(*SHELF))
    assert row.quantity == 9


async def test_books_are_opened_again_where_nobody_else_wrote(warehouse: Any) -> None:
    # A database may write for itself between two transactions; not between all of these.
    opened = [await books_of(warehouse.store) for _ in range(20)]
    assert any(one is other for one, other in itertools.pairwise(opened))


async def test_a_row_that_somebody_else_changed_is_read_anew(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    await check(warehouse.store)
    correct(warehouse.place, 7)
    row = await warehouse.store.write(lambda books: books.sheets.stock.get(*SHELF))
    assert row.quantity == 7


async def test_a_row_whose_change_is_still_under_way_elsewhere_is_not_remembered(warehouse: Any) -> None:
    await warehouse.furnish({"A-01": {"LAMP": 9}})
    if not warehouse.place.address:
        return  # the embedded database has one writer at a time
    with psycopg.connect(warehouse.place.address) as other:
        other.execute("UPDATE stock SET quantity = 7 WHERE place = 'shelf/A-01'")
        await check(warehouse.store)
        await check(warehouse.store)
    row = await warehouse.store.write(lambda books: books.sheets.stock.get(*SHELF))
    assert row.quantity == 7


async def test_many_rows_written_at_once_are_as_they_were_given(warehouse: Any) -> None:
    texts = ["plain", 'a "b" \\c', "{x,y}", "", "NULL", "ж\N{SNOWMAN}", "two\nlines", "ok"]

    def step(books: Books) -> None:
        for number, text in enumerate(texts):
            books.sheets.claim.put(ClaimRow(f"C{number}", None, text))
            books.sheets.claim.put(ClaimRow(f"D{number}", text if number % 2 else None, "z"))

    await warehouse.store.write(step)
    found = dict(warehouse.rows("SELECT task, ends_at FROM claim WHERE terminal IS NULL AND task LIKE 'C%'"))
    assert found == {f"C{number}": text for number, text in enumerate(texts)}
    named = dict(warehouse.rows("SELECT task, terminal FROM claim WHERE task LIKE 'D%'"))
    assert named == {f"D{number}": text if number % 2 else None for number, text in enumerate(texts)}


async def test_what_was_met_first_is_forgotten_first(warehouse: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "_MOST_KEPT", 10)
    monkeypatch.setattr("server_stub.books._MOST_KEPT", 10)
    for number in range(40):
        await warehouse.store.write(put(f"M{number}"))
    await morning(warehouse)
    assert await check(warehouse.store)
    books = await books_of(warehouse.store)
    assert len(books.known()) < 40
    assert {f"M{number}" for number in range(40)} == {tote.id for tote in warehouse.all(Tote)} - {"T0", "T1", "T2"}


def correct(place: Place, quantity: int) -> None:
    """An administrator corrects a row by hand, beside the store."""
    change = f"UPDATE stock SET quantity = {quantity} WHERE place = 'shelf/A-01'"
    if place.address:
        with psycopg.connect(place.address) as other:
            other.execute(change.encode())
        return
    with closing(sqlite3.connect(place.database)) as other, other:
        other.execute(change)


# --- the embedded database's log -----


class Written:
    """A database with one writer and its folding."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("CREATE TABLE t (x TEXT)")
        self.cursor = self.connection.cursor()
        self.folding = LogFolding(path, self.cursor)

    def write(self, rows: int) -> None:
        self.folding.begins(self.cursor)
        self.cursor.execute("BEGIN IMMEDIATE")
        self.cursor.executemany("INSERT INTO t VALUES (?)", [("x" * 500,)] * rows)
        self.cursor.execute("COMMIT")
        self.folding.committed(self.cursor)

    def close(self) -> None:
        self.folding.close()
        self.connection.close()


def until(is_so: Any) -> None:
    """Returns when it is so."""
    pause = threading.Event()
    for _ in range(3_000):
        if is_so():
            return
        pause.wait(0.01)
    raise AssertionError("it never was so")


def test_the_log_is_folded_beside_the_writer_and_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_folding, "_LARGEST_LOG", 50)
    written = Written(tmp_path / "some.db")
    try:
        log = tmp_path / "some.db-wal"
        for _ in range(9):
            written.write(100)
        assert written.path.stat().st_size < 50_000 < log.stat().st_size
        written.write(100)
        until(lambda: written.path.stat().st_size > 400_000)
        until(lambda: written.folding._is_large)
        size = log.stat().st_size
        for _ in range(5):
            written.write(100)
        assert log.stat().st_size == size
    finally:
        written.close()
    assert not log.exists()


def test_a_reader_of_an_older_state_holds_up_neither_writer_nor_folding(tmp_path: Path) -> None:
    written = Written(tmp_path / "some.db")
    try:
        with closing(sqlite3.connect(tmp_path / "some.db", isolation_level=None)) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM t").fetchone() == (0,)
            written.write(1_000)
            written.write(1_000)
            assert reader.execute("SELECT count(*) FROM t").fetchone() == (0,)
        assert written.connection.execute("SELECT count(*) FROM t").fetchone() == (2_000,)
    finally:
        written.close()
