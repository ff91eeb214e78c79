"""What a supervisor's commands say to the store when they set the floor up, and what it answers.

Decides the shape of those messages only. They are the store's own: terminals never send them.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, get_args

from msgspec import Meta, Raw

from orders import states
from orders.intake import Code, Number
from orders.records import RECOUNT_ABOVE_PIECES, Address, CutOff
from orders.shapes import LINE, Carrier, Count, Instant, KeyIfAny, Name, RequestKey, Struct, text
from orders.wire import Change
from orders.workflow_profiles import WorkflowProfile

Pin = Annotated[str, Meta(pattern=r"^[0-9]{4,12}$(?!\n)")]
CompanyPrefix = Annotated[str, Meta(pattern=r"^[0-9]{3,12}$(?!\n)")]
TimeOfDay = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)")]
# A URL, a host and port, a folder.
Destination = Annotated[str, Meta(min_length=1, max_length=500), text(LINE, 500)]
ManifestId = Annotated[str, Meta(min_length=1, max_length=200)]
OrderState = Annotated[str, Meta(extra_json_schema={"enum": list(states.ORDER.follows)})]
Minutes = Annotated[int, Meta(ge=0, le=1440)]
ToteCount = Annotated[int, Meta(gt=0, le=5_000)]
TerminalRole = Literal["terminal", "supervisor"]
TokenRole = Literal["supervisor", "office", "integration", "monitor"]
TERMINAL_ROLES: tuple[str, ...] = get_args(TerminalRole)
TOKEN_ROLES: tuple[str, ...] = get_args(TokenRole)


class NewWorker(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody who works here. `is_known` gives a known worker a new badge, PIN and roles.

    A supervisor's PIN has six digits at least; none is one digit over and over, digits in a row or a short pattern.
    """

    name: Name
    roles: Annotated[tuple[Literal["picker", "packer", "supervisor"], ...], Meta(min_length=1)]
    id: Annotated[str, text(LINE, 64)] = ""
    pin: Pin | None = None
    is_known: bool = False
    key: KeyIfAny = ""


class WorkerAdded(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The worker's id and the text of the badge's barcode: the only time that its secret is told."""

    worker: str
    badge: str


class WorkerLeft(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody works here no more: badge and PIN open nothing from now on."""

    worker: str
    key: KeyIfAny = ""


class NewCode(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Asks for a one-time code for one new terminal."""

    role: TerminalRole = "terminal"
    station: str = ""
    key: KeyIfAny = ""


class CodeGiven(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The one-time code, and when it runs out."""

    code: str
    expires_at: Instant


class NewToken(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Asks for a token for a person at a desk or another system; `owner` binds it to one owner's goods."""

    label: Code
    role: TokenRole
    owner: str = ""
    key: KeyIfAny = ""


class TokenGiven(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The token: the only time that it is told."""

    label: str
    token: str


class TokenRevoke(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Ends a token that is no device's."""

    label: str
    key: KeyIfAny = ""


class NamedToken(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A token that is no device's, without its secret."""

    label: str
    role: str
    owner: str = ""
    is_revoked: bool = False


class NamedTokens(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Every token that is no device's."""

    tokens: tuple[NamedToken, ...]


class NewWebhook(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Asks that an address be told when orders come to these states; `is_private` allows one inside of this network."""

    id: Code
    url: Destination
    states: Annotated[tuple[OrderState, ...], Meta(min_length=1)]
    owner: str = ""
    is_private: bool = False
    key: KeyIfAny = ""


class WebhookGiven(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The secret that signs for it: the only time that it is told."""

    id: str
    secret: str


class WebhookId(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Names a webhook."""

    id: str
    key: KeyIfAny = ""


class WaitingMessage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message that is not taken yet: `said` is why the last attempt failed.

    It is tried at `next_try_at`, unless its webhook is paused or it waits `behind` an earlier one of its order.
    """

    id: str
    order: str
    type: str
    waiting_since: Instant
    attempts: Count = 0
    said: str = ""
    next_try_at: Instant | None = None
    behind: str = ""


class Webhook(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is told what; `waiting` messages are not told yet, and none is sent while it is paused.

    `messages` has the oldest of them, each with why it waits.
    """

    id: str
    url: str
    states: tuple[str, ...]
    owner: str = ""
    is_private: bool = False
    paused_because: str = ""
    waiting: Count = 0
    messages: tuple[WaitingMessage, ...] = ()


class Webhooks(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Every webhook."""

    webhooks: tuple[Webhook, ...]


class OrderMessage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a webhook is told: an order came to a state that it asked for, and is as it was then.

    The same `id` may come twice: it is the same message. `at` is when the order came to that state.
    """

    id: str
    type: str
    at: str
    order: Raw


class Station(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A bench and the printer beside it."""

    id: Code
    name: Name
    printer: str = ""


class Printer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A printer by its address (a folder, an IPP address, host and port) and the paper in it."""

    id: Code
    name: Name
    address: Destination
    media: Annotated[str, text(LINE, 64)] = "4x6in"


class NewTotes(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Asks for so many more totes."""

    count: ToteCount
    key: KeyIfAny = ""


class TotesAdded(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The codes of the new totes."""

    totes: tuple[str, ...]


class OwnerSet(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An owner of goods, and the GS1 company prefix of its parcels."""

    id: Number
    name: Name
    company_prefix: CompanyPrefix | None = None


class SiteSet(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The building: its clock, its carriers' times, and the sender on its labels."""

    name: Name
    time_zone: str
    sender: Address
    holidays: tuple[date, ...] = ()
    cut_offs: tuple[CutOff, ...] = ()
    default_carrier: Carrier = ""
    default_service: Carrier = ""
    workflows: tuple[WorkflowProfile, ...] = ()
    recount_above_pieces: Count = RECOUNT_ABOVE_PIECES
    idle_minutes: Minutes = 0


class MoveDeparture(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Today's departure of a carrier's service leaves at another time, that once; times are on the site's clock.

    `departure` names the one that is meant by its time, where several leave today; otherwise it is the next one.
    """

    key: RequestKey
    carrier: str
    service: str
    to: TimeOfDay
    departure: TimeOfDay | None = None


class DepartureMoved(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When it leaves now, what it is called by, and how many orders and parcels go along."""

    carrier: str
    service: str
    scheduled_at: Instant
    departs_at: Instant
    time_zone: str
    orders: Count = 0
    parcels: Count = 0


class RollOver(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The truck of a manifest did not come, though its time has passed."""

    key: RequestKey
    manifest: ManifestId


class RolledOver(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """On which manifest its parcels stand now, and when that departs."""

    manifest: str
    parcels: Count
    time_zone: str
    departs_at: Instant | None = None


class Revoke(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Ends a terminal's token; `is_lost` says that a stranger may hold the device."""

    terminal: str
    is_lost: bool = False
    key: KeyIfAny = ""


class Revoked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The device is out; the walks that it had begun, which somebody else goes on with."""

    id: str
    tasks: tuple[str, ...] = ()


class Terminal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An enrolled device."""

    id: str
    name: str
    station: str = ""
    role: str = ""
    is_revoked: bool = False


class Terminals(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Every device that was ever enrolled."""

    terminals: tuple[Terminal, ...]


class Stations(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Every bench."""

    stations: tuple[Station, ...]


class Printers(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Every printer."""

    printers: tuple[Printer, ...]


class Done(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """It is done; the id of what it was done to."""

    id: str


class Page(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Records of one kind; `next` is what to send as `after` for the page behind this one, absent on the last."""

    records: tuple[Change, ...]
    next: str | None = None


class StockOnShelf(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Pieces of one product on one shelf with one status; on a locked shelf they wait for a count."""

    product: str
    place: str
    status: str
    quantity: int
    allocated: int
    is_locked: bool = False


class StockPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What lies on the shelves, by product and shelf, a page at a time."""

    rows: tuple[StockOnShelf, ...]
    next: str | None = None


class ReportedLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line that is not served in full, in pieces; `since_at` where they are back-ordered."""

    number: int
    sku: str
    ordered: int
    missing: Count
    since_at: Instant | None = None


class ReportedOrder(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order that somebody should look at: held, back-ordered in part or whole, or changed after it left the desk."""

    order: str
    state: str
    reasons: tuple[str, ...]
    lines: tuple[ReportedLine, ...] = ()


class OrderReport(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Every such order, a page at a time."""

    orders: tuple[ReportedOrder, ...]
    next: str | None = None


class Health(Struct, frozen=True, kw_only=True):
    """The store answers; nothing else is told without a token."""

    status: str


class Status(Struct, frozen=True, kw_only=True):
    """How the store stands: counts of records by kind and state, events, and what waits."""

    program_version: str
    schema: str
    epoch: str
    cursor: Count
    records: dict[str, dict[str, int]]
    events: Count
    parked: Count
    conflicts: Count = 0
    terminals: Count
