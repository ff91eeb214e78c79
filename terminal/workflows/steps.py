"""Where an operator stands, what may come in, and what a workflow may answer.

Decides the shapes that every workflow shares. A step is small and can be written to the journal: whatever can be read
from the records (which stop, how many are left) is never kept in it, so that a restart resumes at the same line.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from orders.barcodes import OwnBarcode
from orders.events import (
    FloorEvent,
    ItemVerified,
    ManifestClosed,
    ParcelLabelled,
    PickConfirmed,
    PickShorted,
    StopSkipped,
    ToteBound,
    ToteDropped,
    Weighed,
)
from orders.records import Location, Manifest, Order, Pack, Parcel, Product, Tote, Worker
from terminal.stations import ITEM_LABEL


class StepBase(msgspec.Struct, frozen=True, tag_field="step"):
    """A step that the journal can keep."""


class SignOn(StepBase, frozen=True, tag="sign_on"):
    """Nobody holds this device."""


class AskPin(StepBase, frozen=True, tag="ask_pin"):
    """A name was given; its PIN is wanted."""

    worker: str


class Menu(StepBase, frozen=True, tag="menu"):
    """A worker chooses what to do."""


class Picking(StepBase, frozen=True, tag="picking"):
    """On a walk. `is_identified` says that the item in hand was scanned and its number is wanted.

    `stop` is the one at hand: it stays so while it is open, wherever the store puts other stops meanwhile.
    """

    task: str
    is_identified: bool = False
    is_keyed: bool = False
    stop: int = 0


class PackWait(StepBase, frozen=True, tag="pack_wait"):
    """At the bench, waiting for a tote. `parcel` is in hand: its label was scanned (here and at the next two)."""

    parcel: str = ""


class Packing(StepBase, frozen=True, tag="packing"):
    """Verifying a tote's goods. `product` is set while its number is wanted."""

    order: str
    tote: str
    product: str | None = None
    is_keyed: bool = False
    parcel: str = ""


class Weighing(StepBase, frozen=True, tag="weighing"):
    """Everything is verified; grams come from the scale of the bench, or are keyed where there is none, or at will."""

    order: str
    tote: str
    by_scale: bool = False
    parcel: str = ""


class Labelling(StepBase, frozen=True, tag="labelling"):
    """A label was printed; it has to be stuck and read back before anything else is packed."""

    order: str
    parcel: str


class Prints(StepBase, frozen=True, tag="prints"):
    """Seeing to what did not come out; `job` once one is chosen. The way leads back to `back`."""

    back: Menu | PackWait | Labelling
    job: str = ""


class Shipping(StepBase, frozen=True, tag="shipping"):
    """At the dock; `manifest` once one is chosen, `parcel` the one in hand, `is_read` where by its own label."""

    manifest: str | None = None
    parcel: str = ""
    is_read: bool = False


class AskVoid(StepBase, frozen=True, tag="ask_void"):
    """Shall the parcel be opened again? Asked at its label, or at `back` with its label in hand."""

    order: str
    parcel: str
    back: PackWait | Packing | Weighing | Shipping | None = None

    @property
    def kept(self) -> Labelling | PackWait | Packing | Weighing | Shipping:
        """Where the packer stands if it stays closed."""
        return self.back or Labelling(self.order, self.parcel)


class AskClose(StepBase, frozen=True, tag="ask_close"):
    """Shall the manifest be closed?"""

    manifest: str


class AskHandover(StepBase, frozen=True, tag="ask_handover"):
    """Has the carrier taken every parcel of the manifest?"""

    manifest: str


class Queue(StepBase, frozen=True, tag="queue"):
    """Watching the live queue."""


Step = (
    SignOn
    | AskPin
    | Menu
    | Picking
    | PackWait
    | Packing
    | Weighing
    | Labelling
    | AskVoid
    | Prints
    | Shipping
    | AskClose
    | AskHandover
    | Queue
)


# The last acts of the worker at this device that can still be taken back, the newest at the end.
Trail = tuple[
    ToteBound
    | PickConfirmed
    | PickShorted
    | StopSkipped
    | ToteDropped
    | ItemVerified
    | ParcelLabelled
    | ManifestClosed,
    ...,
]


class Left(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a worker stood who is not signed on any more, and what could be taken back there."""

    step: Step
    worker: str
    trail: Trail = ()


# What comes in, after resolve has said what it means


class AtLocation(msgspec.Struct, frozen=True):
    """A shelf or another place."""

    location: Location
    is_keyed: bool = False


class AnItem(msgspec.Struct, frozen=True):
    """A product; `is_keyed` when it was typed and not scanned, `pack` where it was a whole case of it, say."""

    product: Product
    is_keyed: bool = False
    pack: Pack | None = None


class ATote(msgspec.Struct, frozen=True):
    """A tote."""

    tote: Tote


class AParcel(msgspec.Struct, frozen=True):
    """A parcel's label: by its SSCC, `parcel` where it is known here."""

    sscc: str
    parcel: Parcel | None


class AnOrder(msgspec.Struct, frozen=True):
    """An order number."""

    order: Order


class AManifest(msgspec.Struct, frozen=True):
    """A manifest's barcode."""

    manifest: Manifest


class AStation(msgspec.Struct, frozen=True):
    """A station's barcode: from now on this device stands there."""

    station: str


class ABadge(msgspec.Struct, frozen=True):
    """A worker's badge; `worker` where that person is known here."""

    worker: Worker | None
    secret: str


class ACommand(msgspec.Struct, frozen=True):
    """An act: from the list, the palette or a command barcode."""

    name: str


class ANumber(msgspec.Struct, frozen=True):
    """Up to five digits that were typed."""

    value: int
    text: str


class AWeight(msgspec.Struct, frozen=True):
    """A carton that lies still on the scale."""

    grams: int
    weighed: Weighed


class Unknown(msgspec.Struct, frozen=True):
    """Nothing here carries it. `owns` is set where it is one of our barcodes for a thing that does not exist."""

    text: str
    own: OwnBarcode | None = None
    is_keyed: bool = False


class Ambiguous(msgspec.Struct, frozen=True):
    """Several products carry it."""

    products: tuple[Product, ...]


class Damaged(msgspec.Struct, frozen=True):
    """It could not be read, and why."""

    sentence: str


Meaning = (
    AtLocation
    | AnItem
    | ATote
    | AParcel
    | AnOrder
    | AManifest
    | AStation
    | ABadge
    | ACommand
    | ANumber
    | AWeight
    | Unknown
    | Ambiguous
    | Damaged
)


# What a workflow answers


class Printing(msgspec.Struct, frozen=True):
    """A document that has to come out with these events: `label` or `slip` of an order's parcel.

    It comes out where such documents do at this station, unless a `printer` is named.
    """

    kind: str
    order: str
    parcel: str
    copy: int = 1
    printer: str = ""


class JobOrder(msgspec.Struct, frozen=True):
    """What becomes of a print job that is held: it is tried again, cancelled, or taken for printed."""

    what: Literal["try", "cancel", "printed"]
    job: str
    reason: str = ""


class HeldPrint(msgspec.Struct, frozen=True):
    """A document that did not come out, or of which nobody knows, and what to do about it.

    `sent` says where its bytes are: not sent (`no`), in the printer (`yes`), or nobody can tell (`unsure`).
    """

    job: str
    kind: str
    order: str
    parcel: str
    copy: int
    printer: str
    reason: str
    sent: Literal["no", "yes", "unsure"]
    about: str = ""


class ItemLabel(msgspec.Struct, frozen=True):
    """A new label for a product, to be printed."""

    product: str


class Accepted(msgspec.Struct, frozen=True):
    """The act stands: journal the events, print, and go to `step`."""

    step: Step
    sentence: str
    events: tuple[FloorEvent, ...] = ()
    prints: tuple[Printing | ItemLabel, ...] = ()
    is_note: bool = False
    orders: tuple[JobOrder, ...] = ()
    station: str | None = None


class Refused(msgspec.Struct, frozen=True):
    """It was not what the step wants; the step stays."""

    sentence: str
    reason: str


class NeedsAnswer(msgspec.Struct, frozen=True):
    """A question first: `step` is where it is answered."""

    step: Step
    sentence: str


class AsksStore(msgspec.Struct, frozen=True):
    """Something that only the store can grant: the next task (`claim`), or one to be given back (`give_back`)."""

    request: str
    task: str | None = None


class Grant(msgspec.Struct, frozen=True):
    """The store's answer to that: the task it concerns, or why not. `is_away` when nobody answered."""

    task: str | None = None
    refused: str = ""
    is_away: bool = False


class Looks(msgspec.Struct, frozen=True):
    """Papers to look at: those of a sealed parcel, of one print job, or what sealing would print."""

    parcel: str = ""
    job: str = ""
    sealing: Parcel | None = None


Outcome = Accepted | Refused | NeedsAnswer | AsksStore | Looks


class Here(msgspec.Struct, frozen=True):
    """What is true of this device at this moment: who, where, when, and which SSCC comes next for an owner.

    `trail` are the worker's last acts here, `keyed` the ways in which an unreadable item may be typed (see keyed).
    `held` are its print jobs that wait for a person, `printers` and `stations` those that its config names, `prints`
    the kinds of documents that a printer takes at this station. `left` is what somebody left open who is not signed on.
    """

    now: datetime
    terminal: str = ""
    station: str = ""
    worker: Worker | None = None
    next_sscc: Callable[[str], str | None] = lambda owner: None
    is_locked: Callable[[str], bool] = lambda worker: False
    has_scale: bool = False
    trail: Trail = ()
    left: Left | None = None
    keyed: tuple[str, ...] = ("sku", "digits")
    prints: frozenset[str] = frozenset()
    held: tuple[HeldPrint, ...] = ()
    printers: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()

    @property
    def worker_id(self) -> str:
        """The worker who holds this device, or an empty text."""
        return self.worker.id if self.worker else ""

    @property
    def prints_item_labels(self) -> bool:
        """Whether a product can be given a new label here."""
        return ITEM_LABEL in self.prints
