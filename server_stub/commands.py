"""`floorhand store ...`: makes a store, runs it, sets the floor up, and looks after it.

Decides what each command asks and prints. Every command but init, run, backup, restore, migrate and verify is a request
to the store, running or not.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_data_path

from orders.records import key_of
from orders.wire import Release
from server_stub import (
    authority_commands,
    departure_commands,
    discrepancy_commands,
    keyed_commands,
    outside_commands,
    papers,
    settings,
    site_commands,
)
from server_stub.asking import Asking, Words, say, so_many
from server_stub.client import Address, StoreClient, StoreError, reach
from server_stub.command_line import parser
from server_stub.floor_setup import (
    Done,
    NewTotes,
    NewWorker,
    OrderReport,
    Printer,
    Station,
    Status,
    TotesAdded,
    WorkerAdded,
)
from server_stub.papers import PaperError
from server_stub.place import Place, PlaceError
from server_stub.settings import SettingsError, StoreSettings
from server_stub.site_file import SiteFileError


def main(argv: list[str], config: Mapping[str, object], config_path: Path) -> int:
    """Runs one command of `floorhand store`; returns the exit code (2 for a call that cannot be read)."""
    try:
        words = parser().parse_args(argv)
        told = settings.read(config, config_path)
    except SystemExit as end:
        return int(end.code or 0)
    except SettingsError as error:
        return _fail(str(error), 2)
    from server_stub.database import failures
    from server_stub.database import told as said
    from server_stub.migration import SchemaError

    try:
        if words.command in _ALONE:
            return _ALONE[words.command](words, told)
        return asyncio.run(_ask(words, told))
    except (PaperError, PlaceError, SchemaError, SiteFileError, StoreError) as error:
        return _fail(str(error), 1)
    except failures() as error:
        return _fail(f"the store's database cannot be used ({said(error)}): {_remedy(words, told)}", 1)
    except OSError as error:
        return _fail(f"{error.filename or 'a file'} cannot be used: {error.strerror or error}", 1)


def address_of(words: Words, told: StoreSettings) -> Address:
    """Which store is meant: what was typed, else what the config says, else the usual folder.

    A config that names both folder and url is that of the store's own machine: its folder has the token.
    """
    typed: Path | None = getattr(words, "folder", None)
    # A folder that is typed alone is that of an embedded store.
    database = getattr(words, "database", None) or ("" if typed else told.database)
    folder = typed or (Path(told.folder).expanduser() if told.folder else default_folder())
    is_here = typed or database or (told.folder and not told.token)
    url = getattr(words, "url", None) or ("" if is_here else told.url)
    heads = Path(told.audit_heads).expanduser() if told.audit_heads else None
    return Address(Place(folder, heads, database), url, getattr(words, "token", None) or told.token, told.trusted)


def default_folder() -> Path:
    """Where a store lies unless somebody says otherwise."""
    return user_data_path("floorhand") / "store"


# --- commands that open the folder themselves -----


def _init(words: Words, told: StoreSettings) -> int:
    return site_commands.init(words, address_of(words, told).place)


def _run(words: Words, told: StoreSettings) -> int:
    from server_stub import connections, logs
    from server_stub.serving import serve

    place = address_of(words, told).place
    host = words.host or told.host
    port = told.port if words.port is None else words.port
    logs.begin(told.log)
    room = connections.room(told.connections, told.connections_from_one_address, connections.raise_file_limit())
    asyncio.run(serve(place, host, port, words.ready_file, say, room, told.tls))
    return 0


def _backup(words: Words, told: StoreSettings) -> int:
    from server_stub import backup

    backup.back_up(address_of(words, told).place, words.file)
    say(f"The store was copied to {words.file}")
    return 0


def _restore(words: Words, told: StoreSettings) -> int:
    from server_stub import backup

    place = address_of(words, told).place
    kept = backup.restore(place, words.file, datetime.now(UTC), as_it_is=words.as_it_is)
    say(f"The store is now as it was in {words.file}")
    if kept:
        say(f"What stood there before was copied to {kept}")
    say("Start it: every terminal then sends again what the copy does not hold.")
    return 0


def _migrate(words: Words, told: StoreSettings) -> int:
    from server_stub import migration
    from server_stub.database import open_at

    place = address_of(words, told).place
    place.require()
    with place.hold():
        done = migration.migrate(open_at(place.where), datetime.now(UTC), place.backups)
    say(f"The database is {'now ' if done else ''}at schema {migration.HEAD}")
    return 0


def _verify(words: Words, told: StoreSettings) -> int:
    from server_stub import soundness

    if words.file:
        if not words.file.is_file():
            return _fail(f"there is no file {words.file}", 1)
        found = soundness.verify_file(words.file)
    else:
        place = address_of(words, told).place
        place.require()
        found = soundness.verify(place)
    for sentence in found:
        say(sentence)
    wrong = "1 thing is" if len(found) == 1 else f"{len(found)} things are"
    say(f"{wrong} wrong" if found else "Everything was read, and the books agree with themselves")
    return 1 if found else 0


def _remedy(words: Words, told: StoreSettings) -> str:
    if address_of(words, told).place.address:
        return "see that it runs and that its address, user and password are right"
    return "see the disk, or restore a backup"


_ALONE: dict[str, Callable[[Words, StoreSettings], int]] = {
    "init": _init,
    "run": _run,
    "backup": _backup,
    "restore": _restore,
    "migrate": _migrate,
    "verify": _verify,
}


# --- commands that ask the store -----


async def _ask(words: Words, told: StoreSettings) -> int:
    address = address_of(words, told)
    async with reach(address) as client:
        return await _ASKING[words.command](client, words, address.place)


async def _add_worker(client: StoreClient, words: Words, place: Place) -> int:
    roles = tuple(dict.fromkeys(words.role or ("picker",)))
    papers.try_badge(words.name, roles[-1])
    new = NewWorker(name=words.name, roles=roles, id=words.id, pin=words.pin, is_known=words.new_badge)
    added = await client.ask("POST", "/v1/workers", WorkerAdded, new)
    path = papers.write_badge(place.papers, added.worker, words.name, roles[-1], added.badge)
    say(f"Worker {added.worker} may work as {', '.join(roles)}")
    say(f"  badge: {path}")
    return 0


async def _add_station(client: StoreClient, words: Words, place: Place) -> int:
    station = Station(id=words.id, name=words.name or words.id, printer=words.printer)
    await client.ask("PUT", "/v1/stations", Done, station)
    say(f"Station {words.id} is known")
    return 0


async def _add_printer(client: StoreClient, words: Words, place: Place) -> int:
    printer = Printer(id=words.id, name=words.name or words.id, address=words.address, media=words.media)
    await client.ask("PUT", "/v1/printers", Done, printer)
    say(f"Printer {words.id} is known")
    return 0


async def _add_totes(client: StoreClient, words: Words, place: Place) -> int:
    added = await client.ask("POST", "/v1/totes", TotesAdded, NewTotes(count=words.count))
    path = papers.write_tote_labels(place.papers, added.totes)
    say(f"{so_many(len(added.totes), 'tote')}, {added.totes[0]} to {added.totes[-1]}")
    say(f"  labels: {path}")
    return 0


async def _release(client: StoreClient, words: Words, place: Place) -> int:
    if words.all == bool(words.orders):
        return _fail("say which orders to release, or --all for every allocated one", 2)
    numbers = list(words.orders)
    if not all("/" in number for number in numbers):
        owner = await client.only_owner("write each order as OWNER/NUMBER")
        numbers = [number if "/" in number else key_of(owner, number) for number in numbers]
    released = await client.release(Release(key=secrets.token_hex(16), orders=tuple(numbers)))
    say(f"{so_many(len(released.tasks), 'order')} went to the floor")
    for order, reason in released.refused:
        say(f"  {order}: not released, {reason}")
    for sentence in released.lacking:
        say(f"Before the bench: {sentence}")
    return 1 if released.refused and words.orders else 0


async def _report(client: StoreClient, words: Words, place: Place) -> int:
    after: str | None = ""
    count = 0
    waiting: list[tuple[datetime, str, str, int]] = []
    while after is not None:
        page = await client.ask("GET", "/v1/report/orders", OrderReport, after=after)
        for order in page.orders:
            count += 1
            say(f"{order.order} ({order.state}): {'; '.join(order.reasons)}")
            for line in order.lines:
                say(f"  line {line.number}, {line.sku}: {line.missing} of {line.ordered} missing")
                if line.since_at is not None:
                    waiting.append((line.since_at, order.order, line.sku, line.missing))
        after = page.next
    if waiting:
        say("Back-ordered, the longest first:")
    for since_at, id, sku, pieces in sorted(waiting):
        say(f"  {id}, {sku}: {so_many(pieces, 'piece')} since {since_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    want = f"{so_many(count, 'order')} {'wants' if count == 1 else 'want'} a look"
    say(want if count else "No order is held, back-ordered or changed")
    return 0


async def _status(client: StoreClient, words: Words, place: Place) -> int:
    status = await client.ask("GET", "/v1/status", Status)
    say(f"Floorhand {status.program_version}, schema {status.schema}, epoch {status.epoch}, log at {status.cursor}")
    say(f"{so_many(status.terminals, 'terminal')}, {so_many(status.events, 'event')}, {status.parked} parked")
    if status.conflicts:
        say(f"ALARM: {status.conflicts} event numbers came twice with different content: see `store discrepancies`")
    await site_commands.say_what_the_bench_lacks(client)
    for kind, states in status.records.items():
        counts = ", ".join(f"{count} {state}" for state, count in states.items() if state != "all")
        say(f"  {kind:<12}{sum(states.values()):>8}" + (f"  ({counts})" if counts else ""))
    return 0


_ASKING: dict[str, Asking] = {
    "add-worker": _add_worker,
    "add-station": _add_station,
    "add-printer": _add_printer,
    "add-totes": _add_totes,
    "release": _release,
    "report": _report,
    "status": _status,
    **site_commands.ASKING,
    **authority_commands.ASKING,
    **outside_commands.ASKING,
    **departure_commands.ASKING,
    **discrepancy_commands.ASKING,
    **keyed_commands.ASKING,
}


def _fail(sentence: str, code: int) -> int:
    print(f"floorhand store: {sentence}", file=sys.stderr)
    return code
