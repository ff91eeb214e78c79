"""What may be looked up: single records, lists of them, the report of orders, and how the store stands.

Decides how lists are paged (by key, never by counting). It changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import bindparam, func, or_, select, tuple_

from orders.records import KINDS, Order, decode_record, key_of
from orders.wire import Change
from server_stub import cancellation, ledger_book, schema, webhooks
from server_stub.courier import Message
from server_stub.database import Cursor, Line
from server_stub.floor_setup import (
    NamedToken,
    NamedTokens,
    OrderReport,
    Page,
    Printer,
    Printers,
    ReportedLine,
    ReportedOrder,
    Station,
    Stations,
    Status,
    StockOnShelf,
    StockPage,
    Terminal,
    Terminals,
    Webhooks,
)
from server_stub.rows import OutboxRow, WebhookRow

LARGEST_PAGE = 500
# Stands between the parts of a page's name; no product, place or status holds it.
_BETWEEN = "\x1f"

_record = schema.record.c
_COLUMNS = (_record.kind, _record.id, _record.revision, _record.cursor, _record.body)
# An empty owner stands for all of them.
_IN_SCOPE = or_(bindparam("owner") == "", _record.owner == bindparam("owner"))
_ONE = select(*_COLUMNS).where(_record.kind == bindparam("kind"), _record.id == bindparam("id"), _IN_SCOPE)
_BY_ID = (
    select(*_COLUMNS)
    .where(_record.kind == bindparam("kind"), _record.id > bindparam("after"), _IN_SCOPE)
    .order_by(_record.id)
    .limit(bindparam("limit"))
)
_RANK = select(_record.rank).where(_record.kind == bindparam("kind"), _record.id == bindparam("id"))
_BY_URGENCY = (
    select(*_COLUMNS)
    .where(
        _record.kind == bindparam("kind"),
        _record.state == bindparam("state"),
        tuple_(_record.rank, _record.id) > tuple_(bindparam("rank"), bindparam("after")),
        _IN_SCOPE,
    )
    .order_by(_record.rank, _record.id)
    .limit(bindparam("limit"))
)
# Held orders are still `received`; whoever waits for goods is in the list of what is awaited.
_TO_REPORT = (
    select(_record.id)
    .where(_record.kind == "order", _record.state == "received")
    .union(
        select(schema.awaited.c.order),
        select(schema.change_request.c.order),
        select(_record.id).where(_record.kind == "order", _record.state == "backordered"),
    )
    .subquery()
)
_REPORTED = (
    select(*_COLUMNS)
    .where(
        _record.kind == "order",
        _record.id.in_(select(_TO_REPORT.c.id)),
        _record.state != "cancelled",
        _record.id > bindparam("after"),
        _IN_SCOPE,
    )
    .order_by(_record.id)
    .limit(bindparam("limit"))
)
_STAGES = (
    select(schema.change_request.c.stage, schema.change_request.c.digest)
    .where(schema.change_request.c.order == bindparam("order"))
    .order_by(schema.change_request.c.received_at, schema.change_request.c.digest)
)
_COUNTS = select(_record.kind, _record.state, func.count()).where(_IN_SCOPE).group_by(_record.kind, _record.state)
_TERMINALS = (
    select(
        schema.terminal.c.id,
        schema.terminal.c.name,
        schema.terminal.c.station,
        schema.token.c.role,
        schema.token.c.revoked_at,
    )
    .join(schema.token, schema.token.c.terminal == schema.terminal.c.id, isouter=True)
    .order_by(schema.terminal.c.id)
)
_STATIONS = select(schema.station).order_by(schema.station.c.id)
_PRINTERS = select(schema.printer).order_by(schema.printer.c.id)
_stock = schema.stock.c
_SHELVES = (
    select(schema.stock)
    .where(
        tuple_(_stock.product, _stock.place, _stock.status)
        > tuple_(bindparam("product"), bindparam("place"), bindparam("status")),
        _stock.place >= ledger_book.FIRST_SHELF,
        _stock.place < ledger_book.BEHIND_SHELVES,
        or_(bindparam("owner") == "", func.substr(_stock.product, 1, bindparam("length")) == bindparam("prefix")),
    )
    .order_by(_stock.product, _stock.place, _stock.status)
    .limit(bindparam("limit"))
)
_EVENTS = select(func.count()).select_from(schema.event)
_CONFLICTS = select(func.count()).select_from(schema.conflict)
_PARKED = select(func.count()).select_from(schema.parked)
_OUTBOX = select(func.count()).select_from(schema.outbox)
_hook, _out = schema.webhook.c, schema.outbox.c
_WEBHOOKS = select(schema.webhook).order_by(_hook.id)
_WAITING = select(_out.webhook, func.count()).group_by(_out.webhook)
# So many are shown of each webhook; how many wait is counted beside them.
SHOWN_WAITING = 20
_OLDEST = select(schema.outbox).where(_out.webhook == bindparam("webhook")).order_by(_out.number).limit(SHOWN_WAITING)
_FIRST = select(func.min(_out.number)).where(_out.webhook == bindparam("webhook")).group_by(_out.subject)
_DUE = (
    select(_out.number, _out.type, _out.body, _hook.id, _hook.url, _hook.secret, _hook.is_private)
    .join(schema.webhook, _hook.id == _out.webhook)
    .where(_out.due_at <= bindparam("now"), _hook.paused_because == "", _out.number.in_(_FIRST))
    .order_by(_out.number)
    .limit(bindparam("limit"))
)
_DUE_WEBHOOKS = (
    select(_hook.id)
    .where(
        _hook.paused_because == "",
        select(_out.number).where(_out.webhook == _hook.id, _out.due_at <= bindparam("now")).exists(),
    )
    .order_by(_hook.id)
)
_token = schema.token.c
_NAMED_TOKENS = (
    select(_token.label, _token.role, _token.owner, _token.revoked_at)
    .where(_token.label != "")
    .order_by(_token.label, _token.created_at)
)


class Reader:
    """Looks things up in the event loop's thread."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def record(self, kind: str, id: str, owner: str = "") -> Change | None:
        """One record as it travels, or None."""
        found = self._run(_ONE, kind=kind, id=id, owner=owner).fetchone()
        return _change(found) if found else None

    def records(self, kind: str, state: str, after: str, limit: int, owner: str = "") -> Page:
        """Records of a kind by id, or those in one state by urgency, behind the one named by `after`.

        Here and below, an `owner` narrows it to that owner's goods.
        """
        limit = min(limit, LARGEST_PAGE)
        if state:
            (rank,) = self._run(_RANK, kind=kind, id=after).fetchone() or ("",)
            rows = self._run(_BY_URGENCY, kind=kind, state=state, rank=rank, after=after, limit=limit + 1, owner=owner)
        else:
            rows = self._run(_BY_ID, kind=kind, after=after, limit=limit + 1, owner=owner)
        found = [_change(row) for row in rows.fetchall()]
        return Page(records=tuple(found[:limit]), next=found[limit - 1].id if len(found) > limit else None)

    def report(self, after: str, limit: int, owner: str = "") -> OrderReport:
        """Orders that somebody should look at, behind the one named by `after`."""
        limit = min(limit, LARGEST_PAGE)
        rows = self._run(_REPORTED, after=after, limit=limit + 1, owner=owner).fetchall()
        orders = [decode_record("order", row[-1]) for row in rows]
        reported = tuple(self._reported(order) for order in orders[:limit] if isinstance(order, Order))
        return OrderReport(orders=reported, next=orders[limit - 1].id if len(orders) > limit else None)

    def shelves(self, after: str, limit: int, owner: str = "") -> StockPage:
        """What lies on the shelves, behind the row that `after` names."""
        limit = min(limit, LARGEST_PAGE)
        product, place, status = [*after.split(_BETWEEN), "", "", ""][:3]
        prefix = key_of(owner, "")
        values = {"product": product, "place": place, "status": status, "limit": limit + 1, "owner": owner}
        found = self._run(_SHELVES, **values, prefix=prefix, length=len(prefix)).fetchall()
        rows = tuple(
            StockOnShelf(
                product=row[0], place=row[1], status=row[2], quantity=row[3], allocated=row[4], is_locked=bool(row[5])
            )
            for row in found[:limit]
        )
        return StockPage(rows=rows, next=_BETWEEN.join(found[limit - 1][:3]) if len(found) > limit else None)

    def status(self, program_version: str, epoch: str, cursor: int, owner: str = "") -> Status:
        """Counts of everything; of records, those of one owner's goods where one is named."""
        counts: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
        for kind, state, count in self._run(_COUNTS, owner=owner).fetchall():
            counts.setdefault(kind, {})[state or "all"] = count
        return Status(
            program_version=program_version,
            schema=schema.REVISIONS[-1],
            epoch=epoch,
            cursor=cursor,
            records=counts,
            events=self._run(_EVENTS).fetchone()[0],
            parked=self.parked(),
            conflicts=self._run(_CONFLICTS).fetchone()[0],
            terminals=len({each.id for each in self.terminals().terminals if not each.is_revoked}),
        )

    def parked(self) -> int:
        """How many events wait for a later version."""
        return int(self._run(_PARKED).fetchone()[0])

    def outbox(self) -> int:
        """How many webhook messages wait."""
        return int(self._run(_OUTBOX).fetchone()[0])

    def webhooks(self) -> Webhooks:
        """Every webhook, without its secret."""
        waiting = dict(self._run(_WAITING).fetchall())
        rows = [WebhookRow(*found) for found in self._run(_WEBHOOKS).fetchall()]
        oldest = {
            row.id: [OutboxRow(*found) for found in self._run(_OLDEST, webhook=row.id).fetchall()] for row in rows
        }
        return Webhooks(webhooks=tuple(webhooks.shown(row, waiting.get(row.id, 0), oldest[row.id]) for row in rows))

    def due_webhooks(self, now: str) -> list[str]:
        """The webhooks for which a message is due, unless they are paused."""
        return [id for (id,) in self._run(_DUE_WEBHOOKS, now=now).fetchall()]

    def due_messages(self, now: str, webhook: str, limit: int) -> list[Message]:
        """The oldest message of each order, where it is due and the webhook is not paused."""
        found = self._run(_DUE, now=now, webhook=webhook, limit=limit).fetchall()
        return [
            Message(number, type, body, webhook, url, secret, bool(is_private))
            for number, type, body, webhook, url, secret, is_private in found
        ]

    def named_tokens(self) -> NamedTokens:
        """Every token that is no device's, without its secret."""
        return NamedTokens(
            tokens=tuple(
                NamedToken(label=label, role=role, owner=owner, is_revoked=revoked_at is not None)
                for label, role, owner, revoked_at in self._run(_NAMED_TOKENS).fetchall()
            )
        )

    def terminals(self) -> Terminals:
        """Every enrolled device."""
        return Terminals(
            terminals=tuple(
                Terminal(id=id, name=name, station=station, role=role or "", is_revoked=revoked_at is not None)
                for id, name, station, role, revoked_at in self._run(_TERMINALS).fetchall()
            )
        )

    def stations(self) -> Stations:
        """Every bench."""
        rows = self._run(_STATIONS).fetchall()
        return Stations(stations=tuple(Station(id=id, name=name, printer=printer) for id, name, printer in rows))

    def printers(self) -> Printers:
        """Every printer."""
        rows = self._run(_PRINTERS).fetchall()
        return Printers(
            printers=tuple(Printer(id=id, name=name, address=to, media=media) for id, name, to, media in rows)
        )

    def _run(self, statement: object, **values: object) -> Cursor:
        return self._line.run(statement, **values)  # type: ignore[arg-type]

    def _reported(self, order: Order) -> ReportedOrder:
        changes = self._run(_STAGES, order=order.id).fetchall()
        missing = tuple(
            ReportedLine(
                number=line.number,
                sku=line.sku,
                ordered=line.ordered,
                missing=line.unallocated,
                since_at=line.back_ordered_since_at,
            )
            for line in order.lines
            if line.unallocated
        )
        return ReportedOrder(order=order.id, state=order.state, reasons=tuple(_reasons(order, changes)), lines=missing)


def _reasons(order: Order, changes: list[tuple[str, str]]) -> Iterator[str]:
    for hold in order.holds:
        yield f"held: {hold.reason}"
    if not order.holds and (missing := sum(line.unallocated for line in order.lines)):
        yield f"back-ordered: {missing} pieces"
    for stage, digest in changes:
        if digest == cancellation.digest_of(order):
            when = "" if stage == order.state else f" when it was {stage}"
            yield f"cancelled by its sender{when}, and {cancellation.what_now(order)}"
        else:
            yield f"changed by its sender when it was {stage}"


def _change(row: tuple[str, str, int, int, bytes]) -> Change:
    kind, id, revision, cursor, body = row
    return Change(kind=kind, id=id, revision=revision, cursor=cursor, body=msgspec.Raw(body))
