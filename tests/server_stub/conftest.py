"""A store for each test on each database, with a clock in the test's hand, and devices that push numbered events."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from benchmarks.private_postgres import PrivatePostgres
from orders import events, wire
from orders.envelope import seal
from orders.intake import Intake, NewCustomer, NewLine, NewLocation, NewOrder, NewProduct, NewStock, Receipts
from orders.records import KINDS, Address, CutOff, ParcelLine, PickTask, Record, decode_record
from server_stub import authority, founding, soundness
from server_stub.app import make_app
from server_stub.floor_setup import CodeGiven, NewCode, NewToken, OwnerSet, SiteSet, TokenGiven
from server_stub.place import Place
from server_stub.store import Store
from tests.server_stub.filled_databases import Databases, rows_of

MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday
LONDON = Address(id="", name="Ada", lines=("1 Row",), postcode="E1 6AN", city="London", country_code="GB")
_KIND_OF = {cls: kind for kind, cls in KINDS.items()}
_WEEK = (0, 1, 2, 3, 4)
SITE = SiteSet(
    name="North hall",
    time_zone="Europe/London",
    sender=Address(
        id="sender", name="North hall", lines=("1 Dock Road",), postcode="E16 1AA", city="London", country_code="GB"
    ),
    cut_offs=(
        CutOff(carrier="Post", service="Day", weekdays=_WEEK, promise="12:00", last_release="13:00", departs="15:00"),
        CutOff(carrier="Post", service="Day", weekdays=_WEEK, promise="14:00", last_release="15:00", departs="18:00"),
    ),
    default_carrier="Post",
    default_service="Day",
)


class Clock:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class Device:
    """A terminal as the store sees it: a token, a journal, numbers that count up."""

    def __init__(self, http: httpx.AsyncClient, terminal: str, token: str) -> None:
        self.http, self.terminal, self.token = http, terminal, token
        self.journal = secrets.token_hex(8)
        self.number, self.epoch, self.worker = 0, "", "GRACE"

    async def hello(self, **more: Any) -> wire.Welcome:
        asked = wire.Hello(journal=self.journal, wire_version=wire.WIRE_VERSION, program_version="test", **more)
        welcome = await self.ask("/v1/hello", asked, wire.Welcome)
        self.epoch = welcome.epoch
        return welcome

    def seal(self, event: Any, number: int | None = None) -> bytes:
        """The bytes of the next event of this journal."""
        if number is None:
            self.number += 1
            number = self.number
        return seal(number, MORNING, self.worker, event)

    async def send(self, *bodies: bytes) -> wire.PushReply:
        """Pushes bytes as they are."""
        push = wire.Push(journal=self.journal, epoch=self.epoch, events=tuple(map(msgspec.Raw, bodies)))
        return await self.ask("/v1/events", push, wire.PushReply)

    async def tell(self, *facts: Any) -> list[str]:
        """Pushes facts under the next numbers; gives their verdicts."""
        reply = await self.send(*[self.seal(fact) for fact in facts])
        return [outcome.verdict for outcome in reply.outcomes]

    async def claim(self, task: str | None = None, key: str = "") -> wire.Claimed:
        asked = wire.Claim(key=key or secrets.token_hex(8), worker=self.worker, task=task)
        return await self.ask("/v1/requests/claim", asked, wire.Claimed)

    async def lease(self, key: str = "", owner: str = "HOME", count: int = 50) -> wire.Leased:
        asked = wire.Lease(key=key or secrets.token_hex(8), journal=self.journal, owner=owner, count=count)
        return await self.ask("/v1/requests/sscc-lease", asked, wire.Leased)

    async def changes(self, after: int, **query: Any) -> wire.Changes:
        answer = await self.http.get("/v1/changes", params={"after": after, **query})
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content, type=wire.Changes)

    async def ask(self, path: str, body: msgspec.Struct, gives: type) -> Any:
        answer = await self.http.post(path, content=msgspec.json.encode(body))
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content, type=gives)


class Walk:
    """The facts of one pick task and its order, from the first tote to the sealed parcel."""

    def __init__(self, task: PickTask, tote: str = "T1") -> None:
        self.task, self.tote = task, tote

    def bound(self) -> events.ToteBound:
        return events.ToteBound(order=self.task.order, task=self.task.id, tote=self.tote)

    def at_shelf(self, stop: int = 1) -> events.ShelfConfirmed:
        location = self._stop(stop).location
        return events.ShelfConfirmed(order=self.task.order, task=self.task.id, stop=stop, location=location)

    def picked(self, quantity: int, stop: int = 1) -> events.PickConfirmed:
        at = self._stop(stop)
        return events.PickConfirmed(
            order=self.task.order,
            task=self.task.id,
            stop=stop,
            location=at.location,
            product=at.product,
            quantity=quantity,
            tote=self.tote,
        )

    def shorted(self, quantity: int, stop: int = 1) -> events.PickShorted:
        at = self._stop(stop)
        return events.PickShorted(
            order=self.task.order,
            task=self.task.id,
            stop=stop,
            location=at.location,
            product=at.product,
            quantity=quantity,
            reason="empty",
        )

    def dropped(self, is_empty: bool = False) -> events.ToteDropped:
        return events.ToteDropped(
            order=self.task.order, task=self.task.id, tote=self.tote, place="DROP-1", is_empty=is_empty
        )

    def whole_pick(self) -> tuple[Any, ...]:
        """Everything on the list, taken as listed."""
        return (self.bound(), *(self.picked(stop.quantity, stop.number) for stop in self.task.stops), self.dropped())

    def packed(self, parcel: str, contents: tuple[ParcelLine, ...], **more: Any) -> tuple[Any, ...]:
        """Bench, items, carton."""
        return (
            events.PackingStarted(order=self.task.order, tote=self.tote, station="BENCH"),
            *(
                events.ItemVerified(order=self.task.order, tote=self.tote, product=line.product, quantity=line.quantity)
                for line in contents
            ),
            events.ParcelSealed(
                order=self.task.order,
                order_number=self.task.order_number,
                tote=self.tote,
                parcel=parcel,
                number=1,
                contents=contents,
                weight_grams=500,
                **more,
            ),
        )

    def labelled(self, parcel: str, manifest: str, **more: Any) -> events.ParcelLabelled:
        fields = {"carrier": "Post", "service": "Day", **more}
        return events.ParcelLabelled(order=self.task.order, parcel=parcel, manifest=manifest, **fields)

    def _stop(self, number: int) -> Any:
        stop = self.task.stop(number)
        assert stop is not None
        return stop


class Warehouse:
    """An open store and everything a test asks of it."""

    def __init__(self, place: Place, clock: Clock) -> None:
        self.place, self.clock = place, clock
        # False where a test changes the books behind the store's back.
        self.is_sound = True

    async def open(self) -> None:
        """Opens a store that stands still."""
        self.store = await Store.open(self.place.where, self.clock, audit_heads=self.place.audit_heads)
        self._app: Any = make_app(self.store)
        self.admin = self.http(self.place.token())

    async def reopen(self) -> None:
        """Stops the store and opens it again, as after a restart."""
        await self.store.close()
        await self.open()

    def http(self, token: str) -> httpx.AsyncClient:
        """A client with that token."""
        return self.over(self._app, token)

    def over(self, app: Any, token: str) -> httpx.AsyncClient:
        """A client of that application with that token."""
        headers = {"authorization": f"Bearer {token}"}
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://store", headers=headers)

    async def caller(self, role: str, owner: str = "") -> httpx.AsyncClient:
        """Somebody with a token of that role."""
        if role == authority.ADMIN:
            return self.admin
        if role == authority.TERMINAL:
            device: Device = await self.device(f"some {role}")
            return device.http
        asked = NewToken(label=f"{role}-{secrets.token_hex(4)}".upper(), role=role, owner=owner)
        return self.http((await self.ask("POST", "/v1/tokens", asked, TokenGiven)).token)

    async def device(self, name: str, role: str = "terminal") -> Device:
        given = await self.ask("POST", "/v1/terminals", NewCode(role=role), CodeGiven)
        answer = await self.http(given.code).post("/v1/enrol", json={"name": name})
        assert answer.status_code == 200, answer.text
        enrolled = msgspec.json.decode(answer.content, type=wire.Enrolled)
        device = Device(self.http(enrolled.token), enrolled.terminal, enrolled.token)
        await device.hello()
        return device

    async def ask(self, method: str, path: str, body: msgspec.Struct | None, gives: type) -> Any:
        content = msgspec.json.encode(body) if body is not None else None
        answer = await self.admin.request(method, path, content=content)
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content, type=gives)

    async def intake(self, **batch: Any) -> list[tuple[str, str]]:
        """Hands a batch in; gives each entry's outcome and reason."""
        receipts = await self.ask("POST", "/v1/intake", Intake(**batch), Receipts)
        return [(each.outcome, each.reason) for each in receipts.receipts]

    async def furnish(self, shelves: dict[str, dict[str, int]]) -> None:
        """Makes shelves with their stock, and the products on them. `{"A-01": {"LAMP": 5}}`"""
        skus = dict.fromkeys(sku for stock in shelves.values() for sku in stock)
        outcomes = await self.intake(
            locations=tuple(NewLocation(code=code, walk=walk) for walk, code in enumerate(shelves, start=1)),
            products=tuple(NewProduct(owner="HOME", sku=sku, description=sku.title()) for sku in skus),
            stock=tuple(
                NewStock(owner="HOME", sku=sku, location=code, quantity=quantity)
                for code, stock in shelves.items()
                for sku, quantity in stock.items()
                if quantity
            ),
            customers=(NewCustomer(owner="HOME", number="C1", address=LONDON),),
        )
        assert {outcome for outcome, _ in outcomes} <= {"created", "unchanged"}, outcomes

    async def order(self, number: str, *lines: tuple[str, int], **more: Any) -> tuple[str, str]:
        """Hands one order in; gives its outcome and reason."""
        (outcome,) = await self.intake(orders=(new_order(number, *lines, **more),))
        return outcome

    async def release(self, *orders: str) -> wire.Released:
        asked = wire.Release(key=secrets.token_hex(8), orders=tuple(f"HOME/{each}" for each in orders))
        return await self.ask("POST", "/v1/requests/release", asked, wire.Released)

    async def walk(self, device: Device, tote: str = "T1", task: str | None = None) -> Walk:
        """Claims a task for `device` and gives the facts that belong to it."""
        claimed = await device.claim(task)
        assert claimed.task is not None, claimed.refused
        return Walk(self.record(PickTask, claimed.task), tote)

    def record(self, cls: type[Record], id: str) -> Any:
        """A record as it stands, or None."""
        found = self.store.reader.record(_KIND_OF[cls], id)
        return decode_record(_KIND_OF[cls], found.body) if found else None

    def all(self, cls: type[Record]) -> list[Any]:
        kind = _KIND_OF[cls]
        found = self.rows("SELECT body FROM record WHERE kind = ? ORDER BY id", kind)
        return [decode_record(kind, body) for (body,) in found]

    def rows(self, query: str, *values: Any) -> list[Any]:
        """Asks the database itself, beside the store."""
        return rows_of(self.place, query, *values)

    def on_shelf(self, sku: str, location: str) -> tuple[int, int, bool] | None:
        """Quantity, allocated and lock of a shelf."""
        found = self.rows(
            "SELECT quantity, allocated, is_locked FROM stock WHERE product = ? AND place = ?",
            f"HOME/{sku}",
            f"shelf/{location}",
        )
        return (found[0][0], found[0][1], bool(found[0][2])) if found else None

    def lying(self, sku: str, place: str) -> int:
        """Pieces at any place of the ledger."""
        found = self.rows("SELECT quantity FROM stock WHERE product = ? AND place = ?", f"HOME/{sku}", place)
        return int(found[0][0]) if found else 0


def new_order(number: str, *lines: tuple[str, int], **more: Any) -> NewOrder:
    """An order of HOME to the customer C1, unless told otherwise."""
    return NewOrder(
        number=number,
        lines=tuple(
            NewLine(number=place, sku=sku, description=sku.title(), quantity=quantity)
            for place, (sku, quantity) in enumerate(lines, start=1)
        ),
        **{"owner": "HOME", "customer": "C1", **more},
    )


@asynccontextmanager
async def open_warehouse(place: Place) -> AsyncIterator[Warehouse]:
    """Opens the store of `place` with a clock of its own."""
    warehouse = Warehouse(place, Clock())
    await warehouse.open()
    try:
        yield warehouse
    finally:
        await warehouse.store.close()


def prove(warehouse: Warehouse) -> None:
    """All that `floorhand store verify` holds a store against, where the test itself broke nothing."""
    if warehouse.is_sound:
        assert soundness.verify(warehouse.place) == []


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new store, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("founded") / "store"
    owner = OwnerSet(id="HOME", name="North hall", company_prefix="952000")
    asyncio.run(founding.make(Place(folder), founding.Plan(SITE, (owner,), "Grace"), MORNING))
    return folder


@pytest.fixture(scope="session")
def databases(postgres: PrivatePostgres, founded: Path) -> Databases:
    """As many databases as a test wants."""
    return Databases(postgres, founded)


@pytest.fixture
def new_places(
    request: pytest.FixtureRequest, database: str, founded: Path, tmp_path: Path
) -> Callable[[], AbstractContextManager[Place]]:
    """Makes as many new stores as a test wants, which nobody has opened yet."""
    pool: Databases | None = request.getfixturevalue("databases") if database == "postgresql" else None
    numbers = count(1)

    @contextmanager
    def make() -> Iterator[Place]:
        folder = Path(shutil.copytree(founded, tmp_path / f"store-{next(numbers)}"))
        if pool is None:
            yield Place(folder)
            return
        (folder / "floorhand.db").unlink()
        address = pool.take()
        yield Place(folder, address=address)
        pool.give_back(address)

    return make


@pytest.fixture
def place(new_places: Callable[[], AbstractContextManager[Place]]) -> Iterator[Place]:
    """A new store that nobody has opened yet."""
    with new_places() as made:
        yield made


@pytest.fixture
def folder(place: Place) -> Path:
    """The folder of that store."""
    return place.folder


@pytest.fixture
async def warehouse(request: pytest.FixtureRequest, place: Place) -> AsyncIterator[Warehouse]:
    """An open, empty store; what a heavy test did to its books is verified at the end."""
    async with open_warehouse(place) as opened:
        yield opened
    if request.node.get_closest_marker("heavy"):
        prove(opened)


@pytest.fixture
def fresh_warehouse(new_places: Callable[[], AbstractContextManager[Place]]) -> Callable[[], Any]:
    """Opens as many empty stores as a test wants."""

    @asynccontextmanager
    async def fresh() -> AsyncIterator[Warehouse]:
        with new_places() as made:
            async with open_warehouse(made) as opened:
                yield opened
            prove(opened)

    return fresh
