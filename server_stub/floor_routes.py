"""What a device asks of the store: thin functions, one an endpoint of the route table.

Decides which step answers. It holds no rule of the floor.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated

from msgspec import Meta, Raw

from orders import VERSION, wire
from orders.records import KINDS
from orders.shapes import Count, Struct
from server_stub import (
    admission,
    authority,
    claims,
    journals,
    keyed,
    people,
    sscc_leases,
)
from server_stub.authority import TERMINAL
from server_stub.books import Books
from server_stub.changes import LONGEST_WAIT_SECONDS, PAUSE_SECONDS, SUPERVISOR_PAUSE_SECONDS, Told, Waiter
from server_stub.endpoints import Call
from server_stub.problems import wrong_type
from server_stub.store import Store

_KIND = f"({'|'.join(KINDS)})?"
KindsAsked = Annotated[
    str,
    Meta(
        description="Only records of these kinds, by commas; empty for every kind that is shown to this role.",
        extra_json_schema={"pattern": f"^{_KIND}(,{_KIND})*$"},
    ),
]
_AFTER = "The `cursor` of the answer before; 0 to begin."
_EPOCH = "The `epoch` of the answer before; where it is another one now, the answer is a `reset`."
_WAIT = "For how many seconds to wait for a change, where there is none yet."


class ChangesQuery(Struct, frozen=True, kw_only=True):
    """Which changes: after which cursor of which epoch, of which kinds (by commas), waiting up to so many seconds."""

    after: Annotated[Count, Meta(description=_AFTER)] = 0
    epoch: Annotated[str, Meta(description=_EPOCH)] = ""
    kinds: KindsAsked = ""
    wait: Annotated[float, Meta(ge=0, le=LONGEST_WAIT_SECONDS, description=_WAIT)] = 0.0


async def hello(store: Store, call: Call) -> wire.Welcome:
    """Binds a journal to its terminal and says which event number is expected next."""
    step = partial(journals.welcome, terminal=call.terminal, hello=call.message, program_version=VERSION)
    return await store.write(step, call.terminal)


async def events(store: Store, call: Call) -> wire.PushReply:
    """Takes numbered events of one journal, each exactly once."""
    return await store.write(partial(admission.take, terminal=call.terminal, push=call.message), call.terminal)


async def changes(store: Store, call: Call) -> wire.Changes | Raw:
    """Answers the records changed after a cursor; waits for some, where there are none yet."""
    asked: ChangesQuery = call.query
    visible = frozenset(filter(call.caller.sees, KINDS))
    kinds = frozenset(filter(None, asked.kinds.split(","))) or visible
    if strange := kinds - KINDS.keys():
        raise wrong_type(
            f"query: Expected kinds of {', '.join(sorted(visible))}, got {', '.join(sorted(strange))} - at `$.kinds`"
        )
    if hidden := kinds - visible:
        raise authority.unseen(call.caller, hidden)
    # Another process of this store may have told the asker more than this one has heard of yet.
    end = store.cursor if asked.after <= store.cursor else store.look()
    if (asked.epoch and asked.epoch != store.epoch) or asked.after > end:
        return wire.Changes(epoch=store.epoch, cursor=0, reset=True)
    if not asked.wait:
        return store.changes.told(store.epoch, asked.after, kinds, store.cursor, call.caller.owner).body
    asker = call.caller.name
    await store.wakers.keep_pause(asker, kinds)
    told = await _awaited_page(store, asked, kinds, call)
    if store.caller(call.bearer) is None:
        raise people.was_revoked(call.caller, "a token that was revoked while it waited")
    pause = PAUSE_SECONDS if call.caller.role == TERMINAL else SUPERVISOR_PAUSE_SECONDS
    store.wakers.note_answer(asker, kinds, 0.0 if told.more else pause)
    return told.body


async def _awaited_page(store: Store, asked: ChangesQuery, kinds: frozenset[str], call: Call) -> Told:
    caller = call.caller

    def may_wait() -> bool:
        return store.caller(call.bearer) is not None

    loop = asyncio.get_running_loop()
    until = loop.time() + asked.wait
    while True:
        # Nothing is awaited between reading and waiting, so no commit can slip in between.
        told = store.changes.told(store.epoch, asked.after, kinds, store.cursor, caller.owner)
        left = until - loop.time()
        if told.has_news or told.more or left <= 0 or store.wakers.is_closed or not may_wait():
            return told
        await store.wakers.wait(Waiter(kinds, caller.terminal, may_wait), left)


async def claim(store: Store, call: Call) -> wire.Claimed:
    """Leases the most urgent free pick task, or a named one, to this terminal."""
    terminal, asked = call.terminal, call.message

    def step(books: Books) -> wire.Claimed:
        do = partial(claims.claim, books, terminal, asked)
        return keyed.once(books, keyed.request(terminal, asked.key, asked), wire.Claimed, do)

    return await store.write(step, terminal)


async def give_back(store: Store, call: Call) -> wire.Claimed:
    """Frees a claimed task that was not begun, or hands on one that was."""
    terminal, asked = call.terminal, call.message

    def step(books: Books) -> wire.Claimed:
        do = partial(claims.give_back, books, terminal, asked.task)
        return keyed.once(books, keyed.request(terminal, asked.key, asked), wire.Claimed, do)

    return await store.write(step, terminal)


async def lease_ssccs(store: Store, call: Call) -> wire.Leased:
    """Leases a block of SSCC serial numbers to one of this terminal's journals."""
    terminal, asked = call.terminal, call.message

    def step(books: Books) -> wire.Leased:
        return sscc_leases.lease(books, journals.open_journal(books, asked.journal, terminal), asked)

    return await store.write(step, terminal)
