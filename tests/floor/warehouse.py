"""A warehouse that is ready for its morning, made once and copied for each test: store, devices, people, orders.

Decides where everything lies and how the store's process is started and killed. What goes wrong in a morning, and who
works in it, is said elsewhere.
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.private_postgres import PrivatePostgres
from server_stub.embedded import Embedded
from server_stub.postgresql import Postgres
from server_stub.transfer import load, save
from terminal.demo import shop
from terminal.demo.recount import Pieces, asked_for
from terminal.demo.stage import Stage, prepare
from tests.floor import gift_shop
from tests.store_process import StoreProcess

PATIENCE_SECONDS = 30.0
DEVICES = ("CART-1", "CART-2")
TOTES = 40
_NOWHERE = "/dev/null"
_NUMBERS = count(1)
# Migrations make the copy, and they run in one thread at a time.
_LOOKING = threading.Lock()

# Rows of the store's tables by the name of a question, as SQLite gives them.
Books = dict[str, list[tuple[Any, ...]]]


def wait_for(condition: Callable[[], object], what: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Returns as soon as `condition` holds; AssertionError with `what` where it never does."""
    end = time.monotonic() + patience_seconds
    while not condition():
        assert time.monotonic() < end, f"never came: {what}"
        time.sleep(0.02)


@contextmanager
def reading(database: Path) -> Iterator[sqlite3.Connection]:
    """The database, to be read while its program runs."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        yield connection


class AnyStage(Stage):
    """A stage whose store may have its database on PostgreSQL: then it is looked at in a copy of this moment."""

    @property
    def database(self) -> Path:
        if not self.address:
            return super().database
        # One file for each thread that looks: several people work at once.
        copy = self.folder / f"look-{threading.get_ident()}.db"
        for suffix in ("", "-wal", "-shm"):
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)
        with _LOOKING:
            save(Postgres(self.address), copy)
        return copy


@dataclass(frozen=True)
class Journaled:
    """What a device's journal file says of itself."""

    identity: str
    serial: int
    unsent: int
    cursor: int
    epoch: str


@dataclass
class Device(AnyStage):
    """One machine of the warehouse: its config and state, and the program that runs as its terminal."""

    name: str = ""
    program: tuple[str, ...] = ("-m", "floorhand")

    @property
    def config(self) -> Path:
        return self.folder / f"{self.name}.toml"

    @property
    def state(self) -> Path:
        """The folder of its token and journal."""
        return self.folder / self.name

    @property
    def journal(self) -> Path:
        """Its journal."""
        return self.state / "journal.db"

    def command(self, *words: str) -> list[str]:
        python, *usual = super().command(*words)
        return [python, *(self.program if words[0] == "terminal" else usual[:2]), *usual[2:]]

    def configure(self, url: str, port: str) -> None:
        """Writes its config: where the store answers, and where its scanner is."""
        self.config.write_text(
            f'[store]\nfolder = "{self.store_folder}"\nurl = "{url}"\n{database_line(self.address)}'
            f'[terminal]\nstation = "BENCH-1"\njournal = "{self.state}"\nwitness = "{self.witness}"\n'
            f'[[scanner]]\nname = "toy"\nkind = "serial"\nport = "{port}"\n'
            f'[[printer]]\nname = "folder"\nkind = "folder"\npath = "{self.printed_folder}"\n'
            'documents = ["label", "slip"]\n',
            encoding="utf-8",
        )

    @property
    def witness(self) -> Path:
        """The file outside of the state folder that remembers the journal."""
        return self.folder / f"{self.name}.witness"

    def journaled(self) -> Journaled:
        """How its journal stands now; read from a copy, so that a dead terminal's files stay as they are."""
        with TemporaryDirectory() as folder:
            for suffix in ("", "-wal"):
                if (file := self.journal.with_name(f"journal.db{suffix}")).exists():
                    shutil.copyfile(file, Path(folder) / file.name)
            with closing(sqlite3.connect(Path(folder) / "journal.db")) as connection:
                return _journaled(connection)

    def has_told_all(self) -> bool:
        """Whether the store, as it is now, has everything that was done here."""
        with reading(self.database) as connection:
            (epoch,) = connection.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
            journals = {id for (id,) in connection.execute("SELECT id FROM journal")}
        with reading(self.journal) as connection:
            here = _journaled(connection)
        return not here.unsent and here.epoch == epoch and here.identity in journals

    def newest_at_store(self) -> int:
        """The cursor of the record that changed last."""
        with reading(self.database) as connection:
            (newest,) = connection.execute("SELECT max(cursor) FROM record").fetchone()
            return int(newest)

    def knows(self, cursor: int) -> bool:
        """Whether the store's records have come here as far as `cursor`, into a journal that may just be made."""
        try:
            with reading(self.journal) as connection:
                return _journaled(connection).cursor >= cursor
        except (sqlite3.OperationalError, TypeError):
            return False  # no file, no tables, or no row yet


def _journaled(connection: sqlite3.Connection) -> Journaled:
    row = connection.execute(
        "SELECT identity.id, state.serial, (SELECT count(*) FROM event WHERE cursor IS NULL), state.cursor, epoch "
        "FROM state JOIN identity ON identity.ordinal = state.identity"
    ).fetchone()
    return Journaled(*row)


@contextmanager
def running_store(stage: AnyStage) -> Iterator[StoreProcess]:
    """The stage's store, started, and killed at the end."""
    store = StoreProcess(stage.command("store", "run"), stage.folder / "store.log", stage.environment())
    store.start()
    try:
        yield store
    finally:
        store.kill()


def database_line(address: str) -> str:
    """What the config says of the store's database, under [store]: nothing, where it is the embedded one."""
    return f'database = "{address}"\n' if address else ""


@dataclass(frozen=True)
class Warehouse:
    """A folder that holds everything before the first scan, and what its input file asks for.

    Where there is a `server`, the store is in its database `name`.
    """

    folder: Path
    wanted: Pieces
    without_address: frozenset[str]
    badges: tuple[str, ...]
    server: PrivatePostgres | None = None
    name: str = ""

    @property
    def scans(self) -> int:
        """How many reads the morning takes at least."""
        orders = {order for order, _ in self.wanted}
        return 7 * len(orders) + sum(3 + 2 * (quantity > 1) for quantity in self.wanted.values())

    @contextmanager
    def copied_to(self, folder: Path) -> Iterator[AnyStage]:
        """The same warehouse somewhere else, to be used up."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("*.toml", "*.log"))
        stage, copy = AnyStage(folder), f"{self.name}_{next(_NUMBERS)}"
        if self.server is not None:
            stage.address = self.server.make(copy, self.name)
        config = f'[store]\nfolder = "{stage.store_folder}"\n{database_line(stage.address)}'
        stage.config.write_text(config, encoding="utf-8")
        yield stage
        if self.server is not None:
            self.server.drop(copy)

    def moved_to(self, folder: Path, server: PrivatePostgres, name: str) -> Warehouse:
        """A copy of this one, which is on no server, with its store's database on that one."""
        shutil.copytree(self.folder, folder)
        file = folder / "store" / "floorhand.db"
        load(Embedded(file), Postgres(server.make(name)))
        file.unlink()
        return replace(self, folder=folder, server=server, name=name)


@dataclass(frozen=True)
class Ground:
    """Where a warehouse is built: a new folder and, where there is a server, a new database of that name."""

    folder: Path
    server: PrivatePostgres | None = None
    name: str = ""

    def address(self) -> str:
        """Makes the database, and gives its address; empty where it will be the embedded one."""
        return self.server.make(self.name) if self.server else ""


def furnish(ground: Ground, bring_in: Callable[[Path], Path], load: Callable[[Stage], None]) -> tuple[str, ...]:
    """Makes a store with two workers and two devices; gives the workers' badges.

    `bring_in` writes input files there and gives the site's file; `load` imports them.
    """
    folder = ground.folder
    stage, code = prepare(folder, _NOWHERE, bring_in(folder / "input"), shop.PREFIX, ground.address())
    try:
        badges = [stage.badge]
        load(stage)
        stage.run("store", "add-worker", "Bea", "--role", "picker", "--role", "packer")
        badges += [badge_on(page) for page in (stage.store_folder / "papers").glob("badge-BEA*.pdf")]
        codes = [code, stage.run("store", "add-terminal").split()[-1]]
        for name, each in zip(DEVICES, codes, strict=True):
            device = Device(folder, name=name, address=stage.address)
            device.configure(stage.url, _NOWHERE)
            device.run("terminal", "--enrol", each, "--name", name, "--station", "BENCH-1")
        stage.run("store", "release", "--all")
    finally:
        stage.close()
    assert len(badges) == 2
    return tuple(badges)


def badge_on(page: Path) -> str:
    """The badge's barcode, read off the page that the store printed."""
    from tests.floor.pages import barcodes_on

    return next(text for text in barcodes_on(page).values() if text.startswith("FHB-"))


def small_warehouse(ground: Ground, orders: int) -> Warehouse:
    """The demo's shop with its first orders, of which every one can be shipped."""
    inputs = ground.folder / "input"

    def write(inputs: Path) -> Path:
        shop.write(inputs, datetime.now(UTC))
        rows = gift_shop.rows_of(inputs / "orders.csv")
        first = list(dict.fromkeys(row["order"] for row in rows))[:orders]
        gift_shop.write_rows(inputs / "orders.csv", [row for row in rows if row["order"] in first])
        return inputs / "site.toml"

    def load(stage: Stage) -> None:
        stage.run("store", "add-totes", str(TOTES))
        for kind in ("locations", "products", "stock", "customers", "orders"):
            stage.run("import", kind, str(inputs / f"{kind}.csv"), "--map", "floorhand")

    badges = furnish(ground, write, load)
    wanted, without = asked_for(inputs / "orders.csv", inputs / "customers.csv")
    return Warehouse(ground.folder, wanted, frozenset(without), badges, ground.server, ground.name)


def retail_warehouse(ground: Ground, rows: list[dict[str, str]]) -> Warehouse:
    """The gift shop with these rows of its morning, laid out where it has no shelves yet."""

    def write(inputs: Path) -> Path:
        inputs.mkdir(parents=True)
        (inputs / "site.toml").write_text(gift_shop.SITE, encoding="utf-8")
        gift_shop.write_rows(inputs / "orders.csv", rows)
        gift_shop.write_rows(inputs / "customers.csv", gift_shop.customers_of(rows))
        return inputs / "site.toml"

    def load(stage: Stage) -> None:
        inputs = ground.folder / "input"
        stage.run("import", "customers", str(inputs / "customers.csv"), "--map", "floorhand")
        stage.run("import", "orders", str(inputs / "orders.csv"), "--map", "retail", "--lay-out")

    badges = furnish(ground, write, load)
    wanted = gift_shop.wanted_of(rows)[0]
    return Warehouse(ground.folder, wanted, frozenset(), badges, ground.server, ground.name)


def books(database: Path) -> Books:
    """What the store holds of the floor's facts, for proofs that look closer than a recount."""
    questions = {
        "events": "SELECT journal, number, kind, outcome, reason, body FROM event ORDER BY cursor",
        "journals": "SELECT id, last_number, (SELECT count(*) FROM event WHERE journal = journal.id) FROM journal",
        "parked": "SELECT subject, journal, number FROM parked",
        "conflicts": "SELECT journal, number FROM conflict",
        "discrepancies": "SELECT body FROM record WHERE kind = 'discrepancy'",
    }
    with reading(database) as connection:
        return {name: connection.execute(question).fetchall() for name, question in questions.items()}
