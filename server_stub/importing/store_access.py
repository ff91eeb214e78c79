"""The store as an import sees it: plain calls, one error for "try again" and one for "this cannot work".

Decides which failure is which, and where the store is looked for. It holds no rule of an import.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from orders.intake import Intake, Receipts
from orders.records import KINDS, Record, Site, decode_record
from orders.shapes import Struct
from orders.wire import Change
from server_stub import settings
from server_stub.client import Address, NotAStore, StoreClient, StoreError, StoreRefused, StoreUnreachable, reach
from server_stub.commands import default_folder
from server_stub.floor_setup import NewTotes, Page, StockOnShelf, StockPage, TotesAdded
from server_stub.importing.patience import StoreAway, StoreBusy, patiently
from server_stub.importing.refusal import NotAllowed, Refusal, TooLarge
from server_stub.migration import SchemaError
from server_stub.place import Place, PlaceError

PAGE = 500

R = TypeVar("R", bound=Record)
Gives = TypeVar("Gives", bound=msgspec.Struct)
Answer = TypeVar("Answer")
Paged = TypeVar("Paged", Page, StockPage)

_KIND_OF = {cls: kind for kind, cls in KINDS.items()}


def where(
    config: Mapping[str, object],
    config_path: Path,
    url: str | None,
    token_file: Path | None,
    folder: Path | None,
    database: str | None = None,
) -> Address:
    """The store that the options name, else the config's [store] table, else the usual folder."""
    try:
        known = settings.read(config, config_path)
    except settings.SettingsError as error:
        raise Refusal(str(error)) from error
    if folder is not None:
        # A folder that is typed alone is that of an embedded store.
        return Address(Place(folder, address=database or ""))
    token = _read_token(token_file) if token_file else known.token
    folder = Path(known.folder).expanduser() if known.folder else default_folder()
    database = database or known.database
    place = Place(folder, address=database) if known.folder or database else None
    if url and not url.startswith(("http://", "https://")):
        raise Refusal(
            f"--store {url}: expected an address such as http://{settings.DEFAULT_HOST}:{settings.DEFAULT_PORT}"
        )
    url = url or known.url
    if url and not token and place and place.admin_token.exists():
        # A store on this machine, named by its address as well: its folder holds the token.
        token = _token_of(place)
    if url and token:
        return Address(place or Place(Path()), url, token, known.trusted)
    if url:
        raise Refusal(
            f"the store at {url} wants a supervisor's token, or one of role integration: name its file with "
            f"--token-file, or put token into the [store] table of {config_path}"
        )
    return Address(place or Place(default_folder()))


class Store:
    """One store, asked one thing at a time. `is_one_owners`: its token shows one owner's goods and not the building."""

    def __init__(
        self, runner: asyncio.Runner, client: StoreClient, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._runner, self._client, self._pause = runner, client, pause
        self.is_one_owners = False

    def greet(self) -> None:
        """Finds out that the store answers, that this token may hand in, and how much it is shown."""
        # Every building has its one site; to be shown none is to be shown one owner's goods alone.
        self.is_one_owners = not self._ask("GET", f"/v1/records/{_KIND_OF[Site]}", Page, limit=1).records
        self.intake(Intake())

    def intake(self, batch: Intake) -> Receipts:
        """Hands a batch in; TooLarge where it has to be sent in parts."""
        return self._wait(lambda: self._client.intake(batch))

    def record(self, cls: type[R], id: str) -> R | None:
        """One record, or None where the store has none of that id."""
        kind = _KIND_OF[cls]
        try:
            found = self._look(f"/v1/records/{kind}/{quote(id)}", Change)
        except _Unknown:
            return None
        record = decode_record(kind, found.body)
        return record if isinstance(record, cls) else None

    def records(self, cls: type[R]) -> Iterator[R]:
        """Every record of a kind, by id."""
        kind = _KIND_OF[cls]
        for page in self._pages(f"/v1/records/{kind}", Page):
            for each in page.records:
                record = decode_record(kind, each.body)
                if isinstance(record, cls):
                    yield record

    def stock(self) -> Iterator[StockOnShelf]:
        """What lies on every shelf, by product."""
        for page in self._pages("/v1/stock", StockPage):
            yield from page.rows

    def add_totes(self, count: int) -> tuple[str, ...]:
        """More totes; their codes. NotAllowed where this token may not make any."""
        asked = NewTotes(count=count)
        try:
            # Asked again after a lost answer, there would be twice as many.
            made = patiently(lambda: self._ask("POST", "/v1/totes", TotesAdded, asked), self._pause, after=StoreBusy)
        except StoreAway as error:
            raise Refusal(f"{error}. What was sent is kept: run the same import again") from error
        return made.totes

    def _pages(self, path: str, gives: type[Paged]) -> Iterator[Paged]:
        after: str | None = ""
        while after is not None:
            page = self._look(path, gives, after=after, limit=PAGE)
            yield page
            after = page.next or None

    def _look(self, path: str, gives: type[Gives], **query: str | int) -> Gives:
        return patiently(lambda: self._ask("GET", path, gives, None, **query), self._pause)

    def _ask(
        self, method: str, path: str, gives: type[Gives], takes: Struct | None = None, **query: str | int
    ) -> Gives:
        return self._wait(lambda: self._client.ask(method, path, gives, takes, **query))

    def _wait(self, ask: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
        try:
            return self._runner.run(ask())
        except StoreUnreachable as error:
            raise StoreAway(str(error)) from error
        except StoreRefused as error:
            if error.status == 429:
                raise StoreBusy(f"the store asks for time: {error}", error.retry_after_seconds) from error
            if error.status >= 500:
                raise StoreAway(f"the store cannot write: {error}", error.retry_after_seconds) from error
            if error.status == 404:
                raise _Unknown(f"the store does not know what was asked, {error}") from error
            kind = {403: NotAllowed, 413: TooLarge}.get(error.status, Refusal)
            raise kind(f"the store refuses: {error}") from error
        except NotAStore as error:
            # A proxy before the store has limits of its own, and words of its own for them.
            if error.status == 413:
                raise TooLarge(f"a proxy before the store takes no request of that size: {error.status}") from error
            if error.status in (429, 503) and error.retry_after_seconds:
                text = f"what stands before the store answered {error.status}, which asks for time"
                raise StoreBusy(text, error.retry_after_seconds) from error
            raise Refusal(f"the store cannot be used: {error}") from error
        except (StoreError, httpx.HTTPError, httpx.InvalidURL) as error:
            raise Refusal(f"the store cannot be used: {error}") from error


class _Unknown(Refusal):
    """404: no such record; where a route is meant, the store is older than this program."""


@contextmanager
def open_store(address: Address) -> Iterator[Store]:
    """The store at `address`, known to answer; Refusal where it does not, or this token may not hand in."""
    with asyncio.Runner() as runner:
        try:
            reached = reach(address)
            client = runner.run(_entered(reached.__aenter__()))
        except (StoreError, PlaceError, SchemaError, httpx.InvalidURL) as error:
            raise Refusal(str(error)) from error
        except _database_failures() as error:
            raise Refusal(
                f"the store's database cannot be used ({error}): see the disk, or restore a backup"
            ) from error
        try:
            store = Store(runner, client)
            try:
                patiently(store.greet, after=StoreBusy)
            except StoreAway as error:
                raise Refusal(f"{error}: start it, or correct --store") from error
            yield store
        finally:
            runner.run(_entered(reached.__aexit__(None, None, None)))


def _database_failures() -> tuple[type[Exception], ...]:
    from server_stub.database import failures  # loads what a store elsewhere does not need

    return failures()


async def _entered(awaited: Any) -> Any:
    return await awaited


def _read_token(path: Path) -> str:
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"--token-file {path}: cannot be read: check the path and its permissions") from error
    if not token or not token.isascii() or any(sign.isspace() for sign in token):
        raise Refusal(f"--token-file {path}: expected one token on one line")
    return token


def _token_of(place: Place) -> str:
    try:
        return place.token()
    except PlaceError as error:
        raise Refusal(str(error)) from error
