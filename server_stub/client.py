"""How commands speak to a store: over HTTP to a running one, or to the same routes in this process.

Decides which of both it is. There is one set of routes, so a command cannot do what a request could not.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import httpx
import msgspec
from msgspec.structs import replace

from orders.decoding import decoded
from orders.intake import Intake, Receipts
from orders.records import Record, decode_record
from orders.wire import Problem, Release, Released
from server_stub.floor_setup import Page
from server_stub.place import Hold, Place, PlaceError, Running
from server_stub.problems import IN_PROGRESS

if TYPE_CHECKING:
    from server_stub.store import Store

Gives = TypeVar("Gives", bound=msgspec.Struct)

_PATIENCE_SECONDS = 10.0
_ASK_AGAIN_SECONDS = 0.1
# An import's batch or a wave's release is many transactions.
_TIMEOUT = httpx.Timeout(120.0, connect=5.0)
_PROBLEM = msgspec.json.Decoder(Problem)


class StoreError(Exception):
    """The store did not do what was asked; the text is one sentence for whoever asked."""


class StoreUnreachable(StoreError):
    """No store answers at that address."""


class StoreRefused(StoreError):
    """The store answered with a problem."""

    def __init__(self, status: int, problem: Problem, retry_after_seconds: int = 0) -> None:
        super().__init__(f"expected {problem.expected}; came {problem.came}: {problem.remedy}")
        self.status, self.problem, self.retry_after_seconds = status, problem, retry_after_seconds


class NotAStore(StoreError):
    """Something else answered: another program, or a proxy that stands before the store."""

    def __init__(self, status: int, text: str, retry_after_seconds: int = 0) -> None:
        super().__init__(text)
        self.status, self.retry_after_seconds = status, retry_after_seconds


class Address(msgspec.Struct, frozen=True):
    """Where a store is: a folder on this machine, or the address and token of one elsewhere."""

    place: Place
    url: str = ""
    token: str = ""
    authorities: Path | None = None


class StoreClient:
    """Asks a store; each method is one route. `new_key` is for requests that take a key and have none yet: an answer
    can be lost on its way over a network alone.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        new_key: Callable[[], str] = lambda: "",
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http, self._new_key, self._pause = http, new_key, pause

    async def ask(
        self, method: str, path: str, gives: type[Gives], takes: msgspec.Struct | None = None, **query: str | int
    ) -> Gives:
        """One request: sends `takes`, reads `gives`. Raises StoreRefused or StoreUnreachable.

        One with a key is asked again where the answer was lost, and for as long as the store is still at work on it.
        """
        if getattr(takes, "key", None) == "":
            assert takes is not None
            takes = replace(takes, key=self._new_key())
        body = msgspec.json.encode(takes) if takes is not None else None
        headers = {"content-type": "application/json"} if body else {}
        may_be_lost = bool(getattr(takes, "key", ""))
        while True:
            try:
                answer = await self._http.request(method, path, content=body, headers=headers, params=query)
            except httpx.HTTPError as error:
                if may_be_lost and not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                    may_be_lost = False
                    continue
                raise self._unreachable(error) from error
            if answer.status_code == 200:
                return self._read(answer, gives)
            refusal = self._refusal(answer)
            if not (isinstance(refusal, StoreRefused) and refusal.problem.error == IN_PROGRESS):
                raise refusal
            await self._pause(_seconds(answer))

    def _read(self, answer: httpx.Response, gives: type[Gives]) -> Gives:
        try:
            return decoded(msgspec.json.Decoder(gives), answer.content)
        except msgspec.DecodeError as error:
            raise StoreError(
                f"the store's answer cannot be read ({error}): check its address, and that it runs this version"
            ) from error

    async def download(self, path: str, file: BinaryIO, **query: str) -> None:
        """Writes an answer of any kind into `file`, as it comes."""
        try:
            async with self._http.stream("GET", path, params=query) as answer:
                if answer.status_code != 200:
                    await answer.aread()
                    raise self._refusal(answer)
                async for part in answer.aiter_bytes():
                    file.write(part)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: httpx.HTTPError) -> StoreUnreachable:
        return StoreUnreachable(f"no store answers at {self._http.base_url}: {str(error) or type(error).__name__}")

    def _refusal(self, answer: httpx.Response) -> StoreError:
        said = answer.headers.get("retry-after", "")
        wait_seconds = int(said) if said.isascii() and said.isdecimal() else 0
        try:
            return StoreRefused(answer.status_code, decoded(_PROBLEM, answer.content), wait_seconds)
        except msgspec.DecodeError:
            return NotAStore(
                answer.status_code,
                f"{self._http.base_url} is no Floorhand store: it answered {answer.status_code}; check the address",
                wait_seconds,
            )

    async def intake(self, batch: Intake) -> Receipts:
        """Hands in master data and orders; the same batch again changes nothing."""
        return await self.ask("POST", "/v1/intake", Receipts, batch)

    async def release(self, asked: Release) -> Released:
        """Sends orders to the floor."""
        return await self.ask("POST", "/v1/requests/release", Released, asked)

    async def records(self, kind: str, state: str = "") -> AsyncIterator[Record]:
        """Every record of a kind by id, or those in one state by urgency."""
        after: str | None = ""
        while after is not None:
            page = await self.ask("GET", f"/v1/records/{kind}", Page, state=state, after=after)
            for each in page.records:
                yield decode_record(kind, each.body)
            after = page.next

    async def only_owner(self, otherwise: str) -> str:
        """The id of the one owner; StoreError where there is none, or several (`otherwise` says what to do then)."""
        owners = [each.id async for each in self.records("owner")]
        if not owners:
            raise StoreError("this store has no owner yet: add one with `floorhand store owner ID`")
        if len(owners) > 1:
            raise StoreError(f"this store has several owners: {otherwise}")
        return owners[0]


def _seconds(answer: httpx.Response) -> float:
    """How long the store asks to be left alone."""
    said = answer.headers.get("retry-after", "")
    return float(said) if said.isdecimal() else _ASK_AGAIN_SECONDS


@asynccontextmanager
async def reach(address: Address) -> AsyncIterator[StoreClient]:
    """A client of the store at `address`: the one elsewhere, the one running on the folder, or one opened here."""
    if address.url:
        async with _over_http(address.url, address.token, _trust(address.authorities)) as client:
            yield client
        return
    address.place.require()
    held: AbstractContextManager[object] | None
    if address.place.address:
        # Several processes may write a database elsewhere: this one is one more of them.
        held, running = nullcontext(), None
    else:
        held, running = await _hold_or_find(address.place)
    if held is None:
        assert running is not None
        trust = _trust(Path(running.certificate), is_own=True) if running.certificate else _trust(None)
        async with _over_http(running.url, address.token or address.place.token(), trust) as client:
            yield client
        return
    # Litestar takes half a second to import: only a command that opens a store itself pays for it.
    from server_stub.store import Store

    with held:
        store = await Store.open(
            address.place.where, backups=address.place.backups, audit_heads=address.place.audit_heads
        )
        try:
            async with in_process(store, address.token or address.place.token()) as client:
                yield client
        finally:
            await store.close()


async def _hold_or_find(place: Place) -> tuple[Hold | None, Running | None]:
    """The folder's lock, or the store that holds it."""
    until = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    while True:
        if held := place.try_hold():
            return held, None
        if running := place.running():
            return None, running
        # Another command holds the folder for a moment, or a store is just starting.
        if asyncio.get_running_loop().time() > until:
            raise PlaceError(f"another process holds {place.folder} and does not answer: wait for it or end it")
        await asyncio.sleep(_ASK_AGAIN_SECONDS)


def _trust(authorities: Path | None, *, is_own: bool = False) -> ssl.SSLContext:
    """Whom to believe; the store on this very machine is known by its certificate, whatever name stands in that."""
    try:
        trust = ssl.create_default_context(cafile=authorities)
    except (OSError, ssl.SSLError) as error:
        raise StoreError(f"the certificates in {authorities} cannot be read ({error}): correct the path") from error
    if is_own:
        trust.check_hostname = False
        trust.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # that certificate itself, whoever issued it
    return trust


@asynccontextmanager
async def _over_http(url: str, token: str, trust: ssl.SSLContext) -> AsyncIterator[StoreClient]:
    if not url.startswith(("http://", "https://")):
        raise StoreError(f"expected the store's address, such as http://10.0.0.5:8743, got {url}: correct it")
    if not token:
        raise StoreError(f"expected a token for the store at {url}, got none: give it with --token, or in the config")
    # A token is random letters and digits: what cannot stand in a header was not copied whole.
    if not (token.isascii() and token.isprintable()):
        raise StoreError("expected a token of plain letters and digits, got other signs: copy it again")
    try:
        http = httpx.AsyncClient(
            base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=_TIMEOUT, verify=trust
        )
    except httpx.InvalidURL as error:
        raise StoreError(f"the store's address {url} cannot be used ({error}): correct it") from error
    async with http:
        yield StoreClient(http, lambda: secrets.token_hex(16))


@asynccontextmanager
async def in_process(store: Store, token: str) -> AsyncIterator[StoreClient]:
    """A client of a store that is open in this process."""
    from server_stub.app import make_app

    transport = httpx.ASGITransport(app=make_app(store))  # type: ignore[arg-type]
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://store", headers=headers) as http:
        yield StoreClient(http)
