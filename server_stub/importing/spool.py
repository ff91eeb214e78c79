"""Rows put down on disk, so that an order's lines can stand anywhere in a file of any length.

Decides how rows wait until the file was read to its end; it knows neither columns nor orders.
It is SQLite's private file, which it deletes by itself; memory stays at its cache of 16 MiB.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from types import TracebackType

import msgspec

from server_stub.importing.findings import Fate, Finding

_CACHE_KIB = 16 * 1024
_SCHEMA = f"""
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA temp_store = FILE;
PRAGMA cache_size = -{_CACHE_KIB};
CREATE TABLE rows (line INTEGER PRIMARY KEY, name TEXT NOT NULL, cells BLOB NOT NULL, fault TEXT NOT NULL);
CREATE TABLE spoiled (name TEXT NOT NULL, line INTEGER NOT NULL, PRIMARY KEY (name, line)) WITHOUT ROWID;
CREATE TABLE things (number INTEGER PRIMARY KEY, line INTEGER NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX things_by_name ON things (name);
CREATE TABLE skipped (name TEXT PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE cancelled (name TEXT PRIMARY KEY, line INTEGER NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE covered (name TEXT NOT NULL, sku TEXT NOT NULL, pieces INTEGER NOT NULL);
CREATE INDEX covered_by_name ON covered (name);
CREATE TABLE findings (line INTEGER NOT NULL, fate TEXT NOT NULL, subject TEXT NOT NULL, reason TEXT NOT NULL);
"""


class SpooledRow(msgspec.Struct, frozen=True, gc=False):
    """A row as it was read; `fault` says why it cannot be used."""

    line: int
    cells: list[str]
    fault: str


class Thing(msgspec.Struct, frozen=True, gc=False):
    """Something whole that can go to the store, encoded; `line` is where it begins in the file."""

    line: int
    name: str
    body: bytes


class Spool:
    """A scratch file for one import. Everything in it goes when it is closed."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN")
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder(list[str]).decode

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._db.close()

    def keep_row(self, line: int, name: str, cells: list[str], fault: str = "") -> None:
        """Puts a row down under the name (an order's number) that gathers it."""
        self._db.execute("INSERT INTO rows VALUES (?, ?, ?, ?)", (line, name, self._encode(cells), fault))

    def spoil(self, name: str, line: int) -> None:
        """Says that the unreadable row at `line` may belong to `name`."""
        self._db.execute("INSERT OR IGNORE INTO spoiled VALUES (?, ?)", (name, line))

    def groups(self) -> Iterator[tuple[str, list[SpooledRow], list[int]]]:
        """Name, rows and spoiling lines, name by name in the order in which each first stands in the file."""
        self._db.execute("CREATE INDEX IF NOT EXISTS by_name ON rows (name, line)")
        cursor = self._db.execute(
            "SELECT rows.name, rows.line, cells, fault FROM (SELECT name, MIN(line) AS first FROM rows GROUP BY name)"
            " AS heads JOIN rows ON rows.name = heads.name ORDER BY first, rows.line"
        )
        for name, rows in groupby(cursor, itemgetter(0)):
            spooled = [SpooledRow(line, self._decode(cells), fault) for _, line, cells, fault in rows]
            spoiled = self._db.execute("SELECT line FROM spoiled WHERE name = ? ORDER BY line", (name,))
            yield name, spooled, [line for (line,) in spoiled]

    def keep_thing(self, thing: Thing) -> None:
        """Puts down what can go to the store."""
        self._db.execute("INSERT INTO things (line, name, body) VALUES (?, ?, ?)", (thing.line, thing.name, thing.body))

    def tell_equals_apart(self, as_number: Callable[[Thing, int], Thing | None]) -> None:
        """Makes what says the same under one name several things, where `as_number` (2, 3, ...) makes another of it."""
        equals = self._db.execute(
            "SELECT name FROM things GROUP BY name HAVING COUNT(*) > 1 AND COUNT(DISTINCT body) = 1"
        ).fetchall()
        for (name,) in equals:
            found = self._db.execute(
                "SELECT number, line, name, body FROM things WHERE name = ? ORDER BY line LIMIT -1 OFFSET 1", (name,)
            ).fetchall()
            for nth, (number, *thing) in enumerate(found, 2):
                if other := as_number(Thing(*thing), nth):
                    values = (other.name, other.body, number)
                    self._db.execute("UPDATE things SET name = ?, body = ? WHERE number = ?", values)

    def drop_repeats(self) -> Iterator[tuple[Thing, int, bool]]:
        """Takes out what has the name of another: each with that one's line, and whether both say the same.

        Where they do, the first stays; where not, none does, for nobody can know which is right.
        """
        doubles = self._db.execute(
            "SELECT name, COUNT(DISTINCT body), MIN(line), MAX(line) FROM things GROUP BY name HAVING COUNT(*) > 1"
        ).fetchall()
        for name, contents, first, last in doubles:
            for line, body in self._db.execute(
                "SELECT line, body FROM things WHERE name = ? ORDER BY line", (name,)
            ).fetchall():
                if contents > 1 or line != first:
                    yield Thing(line, name, body), (first if line != first else last), contents == 1
            kept = first if contents == 1 else -1
            self._db.execute("DELETE FROM things WHERE name = ? AND line != ?", (name, kept))

    def keep_skipped(self, name: str, line: int) -> None:
        """Remembers a name of which nothing goes to the store."""
        self._db.execute("INSERT INTO skipped VALUES (?, ?)", (name, line))

    def skipped(self) -> Iterator[tuple[str, int]]:
        """The names of which nothing goes to the store, and where each begins."""
        yield from self._db.execute("SELECT name, line FROM skipped ORDER BY line").fetchall()

    def keep_cancelled(self, name: str, line: int, reason: str) -> None:
        """Remembers a name that is to be stopped."""
        self._db.execute("INSERT INTO cancelled VALUES (?, ?, ?)", (name, line, reason))

    def cancelled(self) -> Iterator[tuple[str, int, str]]:
        """The names that are to be stopped, where each begins, and why."""
        yield from self._db.execute("SELECT name, line, reason FROM cancelled ORDER BY line").fetchall()

    def has_thing(self, name: str) -> bool:
        """Whether something of that name goes to the store."""
        return self._db.execute("SELECT 1 FROM things WHERE name = ?", (name,)).fetchone() is not None

    def keep_covered(self, name: str, covered: Mapping[str, int]) -> None:
        """Remembers the pieces by SKU that an order of that name has already."""
        self._db.executemany("INSERT INTO covered VALUES (?, ?, ?)", ((name, *each) for each in covered.items()))

    def covered(self, name: str) -> dict[str, int]:
        """The pieces by SKU that the order of that name has already."""
        return dict(self._db.execute("SELECT sku, pieces FROM covered WHERE name = ?", (name,)))

    def things(self) -> Iterator[Thing]:
        """What can go to the store, in the order of the file."""
        for row in self._db.execute("SELECT line, name, body FROM things ORDER BY line"):
            yield Thing(*row)

    def report(self, findings: Iterable[Finding]) -> None:
        """Puts findings down."""
        self._db.executemany(
            "INSERT INTO findings VALUES (?, ?, ?, ?)",
            ((each.line, each.fate.value, each.subject, each.reason) for each in findings),
        )

    def report_further(self, findings: Iterable[Finding]) -> None:
        """Puts down what the store says of rows that were skipped or rejected: each still stands there once."""
        self._db.executemany(
            "UPDATE findings SET fate = CASE fate WHEN 'skipped' THEN ? ELSE fate END, reason = reason || ': ' || ?"
            " WHERE line = ? AND fate IN ('skipped', 'rejected')",
            ((each.fate.value, each.reason, each.line) for each in findings),
        )

    def findings(self) -> Iterator[Finding]:
        """Every finding by line."""
        for line, fate, subject, reason in self._db.execute("SELECT * FROM findings ORDER BY line, rowid"):
            yield Finding(line, Fate(fate), subject, reason)

    def count_rows(self) -> int:
        """How many rows were put down."""
        return self._count("SELECT COUNT(*) FROM rows")

    def count_things(self) -> int:
        """How many can go to the store."""
        return self._count("SELECT COUNT(*) FROM things")

    def count_skipped(self) -> int:
        """How many names there are of which nothing goes to the store."""
        return self._count("SELECT COUNT(*) FROM skipped")

    def count_cancelled(self) -> int:
        """How many names are to be stopped."""
        return self._count("SELECT COUNT(*) FROM cancelled")

    def subjects(self, fate: Fate) -> list[str]:
        """What the findings of one fate are about, by line."""
        found = self._db.execute("SELECT subject FROM findings WHERE fate = ? ORDER BY line, rowid", (fate.value,))
        return [subject for (subject,) in found]

    def count_fates(self) -> dict[Fate, int]:
        """How many findings there are of each fate."""
        counted = self._db.execute("SELECT fate, COUNT(*) FROM findings GROUP BY fate")
        return {Fate(fate): count for fate, count in counted}

    def _count(self, query: str) -> int:
        (count,) = self._db.execute(query).fetchone()
        return int(count)
