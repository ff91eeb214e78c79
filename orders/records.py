"""The records that store and terminal hold: whole, folded, immutable.

Decides their shape and what can be counted from one record alone. A record never knows its revision or cursor:
those belong to the store that keeps it and travel beside it (see wire).
Identifiers: an order or product is `OWNER/NUMBER`; a parcel is its SSCC; money is in minor units.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from orders.decoding import decoded
from orders.shapes import COUNTRY, LINE, Carrier, Count, Instant, PackSize, Positive, Struct, at_most, text
from orders.workflow_profiles import WorkflowProfile


class Record(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record with its own life: `id` is unique within its kind."""

    id: str


def key_of(owner: str, number: str) -> str:
    """The id of an order or a product of one owner."""
    return f"{owner}/{number}"


class Owner(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Whose goods these are. Without a GS1 company prefix no SSCC can be leased for its parcels."""

    name: str
    company_prefix: str | None = None


# What a label can carry, judged where an address is handed in.
MOST_STREET_LINES = 5
AddressLine = Annotated[str, text(LINE, 100)]


class Address(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Where a parcel goes or comes from. Orders and events name it by id, so it can be erased alone.

    `owner` is whose customer lives there: no other owner's order goes there. `lacks` is what the store found missing
    when it was handed in, by the rules of its country, so that a bench and a hold never differ; nobody else writes it.
    """

    name: AddressLine
    company: AddressLine = ""
    lines: Annotated[tuple[AddressLine, ...], at_most(MOST_STREET_LINES)] = ()
    postcode: Annotated[str, text(LINE, 20)] = ""
    city: AddressLine = ""
    region: AddressLine = ""
    country_code: Annotated[str, text(COUNTRY, 2)] = ""
    phone: Annotated[str, text(LINE, 40)] = ""
    owner: str = ""
    lacks: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """What a carrier needs to find it and does not stand here: as the store judged, else what no country spares."""
        country = self.country_code
        is_somewhere = len(country) == 2 and country.isascii() and country.isupper()
        parts = {
            "name": self.name,
            "street": any(self.lines),
            "town": self.city or is_somewhere,
            "country": is_somewhere,
        }
        return self.lacks or tuple(name for name, part in parts.items() if not part)

    @property
    def is_complete(self) -> bool:
        """Whether a carrier can find it."""
        return not self.missing


class Pack(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A box of several pieces of one product: CASE or INNER, say; its own barcodes count what it holds."""

    name: str
    quantity: PackSize
    barcodes: tuple[str, ...] = ()


class Product(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One SKU of one owner. `barcodes` holds GTINs as 14 digits, and any other text as it is scanned."""

    owner: str
    sku: str
    description: str
    barcodes: tuple[str, ...] = ()
    weight_grams: int | None = None
    is_assumed: bool = False
    packs: tuple[Pack, ...] = ()

    @property
    def every_barcode(self) -> tuple[str, ...]:
        """Those of single pieces first, then those of packs."""
        return (*self.barcodes, *(code for pack in self.packs for code in pack.barcodes))

    def pack_of(self, barcode: str) -> Pack | None:
        """The pack that carries that barcode (a GTIN as 14 digits), None where it is a single piece's."""
        return next((pack for pack in self.packs if barcode in pack.barcodes), None)


LocationUse = Literal["pick", "reserve", "drop", "staging", "problem", "quarantine"]


class Location(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A place with a barcode; `walk` is its turn on the way through the building."""

    aisle: str = ""
    side: str = ""
    bay: str = ""
    level: str = ""
    zone: str = ""
    walk: int = 0
    use: LocationUse = "pick"
    is_assumed: bool = False


class Worker(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Who works here. Badge and PIN are kept as salted verifiers, so that sign-on works offline (see credentials).

    Whoever left is not `is_active`, and told nothing that counts after `left_at`.
    """

    name: str
    roles: tuple[str, ...]
    badge: str = ""
    pin: str = ""
    is_active: bool = True
    left_at: Instant | None = None


ROLES = ("picker", "packer", "supervisor")


# Said in the API's document alone: what an older store wrote is still read.
WallTime = Annotated[str, Meta(extra_json_schema={"pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"})]
Weekdays = Annotated[
    tuple[Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": 6})], ...],
    Meta(extra_json_schema={"minItems": 1}),
]
IdleMinutes = Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": 1440})]
DockMinutes = Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": 1440})]


class CutOff(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One carrier service on some weekdays (Monday is 0); times are `HH:MM` on the site's wall clock."""

    carrier: Carrier
    service: Carrier
    weekdays: Weekdays
    promise: WallTime
    last_release: WallTime
    departs: WallTime
    dock_minutes: DockMinutes = 0


class MovedDeparture(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A departure that leaves at another time, that once. Everybody goes on calling it by `scheduled_at`.

    `replaces_at` is what the present cut-offs call it, where those were changed since.
    """

    carrier: str
    service: str
    scheduled_at: Instant
    departs_at: Instant
    replaces_at: Instant | None = None


RECOUNT_ABOVE_PIECES = 20


class Site(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A building: its clock, its calendar, its carriers' times, and the sender on its labels.

    A shelf's count that differs from the book by more than `recount_above_pieces` waits until a second person agrees.
    Who does nothing at a device for `idle_minutes` is signed off there; 0 is never.
    """

    name: str
    time_zone: str
    sender: Address
    holidays: tuple[date, ...] = ()
    cut_offs: tuple[CutOff, ...] = ()
    default_carrier: str = ""
    default_service: str = ""
    workflows: tuple[WorkflowProfile, ...] = ()
    recount_above_pieces: Count = RECOUNT_ABOVE_PIECES
    idle_minutes: IdleMinutes = 0
    moved: tuple[MovedDeparture, ...] = ()


class Hold(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why an order may not go on."""

    reason: str
    since_at: Instant


class OrderLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line as the customer ordered it; every count is in pieces.

    `back_ordered` is what stands on the store's list of those that wait for goods: no fold writes it, so a device that
    is offline promises nobody what only the store can know.
    """

    number: int
    product: str
    sku: str
    description: str
    ordered: Positive
    cancelled: Count = 0
    allocated: Count = 0
    picked: Count = 0
    verified: Count = 0
    packed: Count = 0
    shipped: Count = 0
    price_minor: int | None = None
    back_ordered: Count = 0
    back_ordered_since_at: Instant | None = None

    @property
    def wanted(self) -> int:
        """Pieces that the customer still wants, whatever became of them."""
        return self.ordered - self.cancelled

    @property
    def unallocated(self) -> int:
        """Pieces that nobody has set aside or picked yet."""
        return self.wanted - self.allocated - self.picked

    @property
    def follows(self) -> int:
        """Pieces that follow later by the books: back-ordered, and neither set aside nor picked since."""
        return max(0, min(self.back_ordered, self.unallocated))


class ParcelLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Pieces of one product in a parcel, for one order line."""

    line: int
    product: str
    quantity: Positive


class OrderParcel(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A parcel as its order remembers it."""

    sscc: str
    number: int
    contents: tuple[ParcelLine, ...]
    is_void: bool = False


class Order(Record, frozen=True, kw_only=True, omit_defaults=True, dict=True):
    """A customer's order on its whole way. `digest` is that of its content as received: other content is a change.

    `due_at` is when it has to leave, `moved_from_at` what that departure is called by where it was moved. `benches` are
    the terminals that packed it since it was picked, each once; the last one has it.
    """

    owner: str
    number: str
    state: str
    received_at: Instant
    lines: tuple[OrderLine, ...]
    digest: str = ""
    ordered_at: Instant | None = None
    customer: str | None = None
    ship_to: str | None = None
    carrier: str = ""
    service: str = ""
    currency: str = ""
    due_at: Instant | None = None
    moved_from_at: Instant | None = None
    priority: int = 0
    holds: tuple[Hold, ...] = ()
    tasks: tuple[str, ...] = ()
    parcels: tuple[OrderParcel, ...] = ()
    station: str = ""
    note: str = ""
    language: str = ""
    cancelled_at: Instant | None = None
    benches: tuple[str, ...] = ()

    @property
    def bench(self) -> str:
        """The terminal that packs it, or packed it last; an empty text before any did."""
        return self.benches[-1] if self.benches else ""

    @property
    def scheduled_at(self) -> datetime | None:
        """What the departure that it is due on is called by."""
        return self.moved_from_at or self.due_at

    @property
    def is_held(self) -> bool:
        """Whether some hold keeps it from going on."""
        return bool(self.holds)

    @cached_property
    def places(self) -> Mapping[str, tuple[int, ...]]:
        """Where the lines of each product stand among `lines`, so that 2,000 lines cost a scan no more than 10."""
        found: dict[str, tuple[int, ...]] = {}
        for place, line in enumerate(self.lines):
            found[line.product] = (*found.get(line.product, ()), place)
        return found

    def counted(self, lines: tuple[OrderLine, ...]) -> Order:
        """The same order with other counts on its lines: `places` stay as they are."""
        after = replace(self, lines=lines)
        vars(after)["places"] = self.places
        return after

    @property
    def to_follow(self) -> dict[str, int]:
        """Pieces by SKU that follow later by the books, only where some do."""
        later: dict[str, int] = {}
        for line in self.lines:
            if line.follows:
                later[line.sku] = later.get(line.sku, 0) + line.follows
        return later

    @property
    def to_verify(self) -> dict[str, int]:
        """Pieces by product that were picked and not yet verified at the bench, only where some are left."""
        left: dict[str, int] = {}
        for line in self.lines:
            if missing := line.picked - line.verified:
                left[line.product] = left.get(line.product, 0) + missing
        return left

    @property
    def unpacked(self) -> tuple[ParcelLine, ...]:
        """What was verified and lies in no parcel yet, line by line."""
        return tuple(
            ParcelLine(line=line.number, product=line.product, quantity=line.verified - line.packed)
            for line in self.lines
            if line.verified > line.packed
        )


class Stop(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One shelf and one product on a task's walk; several order lines of one SKU are one stop.

    One that `is_added` came while the walk was on the floor; `instead_of` names the stop whose short brought it.
    """

    number: int
    location: str
    product: str
    sku: str
    description: str
    quantity: Positive
    zone: str = ""
    picked: Count = 0
    shorted: Count = 0
    reason: str = ""
    is_shelf_confirmed: bool = False
    is_added: bool = False
    instead_of: Count = 0

    @property
    def may_leave(self) -> bool:
        """Whether the walk can do without it: it was added, and whoever walks has not come to it, or does not know."""
        return self.is_added and not (self.picked or self.shorted or self.is_shelf_confirmed)

    @property
    def left(self) -> int:
        """Pieces still to take here."""
        return self.quantity - self.picked - self.shorted


class PickTask(Record, frozen=True, kw_only=True, omit_defaults=True):
    """The walk of one picker for one order. `stops` stand in the order of the walk; skipped ones move to its end.

    `into` is the tote in which an earlier walk left goods of this order: this one takes it along and goes on in it.
    """

    order: str
    order_number: str
    owner: str
    state: str
    stops: tuple[Stop, ...]
    carrier: str = ""
    service: str = ""
    due_at: Instant | None = None
    priority: int = 0
    claimed_by: str | None = None
    worker: str | None = None
    lease_ends_at: Instant | None = None
    tote: str | None = None
    place: str | None = None
    done: Count = 0
    into: str | None = None

    @property
    def has_goods(self) -> bool:
        """Whether something lies in its tote."""
        return self.into is not None or any(stop.picked for stop in self.stops)

    @property
    def is_over(self) -> bool:
        """Whether nobody walks it any more."""
        return self.state in ("completed", "cancelled")

    @property
    def current(self) -> Stop | None:
        """The next stop with something left to take, or None when the walk is over."""
        # What is done stands in front (see folds), so that the next stop is found without a search.
        return next(
            (self.stops[place] for place in range(self.done, len(self.stops)) if self.stops[place].left > 0), None
        )

    def stop(self, number: int) -> Stop | None:
        """The stop of that number, or None."""
        place = self.position(number)
        return None if place is None else self.stops[place]

    def position(self, number: int) -> int | None:
        """Where the stop of that number stands among `stops`, or None."""
        # Nearly always the current one is meant, so that a walk of 2,000 stops costs no more than one of 10.
        if self.done < len(self.stops) and self.stops[self.done].number == number:
            return self.done
        if self.done and self.stops[self.done - 1].number == number:
            return self.done - 1
        return next((place for place, stop in enumerate(self.stops) if stop.number == number), None)


class Tote(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A box that carries one order from the shelves to the bench."""

    state: str = "free"
    task: str | None = None
    order: str | None = None
    place: str | None = None


class Parcel(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A sealed carton; its id is its SSCC. `moved_from_at` is what its departure is called by where that was moved."""

    order: str
    order_number: str
    number: int
    state: str
    contents: tuple[ParcelLine, ...]
    carrier: str = ""
    service: str = ""
    departs_at: Instant | None = None
    moved_from_at: Instant | None = None
    weight_grams: int = 0
    is_weight_assumed: bool = False
    manifest: str | None = None
    copies: int = 1
    sealed_at: Instant | None = None

    @property
    def scheduled_at(self) -> datetime | None:
        """What its departure is called by."""
        return self.moved_from_at or self.departs_at


class Manifest(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What goes on one truck: a carrier's service at one departure, whose scheduled time is part of its id."""

    carrier: str
    service: str
    state: str = "open"
    departs_at: Instant | None = None
    moved_from_at: Instant | None = None
    parcels: tuple[str, ...] = ()

    @property
    def scheduled_at(self) -> datetime | None:
        """What its departure is called by."""
        return self.moved_from_at or self.departs_at


class KeyedItem(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How often a product was keyed because its label could not be read; its id is the product's.

    `since_label` counts from the last new label on; `place` is the shelf or tote where it happened last.
    """

    times: Count = 0
    since_label: Count = 0
    labels: Count = 0
    place: str = ""
    worker: str = ""
    last_at: Instant | None = None


Remedy = Literal["put_back", "count", "look"]


class Discrepancy(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What the floor reported and the books deny, with the work that settles it; `note` says how it was settled.

    `shorts` are the stops (TASK.NUMBER) whose shorts stood on it while it was open, the one that opened it first.
    """

    reason: str
    remedy: Remedy
    subject: str
    opened_at: Instant
    state: str = "open"
    product: str = ""
    place: str = ""
    quantity: int = 0
    worker: str | None = None
    terminal: str = ""
    note: str = ""
    resolved_at: Instant | None = None
    resolved_by: str = ""
    shorts: tuple[str, ...] = ()


KINDS: Mapping[str, type[Record]] = {
    "owner": Owner,
    "address": Address,
    "product": Product,
    "location": Location,
    "worker": Worker,
    "site": Site,
    "order": Order,
    "task": PickTask,
    "tote": Tote,
    "parcel": Parcel,
    "manifest": Manifest,
    "keyed_item": KeyedItem,
    "discrepancy": Discrepancy,
}


class Key(msgspec.Struct, frozen=True, order=True):
    """Names one record: its kind and its id."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


def kind_of(record: Record) -> str:
    """The kind under which a record travels."""
    return _KIND_OF[type(record)]


_KIND_OF = {cls: kind for kind, cls in KINDS.items()}
_DECODERS = {kind: msgspec.json.Decoder(cls) for kind, cls in KINDS.items()}
_ENCODER = msgspec.json.Encoder()


def encode_record(record: Record) -> bytes:
    """A record as the store keeps it and as it travels."""
    return _ENCODER.encode(record)


def decode_record(kind: str, body: bytes | msgspec.Raw) -> Record:
    """The record in `body`; KeyError for a kind of a later version, msgspec.DecodeError for anything malformed."""
    return decoded(_DECODERS[kind], body)
