"""A place of work for tests of bad input: a store with plain orders, and terminals in a pty, each with a scanner port.

Decides how a terminal is brought to the middle of a walk, how its screen is read, and what it means that nothing was
lost. What goes wrong there is the tests' business.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from orders import barcodes
from orders.barcodes import Kind
from terminal.demo.toy_scanner import symbol_bytes
from terminal.workflows import acts
from tests.floor.warehouse import AnyStage, Device, Warehouse, reading, running_store
from tests.scanners.pty_scanner import PtyScanner
from tests.store_process import StoreProcess
from tests.terminal.in_a_pty import InPty, in_a_pty

LAMP, MUG = "9520000010010", "9520000010027"
LAMP_SHELF, MUG_SHELF = "Z-01-1", "Z-02-1"
SIZE = (100, 30)


@dataclass
class Workplace:
    """One device with its terminal running, and a walk of two lines: a lamp, then a mug."""

    device: Device
    port: PtyScanner
    program: InPty
    badge: str
    tote: str
    order: str

    def scan(self, text: str) -> None:
        """Pulls the trigger of the scanner on the port."""
        self.port.send(symbol_bytes(text))

    def sees(self, *texts: str) -> None:
        """Returns once all of these stand on the screen."""
        self.program.until(lambda: all(text in self.glass for text in texts))

    @property
    def glass(self) -> str:
        """What is on the screen, in one line."""
        return " ".join(self.program.screen.split())

    def sign_on(self) -> None:
        """To the menu, once this device knows who works here."""
        self.sees("Scan your badge", "ONLINE")
        self.program.until(self._knows_somebody)
        self.scan(self.badge)
        self.sees("1 Pick")

    def _knows_somebody(self) -> bool:
        with reading(self.device.journal) as connection:
            return connection.execute("SELECT 1 FROM record WHERE kind = 'worker'").fetchone() is not None

    def type_the_badge(self) -> None:
        """To the menu, with a scanner that types."""
        self.sees("ONLINE")
        self.program.until(self._knows_somebody)
        self.program.write(f"{self.badge}\r".encode())
        self.sees("1 Pick")

    def begin_walk(self, *, is_signed_on: bool = False) -> None:
        """To the first item, before the shelf of the lamp."""
        if not is_signed_on:
            self.sign_on()
        self.scan(command(acts.PICK))
        self.sees("Scan an empty tote")
        self.scan(barcodes.encode(Kind.TOTE, self.tote))
        self.sees("Scan shelf", LAMP_SHELF)
        self.scan(shelf(LAMP_SHELF))
        self.sees("Scan the item")

    def take_the_lamp(self) -> None:
        """The first pick, to its green."""
        self.scan(LAMP)
        self.sees("Scan shelf", MUG_SHELF)

    def end_walk(self) -> None:
        """From the second shelf to the drop."""
        self.scan(shelf(MUG_SHELF))
        self.sees("Scan the item")
        self.scan(MUG)
        self.sees("drop")
        self.scan(shelf("DROP-1"))
        self.program.until(lambda: "drop" not in self.glass)

    def take_what_is_asked_for(self) -> None:
        """From any shelf of the walk to its end."""
        at = LAMP_SHELF if "LAMP" in self.glass else MUG_SHELF
        for code, gtin in sorted(((LAMP_SHELF, LAMP), (MUG_SHELF, MUG)), key=lambda each: each[0] != at):
            self.scan(shelf(code))
            self.sees("Scan the item", code)
            self.scan(gtin)
            self.program.until(lambda: "OK Picked" in self.glass)
        self.scan(shelf("DROP-1"))
        self.sees("Done")

    def without(self, text: str) -> None:
        """Returns once this stands on the screen no more."""
        self.program.until(lambda: text not in self.glass)

    def is_alive(self) -> bool:
        """Whether the program still has the screen."""
        return self.program.process.poll() is None and b"\x1b[?1049l" not in self.program.raw


def command(name: str) -> str:
    """A command barcode."""
    return barcodes.encode(Kind.COMMAND, name)


def shelf(code: str) -> str:
    """A shelf's barcode."""
    return barcodes.encode(Kind.LOCATION, code)


@dataclass
class Hall:
    """A running store with more orders than are ever taken, and as many devices as are asked for."""

    warehouse: Warehouse
    stage: AnyStage
    store: StoreProcess
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def admin(self) -> httpx.Client:
        """Who may do everything; the caller closes it."""
        token = (self.stage.store_folder / "admin.token").read_text().strip()
        return httpx.Client(base_url=self.store.url, headers={"authorization": f"Bearer {token}"}, timeout=30)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """What the store answers to an administrator."""
        with self.admin as http:
            answer = http.request(method, path, json=body)
            assert answer.status_code == 200, answer.text
            return answer.json()

    def token(self, name: str) -> tuple[str, str]:
        """A new terminal's id and token."""
        code = self.ask("POST", "/v1/terminals", {})["code"]
        headers = {"authorization": f"Bearer {code}"}
        enrolled = httpx.post(f"{self.store.url}/v1/enrol", json={"name": name}, headers=headers).json()
        return enrolled["terminal"], enrolled["token"]

    def take_away_all_but(self, orders: set[str]) -> None:
        """Somebody else works on all other orders."""
        _, token = self.token("SOMEBODY-ELSE")
        headers = {"authorization": f"Bearer {token}"}
        worker = self.ask("GET", "/v1/records/worker")["records"][0]["id"]
        for change in self.ask("GET", "/v1/records/task?limit=500")["records"]:
            if change["body"]["order"] not in orders:
                claim = {"key": change["id"], "worker": worker, "task": change["id"]}
                httpx.post(f"{self.store.url}/v1/requests/claim", json=claim, headers=headers).raise_for_status()

    def device(self, url: str = "", port: str = "/dev/null") -> Device:
        """A new device that is enrolled."""
        with self._turn:
            name = f"SEAT-{next(self._numbers)}"
        id, token = self.token(name)
        device = Device(self.stage.folder, name=name, address=self.stage.address)
        device.configure(url or self.store.url, port)
        device.state.mkdir()
        (device.state / "terminal.json").write_text(json.dumps({"terminal": id, "token": token}))
        return device

    @contextmanager
    def workplace(self, url: str = "", size: tuple[int, int] = SIZE, *, is_plugged: bool = True) -> Iterator[Workplace]:
        """A new device with its terminal running in a pty and a scanner on another."""
        device = self.device(url)
        number = int(device.name.removeprefix("SEAT-"))
        port = PtyScanner(device.folder / f"{device.name}.port")
        device.configure(url or self.store.url, str(port.link))
        if is_plugged:
            port.plug_in()
        try:
            with running(device, size) as program:
                yield Workplace(
                    device, port, program, self.warehouse.badges[1], f"T{number:04d}", f"HOME/PLAIN-{number}"
                )
        finally:
            port.unplug()

    def has_all_of(self, device: Device) -> bool:
        """Whether every event of the device is here, byte by byte and once."""
        with reading(device.journal) as connection:
            here = connection.execute(
                "SELECT identity.id, number, body FROM event JOIN identity ON identity.ordinal = event.identity"
            ).fetchall()
        with reading(self.stage.database) as connection:
            return bool(here) and all(
                connection.execute(
                    "SELECT body FROM event WHERE journal = ? AND number = ?", (journal, number)
                ).fetchall()
                == [(body,)]
                for journal, number, body in here
            )

    def is_picked(self, place: Workplace) -> bool:
        """Whether the books hold the walk's two pieces in its tote, and no dispute about them."""
        with reading(self.stage.database) as connection:
            lying = connection.execute(
                "SELECT product, quantity FROM stock WHERE place = ? AND quantity > 0 ORDER BY product",
                (f"tote/{place.tote}",),
            ).fetchall()
            disputed = connection.execute(
                "SELECT count(*) FROM record WHERE kind = 'discrepancy' AND body LIKE ?", (f"%{place.device.name}%",)
            ).fetchone()
        return lying == [("HOME/LAMP", 1), ("HOME/MUG", 1)] and disputed == (0,)


@contextmanager
def running(device: Device, size: tuple[int, int] = SIZE, *words: str) -> Iterator[InPty]:
    """A device's terminal in a pty."""
    with in_a_pty(device.command("terminal", *words)[1:], size) as program:
        yield program


@contextmanager
def hall(warehouse: Warehouse, folder: Path, orders: int = 39) -> Iterator[Hall]:
    """A copy of `warehouse` with its store running and so many more plain orders on the floor."""
    with warehouse.copied_to(folder) as stage, running_store(stage) as store:
        opened = Hall(warehouse, stage, store)
        receipts = opened.ask("POST", "/v1/intake", _goods(orders))["receipts"]
        assert [each for each in receipts if each["outcome"] != "created"] == []
        numbers = [f"HOME/PLAIN-{number}" for number in range(1, orders + 1)]
        opened.ask("POST", "/v1/requests/release", {"key": "plain", "orders": numbers})
        opened.take_away_all_but(set(numbers))
        yield opened


def _goods(orders: int) -> dict[str, object]:
    goods = (("LAMP", LAMP, LAMP_SHELF), ("MUG", MUG, MUG_SHELF))
    return {
        "locations": [{"code": code, "zone": "Z", "walk": 900 + walk} for walk, (_, _, code) in enumerate(goods)],
        "products": [
            {"owner": "HOME", "sku": sku, "description": sku, "barcodes": [gtin], "weight_grams": 100}
            for sku, gtin, _ in goods
        ],
        "stock": [{"owner": "HOME", "sku": sku, "location": code, "quantity": 1000} for sku, _, code in goods],
        "orders": [
            {
                "owner": "HOME",
                "number": f"PLAIN-{number}",
                "priority": 9,
                "ship_to": {
                    "id": "plain",
                    "name": "Ada",
                    "lines": ["1 Market Street"],
                    "postcode": "LS1 4AP",
                    "city": "Leeds",
                    "country_code": "GB",
                },
                "lines": [
                    {"number": place, "sku": sku, "description": sku, "quantity": 1}
                    for place, (sku, _, _) in enumerate(goods, 1)
                ],
            }
            for number in range(1, orders + 1)
        ],
    }
