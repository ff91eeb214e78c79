"""The route table: one line an endpoint, one thin function each. A step does the work, the writer makes it durable.

Decides which role may call what and which step answers. It holds no rule of the floor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any, TypeVar

from msgspec import Meta

from orders import VERSION, calendar, wire
from orders.intake import Intake, Receipt, Receipts
from orders.records import KINDS, Count, Owner, Site, Struct, Tote
from server_stub import (
    admission,
    audit,
    claims,
    discrepancies,
    intake_desk,
    journals,
    keyed,
    people,
    put_backs,
    release,
    shelf_counts,
    sscc_leases,
)
from server_stub.authority import TERMINAL, Caller
from server_stub.books import Books
from server_stub.changes import LONGEST_WAIT_SECONDS, PAUSE_SECONDS, SUPERVISOR_PAUSE_SECONDS, Waiter
from server_stub.endpoints import Call, Endpoint
from server_stub.floor_repairs import PutBack, PutBackDone, Resolve, ShelfCount, ShelfCounted
from server_stub.floor_setup import (
    CodeGiven,
    Done,
    Health,
    NamedTokens,
    NewCode,
    NewToken,
    NewTotes,
    NewWorker,
    OrderReport,
    OwnerSet,
    Page,
    Printer,
    Printers,
    Revoke,
    Revoked,
    SiteSet,
    Station,
    Stations,
    Status,
    StockPage,
    Terminals,
    TokenGiven,
    TokenRevoke,
    TotesAdded,
    WorkerAdded,
)
from server_stub.keyed import Reply
from server_stub.problems import cannot_write, unknown, wrong_type
from server_stub.reading import LARGEST_PAGE
from server_stub.rows import PrinterRow, StationRow
from server_stub.store import Store
from server_stub.writer import Step

Answer = TypeVar("Answer")

_READY_SECONDS = 2.0


class ChangesQuery(Struct, frozen=True, kw_only=True):
    """Which changes: after which cursor of which epoch, of which kinds (by commas), waiting up to so many seconds."""

    after: Count = 0
    epoch: str = ""
    kinds: str = ""
    wait: Annotated[float, Meta(ge=0, le=LONGEST_WAIT_SECONDS)] = 0.0


class PageQuery(Struct, frozen=True, kw_only=True):
    """Which page: behind which id, of which state, of how many records."""

    state: str = ""
    after: str = ""
    limit: Annotated[int, Meta(gt=0, le=LARGEST_PAGE)] = 100


# --- what anybody may ask -----


async def health(_store: Store, _call: Call) -> Health:
    """Says that the store answers."""
    return Health(status="ok")


async def ready(store: Store, _call: Call) -> Health:
    """Says that the database takes a transaction now; 503 where it does not."""
    try:
        await asyncio.wait_for(store.write(lambda books: None), _READY_SECONDS)
    except TimeoutError as error:
        raise cannot_write(error) from error
    return Health(status="ready")


async def enrol(store: Store, call: Call) -> wire.Enrolled:
    """Spends a one-time code (sent as the bearer token) for a terminal's token."""
    enrolled: wire.Enrolled = await _act(
        store, call, lambda books: people.enrol(books, call.bearer, call.message), lambda done: done.terminal
    )
    store.tokens.reload()
    return enrolled


# --- what a terminal asks -----


async def hello(store: Store, call: Call) -> wire.Welcome:
    """Binds a journal to its terminal and says which event number is expected next."""
    step = partial(journals.welcome, terminal=call.terminal, hello=call.message, program_version=VERSION)
    return await store.write(step, call.terminal)


async def events(store: Store, call: Call) -> wire.PushReply:
    """Takes numbered events of one journal, each exactly once."""
    return await store.write(partial(admission.take, terminal=call.terminal, push=call.message), call.terminal)


async def changes(store: Store, call: Call) -> wire.Changes:
    """Answers the records changed after a cursor; waits for some, where there are none yet."""
    asked: ChangesQuery = call.query
    visible = frozenset(filter(call.caller.sees, KINDS))
    kinds = frozenset(filter(None, asked.kinds.split(","))) or visible
    if strange := kinds - visible:
        raise wrong_type(
            f"query: Expected kinds of {', '.join(sorted(visible))}, got {', '.join(sorted(strange))} - at `$.kinds`"
        )
    if (asked.epoch and asked.epoch != store.epoch) or asked.after > store.cursor:
        return wire.Changes(epoch=store.epoch, cursor=0, reset=True)
    if not asked.wait:
        return store.changes.page(store.epoch, asked.after, kinds, store.cursor, call.caller.owner)
    asker = call.caller.name
    await store.wakers.keep_pause(asker, kinds)
    page = await _awaited_page(store, asked, kinds, call.caller)
    pause = PAUSE_SECONDS if call.caller.role == TERMINAL else SUPERVISOR_PAUSE_SECONDS
    store.wakers.note_answer(asker, kinds, 0.0 if page.more else pause)
    return page


async def _awaited_page(store: Store, asked: ChangesQuery, kinds: frozenset[str], caller: Caller) -> wire.Changes:
    loop = asyncio.get_running_loop()
    until = loop.time() + asked.wait
    while True:
        # Nothing is awaited between reading and waiting, so no commit can slip in between.
        page = store.changes.page(store.epoch, asked.after, kinds, store.cursor, caller.owner)
        left = until - loop.time()
        if page.changes or page.more or left <= 0 or store.wakers.is_closed:
            return page
        await store.wakers.wait(Waiter(kinds, caller.terminal), left)


async def claim(store: Store, call: Call) -> wire.Claimed:
    """Leases the most urgent free pick task, or a named one, to this terminal."""
    terminal, asked = call.terminal, call.message

    def step(books: Books) -> wire.Claimed:
        do = partial(claims.claim, books, terminal, asked)
        return keyed.once(books, terminal, asked.key, asked, wire.Claimed, do)

    return await store.write(step, terminal)


async def give_back(store: Store, call: Call) -> wire.Claimed:
    """Frees a claimed task that was not begun, or hands on one that was."""
    terminal, asked = call.terminal, call.message

    def step(books: Books) -> wire.Claimed:
        do = partial(claims.give_back, books, terminal, asked.task)
        return keyed.once(books, terminal, asked.key, asked, wire.Claimed, do)

    return await store.write(step, terminal)


async def lease_ssccs(store: Store, call: Call) -> wire.Leased:
    """Leases a block of SSCC serial numbers to one of this terminal's journals."""
    terminal, asked = call.terminal, call.message

    def step(books: Books) -> wire.Leased:
        return sscc_leases.lease(books, journals.open_journal(books, asked.journal, terminal), asked)

    return await store.write(step, terminal)


# --- what a supervisor asks -----


async def release_orders(store: Store, call: Call) -> wire.Released:
    """Sends allocated orders to the floor: those named, or every one."""
    asked: wire.Release = call.message
    asker = call.caller.name
    known = await store.write(lambda books: keyed.recalled(books, asker, asked.key, asked, wire.Released))
    if known is not None:
        return known
    tasks: list[str] = []
    refused: list[tuple[str, str]] = []
    mark: release.Mark | None = release.Mark()
    while mark is not None:
        released, mark = await store.write(partial(release.release_slice, asked=asked, mark=mark))
        tasks += released.tasks
        refused += released.refused
    answer = wire.Released(tasks=tuple(tasks), refused=tuple(refused))
    await _act(
        store,
        call,
        lambda books: keyed.remember(books, asker, asked.key, asked, answer),
        lambda _: f"{len(answer.tasks)} orders released, {len(answer.refused)} refused",
    )
    return answer


async def count_shelf(store: Store, call: Call) -> ShelfCounted:
    """Takes a shelf's count: adjusts the book, unlocks the shelf, and tries the orders again that wait for it."""
    return await _settle_once(store, call, ShelfCounted, shelf_counts.count)


async def put_back(store: Store, call: Call) -> PutBackDone:
    """Takes picked goods back to a shelf, where they are available again."""
    return await _settle_once(store, call, PutBackDone, put_backs.put_back)


async def resolve_discrepancy(store: Store, call: Call) -> Done:
    """Settles a discrepancy that somebody looked at, with a note."""
    return await _settle_once(store, call, Done, discrepancies.resolve)


async def _settle_once(store: Store, call: Call, gives: type[Reply], do: Callable[[Books, Any, str], Reply]) -> Reply:
    asked, asker = call.message, call.caller.name
    return await _act(
        store,
        call,
        lambda books: keyed.once(books, asker, asked.key, asked, gives, lambda: do(books, asked, asker)),
        lambda _: next(str(getattr(asked, name)) for name in ("discrepancy", "location") if hasattr(asked, name)),
    )


async def intake(store: Store, call: Call) -> Receipts:
    """Takes locations, products, stock, customers and orders, each judged for itself."""
    receipts: list[Receipt] = []
    for entries in intake_desk.slices(call.message):
        step: Step[list[Receipt]] = partial(intake_desk.take, entries=entries, of_its_owner=call.caller.of_its_owner)
        taken = await _act(store, call, step, intake_desk.summary)
        receipts += taken
    return Receipts(receipts=tuple(receipts))


async def report_orders(store: Store, call: Call) -> OrderReport:
    """Lists orders that are held, back-ordered or changed after they left the desk."""
    return store.reader.report(call.query.after, call.query.limit, call.caller.owner)


async def record(store: Store, call: Call) -> wire.Change:
    """Answers one record."""
    kind, id = call.path["kind"], call.path["id"].lstrip("/")
    found = store.reader.record(kind, id, call.caller.owner) if call.caller.sees(kind) else None
    if found is None:
        raise unknown(kind, id)
    return found


async def records(store: Store, call: Call) -> Page:
    """Lists records of a kind by id, or those in one state by urgency."""
    kind, asked = call.path["kind"], call.query
    if kind not in KINDS or not call.caller.sees(kind):
        raise unknown("kind of record", kind)
    return store.reader.records(kind, asked.state, asked.after, asked.limit, call.caller.owner)


async def stock(store: Store, call: Call) -> StockPage:
    """Lists what lies on the shelves."""
    return store.reader.shelves(call.query.after, call.query.limit, call.caller.owner)


async def status(store: Store, _call: Call) -> Status:
    """Counts records, events and what is parked."""
    return store.reader.status(VERSION, store.epoch, store.cursor)


# --- setting the floor up -----


async def add_worker(store: Store, call: Call) -> WorkerAdded:
    """Adds a worker and tells the badge's text, this once."""
    made = await asyncio.to_thread(people.make_secrets, call.message.pin)
    step = partial(people.add_worker, new=call.message, made=made)
    return await _act(store, call, step, lambda added: f"{added.worker}: {', '.join(call.message.roles)}")


async def add_terminal(store: Store, call: Call) -> CodeGiven:
    """Gives a one-time code with which one device can enrol."""
    asked: NewCode = call.message
    code = people.new_code()
    expires_at: datetime = await _act(
        store,
        call,
        lambda books: people.give_code(books, code, asked.role, asked.station),
        lambda _: f"{asked.role} {asked.station}".strip(),
    )
    return CodeGiven(code=code, expires_at=expires_at)


async def revoke_terminal(store: Store, call: Call) -> Revoked:
    """Ends a terminal's token and frees the tasks it holds."""
    asked: Revoke = call.message
    held: tuple[str, ...] = await _act(
        store,
        call,
        partial(people.revoke, terminal=asked.terminal, is_lost=asked.is_lost),
        lambda _: f"{asked.terminal}{' lost' if asked.is_lost else ''}",
    )
    store.tokens.reload()
    return Revoked(id=asked.terminal, tasks=held)


async def add_token(store: Store, call: Call) -> TokenGiven:
    """Gives a token to a person at a desk or another system, told this once."""
    asked: NewToken = call.message
    token = people.new_token()
    step = partial(people.add_token, asked=asked, token=token)
    await _act(store, call, step, lambda _: f"{asked.label}: {asked.role} {asked.owner}".strip())
    store.tokens.reload()
    return TokenGiven(label=asked.label, token=token)


async def revoke_token(store: Store, call: Call) -> Done:
    """Ends a token that is no device's."""
    label = call.message.label
    await _act(store, call, partial(people.revoke_token, label=label), lambda _: label)
    store.tokens.reload()
    return Done(id=label)


async def list_tokens(store: Store, _call: Call) -> NamedTokens:
    """Lists every token that is no device's, without its secret."""
    return store.reader.named_tokens()


async def list_terminals(store: Store, _call: Call) -> Terminals:
    """Lists every device that was ever enrolled."""
    return store.reader.terminals()


async def put_station(store: Store, call: Call) -> Done:
    """Adds or changes a bench."""
    new: Station = call.message

    def step(books: Books) -> Done:
        if new.printer and books.sheets.printer.get(new.printer) is None:
            raise unknown("printer", new.printer)
        books.sheets.station.put(StationRow(new.id, new.name, new.printer))
        return Done(id=new.id)

    return await _act(store, call, step, _id_of)


async def list_stations(store: Store, _call: Call) -> Stations:
    """Lists every bench."""
    return store.reader.stations()


async def put_printer(store: Store, call: Call) -> Done:
    """Adds or changes a printer."""
    new: Printer = call.message

    def step(books: Books) -> Done:
        books.sheets.printer.put(PrinterRow(new.id, new.name, new.address, new.media))
        return Done(id=new.id)

    return await _act(store, call, step, _id_of)


async def list_printers(store: Store, _call: Call) -> Printers:
    """Lists every printer."""
    return store.reader.printers()


async def add_totes(store: Store, call: Call) -> TotesAdded:
    """Adds free totes under the next free codes."""
    new: NewTotes = call.message

    def step(books: Books) -> TotesAdded:
        codes: list[str] = []
        while len(codes) < new.count:
            code = f"T{books.number('tote'):04d}"
            # An offline terminal may have bound a tote of that code before the store made it.
            if books.find(Tote, code) is None:
                books.put(Tote(id=code))
                codes.append(code)
        return TotesAdded(totes=tuple(codes))

    return await _act(store, call, step, lambda added: f"{added.totes[0]} to {added.totes[-1]}")


async def put_owner(store: Store, call: Call) -> Done:
    """Adds or changes an owner of goods."""
    new: OwnerSet = call.message

    def step(books: Books) -> Done:
        books.put(Owner(id=new.id, name=new.name, company_prefix=new.company_prefix))
        return Done(id=new.id)

    return await _act(store, call, step, _id_of)


async def put_site(store: Store, call: Call) -> Done:
    """Changes the building: clock, calendar, carriers' times, sender."""
    new: SiteSet = call.message

    def step(books: Books) -> Done:
        site = Site(id=books.site.id, **{name: getattr(new, name) for name in new.__struct_fields__})
        try:
            calendar.check_site(site)
        except calendar.CalendarError as error:
            raise wrong_type(str(error)) from error
        books.put(site)
        return Done(id=site.id)

    return await _act(store, call, step, _id_of)


async def _act(store: Store, call: Call, step: Step[Answer], subject: Callable[[Answer], str]) -> Answer:
    """What `step` answered, once it is on disk together with its entry in the audit trail."""
    return await store.write(audit.kept(call.doing, step, subject), call.caller.terminal)


def _id_of(done: Done) -> str:
    return done.id


ENDPOINTS = (
    Endpoint("GET", "/health", health, gives=Health),
    Endpoint("GET", "/ready", ready, gives=Health),
    Endpoint("POST", "/v1/enrol", enrol, takes=wire.Enrol, gives=wire.Enrolled),
    Endpoint("POST", "/v1/hello", hello, takes=wire.Hello, gives=wire.Welcome),
    Endpoint("POST", "/v1/events", events, takes=wire.Push, gives=wire.PushReply),
    Endpoint("GET", "/v1/changes", changes, asks=ChangesQuery, gives=wire.Changes),
    Endpoint("POST", "/v1/requests/claim", claim, takes=wire.Claim, gives=wire.Claimed),
    Endpoint("POST", "/v1/requests/give-back", give_back, takes=wire.GiveBack, gives=wire.Claimed),
    Endpoint("POST", "/v1/requests/sscc-lease", lease_ssccs, takes=wire.Lease, gives=wire.Leased),
    Endpoint("POST", "/v1/requests/release", release_orders, takes=wire.Release, gives=wire.Released),
    Endpoint("POST", "/v1/counts", count_shelf, takes=ShelfCount, gives=ShelfCounted),
    Endpoint("POST", "/v1/put-backs", put_back, takes=PutBack, gives=PutBackDone),
    Endpoint("POST", "/v1/discrepancies/resolve", resolve_discrepancy, takes=Resolve, gives=Done),
    Endpoint("POST", "/v1/intake", intake, takes=Intake, reads=intake_desk.RawIntake, gives=Receipts),
    Endpoint("GET", "/v1/report/orders", report_orders, asks=PageQuery, gives=OrderReport),
    Endpoint("GET", "/v1/records/{kind}", records, asks=PageQuery, gives=Page),
    Endpoint("GET", "/v1/records/{kind}/{id}", record, gives=wire.Change),
    Endpoint("GET", "/v1/stock", stock, asks=PageQuery, gives=StockPage),
    Endpoint("GET", "/v1/status", status, gives=Status),
    Endpoint("POST", "/v1/workers", add_worker, takes=NewWorker, gives=WorkerAdded),
    Endpoint("POST", "/v1/terminals", add_terminal, takes=NewCode, gives=CodeGiven),
    Endpoint("GET", "/v1/terminals", list_terminals, gives=Terminals),
    Endpoint("POST", "/v1/terminals/revoke", revoke_terminal, takes=Revoke, gives=Revoked),
    Endpoint("POST", "/v1/tokens", add_token, takes=NewToken, gives=TokenGiven),
    Endpoint("POST", "/v1/tokens/revoke", revoke_token, takes=TokenRevoke, gives=Done),
    Endpoint("GET", "/v1/tokens", list_tokens, gives=NamedTokens),
    Endpoint("POST", "/v1/totes", add_totes, takes=NewTotes, gives=TotesAdded),
    Endpoint("PUT", "/v1/stations", put_station, takes=Station, gives=Done),
    Endpoint("GET", "/v1/stations", list_stations, gives=Stations),
    Endpoint("PUT", "/v1/printers", put_printer, takes=Printer, gives=Done),
    Endpoint("GET", "/v1/printers", list_printers, gives=Printers),
    Endpoint("PUT", "/v1/owners", put_owner, takes=OwnerSet, gives=Done),
    Endpoint("PUT", "/v1/site", put_site, takes=SiteSet, gives=Done),
)
