"""What happened on the floor: facts in the past tense.

Decides the shape of a fact and which records it touches; what it does to them stands in folds, whether the books
agree in verdicts, how a terminal numbers it in envelope. Events name customers, addresses and workers by id only, so
that a person can be erased.
"""

from __future__ import annotations

from orders.records import Key, ParcelLine
from orders.shapes import Count, Instant, Pieces, Positive, Struct


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """A fact. `touches` names the records that fold it, in the order in which they do.

    Each kind also has a `subject`: the record behind which later events wait where this one cannot be folded.
    """

    @property
    def touches(self) -> tuple[Key, ...]:
        """Every record that changes by it."""
        return ()


class WorkerSignedOn(Event, frozen=True, kw_only=True, omit_defaults=True, tag="worker_signed_on"):
    """A worker took this device."""

    worker: str
    by: str

    @property
    def subject(self) -> Key:
        return Key("worker", self.worker)


class WorkerSignedOff(Event, frozen=True, kw_only=True, omit_defaults=True, tag="worker_signed_off"):
    """A worker left this device."""

    worker: str

    @property
    def subject(self) -> Key:
        return Key("worker", self.worker)


class ScanRefused(Event, frozen=True, kw_only=True, omit_defaults=True, tag="scan_refused"):
    """A scan that the step did not want; `raw` is shortened, and empty for a badge."""

    worker: str
    step: str
    reason: str
    raw: str = ""

    @property
    def subject(self) -> Key:
        return Key("worker", self.worker)


class OrderEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A fact about one order's goods."""

    order: str

    @property
    def subject(self) -> Key:
        return Key("order", self.order)


class TaskEvent(OrderEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A fact of one pick task."""

    task: str

    @property
    def touches(self) -> tuple[Key, ...]:
        return (Key("task", self.task),)


class ToteEvent(TaskEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A fact of the tote that a task's order is picked into."""

    tote: str

    @property
    def touches(self) -> tuple[Key, ...]:
        return (Key("task", self.task), Key("order", self.order), Key("tote", self.tote))


class StopEvent(TaskEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A fact of pieces at one of a task's stops."""

    stop: int
    location: str
    product: str
    quantity: Pieces

    @property
    def touches(self) -> tuple[Key, ...]:
        return (Key("task", self.task), Key("order", self.order))


class ToteBound(ToteEvent, frozen=True, kw_only=True, omit_defaults=True, tag="tote_bound"):
    """The picker scanned the tote that will carry the order."""


class ToteUnbound(ToteEvent, frozen=True, kw_only=True, omit_defaults=True, tag="tote_unbound"):
    """The picker took the wrong tote and set it down again, still empty."""


class ShelfConfirmed(TaskEvent, frozen=True, kw_only=True, omit_defaults=True, tag="shelf_confirmed"):
    """The picker scanned a stop's shelf, and stands before it."""

    stop: int
    location: str


class PickConfirmed(StopEvent, frozen=True, kw_only=True, omit_defaults=True, tag="pick_confirmed"):
    """Pieces went from a shelf into a tote."""

    tote: str
    is_keyed: bool = False

    @property
    def touches(self) -> tuple[Key, ...]:
        return (Key("task", self.task), Key("order", self.order), *_keyed(self.product, self.is_keyed))


class PickUndone(StopEvent, frozen=True, kw_only=True, omit_defaults=True, tag="pick_undone"):
    """The picker took a pick back: its pieces lie on the shelf they came from again."""

    tote: str


class PickShorted(StopEvent, frozen=True, kw_only=True, omit_defaults=True, tag="pick_shorted"):
    """Pieces were not to be had at a shelf; `reason` is empty, fewer, damaged or unreachable."""

    reason: str


class ShortUndone(StopEvent, frozen=True, kw_only=True, omit_defaults=True, tag="short_undone"):
    """The picker took a short back: the pieces may be there after all. How many come back stands in undo_folds."""


class StopSkipped(TaskEvent, frozen=True, kw_only=True, omit_defaults=True, tag="stop_skipped"):
    """The picker put a stop at the end of the walk."""

    stop: int


class SkipUndone(TaskEvent, frozen=True, kw_only=True, omit_defaults=True, tag="skip_undone"):
    """The picker took a skip back: that stop is the next one again."""

    stop: int


class ToteDropped(ToteEvent, frozen=True, kw_only=True, omit_defaults=True, tag="tote_dropped"):
    """A walk ended: the tote stands at a drop place, or stayed empty and is free again."""

    place: str
    is_empty: bool = False


class DropUndone(ToteEvent, frozen=True, kw_only=True, omit_defaults=True, tag="drop_undone"):
    """The picker took the tote from its drop place again: the walk goes on."""

    place: str


class PackingStarted(OrderEvent, frozen=True, kw_only=True, omit_defaults=True, tag="packing_started"):
    """A packer scanned a tote at a bench."""

    tote: str
    station: str

    @property
    def touches(self) -> tuple[Key, ...]:
        return (Key("order", self.order), Key("tote", self.tote))


class ItemVerified(OrderEvent, frozen=True, kw_only=True, omit_defaults=True, tag="item_verified"):
    """Pieces out of a tote passed the packer's scanner."""

    tote: str
    product: str
    quantity: Pieces
    is_keyed: bool = False

    @property
    def touches(self) -> tuple[Key, ...]:
        return (Key("order", self.order), *_keyed(self.product, self.is_keyed))


class VerificationUndone(OrderEvent, frozen=True, kw_only=True, omit_defaults=True, tag="verification_undone"):
    """The packer took a verification back: those pieces have to pass the scanner again."""

    tote: str
    product: str
    quantity: Pieces

    @property
    def touches(self) -> tuple[Key, ...]:
        return (Key("order", self.order),)


class Weighed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the scale said of a parcel: its own unit and step, and its answer as it came (Latin-1)."""

    value: str
    unit: str
    division: str
    frame: str
    is_net: bool = False


class ParcelSealed(OrderEvent, frozen=True, kw_only=True, omit_defaults=True, tag="parcel_sealed"):
    """A carton was closed under an SSCC from this journal's lease; weight in grams, assumed where no scale gave it."""

    order_number: str
    tote: str
    parcel: str
    number: int
    contents: tuple[ParcelLine, ...]
    weight_grams: Count
    is_weight_assumed: bool = False
    weighed: Weighed | None = None
    carrier: str = ""
    service: str = ""
    departs_at: Instant | None = None
    moved_from_at: Instant | None = None

    @property
    def touches(self) -> tuple[Key, ...]:
        return (Key("order", self.order), Key("parcel", self.parcel), Key("tote", self.tote))


class ReadBackEvent(OrderEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A fact of the label that puts a parcel on a manifest."""

    parcel: str
    manifest: str

    @property
    def touches(self) -> tuple[Key, ...]:
        return (Key("parcel", self.parcel), Key("manifest", self.manifest))


class ParcelLabelled(ReadBackEvent, frozen=True, kw_only=True, omit_defaults=True, tag="parcel_labelled"):
    """The stuck label was read back; the parcel stands on a manifest."""

    carrier: str
    service: str
    departs_at: Instant | None = None
    moved_from_at: Instant | None = None


class ReadBackUndone(ReadBackEvent, frozen=True, kw_only=True, omit_defaults=True, tag="read_back_undone"):
    """The packer took a read-back back: the parcel waits for its label to be scanned, and left its manifest."""


class LabelReprinted(OrderEvent, frozen=True, kw_only=True, omit_defaults=True, tag="label_reprinted"):
    """A label, or another `document` of a parcel, was printed once more, under the same SSCC.

    `printer` is set where it was moved to another printer.
    """

    parcel: str
    copy: Positive
    reason: str
    document: str = "label"
    printer: str = ""

    @property
    def touches(self) -> tuple[Key, ...]:
        return (Key("parcel", self.parcel),)


class PrintCancelled(OrderEvent, frozen=True, kw_only=True, omit_defaults=True, tag="print_cancelled"):
    """A document of a parcel will not come out: somebody said so, with a reason."""

    parcel: str
    document: str
    copy: Positive
    reason: str


class PrintFound(OrderEvent, frozen=True, kw_only=True, omit_defaults=True, tag="print_found"):
    """A document whose printer could not tell whether it came out was found printed."""

    parcel: str
    document: str
    copy: Positive


class ParcelVoided(OrderEvent, frozen=True, kw_only=True, omit_defaults=True, tag="parcel_voided"):
    """A parcel was opened again; its goods went back into a tote, its SSCC is spent."""

    parcel: str
    tote: str
    reason: str
    contents: tuple[ParcelLine, ...]
    manifest: str | None = None

    @property
    def touches(self) -> tuple[Key, ...]:
        tail = (Key("manifest", self.manifest),) if self.manifest else ()
        return (Key("order", self.order), Key("parcel", self.parcel), Key("tote", self.tote), *tail)


class ManifestEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A fact about one manifest."""

    manifest: str

    @property
    def subject(self) -> Key:
        return Key("manifest", self.manifest)

    @property
    def touches(self) -> tuple[Key, ...]:
        return (Key("manifest", self.manifest),)


class ManifestClosed(ManifestEvent, frozen=True, kw_only=True, omit_defaults=True, tag="manifest_closed"):
    """Nothing more goes on it, unless it is reopened."""


class ManifestReopened(ManifestEvent, frozen=True, kw_only=True, omit_defaults=True, tag="manifest_reopened"):
    """It takes parcels again."""


class HandedParcel(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A parcel that left, and whose order it was."""

    parcel: str
    order: str


class ManifestHandedOver(ManifestEvent, frozen=True, kw_only=True, omit_defaults=True, tag="manifest_handed_over"):
    """The carrier took these parcels; what else stood on the manifest did not leave."""

    parcels: tuple[HandedParcel, ...]

    @property
    def touches(self) -> tuple[Key, ...]:
        gone = tuple(Key("parcel", each.parcel) for each in self.parcels)
        owed = tuple(Key("order", each) for each in dict.fromkeys(each.order for each in self.parcels))
        return (Key("manifest", self.manifest), *gone, *owed)


class ProductLabelPrinted(Event, frozen=True, kw_only=True, omit_defaults=True, tag="product_label_printed"):
    """A new label for a product was asked for, because its own could not be read."""

    product: str

    @property
    def subject(self) -> Key:
        return Key("product", self.product)

    @property
    def touches(self) -> tuple[Key, ...]:
        return _keyed(self.product, True)


def _keyed(product: str, is_keyed: bool) -> tuple[Key, ...]:
    """Where a read that was keyed is counted."""
    return (Key("keyed_item", product),) if is_keyed else ()


FloorEvent = (
    WorkerSignedOn
    | WorkerSignedOff
    | ScanRefused
    | ToteBound
    | ToteUnbound
    | ShelfConfirmed
    | PickConfirmed
    | PickUndone
    | PickShorted
    | ShortUndone
    | StopSkipped
    | SkipUndone
    | ToteDropped
    | DropUndone
    | PackingStarted
    | ItemVerified
    | VerificationUndone
    | ParcelSealed
    | ParcelLabelled
    | ReadBackUndone
    | LabelReprinted
    | PrintCancelled
    | PrintFound
    | ParcelVoided
    | ManifestClosed
    | ManifestReopened
    | ManifestHandedOver
    | ProductLabelPrinted
)
