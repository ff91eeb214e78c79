"""One struct a table: what a row is called and holds. The columns themselves stand in schema.

Decides nothing else; `Forms` compiles the statements of all of them for one database, `Sheets` opens them in one
transaction.
"""

from __future__ import annotations

import msgspec

from server_stub import schema
from server_stub.database import Cursor, Database
from server_stub.sheets import Form, Sheet, Tally


class JournalRow(msgspec.Struct):
    id: str
    terminal: str
    last_number: int
    created_at: str


class EventRow(msgspec.Struct):
    journal: str
    number: int
    cursor: int
    digest: bytes
    worker: str
    subject: str
    kind: str
    outcome: str
    reason: str
    received_at: str
    body: bytes


class ParkedRow(msgspec.Struct):
    cursor: int
    subject: str
    journal: str
    number: int


class ConflictRow(msgspec.Struct):
    journal: str
    number: int
    digest: bytes
    received_at: str
    body: bytes


class StockRow(msgspec.Struct):
    product: str
    place: str
    status: str
    quantity: int
    allocated: int
    is_locked: bool

    @property
    def free(self) -> int:
        """Pieces that an order could still be given; nothing on a locked shelf."""
        return 0 if self.is_locked else max(0, self.quantity - self.allocated)


class MoveRow(msgspec.Struct):
    cursor: int
    product: str
    quantity: int
    source: str
    target: str
    status: str
    cause: str
    at: str


class AllocationRow(msgspec.Struct):
    order: str
    product: str
    location: str
    quantity: int


class AwaitedRow(msgspec.Struct):
    what: str
    key: str
    order: str
    rank: str


class ShelfCountRow(msgspec.Struct):
    cursor: int
    product: str
    place: str
    book: int
    counted: int
    counted_by: str
    at: str


class GoodsInRow(msgspec.Struct):
    key: str
    digest: str
    received_at: str


class BarcodeRow(msgspec.Struct):
    owner: str
    text: str
    product: str


class ChangeRequestRow(msgspec.Struct):
    order: str
    digest: str
    stage: str
    received_at: str
    body: bytes


class ClaimRow(msgspec.Struct):
    task: str
    terminal: str | None
    ends_at: str


class SsccCounterRow(msgspec.Struct):
    prefix: str
    extension: int
    next: int


class SsccBlockRow(msgspec.Struct):
    first_code: str
    last_code: str
    journal: str
    key: str
    owner: str
    prefix: str
    extension: int
    first: int
    last: int
    leased_at: str


class RequestRow(msgspec.Struct):
    asker: str
    key: str
    digest: bytes
    made_at: str
    reply: bytes


class UnfinishedRow(msgspec.Struct):
    asker: str
    key: str
    digest: bytes
    act: str
    made_at: str
    run: str
    held_until: str
    mark: bytes


class TerminalRow(msgspec.Struct):
    id: str
    name: str
    station: str
    created_at: str


class TokenRow(msgspec.Struct):
    hash: str
    terminal: str | None
    role: str
    created_at: str
    revoked_at: str | None = None
    label: str = ""
    owner: str = ""


class AuditRow(msgspec.Struct):
    number: int
    at: str
    role: str
    caller: str
    act: str
    subject: str
    digest: str
    hash: str = ""


class WebhookRow(msgspec.Struct):
    id: str
    url: str
    secret: str
    states: str
    owner: str
    is_private: bool
    paused_because: str
    created_at: str


class OutboxRow(msgspec.Struct):
    number: int
    webhook: str
    subject: str
    type: str
    made_at: str
    attempts: int
    due_at: str
    said: str
    body: bytes


class EnrolmentRow(msgspec.Struct):
    hash: str
    role: str
    station: str
    expires_at: str
    used_at: str | None = None


class StationRow(msgspec.Struct):
    id: str
    name: str
    printer: str


class PrinterRow(msgspec.Struct):
    id: str
    name: str
    address: str
    media: str


class CounterRow(msgspec.Struct):
    name: str
    value: int


class MetaRow(msgspec.Struct):
    name: str
    value: str


class Forms:
    """Every table's statements, compiled for one database."""

    def __init__(self, database: Database) -> None:
        self.journal = Form(database, schema.journal, JournalRow)
        self.event = Form(database, schema.event, EventRow, is_kept=False)
        self.parked = Form(database, schema.parked, ParkedRow)
        self.conflict = Form(database, schema.conflict, ConflictRow, is_kept=False)
        self.stock = Form(database, schema.stock, StockRow)
        self.move = Form(database, schema.stock_move, MoveRow, is_kept=False)
        self.allocation = Form(database, schema.allocation, AllocationRow)
        self.awaited = Form(database, schema.awaited, AwaitedRow)
        self.shelf_count = Form(database, schema.shelf_count, ShelfCountRow, is_kept=False)
        self.goods_in = Form(database, schema.goods_in, GoodsInRow, is_kept=False)
        self.barcode = Form(database, schema.barcode, BarcodeRow)
        self.change_request = Form(database, schema.change_request, ChangeRequestRow, is_kept=False)
        self.claim = Form(database, schema.claim, ClaimRow)
        self.sscc_counter = Form(database, schema.sscc_counter, SsccCounterRow)
        self.sscc_block = Form(database, schema.sscc_block, SsccBlockRow)
        self.request = Form(database, schema.request, RequestRow, is_kept=False)
        self.unfinished = Form(database, schema.unfinished_request, UnfinishedRow, is_kept=False)
        self.terminal = Form(database, schema.terminal, TerminalRow)
        self.token = Form(database, schema.token, TokenRow)
        self.audit = Form(database, schema.audit, AuditRow, is_kept=False)
        self.webhook = Form(database, schema.webhook, WebhookRow)
        self.outbox = Form(database, schema.outbox, OutboxRow, is_kept=False)
        self.enrolment = Form(database, schema.enrolment, EnrolmentRow)
        self.station = Form(database, schema.station, StationRow)
        self.printer = Form(database, schema.printer, PrinterRow)
        self.counter = Form(database, schema.counter, CounterRow)
        self.meta = Form(database, schema.meta, MetaRow)


class Sheets:
    """Every table but the records."""

    def __init__(self, forms: Forms, cursor: Cursor, tally: Tally) -> None:
        self.journal = Sheet(forms.journal, cursor, tally)
        self.event = Sheet(forms.event, cursor, tally)
        self.parked = Sheet(forms.parked, cursor, tally)
        self.conflict = Sheet(forms.conflict, cursor, tally)
        self.stock = Sheet(forms.stock, cursor, tally)
        self.move = Sheet(forms.move, cursor, tally)
        self.allocation = Sheet(forms.allocation, cursor, tally)
        self.awaited = Sheet(forms.awaited, cursor, tally)
        self.shelf_count = Sheet(forms.shelf_count, cursor, tally)
        self.goods_in = Sheet(forms.goods_in, cursor, tally)
        self.barcode = Sheet(forms.barcode, cursor, tally)
        self.change_request = Sheet(forms.change_request, cursor, tally)
        self.claim = Sheet(forms.claim, cursor, tally)
        self.sscc_counter = Sheet(forms.sscc_counter, cursor, tally)
        self.sscc_block = Sheet(forms.sscc_block, cursor, tally)
        self.request = Sheet(forms.request, cursor, tally)
        self.unfinished = Sheet(forms.unfinished, cursor, tally)
        self.terminal = Sheet(forms.terminal, cursor, tally)
        self.token = Sheet(forms.token, cursor, tally)
        self.audit = Sheet(forms.audit, cursor, tally)
        self.webhook = Sheet(forms.webhook, cursor, tally)
        self.outbox = Sheet(forms.outbox, cursor, tally)
        self.enrolment = Sheet(forms.enrolment, cursor, tally)
        self.station = Sheet(forms.station, cursor, tally)
        self.printer = Sheet(forms.printer, cursor, tally)
        self.counter = Sheet(forms.counter, cursor, tally)
        self.meta = Sheet(forms.meta, cursor, tally)
        self.every: tuple[Sheet[msgspec.Struct], ...] = tuple(vars(self).values())

    def again(self) -> None:
        """Begins the next transaction with what is known."""
        for sheet in self.every:
            sheet.again()

    def flush(self) -> None:
        """Writes whatever any of them changed."""
        for sheet in self.every:
            sheet.flush()
