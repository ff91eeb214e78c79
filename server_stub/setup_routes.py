"""What an administrator asks of the store: who may speak to it, who is told, and what stands on the floor.

Thin functions, one an endpoint of the route table. Each is an act of the audit trail. What changes something without
naming what is to be there in the end takes a key, so that it can be asked again where the answer was lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from orders import cut_offs, moved_departures, workflow_profiles
from orders.records import Owner, Site, Tote
from server_stub import (
    addresses,
    departures,
    people,
    webhooks,
)
from server_stub.books import Books
from server_stub.endpoints import Call, act, act_once
from server_stub.floor_setup import (
    CodeGiven,
    Done,
    NamedTokens,
    NewCode,
    NewToken,
    NewTotes,
    NewWorker,
    OwnerSet,
    Printer,
    Printers,
    Revoke,
    Revoked,
    SiteSet,
    Station,
    Stations,
    Terminals,
    TokenGiven,
    TotesAdded,
    WebhookGiven,
    Webhooks,
    WorkerAdded,
)
from server_stub.keyed import Reply
from server_stub.problems import unknown, wrong_type
from server_stub.rows import PrinterRow, StationRow
from server_stub.store import Store
from server_stub.writer import Step

# What stands in a kept reply in place of a secret, which is made again from the request's key.
_TOLD_ONCE = ""


async def add_worker(store: Store, call: Call) -> WorkerAdded:
    """Adds a worker and tells the badge's text, this once."""
    new: NewWorker = call.message
    people.refuse_weak_pin(new.pin, new.roles)
    made = await asyncio.to_thread(people.make_secrets, new.pin, await _seed(store, call))

    def step(books: Books) -> WorkerAdded:
        return replace(people.add_worker(books, new, made), badge=_TOLD_ONCE)

    added = await _once(store, call, WorkerAdded, step, lambda added: f"{added.worker}: {', '.join(new.roles)}")
    return replace(added, badge=people.badge_of(added.worker, made))


async def revoke_worker(store: Store, call: Call) -> Done:
    """Ends a worker's badge and PIN."""
    id = call.message.worker
    return await _once(store, call, Done, _done(partial(people.let_go, id=id), id), _id_of)


async def add_terminal(store: Store, call: Call) -> CodeGiven:
    """Gives a one-time code with which one device can enrol."""
    asked: NewCode = call.message
    code = people.new_code(seed=await _seed(store, call))

    def step(books: Books) -> CodeGiven:
        return CodeGiven(code=_TOLD_ONCE, expires_at=people.give_code(books, code, asked.role, asked.station))

    given = await _once(store, call, CodeGiven, step, lambda _: f"{asked.role} {asked.station}".strip())
    return replace(given, code=code)


async def revoke_terminal(store: Store, call: Call) -> Revoked:
    """Ends a terminal's token and frees the tasks it holds."""
    asked: Revoke = call.message

    def step(books: Books) -> Revoked:
        return Revoked(id=asked.terminal, tasks=people.revoke(books, asked.terminal, is_lost=asked.is_lost))

    revoked = await _once(store, call, Revoked, step, lambda _: f"{asked.terminal}{' lost' if asked.is_lost else ''}")
    store.reload_tokens()
    return revoked


async def add_token(store: Store, call: Call) -> TokenGiven:
    """Gives a token to a person at a desk or another system, told this once."""
    asked: NewToken = call.message
    token = people.new_token(await _seed(store, call))

    def step(books: Books) -> TokenGiven:
        people.add_token(books, asked, token)
        return TokenGiven(label=asked.label, token=_TOLD_ONCE)

    given = await _once(store, call, TokenGiven, step, lambda _: f"{asked.label}: {asked.role} {asked.owner}".strip())
    store.tokens.reload()
    return replace(given, token=token)


async def revoke_token(store: Store, call: Call) -> Done:
    """Ends a token that is no device's."""
    label = call.message.label
    done = await _once(store, call, Done, _done(partial(people.revoke_token, label=label), label), _id_of)
    store.reload_tokens()
    return done


async def list_tokens(store: Store, _call: Call) -> NamedTokens:
    """Lists every token that is no device's, without its secret."""
    return store.reader.named_tokens()


async def list_terminals(store: Store, _call: Call) -> Terminals:
    """Lists every device that was ever enrolled."""
    return store.reader.terminals()


async def add_webhook(store: Store, call: Call) -> WebhookGiven:
    """Tells an address of orders from now on; gives the secret that signs, this once."""
    seed = await _seed(store, call)

    def step(books: Books) -> WebhookGiven:
        return replace(webhooks.add(books, call.message, seed), secret=_TOLD_ONCE)

    given = await _once(store, call, WebhookGiven, step, lambda given: given.id)
    return replace(given, secret=webhooks.told_secret(seed))


async def drop_webhook(store: Store, call: Call) -> Done:
    """Ends a webhook and forgets what waits for it."""
    id = call.message.id
    return await _once(store, call, Done, _done(partial(webhooks.drop, id=id), id), _id_of)


async def resume_webhook(store: Store, call: Call) -> Done:
    """Lets a paused webhook be tried again."""
    id = call.message.id
    return await _once(store, call, Done, _done(partial(webhooks.resume, id=id), id), _id_of)


async def list_webhooks(store: Store, _call: Call) -> Webhooks:
    """Lists who is told of orders, and how many messages wait."""
    return store.reader.webhooks()


async def put_station(store: Store, call: Call) -> Done:
    """Adds or changes a bench."""
    new: Station = call.message

    def step(books: Books) -> Done:
        if new.printer and books.sheets.printer.get(new.printer) is None:
            raise unknown("printer", new.printer)
        books.sheets.station.put(StationRow(new.id, new.name, new.printer))
        return Done(id=new.id)

    return await act(store, call, step, _id_of)


async def list_stations(store: Store, _call: Call) -> Stations:
    """Lists every bench."""
    return store.reader.stations()


async def put_printer(store: Store, call: Call) -> Done:
    """Adds or changes a printer."""
    new: Printer = call.message

    def step(books: Books) -> Done:
        books.sheets.printer.put(PrinterRow(new.id, new.name, new.address, new.media))
        return Done(id=new.id)

    return await act(store, call, step, _id_of)


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

    return await _once(store, call, TotesAdded, step, lambda added: f"{added.totes[0]} to {added.totes[-1]}")


async def put_owner(store: Store, call: Call) -> Done:
    """Adds or changes an owner of goods."""
    new: OwnerSet = call.message

    def step(books: Books) -> Done:
        books.put(Owner(id=new.id, name=new.name, company_prefix=new.company_prefix))
        return Done(id=new.id)

    return await act(store, call, step, _id_of)


async def put_site(store: Store, call: Call) -> Done:
    """Changes the building: clock, calendar, carriers' times, sender; what is due on a truck follows it."""
    new: SiteSet = call.message

    def step(books: Books) -> Done:
        told = {name: getattr(new, name) for name in new.__struct_fields__}
        sender = addresses.judged(replace(new.sender, id="sender", owner=""))
        site = Site(id=books.site.id, **told | {"sender": sender})
        try:
            cut_offs.check_site(site)
            workflow_profiles.check_profiles(site.workflows)
        except (cut_offs.CalendarError, workflow_profiles.WorkflowProfileError) as error:
            raise wrong_type(str(error)) from error
        books.put(moved_departures.succeeded(books.site, site, books.now))
        return Done(id=site.id)

    done = await act(store, call, step, _id_of)
    await departures.follow(store.write)
    return done


def _id_of(done: Done) -> str:
    return done.id


def _done(do: Step[None], id: str) -> Step[Done]:
    def step(books: Books) -> Done:
        do(books)
        return Done(id=id)

    return step


async def _once(
    store: Store, call: Call, gives: type[Reply], step: Step[Reply], subject: Callable[[Reply], str]
) -> Reply:
    # Secrets come of some of these keys, so all of them are kept by their hash.
    return await act_once(store, call, gives, step, subject, key=people.hashed(call.message.key))


async def _seed(store: Store, call: Call) -> bytes:
    return await store.write(lambda books: people.seed(books, call.doing.act, call.caller, call.message.key))
