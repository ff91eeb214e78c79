"""Files as a shop would hand them in, read by the real reader without a store."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from benchmarks.private_postgres import PrivatePostgres
from orders.intake import NewOrder
from orders.ledger import location_of
from orders.records import Record
from server_stub import client
from server_stub import commands as store_commands
from server_stub.importing.columns import bind
from server_stub.importing.commands import main
from server_stub.importing.file_map import load_map
from server_stub.importing.findings import Fate, Finding
from server_stub.importing.order_rows import OrderReader, spool_rows
from server_stub.importing.source import examine
from server_stub.importing.spool import Spool
from server_stub.importing.store_access import Store, open_store
from server_stub.place import Place
from tests.server_stub.filled_databases import Databases

R = TypeVar("R", bound=Record)


@dataclass
class Outcome:
    """What became of a file of orders."""

    orders: dict[str, NewOrder]
    findings: list[Finding]
    notes: tuple[str, ...]

    def said(self, fate: Fate = Fate.REJECTED) -> dict[int, str]:
        """The reasons of one fate by line."""
        return {each.line: each.reason for each in self.findings if each.fate is fate}


ReadOrders = Callable[..., Outcome]


@pytest.fixture
def read_orders(tmp_path: Path) -> ReadOrders:
    """Writes a file and reads it by a map: `read_orders(content, "shopify")`; a map can be its TOML text, too."""

    def read(content: str | bytes | Path, map_: str = "floorhand", **settings: object) -> Outcome:
        path = content if isinstance(content, Path) else tmp_path / "orders.csv"
        if not isinstance(content, Path):
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        if "\n" in map_:
            (tmp_path / "own.toml").write_text(map_, encoding="utf-8")
            map_ = str(tmp_path / "own.toml")
        source = examine(path, settings.get("encoding"))  # type: ignore[arg-type]
        binding = bind(source, load_map(map_, "orders"))
        with Spool() as spool:
            rows = source.rows(binding.delimiter)
            next(rows)
            spool_rows(rows, binding, spool)
            reader = OrderReader(binding, "HOME", **{k: v for k, v in settings.items() if k == "country_of"})  # type: ignore[arg-type]
            orders = {}
            for number, group, spoiled_by in spool.groups():
                found = reader.judge(number, group, spoiled_by)
                spool.report(found.findings)
                if found.order:
                    orders[number] = found.order
            return Outcome(orders, list(spool.findings()), source.notes + binding.notes)

    return read


SHOPIFY_COLUMNS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,"
    "Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,"
    "Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,"
    "Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,Shipping Province,"
    "Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,"
    "Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,"
    "Lineitem discount,Tax 1 Name,Tax 1 Value,Phone,Receipt Number,Duties,Billing Province Name,"
    "Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,Payment References"
)

_ORDER = {
    "Email": "ada@example.com",
    "Financial Status": "paid",
    "Fulfillment Status": "unfulfilled",
    "Currency": "GBP",
    "Created at": "2026-03-01 09:30:00 +0100",
    "Shipping Name": "Ada Byron",
    "Shipping Address1": "12 St James's Square",
    "Shipping City": "London",
    "Shipping Zip": "'SW1Y 4JH",
    "Shipping Country": "GB",
    "Shipping Phone": "'+44 20 7946 0000",
    "Refunded Amount": "0.00",
}
_LINE = {
    "Lineitem quantity": "1",
    "Lineitem name": "Enamel mug",
    "Lineitem price": "9.50",
    "Lineitem sku": "MUG-01",
    "Lineitem requires shipping": "true",
    "Lineitem taxable": "true",
    "Lineitem fulfillment status": "pending",
    "Vendor": "Own",
}


def shopify(*rows: dict[str, str]) -> str:
    """A Shopify export: a row with `Name` alone begins an order, one with `+Name` is a further line of it."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, SHOPIFY_COLUMNS.split(","), restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        more = {"Name": row["+Name"]} if "+Name" in row else _ORDER
        writer.writerow(_LINE | more | {key: value for key, value in row.items() if key != "+Name"})
    return out.getvalue()


@pytest.fixture
def shopify_file() -> Callable[..., str]:
    """The maker of Shopify exports."""
    return shopify


@pytest.fixture
def retail_file(shared_data: Path) -> Path:
    """The real morning of orders."""
    return shared_data / "online-retail-2010-12-01.csv"


@pytest.fixture
def clock_instant() -> datetime:
    """A moment that every test of a run agrees on."""
    return datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def founded_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store, made as `floorhand store init` makes it."""
    folder = tmp_path_factory.mktemp("founded") / "store"
    words = ["init", "--folder", str(folder), "--name", "Hall", "--time-zone", "Europe/London"]
    assert store_commands.main([*words, "--company-prefix", "952"], {}, Path("none.toml")) == 0
    return folder


@dataclass
class Ran:
    """How one import ended."""

    code: int
    out: str
    err: str

    @property
    def store(self) -> list[str]:
        """What the store made of it."""
        return [line.removeprefix("store: ") for line in self.out.splitlines() if line.startswith("store: ")]


class Warehouse:
    """A store in a folder, imported into by the real command and looked at as itself answers."""

    def __init__(self, place: Place, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.place, self.folder, self.files, self._capsys = place, place.folder, files, capsys

    def run(self, kind: str, content: str | Path, *words: str, map_: str = "floorhand") -> Ran:
        """Imports a file (or text, as one) into the store."""
        path = content if isinstance(content, Path) else self.files / f"{kind}.csv"
        if not isinstance(content, Path):
            path.write_text(content, encoding="utf-8", newline="")
        self._capsys.readouterr()
        config = {"store": {"folder": str(self.folder), "database": self.place.address}}
        code = main([kind, str(path), "--map", map_, *words], config, Path("none.toml"))
        told = self._capsys.readouterr()
        return Ran(code, told.out, told.err)

    @contextmanager
    def opened(self) -> Iterator[Store]:
        """The store, to be asked."""
        with open_store(client.Address(self.place)) as store:
            yield store

    def all(self, cls: type[R]) -> dict[str, R]:
        """Every record of a kind by id."""
        with self.opened() as store:
            return {each.id: each for each in store.records(cls)}

    def stock(self) -> dict[tuple[str, str], int]:
        """Pieces by SKU and shelf."""
        with self.opened() as store:
            return {(each.product.partition("/")[2], location_of(each.place)): each.quantity for each in store.stock()}


@pytest.fixture(scope="session")
def filled_databases(postgres: PrivatePostgres, founded_store: Path) -> Databases:
    """Databases with that store in them."""
    return Databases(postgres, founded_store)


@pytest.fixture
def warehouse(
    request: pytest.FixtureRequest,
    database: str,
    founded_store: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Warehouse]:
    """An empty warehouse of this test's own."""
    folder = tmp_path / "store"
    shutil.copytree(founded_store, folder)
    if database == "sqlite":
        yield Warehouse(Place(folder), tmp_path, capsys)
        return
    (folder / "floorhand.db").unlink()
    pool: Databases = request.getfixturevalue("filled_databases")
    place = Place(folder, address=pool.take())
    yield Warehouse(place, tmp_path, capsys)
    pool.give_back(place.address)
