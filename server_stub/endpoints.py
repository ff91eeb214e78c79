"""What an endpoint is: a path, who may use it, what it takes and gives, and the one function behind it.

Decides how a request becomes a message and an answer becomes bytes. What any of them does is the routes' business.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from orders.decoding import plain
from orders.texts import handed_in
from server_stub import audit, keyed, long_requests
from server_stub.audit import Doing
from server_stub.authority import TERMINAL, Caller, forbidden, roles_for
from server_stub.keyed import Reply
from server_stub.known_fields import fields_of, unknown_fields, wrong_parameters
from server_stub.long_requests import Course, Mark
from server_stub.problems import not_json, wrong_type
from server_stub.store import Store
from server_stub.writer import Step

Answer = TypeVar("Answer")

_ENCODER = msgspec.json.Encoder()


class Call(msgspec.Struct):
    """One request, read: who asks for which act, what stands in the path, the query and the body."""

    doing: Doing
    bearer: str
    path: Mapping[str, str]
    query: Any
    message: Any

    @property
    def caller(self) -> Caller:
        """Whose token came with it."""
        return self.doing.caller

    @property
    def terminal(self) -> str:
        """The terminal that asks; Refusal (403) where the token is none of a terminal."""
        if self.caller.terminal is None:
            raise forbidden(self.caller, TERMINAL)
        return self.caller.terminal


Handler = Callable[[Store, Call], Awaitable[msgspec.Struct | msgspec.Raw]]


class Endpoint:
    """One row of the route table; `authority` says who may. `takes` and `asks` describe the body and the query;
    `reads`, where given, is what the body is decoded as in place of `takes`. A field that is none of these is refused,
    unless a device says it by itself (`is_devices`): one of a later version may say more, and its facts count.
    """

    def __init__(
        self,
        method: str,
        path: str,
        handler: Handler,
        *,
        gives: type[msgspec.Struct],
        takes: type[msgspec.Struct] | None = None,
        asks: type[msgspec.Struct] | None = None,
        reads: type[msgspec.Struct] | None = None,
        is_devices: bool = False,
    ) -> None:
        self.method, self.path, self.handler = method, path, handler
        self.takes, self.asks, self.gives, self.is_devices = takes, asks, gives, is_devices
        self._reads = reads or takes
        self._decoder = msgspec.json.Decoder(self._reads) if self._reads else None
        # What msgspec itself refuses (a batch of entries that are not read yet) need not be read a second time.
        self._is_looked_through = not is_devices and not (reads and reads.__struct_config__.forbid_unknown_fields)
        self._parameters = fields_of(asks).names if asks else set[str]()

    @property
    def name(self) -> str:
        """The operation's id, and the name of the act."""
        return self.handler.__name__

    @property
    def summary(self) -> str:
        """What it does, in one sentence."""
        return (self.handler.__doc__ or "").strip().splitlines()[0]

    async def answer(
        self,
        store: Store,
        caller: Caller,
        bearer: str,
        path: Mapping[str, str],
        query: Iterable[tuple[str, str]],
        body: bytes,
    ) -> bytes:
        """The encoded answer; a Refusal where there is none."""
        if not caller.may(self.name):
            raise forbidden(caller, *roles_for(self.name))
        asked, message = self._read_query(query), self._read_body(body)
        call = Call(Doing(caller, self.name, _unsecret(message, body)), bearer, path, asked, message)
        return _ENCODER.encode(await self.handler(store, call))

    def _read_body(self, body: bytes) -> Any:
        if self._decoder is None:
            return None
        try:
            message = handed_in(self._decoder, body)
        except msgspec.ValidationError as error:
            # A name that is spelt wrongly says more than the gap that it leaves.
            raise wrong_type(self._unknown_in(body) or str(error)) from error
        except msgspec.DecodeError as error:
            raise not_json(str(error)) from error
        if self._is_looked_through and (unknown := self._unknown_in(body)):
            raise wrong_type(unknown)
        return message

    def _unknown_in(self, body: bytes) -> str:
        if self._reads is None or self.is_devices:
            return ""
        try:
            return unknown_fields(self._reads, plain(body))
        except msgspec.DecodeError:
            return ""  # what was wrong with it was found before its end

    def _read_query(self, query: Iterable[tuple[str, str]]) -> Any:
        asked = list(query)
        check_parameters(self._parameters, asked)
        if self.asks is None:
            return None
        try:
            return msgspec.convert(dict(asked), self.asks, strict=False)
        except msgspec.ValidationError as error:
            raise wrong_type(f"query: {error}") from error


def check_parameters(known: Iterable[str], asked: Iterable[tuple[str, str]]) -> None:
    """Refusal (422) where a query says something that nobody would read."""
    if wrong := wrong_parameters(known, asked):
        raise wrong_type(f"query: {wrong}")


def _unsecret(message: Any, body: bytes) -> bytes:
    """The request as the audit trail keeps a digest of it: from that, few digits beside a known name could be tried."""
    return _ENCODER.encode(replace(message, pin=None)) if getattr(message, "pin", None) else body


async def act(store: Store, call: Call, step: Step[Answer], subject: Callable[[Answer], str]) -> Answer:
    """What `step` answered, once it is on disk together with its entry in the audit trail."""
    return await store.write(audit.kept(call.doing, step, subject), call.caller.terminal)


async def act_once(
    store: Store, call: Call, gives: type[Reply], step: Step[Reply], subject: Callable[[Reply], str], key: str = ""
) -> Reply:
    """The same for a request with a key: asked again, it is answered again, and done and noted once.

    `key` is what the request's own is kept as, where that is not to be written down. Without any it is done each time.
    """
    asked, kept = call.message, audit.kept(call.doing, step, subject)
    if not asked.key:
        return await store.write(kept, call.caller.terminal)
    request = keyed.request(call.caller.name, key or asked.key, asked)
    return await store.write(lambda books: keyed.once(books, request, gives, lambda: kept(books)), call.caller.terminal)


async def act_at_length(store: Store, call: Call, course: Course[Mark, Reply]) -> Reply:
    """What a keyed request of many transactions answered; each notes in the audit trail what is to stand there."""
    asked = keyed.request(call.caller.name, call.message.key, call.message)
    return await long_requests.carry_out(store.write, store.runs, asked, course)
